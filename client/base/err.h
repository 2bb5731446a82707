/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

/*
 * What went wrong outside the program, as a value on the caller's stack: it cannot fail and there
 * is nothing to release. Its kind says what the caller does about it.
 *
 * Rules
 *  1. A fallible function returns 0 or -1, is MUST_CHECK and takes `struct err *err` last, never
 *     NULL. It leaves err untouched on success.
 *  2. `return err_set(err, ERR_AGAIN, 0, "...")` is one line; err_wrap adds context at a border.
 *  3. Text beyond the buffer is cut and ends in "...".
 */

/* name, what the caller does */
#define ERR_KINDS(X)                                                                               \
    X(NONE, "nothing: no error")                                                                   \
    X(AGAIN, "the same later, with backoff: network, timeout, 429, 5xx")                           \
    X(STALE, "wait for the newer object, then again: 409 Conflict")                                \
    X(EXISTS, "read what is there: 409 AlreadyExists")                                             \
    X(EXPIRED, "list again: 410, resourceVersion too old")                                         \
    X(ABSENT, "forget it or wait for it: 404")                                                     \
    X(DENIED, "say so in a condition, retry slowly: 401, 403")                                     \
    X(REFUSED, "say so in a condition, wait for a new generation: 400, 422, bad input")            \
    X(GARBLED, "count it, list again or drop it: unparsable, over a ceiling")                      \
    X(SYSTEM, "at start: exit; later: as AGAIN (errno)")

enum err_kind {
#define ERR_ENUM(name, what) ERR_##name,
    ERR_KINDS(ERR_ENUM)
#undef ERR_ENUM
};

struct err {
    enum err_kind kind;
    int code;          /* HTTP status, errno or CURLcode, by where it arose; 0 = none */
    int retry_after_s; /* what the server asked for; 0 = nothing */
    char text[496];    /* one sentence for a person, no trailing newline */
};

/* Fills err and returns -1. */
int err_set(struct err *err, enum err_kind kind, int code, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Puts "context: " before the text and returns -1. */
int err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* "AGAIN", "STALE", ... */
const char *err_kind_name(enum err_kind kind);

#endif
