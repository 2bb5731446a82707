/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include <stdbool.h>

#include "base/time.h"
#include "model/reasons.h"

/*
 * What acting found and did, as status shows it. Filled by store/ (what is seen) and act/ (what
 * was done); read by status/.
 */

enum node_state {
    NODE_STATE_PENDING,
    NODE_STATE_WARMING,
    NODE_STATE_IN_SERVICE,
    NODE_STATE_DRAINING,
    NODE_STATE_DRAINED,
    NODE_STATE_STANDBY,
    NODE_STATE_UNHEALTHY,
    NODE_STATE_DETACHED,
};
#define NODE_STATE_COUNT 8

/* "InService", ... */
const char *node_state_name(enum node_state state);

/* One attached load balancer, in spec order. */
struct balancer_state {
    const char *name;
    const char *service;
    bool attached;
    enum reason reason;  /* ATTACHED or why not */
    const char *message; /* a sentence with the remedy; "" when attached */
    int registered;      /* endpoints in our slices that serve */
    int weight;
};

/* The workload behind the group. */
struct workload_state {
    bool found;
    const char *selector;         /* "app=edge", of the workload; "" = unknown */
    const char *template_version; /* "" with targetRef */
    bool taken;
    const char *taken_by; /* a sentence: which group or autoscaler acts on it; "" */
    bool paused;          /* spec.paused of the Deployment */
    bool rollout;
    bool launch_failing;
    const char *launch_cause; /* "Quota", "Unschedulable", "ImagePull", "CrashLoop", "Paused"; "" */
    const char *launch_message;
};

/* How one node is shown. Same order and count as struct observed.nodes. */
struct node_outcome {
    enum node_state state;
    struct wall since;
    int weight;
};

struct outcome {
    struct workload_state workload;
    const struct balancer_state *balancers;
    int balancer_count;
    const struct node_outcome *node_views; /* one per observed node */
    bool wrote_scale;                      /* this turn changed the workload's count */
    const char *act_error;                 /* a sentence when the last act failed; "" */
};

#endif
