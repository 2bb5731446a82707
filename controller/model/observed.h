/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_OBSERVED_H
#define MODEL_OBSERVED_H

#include <stdbool.h>

#include "base/time.h"
#include "model/number.h"

/*
 * What is seen of a group at one instant: its nodes and its metrics. The input of a decision
 * beside the specs and the memory; spec/decide.md calls it an Observation.
 */

enum node_phase { NODE_RUNNING, NODE_PENDING };

struct node {
    const char *name;
    const char *zone; /* "" = unknown */
    enum node_phase phase;
    bool scheduled;
    bool ready;
    bool healthy;
    bool in_service;
    bool is_protected;
    bool member;
    bool deleting;
    struct wall created_at, started_at;
    struct wall ready_changed;    /* when readiness last changed, either way */
    struct wall unhealthy_since;  /* meaningful unless healthy */
    const char *template_version; /* "" = unknown */
    int weight;                   /* -1 = the load balancer's */
};

/* `at` default for "long ago": old enough for every window, far from overflow. */
#define WALL_LONG_AGO ((struct wall){0})

enum reading_shape {
    READING_PER_NODE,   /* values[] */
    READING_EVERY_NODE, /* value, for each node there is */
    READING_VALUE,      /* value, of the whole */
    READING_ERROR,      /* error */
};

struct node_reading {
    const char *node;
    struct number value;
    struct number request; /* NUMBER_NONE = value is already in the target's unit */
    struct wall at;
};

struct reading {
    const char *policy; /* "" = every policy that lists a metric of this name */
    const char *metric;
    enum reading_shape shape;
    const struct node_reading *values;
    int value_count;
    struct number value;
    const char *error; /* a sentence; "" unless READING_ERROR */
    struct wall at;    /* of `value`; per-node readings carry their own */
    int window_s;      /* of the sample; 0 = unknown */
};

enum target_error { TARGET_FINE, TARGET_NOT_FOUND, TARGET_TAKEN, TARGET_PAUSED };

struct writer {
    bool set; /* another writer changed the workload's count since the last observation */
    const char *manager;
    int value;
};

struct observed {
    const struct node *nodes; /* members included */
    int node_count;
    int replicas; /* the workload's present count (spec.replicas of the Deployment) */
    bool rollout;
    bool launch_failing;
    enum target_error target_error;
    struct writer writer;
    const struct reading *readings;
    int reading_count;
};

#endif
