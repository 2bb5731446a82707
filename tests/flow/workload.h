/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_WORKLOAD_H
#define FLOW_WORKLOAD_H

#include "apiserver/core.h"
#include "base/clock.h"
#include "flow/sim_transport.h"

/*
 * What kube-controller-manager, a scheduler and kubelets do to Deployments, as far as the operator
 * can tell: pods come and go to match spec.replicas, become ready a while after their creation, and
 * spread over two zones. Victims go in the ReplicaSet's order: not ready first, then the lowest
 * deletion cost, then the newest.
 */

struct workload {
    struct core *core;
    struct clock *clock;
    struct sim_transport *transports[2]; /* poked after changes; NULL = none */
    struct timer *timer;
    int64_t ready_after_s; /* from creation to Ready */
    int64_t pods_made;     /* for names */
    int64_t tended;        /* version up to which everything was tended */
    int waiting;           /* pods not ready yet */
};

/* Starts acting once a second. */
void workload_start(struct workload *workload, struct core *core, struct clock *clock);
void workload_stop(struct workload *workload);

/* Two Nodes in zone-a and zone-b. */
void workload_make_nodes(struct core *core);
/* A Deployment with one container that requests 100m CPU, listens on 8080 and has a readinessProbe.
 */
void workload_make_deployment(struct core *core, const char *ns, const char *name, int replicas);

#endif
