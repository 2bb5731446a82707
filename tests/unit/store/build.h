/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_STORE_BUILD_H
#define UNIT_STORE_BUILD_H

#include "model/views.h"
#include "store/store.h"

/*
 * Objects for a store, each in an arena of its own, with sane defaults: made, changed by the test,
 * then put. Namespace "demo"; an object's uid is "uid-" and its name.
 */

struct made {
    struct arena arena;
    void *object;
};

struct made make(size_t size, const char *ns, const char *name);
void put(struct store *store, enum store_kind kind, struct made *made);

struct made make_group(const char *name, const char *target);
struct made make_deployment(const char *name, int replicas);
/* Owned by the Deployment; named NAME. */
struct made make_replica_set(const char *name, const char *deployment, int replicas);
/* Owned by the replica set, ready since second 100, on machine "m". */
struct made make_pod(const char *name, const char *replica_set);
struct made make_machine(const char *name, const char *zone);

#endif
