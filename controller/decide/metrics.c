/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 7: each policy's proposal through its own limits, then the largest, "out and in". What
 * metrics change is remembered, because cooldowns and rates count nothing else.
 */
#include "decide/decide_priv.h"

/* "p counts as max(own min, min(p, max(own max, desired)))" */
static void own_range(struct turn *turn, struct bound *bound)
{
    struct proposal *proposal = &bound->proposal;
    int most = larger(bound->effective.max, turn->other);
    proposal_limit(proposal, smaller(proposal->nodes, most), REASON_RANGE_MAX);
    if (proposal->nodes < bound->effective.min) {
        bool window = bound->effective.min > bound->running.min;
        proposal_limit(proposal, bound->effective.min,
                       window ? REASON_WINDOW_ACTIVE : REASON_RANGE_MIN);
    }
}

static void limit(struct turn *turn, struct bound *bound)
{
    struct proposal *proposal = &bound->proposal;
    int raw = proposal->nodes;
    int steady = envelope_apply(turn, bound, raw);
    proposal_limit(proposal, steady, REASON_STABILIZED);
    panic_apply(turn, bound, raw);
    guard_watch(turn, bound);
    gates_apply(turn, bound);
    cooldown_apply(turn, bound);
    rates_apply(turn, bound);
    own_range(turn, bound);
}

/* "a window of 0 keeps nothing but this evaluation's proposal, request or binding" */
static void forget_instant(struct bound *bound)
{
    if (bound->policy->scale_out.stabilization_s <= 0) {
        bound->b->out.count = 0;
    }
    if (bound->policy->scale_in.stabilization_s <= 0) {
        bound->b->in.count = 0;
    }
}

static bool is_listed(const struct policy *policy, const char *name)
{
    for (int i = 0; i < policy->metric_count; i++) {
        if (text_is(policy->metrics[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* What is as new, or of a metric that is gone, is not kept. */
static void forget_metrics(struct bound *bound)
{
    struct binding_memory *b = bound->b;
    int kept = 0;
    for (int i = 0; i < b->metric_count; i++) {
        const struct metric_memory *metric = &b->metrics[i];
        bool used = metric->failures > 0 || metric->side != 0 || metric->step >= 0 ||
                    metric->load_count > 0;
        if (used && is_listed(bound->policy, metric->name)) {
            b->metrics[kept++] = *metric;
        }
    }
    b->metric_count = kept;
}

static const struct bound *largest(const struct turn *turn)
{
    const struct bound *best = NULL;
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        if (bound->proposal.set && (best == NULL || bound->proposal.nodes > best->proposal.nodes)) {
            best = bound;
        }
    }
    return best;
}

static int longest_period(const struct turn *turn)
{
    int longest = 15; /* of the defaults */
    for (int i = 0; i < turn->bound_count; i++) {
        const struct policy *policy = turn->bounds[i].policy;
        for (int r = 0; r < policy->scale_out.rate_count; r++) {
            longest = larger(longest, policy->scale_out.rates[r].period_s);
        }
        for (int r = 0; r < policy->scale_in.rate_count; r++) {
            longest = larger(longest, policy->scale_in.rates[r].period_s);
        }
    }
    return longest;
}

static void remember_change(struct turn *turn, int delta)
{
    struct memory *m = turn->m;
    int longest_s = longest_period(turn);
    struct metric_change *changes =
        ARENA_ARRAY(turn->arena, struct metric_change, (size_t)m->change_count + 1);
    int kept = 0;
    struct wall at = turn->now;
    for (int i = 0; i < m->change_count; i++) {
        if (age_of(turn, m->changes[i].at) < longest_s) {
            changes[kept++] = m->changes[i];
        }
        at = m->changes[i].at.s > at.s ? m->changes[i].at : at;
    }
    changes[kept++] = (struct metric_change){.at = at, .delta = delta};
    m->changes = changes;
    m->change_count = kept;
}

/* The term that kept desired where it was. */
static const char *kept_by(struct turn *turn, const struct bound *bound, enum reason reason)
{
    if (reason == REASON_WINDOW_ACTIVE && bound->window_name != NULL) {
        return winner_name(turn, TERM_SCHEDULE, bound->policy->meta.name, bound->window_name);
    }
    bool range = reason == REASON_RANGE_MIN || reason == REASON_RANGE_MAX;
    return range ? "range" : bound->proposal.winner;
}

/* Takes over the winning proposal and its limits; it names why desired stays, too. */
static void adopt(struct turn *turn, const struct bound *bound)
{
    const struct proposal *proposal = &bound->proposal;
    int nodes = larger(proposal->nodes, turn->effective.min);
    enum reason reason = proposal->reason;
    if (nodes != proposal->nodes) {
        reason = REASON_RANGE_MIN;
    }
    if (turn->m->above && nodes < turn->other) {
        /* "held until a proposal below desired; from then on the range applies in full" */
        turn->m->above = false;
        if (nodes > turn->cut) {
            nodes = turn->cut;
            reason = REASON_RANGE_MAX;
        }
    }
    for (int i = 0; i < proposal->limit_count; i++) {
        limited(turn, proposal->limits[i]);
    }
    if (reason != proposal->reason) {
        limited(turn, reason);
    }
    if (nodes != turn->other) {
        won(turn, proposal->winner, reason);
        turn->desired = nodes;
        if (!turn->group->dry_run) {
            remember_change(turn, nodes - turn->other);
        }
        return;
    }
    if (turn->winner == NULL) {
        turn->winner = kept_by(turn, bound, reason);
        turn->reason = turn->reason == REASON_NONE ? reason : turn->reason;
    }
}

static void explain_silence(struct turn *turn)
{
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        if (!bound->in_force || bound->policy->metric_count == 0 || turn->reason != REASON_NONE) {
            continue;
        }
        turn->reason = turn->muted ? REASON_SUSPENDED : REASON_NO_NODES_TO_MEASURE;
    }
}

void metrics_step(struct turn *turn)
{
    for (int i = 0; i < turn->bound_count; i++) {
        struct bound *bound = &turn->bounds[i];
        propose(turn, bound);
        if (bound->proposal.set) {
            limit(turn, bound);
        }
        forget_instant(bound);
        forget_metrics(bound);
    }
    const struct bound *best = largest(turn);
    if (best != NULL) {
        adopt(turn, best);
    } else {
        explain_silence(turn);
    }
}
