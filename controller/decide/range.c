/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranges (behaviour.md 4.2): each binding has its base range, from spec; its running range,
 * which point rules move; and its effective one, which windows raise. Those of the group are
 * "[largest of the bindings' minima, largest of their maxima], clamped to the group's own".
 *
 *     group 0-1000, policy 1-10; a rule of 7 on 5 nodes    running 7-10
 *                                a window of 9             effective 9-10, running still 7-10
 */
#include "decide/decide_priv.h"

/*
 * "min defaults to the group's minSize; max defaults to 20 and to the group's maxSize if lower.
 * The default is never below nodeRange.min. Used = intersection with the group's; if empty, the
 * group's nearest bound."
 */
void range_bind(const struct turn *turn, struct bound *bound)
{
    const struct policy *policy = bound->policy;
    struct range limits = turn->limits;
    int min = policy->has_range_min ? clamp_nodes(policy->range_min) : limits.min;
    int max = policy->has_range_max ? clamp_nodes(policy->range_max)
                                    : larger(smaller(POLICY_DEFAULT_MAX_NODES, limits.max), min);
    max = larger(max, min);
    bound->apart = min > limits.max || max < limits.min;
    bound->base.min = clamp_to(min, limits);
    bound->base.max = clamp_to(max, limits);
}

/* "An edit of the group's range keeps the running range and intersects it anew." */
static void range_run(const struct turn *turn, struct bound *bound)
{
    const struct binding_memory *b = bound->b;
    bound->running = bound->base;
    if (b->has_floor) {
        struct range room = {turn->limits.min, bound->base.max};
        bound->running.min = clamp_to(b->floor, room);
    }
    /* "m = min(M, max(running m, T of each active window))" */
    bound->effective = bound->running;
    if (bound->window_name != NULL) {
        int raised = larger(bound->running.min, bound->window_nodes);
        bound->effective.min = smaller(bound->running.max, raised);
    }
}

static void widen(struct range *range, struct range other, bool first)
{
    range->min = first ? other.min : larger(range->min, other.min);
    range->max = first ? other.max : larger(range->max, other.max);
}

/*
 * "Desired is cut at the largest of the explicit maxima and, for policies without one, maxSize":
 * a default maximum bounds what a policy may add and removes nothing.
 */
static int cut_of(const struct turn *turn, const struct bound *bound)
{
    return bound->policy->has_range_max ? bound->base.max : turn->limits.max;
}

void range_update(struct turn *turn)
{
    bool first = true;
    turn->base = turn->plain = turn->effective = turn->limits;
    turn->cut = turn->limits.max;
    for (int i = 0; i < turn->bound_count; i++) {
        struct bound *bound = &turn->bounds[i];
        range_run(turn, bound);
        if (!bound->in_force) {
            continue;
        }
        widen(&turn->base, bound->base, first);
        widen(&turn->plain, bound->running, first);
        widen(&turn->effective, bound->effective, first);
        turn->cut = first ? cut_of(turn, bound) : larger(turn->cut, cut_of(turn, bound));
        first = false;
    }
}

bool range_clamp(struct turn *turn, struct range low)
{
    int before = turn->desired;
    if (turn->desired < low.min) {
        turn->desired = low.min;
    } else if (turn->desired > turn->cut && !turn->m->above) {
        turn->desired = turn->cut;
    }
    return turn->desired != before;
}

/*
 * "T > M: T := M; T < m: m := T (lets an evening rule undo a morning one); else C < T: m := T
 * (S1: raise the minimum); otherwise nothing (S1: no adjustment)". "T is compared with, and stored
 * cut to, the intersected maximum."
 */
bool range_fire(struct turn *turn, struct bound *bound, int target, int current)
{
    int t = smaller(target, bound->running.max);
    if (t >= bound->running.min && current >= t) {
        return false;
    }
    bound->b->has_floor = true;
    bound->b->floor = t;
    range_update(turn);
    return true;
}
