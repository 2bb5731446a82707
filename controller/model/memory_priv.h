/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_MEMORY_PRIV_H
#define MODEL_MEMORY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"
#include "model/memory.h"
#include "model/number.h"
#include "model/reasons.h"

/*
 * What a memory is made of. For decide/ and for the codec beside this file; everybody else sees
 * model/memory.h.
 *
 * Rules
 *  1. A quiet world leaves a memory as it is: nothing here counts evaluations, lists are pruned
 *     only when something is added, failures stop at what a fallback asks for. What must move
 *     with the clock (`evaluated`, the newest bucket of a list, samples) owes no status write:
 *     see memory_is_same.
 *  2. Lists are oldest first. Times in them never go back: while the clock is back, what is
 *     recorded goes into the newest bucket.
 */

#define MEMORY_VERSION 1
#define MEMORY_MAX_BYTES (64 * 1024)

/* The proposal of one bucket of time: the largest (scale-in) or the smallest (scale-out). */
struct recommendation {
    int64_t bucket; /* floor(unix seconds / bucket_s) */
    int nodes;
};

/* Only entries that may still count: nodes fall (in) or rise (out) from the oldest to the newest.
 */
struct recommendations {
    int bucket_s;
    struct recommendation *items;
    int count;
};

struct panic_sample {
    int64_t bucket;
    int64_t sum; /* of raw proposals */
    int64_t count;
};

struct load_sample {
    int64_t bucket;
    int128 nano; /* highest load in it */
};

struct metric_memory {
    const char *name;
    int failures;      /* evaluations in a row without a valid sample, as far as they matter */
    bool zero;         /* the last failure was a zero right after a failure */
    int side;          /* steps: -1 below, 1 at or above the threshold, 0 unknown */
    struct wall since; /* steps: on this side since */
    int step;          /* steps: index of the one last taken; -1 = none */
    int load_window_s; /* dropGuard: windowSeconds of the samples */
    struct load_sample *loads;
    int load_count;
};

/* A rule that was judged: its mark is a hash (48 bits) of name, cron, at and time zone. */
#define RULE_MARK_DIGITS 12
#define RULE_MARK_MASK ((UINT64_C(1) << (4 * RULE_MARK_DIGITS)) - 1)

struct rule_memory {
    uint64_t mark;
    bool apart;        /* its clock is not the group's `evaluated` */
    struct wall clock; /* last instant judged, if apart */
};

struct fired_memory {
    bool set;
    const char *rule;
    struct wall at;
    int nodes;
};

struct binding_memory {
    const char *policy;
    bool aside; /* the policy was suspended, dryRun or invalid */
    bool has_min, has_max;
    int min, max;   /* nodeRange as written, to see edits */
    bool has_floor; /* a point rule has moved the running minimum */
    int floor;
    struct recommendations out, in;
    bool panicking;
    struct wall panic_until;
    int panic_highest;
    int panic_window_s;
    struct panic_sample *panics;
    int panic_count;
    bool dropped; /* dropGuard holds */
    struct wall drop_until;
    struct metric_memory *metrics; /* only those that are not as new */
    int metric_count;
    struct rule_memory *rules;
    int rule_count;
    bool has_window; /* a window is active */
    int window_nodes;
    const char *window_rule;
    struct fired_memory fired;
};

struct metric_change {
    struct wall at;
    int delta;
};

#define RESTORES_MAX 3

/* Another writer of the workload's count. */
struct contest_memory {
    bool set; /* one was seen */
    struct wall last;
    const char *manager;
    int value;
    struct wall restores[RESTORES_MAX]; /* oldest first */
    int restore_count;
    bool holding;
};

struct memory {
    bool has_evaluated;
    struct wall evaluated; /* the latest instant of any evaluation: rules are judged up to here */
    bool waiting;          /* first sight has not happened: paused or without a target */
    int desired;
    int baseline;
    bool above;          /* more nodes than the range allows are held */
    bool metric_scaling; /* a policy in force lists metrics */
    bool still;          /* the group stood still: paused, contested or without its target */
    bool muted;          /* MetricScaling was suspended */
    bool dry_run;
    int min_size, max_size;
    bool has_request; /* desiredSize as last looked at */
    int request;
    uint64_t request_mark; /* hash (48 bits) of the request annotation; 0 = none */
    bool requested;        /* a request was carried out */
    int requested_value;
    struct wall requested_at;
    struct contest_memory contest;
    struct metric_change *changes;
    int change_count;
    const char **members; /* sorted; "#" and a hash when the names would take too much room */
    int member_count;
    int64_t sequence;                /* of the last activity */
    enum reason edge;                /* the hold or refusal last told */
    struct binding_memory *bindings; /* sorted by policy */
    int binding_count;
};

/* A deep copy that may be changed. */
struct memory *memory_clone(const struct memory *memory, struct arena *arena);

/* An upper bound of the length of its JSON text. */
size_t memory_size_bound(const struct memory *memory);

#endif
