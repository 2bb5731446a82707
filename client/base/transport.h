/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TRANSPORT_H
#define BASE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * One HTTP exchange as the control thread sees it: a request leaves, a reply streams in, an end
 * comes. The real transport is libcurl's multi interface on libuv (kube/curl_transport.h); the
 * simulated one delivers from a server core in the same process, under the virtual clock.
 *
 * Rules
 *  1. transport_send copies everything in the request; it never calls back before it returns.
 *  2. For each exchange: on_head at most once, then on_data any number of times, then on_end
 *     exactly once, unless it was cancelled: after transport_cancel nothing is called any more.
 *  3. The exchange is gone when on_end returns. Cancelling from inside any callback is legal.
 *  4. The transport knows the server, the credentials and TLS; a request only has a path.
 *     Answers with a status of 400 or more are answers, not errors: on_end has err NULL.
 *  5. A reply body larger than `body_ceiling_bytes` ends with ERR_GARBLED (streams count per
 *     transfer only when the ceiling is not 0).
 */

enum transport_lane {
    TRANSPORT_LANE_MAIN,   /* watches, lists, ordinary reads and writes */
    TRANSPORT_LANE_STATUS, /* a connection of its own for lease and status writes */
};

struct transport_request {
    const char *method;       /* "GET", "PATCH", ... */
    const char *path;         /* path and query, escaped: "/api/v1/pods?limit=500" */
    const char *content_type; /* NULL without a body */
    const char *accept;       /* NULL = application/json */
    const char *body;         /* may be NULL */
    size_t body_len;
    enum transport_lane lane;
    bool stream;               /* a watch: no total time limit, idle_ms rules instead */
    int64_t timeout_ms;        /* whole exchange; 0 = 30 s; ignored for streams */
    int64_t idle_ms;           /* streams: silence after which it ends ERR_AGAIN; 0 = never */
    size_t body_ceiling_bytes; /* 0 = 64 MiB for replies, none for streams */
};

struct transport_head {
    int status;               /* HTTP status code */
    int retry_after_s;        /* of a Retry-After header with an integer; -1 = none */
    const char *warning;      /* text of a Warning: 299 header or NULL; lives during the call */
    const char *content_type; /* or NULL; lives during the call */
};

struct transport_handler {
    void (*on_head)(void *arg, const struct transport_head *head);
    void (*on_data)(void *arg, const char *bytes, size_t len);
    /* err is NULL when the reply came to its regular end; it lives during the call. */
    void (*on_end)(void *arg, const struct err *err);
    void *arg;
};

struct transport;
struct exchange;

struct transport_ops {
    struct exchange *(*send)(struct transport *transport, const struct transport_request *request,
                             const struct transport_handler *handler);
    void (*cancel)(struct transport *transport, struct exchange *exchange);
};

struct transport {
    const struct transport_ops *ops;
};

/* Starts an exchange; the handle is valid until its on_end or transport_cancel. Never NULL. */
static inline struct exchange *transport_send(struct transport *transport,
                                              const struct transport_request *request,
                                              const struct transport_handler *handler)
{
    return transport->ops->send(transport, request, handler);
}

static inline void transport_cancel(struct transport *transport, struct exchange *exchange)
{
    transport->ops->cancel(transport, exchange);
}

#endif
