/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_OBSERVE_H
#define STORE_OBSERVE_H

#include "model/group.h"
#include "model/observed.h"
#include "model/outcome.h"
#include "model/policy.h"
#include "model/views.h"
#include "store/store.h"

/*
 * The snapshot of one group: what the stored objects say about its workload, its nodes and who
 * else writes to them. The first half of a turn (behaviour.md sections 1, 4 and 7).
 *
 * Rules
 *  1. A node is a pod of the Deployment's replica sets that counts: not terminating, not ended,
 *     not on a lost machine. Members come after the pods, in the order of spec.
 *  2. In service = ready, not on standby, and an endpoint of ours in every attached load balancer;
 *     a load balancer that is not attached counts for nobody.
 *  3. The workload's count belongs to another writer when the field manager `sluice` no longer owns
 *     it and it is not the count that was there at the last turn.
 *  4. Results live in the arena; `deployment` and `pods` point into the store: pin it.
 */

#define OBSERVE_FIELD_MANAGER "sluice"

/* What the turns before this one know of the workload's count. Zeroed = nothing yet. */
struct count_note {
    bool known;      /* uid and value are of the last turn that ended well */
    const char *uid; /* of the Deployment; "" = unknown */
    int value;
    bool has_memory;        /* the group was decided before, if need be by another process */
    struct wall decided_at; /* when it last was */
};

struct observe_input {
    const struct store *store;
    const struct group *group;
    const struct balancer_state *balancers; /* of act/balancer.h, in spec order */
    int balancer_count;
    const struct reading *readings;
    int reading_count;
    struct count_note note;
    struct wall now;
};

struct observation {
    struct observed observed;
    struct workload_state workload;
    const struct node_outcome *node_views;    /* one per observed node */
    const struct deployment_view *deployment; /* NULL = there is none */
    const struct pod_view *const *pods;       /* those that are nodes, in their order */
    int pod_count;
    bool adopted; /* the count is ours by server-side apply */
    bool has_wake;
    struct wall wake; /* when a launch will have failed */
};

void observe(const struct observe_input *input, struct arena *arena, struct observation *ret_seen);

/* The Deployment of a group's targetRef, or NULL. */
const struct deployment_view *observe_deployment(const struct store *store,
                                                 const struct group *group);

/* The policies bound to a group, not being deleted, sorted by name. */
int observe_policies(const struct store *store, const struct group *group, struct arena *arena,
                     const struct policy *const **ret_policies);

#endif
