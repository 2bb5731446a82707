/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors are built in a second buffer first, so that the text of an error may be an argument of
 * the next: err_set(err, ERR_AGAIN, 0, "giving up: %s", err->text) is legal.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Copies `needed` characters of which text holds as many as fit; a cut text ends in "...". */
static void store_text(struct err *err, const char *text, int needed)
{
    memcpy(err->text, text, sizeof(err->text));
    err->text[sizeof(err->text) - 1] = '\0';
    if (needed >= (int)sizeof(err->text)) {
        memcpy(err->text + sizeof(err->text) - 4, "...", 4);
    }
}

int err_set(struct err *err, enum err_kind kind, int code, const char *format, ...)
{
    char text[sizeof(err->text)] = "";
    va_list args;
    va_start(args, format);
    int needed = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    err->kind = kind;
    err->code = code;
    err->retry_after_s = 0;
    store_text(err, text, needed);
    return -1;
}

int err_wrap(struct err *err, const char *format, ...)
{
    char context[sizeof(err->text)] = "";
    char text[sizeof(err->text)] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    int needed = snprintf(text, sizeof(text), "%s: %s", context, err->text);
    store_text(err, text, needed);
    return -1;
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
#define ERR_NAME(name, what)                                                                       \
    case ERR_##name: return #name;
        ERR_KINDS(ERR_NAME)
#undef ERR_NAME
    }
    return "UNKNOWN";
}
