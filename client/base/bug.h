/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUG_H
#define BASE_BUG_H

#include "base/attr.h"

/*
 * Bugs are ours and end the program: always compiled in, one line on stderr, then abort. A broken
 * peer, user or network is never a bug: that is a struct err (base/err.h).
 */

#define BUG_IF(condition, ...)                                                                     \
    do {                                                                                           \
        if (condition) {                                                                           \
            bug_die(__FILE__, __LINE__, __VA_ARGS__);                                              \
        }                                                                                          \
    } while (0)

/* Prints `bug: FILE:LINE: text` and aborts. */
NORETURN void bug_die(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
