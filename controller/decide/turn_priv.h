/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_TURN_PRIV_H
#define DECIDE_TURN_PRIV_H

#include "base/attr.h"
#include "calendar/window.h"
#include "decide/decide.h"
#include "model/memory_priv.h"

/*
 * The state of one evaluation under way, as each step takes it from the one before. It lives on
 * the stack of decide(); what it points to lives in the arena of the turn.
 */

#define NODES_MAX 1000000000 /* no count in a decision goes beyond it */
#define BUCKETS_A_WINDOW 10  /* "w = max(5, window/10 rounded up)" */

/* One metric of one policy, after it was judged. */
enum metric_state {
    METRIC_VALID,
    METRIC_INVALID,
    METRIC_NOT_APPLICABLE,
};

struct judged {
    const struct metric *metric;
    enum metric_state state;
    const char *detail; /* why it is invalid; "" */
    bool single;        /* one value for the whole: `sum` */
    int128 sum;         /* of the measured values, in billionths */
    int128 requests;    /* utilisation: of their requests */
    int measured, missing, ignored;
    int64_t age_s;       /* of the oldest sample used; -1 = none */
    struct number shown; /* value for the term, in the unit of the target */
    int wants;           /* its own proposal; valid only */
    bool within;         /* kept by tolerance */
    bool fallback;       /* invalid for as long as `fallback` waits */
};

/* A proposal on its way through the limits of its policy. */
struct proposal {
    bool set;
    int nodes;
    enum reason reason; /* why it is what it is: the last limit that changed it, else its cause */
    const char *winner; /* the term that made it */
    enum reason limits[16];
    int limit_count;
};

/* A policy bound to the group, its memory and where this evaluation has brought them. */
struct bound {
    const struct policy *policy;
    struct binding_memory *b;
    bool in_force; /* has a range and proposes: not suspended, dryRun or invalid */
    bool shown;    /* dryRun only: its terms are shown */
    bool fresh;    /* bound, or back in force, in this evaluation */
    bool made;     /* not in memory before */
    bool remember; /* desired is stored like a binding's count: a suspension or gap ended */
    bool apart;    /* its range does not meet the group's */
    struct range base, running, effective;
    struct wall *clocks;     /* of each schedule: last instant judged */
    const char *window_name; /* the rule whose window holds the floor; NULL = none */
    int window_nodes;        /* its T, or how far its ramp has come */
    bool window_active;      /* some window is active, not only ramping */
    struct judged *judged;   /* of each metric */
    struct proposal proposal;
};

/* A node, as far as metrics care. */
struct seen_node {
    const struct node *node;
    bool pending;
    bool warming;
    bool ignored; /* pending, never ready or warming */
};

struct turn {
    const struct decide_input *in;
    const struct group *group;
    const struct observed *observed;
    struct arena *arena;
    struct decide_output *out;
    struct memory *m; /* the next memory */
    struct wall now;
    struct wall before; /* evaluated, as memory had it */
    bool had_before;

    struct bound *bounds;
    int bound_count;
    bool metric_scaling;
    struct range limits; /* the group's own range, under the operator's ceiling */

    enum reason hold;    /* the whole group stands still because of it */
    bool frozen;         /* no rule fires, windows stay as they were */
    bool muted;          /* metrics propose nothing */
    bool first, resight; /* first sight; the same after dryRun */
    bool range_edited;
    int left; /* what windows and ranges that were taken away had asked for */

    struct seen_node *nodes; /* neither deleting nor members that spec does not have */
    int node_count;
    int pods, members;  /* nodes that exist */
    int absent_members; /* members of spec without a node */
    int ready, in_service;
    int exist;

    int from;
    int desired;
    int other;                           /* desired after everything but metrics */
    struct range base, plain, effective; /* of the group: base, running, with windows */
    int cut; /* the highest desired that a range does not lower by itself */

    const char *winner;
    enum reason reason;
    enum reason held;
    enum reason *limited_by;
    int limited_by_count, limited_by_cap;
    bool schedule_clamped;

    struct term *terms;
    int term_count, term_cap;
    const char **clauses;
    int clause_count, clause_cap;
    struct activity *activities;
    int activity_count, activity_cap;
    int told; /* desired as the last activity left it */
};

/* ---- time and numbers ---- */

static inline int64_t age_of(const struct turn *turn, struct wall then)
{
    /* "negative ages are 0" */
    return turn->now.s > then.s ? turn->now.s - then.s : 0;
}

static inline int clamp_nodes(int64_t nodes)
{
    return nodes < 0 ? 0 : nodes > NODES_MAX ? NODES_MAX : (int)nodes;
}

static inline int clamp_to(int nodes, struct range range)
{
    return nodes < range.min ? range.min : nodes > range.max ? range.max : nodes;
}

static inline int larger(int a, int b)
{
    return a > b ? a : b;
}

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* FNV-1a; texts are told apart by a 0 after each. */
uint64_t hash_text(uint64_t hash, const char *text);
#define HASH_START UINT64_C(14695981039346656037)

#endif
