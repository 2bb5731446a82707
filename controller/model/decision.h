/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_DECISION_H
#define MODEL_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "model/number.h"
#include "model/reasons.h"

/*
 * What was decided for a group at one instant, and everything needed to say why. Written by
 * decide/, read by act/, status/ and the command line; lives in the arena of its turn.
 */

struct range {
    int min, max;
};

enum term_kind { TERM_SCHEDULE, TERM_METRIC, TERM_MANUAL, TERM_RANGE, TERM_FALLBACK, TERM_PANIC };

/* "schedule", "metric", "manual", ... */
const char *term_kind_name(enum term_kind kind);

/* One voice in the decision: "metric lunch/cpu read 63 against 50 and wants 7". */
struct term {
    enum term_kind kind;
    const char *policy;   /* "" for manual and range */
    const char *name;     /* of the metric or rule; "" when it has none */
    struct number value;  /* metrics: NUMBER_NONE prints null */
    struct number target; /* metrics */
    int64_t age_s;        /* metrics: age of the sample; -1 = none */
    bool has_wants;
    int wants;          /* its own proposal before any limit */
    enum reason reason; /* REASON_NONE unless invalid or not applicable */
    const char *detail; /* "" or the source's words for an invalid metric */
    bool shown_only;    /* of a dryRun policy: proposes nothing */
};

struct decision {
    struct wall time;
    int from, to; /* desired before and after */
    bool has_replicas;
    int replicas; /* what would be written to the scale: max(0, to - members) unless held */
    struct range base, effective;
    const struct term *terms;
    int term_count;
    const char *winner; /* "<kind> <policy>/<name>", "manual", "range" or "none" */
    const enum reason *limited_by;
    int limited_by_count;
    enum reason reason;
    enum reason held;           /* REASON_NONE = nothing holds it */
    const char *const *victims; /* names, in the order in which they would go */
    int victim_count;
    const char *message; /* one sentence with the numbers */
};

enum activity_result {
    ACTIVITY_IN_PROGRESS,
    ACTIVITY_SUCCESSFUL,
    ACTIVITY_PARTIALLY_SUCCESSFUL,
    ACTIVITY_FAILED,
    ACTIVITY_CANCELLED,
    ACTIVITY_REJECTED,
};

const char *activity_result_name(enum activity_result result);

/* Something that happened and is kept as a ScalingActivity. */
struct activity {
    int64_t sequence;  /* of the group, from memory; the object is GROUP-<8 digits> */
    const char *cause; /* "schedule lunch/noon", "manual", "metric lunch/cpu", ... */
    int from, to;
    struct wall start;
    enum activity_result result;
    const char *message;
};

/* How one bound policy stands after the decision: what status shows of the binding. */
struct binding_view {
    const char *policy;
    bool schedules, metrics; /* which kinds it lists: the mode */
    bool suspended;          /* or dryRun or invalid */
    struct range base, running, effective;
    bool window_active;
    bool metrics_valid; /* every listed metric is readable */
    bool has_last_fired;
    const char *last_rule;
    struct wall last_time;
    int last_nodes;              /* its target T */
    const char *deciding_metric; /* the metric whose proposal counted, "" = none */
};

#endif
