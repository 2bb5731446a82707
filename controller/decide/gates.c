/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates: what forbids a direction altogether, in the order of readings.md: disabled, blackout,
 * dropGuard, nodes starting, rollout. They hold metrics only.
 */
#include "decide/decide_priv.h"

static bool blackout_is_active(const struct blackout *blackout, struct wall now)
{
    if (blackout->firing == NULL || blackout->duration_s <= 0) {
        return false;
    }
    struct window_rule rule = {.start = *blackout->firing, .duration_s = blackout->duration_s};
    return window_active(&rule, now, NULL);
}

static bool any_blackout(const struct turn *turn, const struct behavior *in)
{
    for (int i = 0; i < in->blackout_count; i++) {
        if (blackout_is_active(&in->blackouts[i], turn->now)) {
            return true;
        }
    }
    return false;
}

/* ---- dropGuard ---- */

/* Stores the load in its bucket and gives the highest of the window. */
static int128 add_load(struct turn *turn, struct metric_memory *memory, int window_s, int128 load)
{
    int64_t bucket = floor_div(turn->now.s * BUCKETS_A_WINDOW, window_s);
    int64_t limit = floor_div((turn->now.s - window_s) * BUCKETS_A_WINDOW, window_s);
    if (memory->load_window_s != window_s) {
        memory->load_count = 0;
        memory->load_window_s = window_s;
    }
    int count = memory->load_count;
    if (count > 0 && memory->loads[count - 1].bucket > bucket) {
        bucket = memory->loads[count - 1].bucket;
    }
    struct load_sample *loads = ARENA_ARRAY(turn->arena, struct load_sample, (size_t)count + 1);
    int kept = 0;
    int128 highest = load;
    for (int i = 0; i < count; i++) {
        if (memory->loads[i].bucket < limit) {
            continue;
        }
        loads[kept++] = memory->loads[i];
        highest = memory->loads[i].nano > highest ? memory->loads[i].nano : highest;
    }
    if (kept == 0 || loads[kept - 1].bucket != bucket) {
        loads[kept++] = (struct load_sample){.bucket = bucket};
    }
    struct load_sample *last = &loads[kept - 1];
    last->nano = load > last->nano ? load : last->nano;
    memory->loads = loads;
    memory->load_count = kept;
    return highest;
}

/*
 * "Load falling by that much within the window looks like an outage in front of us: no scale-in
 * for holdSeconds." Load is "the sum of the measured values of any metric of the policy".
 */
void guard_watch(struct turn *turn, struct bound *bound)
{
    const struct drop_guard *guard = &bound->policy->scale_in.drop_guard;
    struct binding_memory *b = bound->b;
    if (b->dropped && turn->now.s >= b->drop_until.s) {
        b->dropped = false;
        b->drop_until.s = 0;
    }
    if (!guard->set || guard->window_s <= 0) {
        b->dropped = false;
        return;
    }
    for (int i = 0; i < bound->policy->metric_count; i++) {
        const struct judged *judged = &bound->judged[i];
        if (judged->state != METRIC_VALID) {
            continue;
        }
        struct metric_memory *memory = metric_remember(turn, bound, judged->metric->name);
        int128 highest = add_load(turn, memory, guard->window_s, judged->sum);
        int left = 100 - smaller(larger(guard->percent, 0), 100);
        if (highest > 0 && judged->sum * 100 <= highest * left) {
            int64_t until = turn->now.s + guard->hold_s;
            b->drop_until.s = b->dropped && b->drop_until.s > until ? b->drop_until.s : until;
            b->dropped = guard->hold_s > 0 || b->dropped;
        }
    }
}

/* ---- all of them ---- */

static enum reason closed_gate(const struct turn *turn, const struct bound *bound)
{
    const struct behavior *in = &bound->policy->scale_in;
    if (in->disabled || in->select == SELECT_DISABLED) {
        return REASON_SUSPENDED;
    }
    if (any_blackout(turn, in)) {
        return REASON_BLACKOUT;
    }
    if (bound->b->dropped) {
        return REASON_DROP_GUARD;
    }
    if (nodes_are_starting(turn)) {
        return REASON_NODES_STARTING;
    }
    return turn->observed->rollout ? REASON_ROLLOUT : REASON_NONE;
}

void gates_apply(struct turn *turn, struct bound *bound)
{
    struct proposal *proposal = &bound->proposal;
    const struct behavior *out = &bound->policy->scale_out;
    if (proposal->nodes > turn->other && (out->disabled || out->select == SELECT_DISABLED)) {
        proposal_limit(proposal, turn->other, REASON_SUSPENDED);
    } else if (proposal->nodes < turn->other) {
        enum reason closed = closed_gate(turn, bound);
        if (closed != REASON_NONE) {
            proposal_limit(proposal, turn->other, closed);
        }
    }
}
