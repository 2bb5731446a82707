/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_REPLY_H
#define KUBE_REPLY_H

#include "base/err.h"
#include "base/str.h"

/*
 * What a refusal of the API server means: HTTP status and `kind: Status` body in, struct err out.
 * The reason of the body decides, the HTTP status only where there is none: load balancers answer
 * with HTML, broken servers with nothing, and both must make a readable sentence.
 */

/* name, reason in the body, HTTP status that stands for it without a body, kind of error */
#define REPLY_REASONS(X)                                                                           \
    X(BAD_REQUEST, "BadRequest", 400, REFUSED)                                                     \
    X(UNAUTHORIZED, "Unauthorized", 401, DENIED)                                                   \
    X(FORBIDDEN, "Forbidden", 403, DENIED)                                                         \
    X(NOT_FOUND, "NotFound", 404, ABSENT)                                                          \
    X(METHOD_NOT_ALLOWED, "MethodNotAllowed", 405, REFUSED)                                        \
    X(NOT_ACCEPTABLE, "NotAcceptable", 406, REFUSED)                                               \
    X(CONFLICT, "Conflict", 409, STALE)                                                            \
    X(ALREADY_EXISTS, "AlreadyExists", 0, EXISTS)                                                  \
    X(GONE, "Gone", 0, EXPIRED)                                                                    \
    X(EXPIRED, "Expired", 410, EXPIRED)                                                            \
    X(TOO_LARGE, "RequestEntityTooLarge", 413, REFUSED)                                            \
    X(UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", 415, REFUSED)                                \
    X(INVALID, "Invalid", 422, REFUSED)                                                            \
    X(TOO_MANY_REQUESTS, "TooManyRequests", 429, AGAIN)                                            \
    X(INTERNAL_ERROR, "InternalError", 500, AGAIN)                                                 \
    X(SERVICE_UNAVAILABLE, "ServiceUnavailable", 503, AGAIN)                                       \
    X(TIMEOUT, "Timeout", 504, AGAIN)                                                              \
    X(SERVER_TIMEOUT, "ServerTimeout", 0, AGAIN)                                                   \
    X(STORE_READ_ERROR, "StorageReadError", 0, AGAIN)

enum reply_reason {
    REPLY_OTHER, /* none of these */
#define REPLY_ENUM(name, text, status, kind) REPLY_##name,
    REPLY_REASONS(REPLY_ENUM)
#undef REPLY_ENUM
        REPLY_VERSION_TOO_LARGE, /* Timeout whose cause is ResourceVersionTooLarge: this server is
                                    behind; ERR_AGAIN */
};

/*
 * Fills err from a reply whose status is 400 or more, or from a `kind: Status` object in a watch
 * (status 0: its own code counts). Reads at most 64 KiB of body, quotes at most 2 KiB (then cut to
 * the error's room). retry_after_s below 0 = no header.
 */
enum reply_reason reply_error(int status, struct str body, int retry_after_s, struct err *err);

#endif
