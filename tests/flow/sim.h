/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SIM_H
#define FLOW_SIM_H

#include "flow/sim_clock.h"
#include "flow/sim_transport.h"
#include "flow/workload.h"
#include "loop/world.h"

/*
 * Everything a flow test needs, wired: a virtual clock, a server core with controllers and metrics,
 * and the whole operator on top, as the program has it but for libuv and libcurl.
 *
 *     struct sim sim;
 *     sim_init(&sim, "2026-03-02T00:00:00Z", 1);
 *     sim_apply(&sim, "scalinggroups", "{...}");
 *     sim_run(&sim, 3600);
 *     cr_assert_eq(sim_replicas(&sim, "edge"), 7);
 *     sim_clear(&sim);
 *
 * Everything lives in the namespace "demo".
 */

struct sim {
    struct sim_clock clock;
    struct core *core;
    struct sim_transport transport;
    struct workload workload;
    struct world *world;
    int64_t cpu_milli_total; /* shared by the ready pods of each Deployment; 0 = no metrics */
    int64_t operator_writes; /* all of the operator's */
    int64_t spec_writes;  /* of these, writes of a ScalingGroup or ScalingPolicy outside status */
    int64_t scale_writes; /* of these, of a Deployment's scale */
};

/* start: RFC 3339. The operator is running and has read everything when this returns. */
void sim_init(struct sim *sim, const char *start, uint64_t seed);
void sim_clear(struct sim *sim);
/* Kills the operator as kill -9 does, and starts another one. */
void sim_restart(struct sim *sim);
void sim_run(struct sim *sim, int64_t seconds);
/* Runs until that instant (RFC 3339). */
void sim_run_until(struct sim *sim, const char *instant);
/* Creates or replaces an object from JSON text, as kubectl apply does. */
void sim_apply(struct sim *sim, const char *plural, const char *text);
void sim_delete(struct sim *sim, const char *plural, const char *name);
/* spec.replicas of a Deployment. */
int sim_replicas(const struct sim *sim, const char *name);
/* An integer of a group's status by dotted path; -1 if absent. */
int sim_status(const struct sim *sim, const char *group, const char *dotted);
/* ScalingActivities from one number to another; from or to -1 = any. */
int sim_activities(const struct sim *sim, const char *group, int from, int to);

#endif
