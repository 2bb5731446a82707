/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next instant at which the clock alone may change the decision: a firing, an edge of a
 * window, a step of a ramp, the end of something timed. Each search looks no further than the
 * nearest instant found so far.
 */
#include "decide/decide_priv.h"

static void wake_at(struct turn *turn, int64_t s)
{
    struct decide_output *out = turn->out;
    if (s > turn->now.s && (!out->has_wake || s < out->wake.s)) {
        out->has_wake = true;
        out->wake.s = s;
    }
}

static struct wall horizon(const struct turn *turn)
{
    return turn->out->has_wake ? turn->out->wake : (struct wall){FIRING_END_S};
}

/* A ramp moves when its floor does: the next second at which one more node is due. */
static void wake_for_ramp(struct turn *turn, const struct bound *bound,
                          const struct schedule *schedule, const struct window_rule *rule)
{
    int64_t elapsed_s = 0;
    struct wall start;
    if (!window_ramp(rule, schedule->ramp_s, turn->now, &elapsed_s, &start)) {
        return;
    }
    int64_t from = turn->metric_scaling ? bound->running.min : turn->m->baseline;
    int64_t base = turn->metric_scaling ? bound->base.min : turn->m->baseline;
    int64_t target = schedule->has_nodes ? schedule->nodes : base + schedule->adjust;
    target = target > bound->running.max ? bound->running.max : target;
    if (target > from) {
        int64_t risen = (target - from) * elapsed_s / schedule->ramp_s;
        int64_t next_s = ((risen + 1) * schedule->ramp_s + (target - from) - 1) / (target - from);
        wake_at(turn, turn->now.s + next_s - elapsed_s);
    }
}

static void wake_for_rule(struct turn *turn, const struct bound *bound,
                          const struct schedule *schedule)
{
    if (!schedule_is_window(schedule)) {
        struct firing next;
        if (firing_next(schedule->firing, turn->now, horizon(turn), &next)) {
            wake_at(turn, next.due.s);
        }
        return;
    }
    struct window_rule rule = window_rule_of(schedule);
    struct window_edge edge;
    if (window_next_edge(&rule, schedule->ramp_s, turn->now, horizon(turn), &edge)) {
        wake_at(turn, edge.at.s);
    }
    wake_for_ramp(turn, bound, schedule, &rule);
}

static void wake_for_limits(struct turn *turn, const struct bound *bound)
{
    const struct policy *policy = bound->policy;
    const struct memory *m = turn->m;
    if (m->change_count > 0) {
        int64_t last = m->changes[m->change_count - 1].at.s;
        wake_at(turn, last + policy->scale_out.cooldown_s);
        wake_at(turn, last + policy->scale_in.cooldown_s);
    }
    if (bound->b->panicking) {
        wake_at(turn, bound->b->panic_until.s);
    }
    if (bound->b->dropped) {
        wake_at(turn, bound->b->drop_until.s);
    }
}

void wake_step(struct turn *turn)
{
    const struct group *group = turn->group;
    if (turn->hold == REASON_PAUSED && group->has_pause_until) {
        wake_at(turn, group->pause_until.s);
    }
    if (turn->m->contest.set) {
        wake_at(turn, turn->m->contest.last.s + 600);
    }
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        if (bound->in_force) {
            wake_for_limits(turn, bound);
        }
        for (int r = 0; bound->in_force && r < bound->policy->schedule_count; r++) {
            if (schedule_is_usable(&bound->policy->schedules[r])) {
                wake_for_rule(turn, bound, &bound->policy->schedules[r]);
            }
        }
    }
}
