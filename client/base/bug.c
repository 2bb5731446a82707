/* SPDX-License-Identifier: Apache-2.0 */
/* The last line a broken program prints: formatted on the stack, so it needs no memory. */
#include "base/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void bug_die(const char *file, int line, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "bug: %s:%d: %s\n", file, line, text);
    abort();
}
