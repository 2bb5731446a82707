/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "model/meta.h"

/*
 * What is known now: the newest object of each key, kind by kind, with the indexes that a turn
 * asks for. Written only when a watch reports something; read by everybody.
 *
 * How it works: an object that is replaced or removed is not freed while a turn that could have
 * seen it is in flight. A turn *pins* the store when it begins and unpins when it ends; what it
 * found in between stays where it is, whatever the watch brings meanwhile. So a snapshot is a pin
 * and a few pointers, and costs no copy.
 *
 * Rules
 *  1. Objects begin with their struct meta; the kind names the type (model/views.h).
 *  2. Pointers returned here live until control returns to the loop, under a pin until its unpin.
 *  3. Lists are sorted by namespace, then name, so that nothing depends on the order of arrival.
 *  4. Long-lived things keep keys, never pointers.
 */

enum store_kind {
    STORE_GROUP,         /* struct group_view */
    STORE_POLICY,        /* struct policy_view */
    STORE_ACTIVITY,      /* struct activity_view */
    STORE_DEPLOYMENT,    /* struct deployment_view */
    STORE_REPLICA_SET,   /* struct replica_set_view */
    STORE_POD,           /* struct pod_view */
    STORE_NODE,          /* struct node_view; namespace "" */
    STORE_SERVICE,       /* struct service_view */
    STORE_SLICE,         /* struct slice_view */
    STORE_ENDPOINTS,     /* struct endpoints_view */
    STORE_AUTOSCALER,    /* struct scaler_view */
    STORE_SCALED_OBJECT, /* struct scaler_view */
    STORE_KINDS,
};

/* Ways to ask for several objects of a kind; `text` of store_list is what the comment names. */
enum store_index {
    STORE_BY_NAMESPACE, /* any kind: the namespace */
    STORE_BY_OWNER,     /* replica set, pod, slice: uid of the controlling owner */
    STORE_BY_NODE,      /* pod: the machine's name */
    STORE_BY_SERVICE,   /* slice: "namespace/service" of its label */
    STORE_BY_TARGET,    /* group, autoscaler, scaled object: "namespace/deployment" */
    STORE_BY_BALANCER,  /* group: "namespace/service" of each load balancer */
    STORE_BY_GROUP,     /* activity: "namespace/group" */
    STORE_INDEXES,
};

struct store;

struct store *store_new(void);
void store_free(struct store *store); /* takes NULL */

/* ---- Change ---- */

/* Stores an object; takes over what `arena` holds and leaves it empty. `object` lies in it. */
void store_put(struct store *store, enum store_kind kind, const void *object, struct arena *arena);
/* Forgets an object; one that is not there is fine. */
void store_remove(struct store *store, enum store_kind kind, const char *ns, const char *name);

/* ---- Ask ---- */

/* The object or NULL. */
const void *store_get(const struct store *store, enum store_kind kind, const char *ns,
                      const char *name);
int store_count(const struct store *store, enum store_kind kind);
/*
 * The objects of an index entry, in an array made in `arena`; returns how many. An index that the
 * kind does not have gives none.
 */
int store_list(const struct store *store, enum store_kind kind, enum store_index index,
               const char *text, struct arena *arena, const void *const **ret_objects);
/* Every object of a kind, in order of namespace and name. */
int store_all(const struct store *store, enum store_kind kind, struct arena *arena,
              const void *const **ret_objects);

/* ---- Pins ---- */

/* From now on nothing that is there is freed; returns what store_unpin is to be given. */
uint64_t store_pin(struct store *store);
void store_unpin(struct store *store, uint64_t pin);
/* Replaced objects not yet freed: for tests and metrics. */
int store_garbage(const struct store *store);

#endif
