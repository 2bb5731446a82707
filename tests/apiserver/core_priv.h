/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APISERVER_CORE_PRIV_H
#define APISERVER_CORE_PRIV_H

#include "apiserver/core.h"
#include "apiserver/kinds.h"
#include "base/map.h"

/* What the files of the core share: its state, and the one way to change it. */

enum { CORE_PATH_PART = 256, CORE_SERVED = 8 };

struct change {
    int64_t version;
    const char *type; /* "ADDED", "MODIFIED", "DELETED" */
    const struct api_kind *kind;
    json_t *object; /* owned; as it was after the change */
};

struct served {
    char prefix[CORE_PATH_PART];
    core_serve_fn fn;
    void *arg;
};

struct core {
    struct wall now;
    int64_t version;
    int64_t uids;
    struct map objects; /* "plural ns/name" -> json_t, owned */
    struct change *log;
    size_t log_count, log_cap;
    int64_t compacted; /* versions up to here are no longer in the log */
    core_write_fn on_write;
    void *on_write_arg;
    struct served served[CORE_SERVED];
    int served_count;
};

/* A request taken apart. */
struct target {
    const struct api_kind *kind;
    char api[CORE_PATH_PART], plural[CORE_PATH_PART], ns[CORE_PATH_PART], name[CORE_PATH_PART];
    char subresource[CORE_PATH_PART];
    const char *query; /* after '?'; "" if none */
};

/* Who writes and how, for managedFields and on_write. */
struct writer_id {
    const char *manager;
    const char *method;
    const char *operation; /* "Apply" or "Update" */
    const char *subresource;
};

struct core_watch {
    struct core *core;
    const struct api_kind *kind;
    char ns[CORE_PATH_PART];
    char selector[2 * CORE_PATH_PART];
    int64_t read;       /* versions up to here were delivered */
    struct buf initial; /* what a WatchList begins with */
    bool expired;       /* deliver one 410 and end */
};

/* "plural ns/name" into out. */
void object_key(const char *plural, const char *ns, const char *name, char out[3 * CORE_PATH_PART]);
json_t *object_find(const struct core *core, const char *plural, const char *ns, const char *name);
/* The value of a query parameter, unescaped into out; false if absent. */
bool query_get(const char *query, const char *key, char *out, size_t size);
/* Whether an object's labels meet "a=b,c!=d,e,!f". */
bool selector_matches(const char *selector, const json_t *object);

/* Fills a reply with a Status of that reason. */
void reply_status(struct core_reply *reply, int status, const char *reason, const char *message);
void reply_json(struct core_reply *reply, int status, const json_t *object);

/* Stores `object` (takes it) as the new state: version, log, on_write. type as in struct change. */
void commit(struct core *core, const struct api_kind *kind, const char *type, json_t *object,
            const struct writer_id *writer);
void remove_object(struct core *core, const struct api_kind *kind, const char *ns, const char *name,
                   const struct writer_id *writer);

void handle_read(struct core *core, const struct target *target, struct core_reply *reply);
void handle_watch(struct core *core, const struct target *target, struct core_reply *reply);
void handle_write(struct core *core, const struct target *target,
                  const struct core_request *request, struct core_reply *reply);

/* The autoscaling/v1 Scale of an object; a new reference. */
json_t *scale_of(const struct api_kind *kind, const json_t *object);

#endif
