/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STATUS_STATUS_PRIV_H
#define STATUS_STATUS_PRIV_H

#include "status/json_text.h"
#include "status/status.h"

/*
 * What the files of this room share: the standing from inside, and the *report*, a status while it
 * is being put together. seen.c counts, conditions.c judges, summary.c words, build.c assembles,
 * standing.c keeps and compares.
 */

#define ACTIVITIES_SHOWN 10
#define NODES_SHOWN 100
#define UPCOMING_SHOWN 5
#define REFRESH_S 60 /* live values are written at most this often */

enum group_condition {
    GROUP_READY,
    GROUP_ABLE_TO_SCALE,
    GROUP_SCALING_ACTIVE,
    GROUP_SCALING_LIMITED,
    GROUP_METRICS_AVAILABLE,
    GROUP_LOAD_BALANCERS_ATTACHED,
    GROUP_CONTESTED,
};
#define GROUP_CONDITION_COUNT 7

enum condition_status { CONDITION_UNKNOWN, CONDITION_FALSE, CONDITION_TRUE };

struct condition {
    enum condition_status status;
    enum reason reason;
    const char *message; /* a sentence with numbers and the remedy */
};

/* ---- the standing, from inside ---- */

/* A condition as last shown; set = false: not shown yet. */
struct transition {
    bool set;
    enum condition_status status;
    enum reason reason;
    struct wall since;
};

/* A metric's value as last shown: what the 5 % rule compares with. */
struct shown_value {
    const char *policy, *name;
    struct number value;
};

struct ring_entry {
    struct activity activity;
    bool has_end;
    struct wall end;
    int progress;
};

struct savings {
    bool set;
    int64_t node_s, at_max_s;
    struct wall since;
    bool has_counted;
    struct wall counted; /* until when; the time of lastDecision */
};

/* What counts of a status, in two numbers: equal = nothing to write. */
struct digest {
    uint64_t core;  /* everything but nodes and live values */
    uint64_t nodes; /* states and counts of nodes */
};

struct standing {
    struct arena arena;          /* everything below but `latest` lives here */
    const struct memory *memory; /* as written */
    struct arena latest_arena;
    const struct memory *latest; /* newer than written, NULL = it is not */
    const char *complaint;
    bool shown; /* a status was read or written: the digest means something */
    bool has_written;
    struct wall written;
    struct digest digest;
    struct transition transitions[GROUP_CONDITION_COUNT];
    struct shown_value *values;
    int value_count;
    bool has_last_scale;
    struct wall last_scale;
    struct savings savings;
    int desired, current, max;
    struct ring_entry *ring; /* newest first */
    int ring_count;
};

/* ---- a status being put together ---- */

/* One node as it is shown. */
struct seen_node {
    const struct node *node;
    enum node_state state;
    struct wall since;
    int weight;
};

/* The counts of what exists. */
struct seen {
    int desired; /* with dryRun the workload's own count */
    int current, ready, in_service, is_protected;
    int members, members_without_node;
    int states[NODE_STATE_COUNT];
    struct seen_node *nodes; /* all that are shown or counted, in the order observed */
    int node_count;
    int not_ready; /* pods that exist and are not ready, and of these the protected ones */
    int protected_not_ready, unprotected_pods;
};

struct report {
    const struct standing *standing;
    const struct status_input *in;
    struct arena *arena; /* for texts; ends with status_build */
    struct seen seen;
    struct condition conditions[GROUP_CONDITION_COUNT];
    struct ring_entry ring[ACTIVITIES_SHOWN]; /* newest first */
    int ring_count;
    struct balancer_state *balancers;
    int balancer_count;
};

/* seen.c */
void seen_count(struct report *report);

/* conditions.c, conditions_scaling.c: fill report->conditions; seen and ring come before. */
void conditions_judge(struct report *report);
void condition_scaling_active(struct report *report);
void condition_scaling_limited(struct report *report);
void condition_metrics_available(struct report *report);
json_t *conditions_to_json(const struct report *report);
const char *group_condition_type(enum group_condition which);
const char *condition_status_text(enum condition_status status);
/* Whether a condition's sentence may hold live numbers, which alone cause no write. */
bool group_condition_is_live(enum group_condition which);

/* Whether spec.paused holds now. */
bool group_is_paused(const struct group *group, struct wall now);

/* activities.c */
void ring_fill(struct report *report);
json_t *ring_to_json(const struct report *report);
/* The newest activity under way, or NULL. */
const struct ring_entry *ring_open(const struct report *report);

/* nodes.c */
json_t *nodes_to_json(const struct report *report);
json_t *node_states_to_json(const struct report *report);
json_t *zones_to_json(const struct report *report);

/* summary.c */
const char *report_state(const struct report *report);
const char *report_summary(const struct report *report);
json_t *report_columns(const struct report *report);

/* load.c */
const char *report_load(const struct report *report);
/* Whether a shown value moved by more than 5 % of its target. */
bool values_have_moved(const struct standing *standing, const struct decision *decision);
/* "cpu 52%/50%" of one term. */
const char *term_load_text(const struct status_input *in, const struct term *term,
                           struct arena *arena);
const struct policy *input_policy(const struct status_input *in, const char *name);

/* build.c */
void balancers_fill(struct report *report);

/* digest.c */
struct digest digest_of(const json_t *status);

/* mode_name: "Metric", "Schedule", "Both" or "None". */
const char *mode_name(bool metrics, bool schedules);

#endif
