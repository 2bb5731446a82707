/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_SLICES_H
#define ACT_SLICES_H

#include "act/balancer.h"
#include "act/plan.h"

/*
 * The endpoints of a group's load balancers: EndpointSlices of a selector-less Service that hold
 * the group's ready pods, kept as they should be whatever anybody does to them.
 *
 * How it works: what should stand there is compared with what does, slice by slice; a slice that
 * differs is applied whole, one that nobody wants is deleted. Names follow from group, load
 * balancer, Service and shard (`edge-public-3f9c0a1b-0`), so doing it twice does nothing new.
 * A pod keeps its shard, so that a change rewrites one slice and not all of them.
 *
 * Who stands there: pods that are ready (for settleSeconds, not on standby), and pods that
 * terminate and still answer, as ready:false serving:true terminating:true.
 *
 * Rules
 *  1. A load balancer that is not attached gets nobody new; who is gone or not ready still leaves.
 *  2. Nothing is written for a suspended process LoadBalancer.
 *  3. Slices of a load balancer that was taken out of spec are deleted.
 */

#define SLICES_SHARD_MAX 1000
#define SLICES_LABEL_SERVER_GROUP "sluice.dev/server-group"

struct slices_input {
    const struct group *group;
    const struct balancer_check *checks; /* one per load balancer, in spec order */
    const struct pod_view *const *pods;  /* every pod of the Deployment that has not ended */
    int pod_count;
    const struct slice_view *const *slices; /* every slice the group owns */
    int slice_count;
    /* The zone of a machine, "" = unknown. */
    const char *(*zone_of)(const void *arg, const char *machine);
    const void *arg;
    struct wall now;
    int shard_max; /* 0 = SLICES_SHARD_MAX */
};

struct slices_result {
    bool has_wake;
    struct wall wake; /* when a pod will have settled */
};

void slices_plan(struct act_plan *plan, const struct slices_input *input,
                 struct slices_result *ret_result);

#endif
