/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APISERVER_CORE_H
#define APISERVER_CORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"

/*
 * An API server's state and rules without sockets, threads or a clock: requests in, replies and
 * watch events out. It is what a simulation links, and it is a development server, never a
 * conformant one: what the real kube-apiserver does with the same requests is the measure.
 *
 * How it works: every object is a JSON tree under "plural ns/name"; each change takes the next
 * resourceVersion, is kept in a log, and is what watches read from. Whoever holds a watch asks
 * core_watch_read for what is new.
 *
 * Rules
 *  1. Same requests at the same times, same replies: uids and versions count up from one.
 *  2. A write that changes nothing takes no new version and makes no event, as in the real one.
 *  3. spec and status never change in one write where the kind has a status subresource;
 *     generation counts changes outside metadata and status.
 *  4. Deletion is at once, and takes what is owned (ownerReferences by uid) with it.
 */

struct core;
struct core_watch;

struct core_request {
    const char *method;
    const char *path;         /* with query, escaped */
    const char *content_type; /* of the body; may be NULL */
    const char *user_agent;   /* the default field manager; NULL = "unknown" */
    const char *body;         /* may be NULL */
    size_t body_len;
};

struct core_reply {
    int status;               /* HTTP */
    struct buf body;          /* the caller clears it */
    struct core_watch *watch; /* not NULL: the reply is a stream; the caller closes it */
};

struct core *core_new(void);
void core_free(struct core *core); /* takes NULL; every watch must be closed before */

/* What creationTimestamp and the like say from now on. */
void core_set_now(struct core *core, struct wall now);

void core_handle(struct core *core, const struct core_request *request, struct core_reply *reply);

/* Appends the events not read yet, one JSON line each, to out; true if there were any. */
bool core_watch_read(struct core_watch *watch, struct buf *out);
/* Appends a BOOKMARK: nothing up to the newest version is missing. The real server sends one a
 * minute. */
void core_watch_bookmark(struct core_watch *watch, struct buf *out);
void core_watch_close(struct core_watch *watch);

/* Forgets the log up to now: watches from older versions get 410 from here on. */
void core_compact(struct core *core);

/* Version of the newest change; grows with each. */
int64_t core_version(const struct core *core);

/* One committed write, for tests that count or check them. Texts live during the call. */
struct core_write {
    const char *manager;
    const char *method;
    const char *plural, *ns, *name, *subresource;
    const json_t *object; /* as stored; NULL after a deletion */
};
typedef void (*core_write_fn)(void *arg, const struct core_write *write);
void core_on_write(struct core *core, core_write_fn fn, void *arg);

/*
 * Serves every GET below a path by a function, as an aggregated API does: it returns a new
 * reference, or NULL for 503.
 */
typedef json_t *(*core_serve_fn)(void *arg, const char *path);
void core_serve(struct core *core, const char *prefix, core_serve_fn fn, void *arg);

/* ---- for the parts that act inside the server (controllers), not through requests ---- */

/* The stored object or NULL; borrowed until the next write. */
const json_t *core_get(const struct core *core, const char *plural, const char *ns,
                       const char *name);
/* All objects of a plural in order of creation, as a new array of borrowed objects' references. */
json_t *core_list(const struct core *core, const char *plural);
/* Stores a whole object (takes the reference); creates or replaces, rules 2 and 3 not applied. */
void core_put(struct core *core, const char *plural, json_t *object, const char *manager);
void core_delete(struct core *core, const char *plural, const char *ns, const char *name,
                 const char *manager);

#endif
