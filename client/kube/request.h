/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_REQUEST_H
#define KUBE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/transport.h"

/*
 * One request to the API server and its whole answer: path built and escaped, error read, retried
 * where a retry is right. For lists and watches of many objects see kube/lister.h.
 *
 *     struct request r = {
 *         .verb = VERB_APPLY,
 *         .resource = {.api = "/apis/apps/v1", .plural = "deployments", .ns = "demo",
 *                      .name = "edge", .subresource = "scale", .namespaced = true},
 *         .body = text, .body_len = len, .field_manager = "sluice", .force = true,
 *     };
 *     call = request_send(client, &r, on_reply, arg);
 *
 * Rules
 *  1. request_send copies everything, never calls back before it returns, and calls back exactly
 *     once unless the call is cancelled. The call is gone when the callback returns.
 *  2. A request that must not leave (a name with a slash, a namespaced write without a
 *     namespace, a field manager of no letters) is answered with ERR_REFUSED; nothing is sent.
 *  3. Retries: an answer 429 or 5xx with a whole number in Retry-After, after that many seconds, at
 *     most 10 times, for every verb (the server says it did nothing). A connection that broke:
 *     GET only, after 1 s, within the same 10. Everything else is the caller's decision.
 *  4. All waiting is on the clock given to the client, so a simulation plays it.
 */

struct client {
    struct transport *transport;
    struct clock *clock;
    /* May be NULL: texts of `Warning: 299` headers. */
    void (*on_warning)(void *arg, const char *text);
    void *arg;
};

/* What a path is made of. */
struct resource {
    const char *api;         /* "/api/v1", "/apis/apps/v1" */
    const char *plural;      /* "deployments" */
    const char *ns;          /* NULL or "" = all namespaces, or a cluster-wide resource */
    const char *name;        /* NULL or "" = the collection */
    const char *subresource; /* NULL or "" = none; "status", "scale", "eviction" */
    bool namespaced;         /* writes and reads by name then need ns */
};

/* verb, HTTP method, content type */
#define REQUEST_VERBS(X)                                                                           \
    X(GET, "GET", NULL)                                                                            \
    X(CREATE, "POST", "application/json")                                                          \
    X(REPLACE, "PUT", "application/json")                                                          \
    X(MERGE_PATCH, "PATCH", "application/merge-patch+json")                                        \
    X(JSON_PATCH, "PATCH", "application/json-patch+json")                                          \
    X(APPLY, "PATCH", "application/apply-patch+yaml")                                              \
    X(DELETE, "DELETE", "application/json")

enum verb {
#define VERB_ENUM(name, method, content_type) VERB_##name,
    REQUEST_VERBS(VERB_ENUM)
#undef VERB_ENUM
};

struct request {
    enum verb verb;
    struct resource resource;
    const char *body; /* JSON; also for VERB_APPLY. NULL for GET, may be NULL for DELETE */
    size_t body_len;
    const char *field_manager; /* APPLY needs it; else NULL = the server takes the user agent */
    bool force;                /* APPLY: take fields over from others */
    bool dry_run;
    const char *field_validation; /* NULL, "Strict", "Warn", "Ignore" */
    /* DELETE: the body is made from these unless one is given */
    const char *uid;              /* precondition; NULL = none */
    const char *resource_version; /* precondition; NULL = none. GET of a collection: as a query */
    const char *propagation;      /* "Background", "Foreground", "Orphan"; NULL = the default */
    /* GET of a collection */
    const char *label_selector, *field_selector; /* NULL or "" = none; escaped here */
    int limit;                                   /* 0 = none */
    const char *raw_query;                       /* appended as it is, without '?'; NULL = none */
    enum transport_lane lane;
    int64_t timeout_ms;        /* of one try; 0 = 30 s */
    int retries_max;           /* 0 = 10; -1 = none */
    size_t body_ceiling_bytes; /* of the answer; 0 = 64 MiB */
};

/*
 * err is NULL for an answer below 400. body is what came, also with an error (NUL-terminated, ""
 * if nothing); both live during the call.
 */
typedef void (*call_fn)(void *arg, const struct err *err, const char *body, size_t len);

struct call;

/* Never NULL. */
struct call *request_send(struct client *client, const struct request *request, call_fn fn,
                          void *arg);
/* Nothing is called any more; what was sent may still have its effect. Takes NULL. */
void call_cancel(struct call *call);

/* ---- pieces, also for a path or a request of one's own ---- */

/* Whether a text may stand as one segment of a path: not empty, no '/', '%', control, '.', '..'. */
bool path_segment_is_safe(const char *text);
/* "/apis/apps/v1/namespaces/demo/deployments/edge/scale". ERR_REFUSED as in rule 2. */
int resource_path(const struct resource *resource, struct buf *out, struct err *err) MUST_CHECK;
/* Appends ?key=value or &key=value, escaped. */
void query_add(struct buf *path, const char *key, const char *value);
/* The method and content type of a verb. */
const char *verb_method(enum verb verb);
const char *verb_content_type(enum verb verb);

#endif
