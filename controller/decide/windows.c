/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 6: windows, the effective range, desired to its bound. "While windows are active: m =
 * min(M, max(running m, T of each active window)); windows never change the running range and
 * point rules never see their floor; when none is active nothing remains of them." On a group
 * without metric scaling "desired = max(baseline, T of the active windows) clamped, so a window's
 * end brings the baseline back".
 *
 *     S0's lunch: 2 nodes, "11:00 to 13:00, two more": 2, at 11:00 4, at 13:00 2
 */
#include "decide/decide_priv.h"

struct window_rule window_rule_of(const struct schedule *schedule)
{
    struct window_rule rule = {.start = *schedule->firing, .duration_s = schedule->duration_s};
    if (schedule->duration_s <= 0 && schedule->end_firing != NULL) {
        rule.duration_s = 0;
        rule.end = schedule->end_firing->cron;
    }
    return rule;
}

/* "T of adjust: +N = the policy's base min + N with metric scaling, baseline + N without" */
static int window_target(const struct turn *turn, const struct bound *bound,
                         const struct schedule *schedule)
{
    int64_t from = turn->metric_scaling ? bound->base.min : turn->m->baseline;
    return schedule->has_nodes ? clamp_nodes(schedule->nodes)
                               : clamp_nodes(from + schedule->adjust);
}

/*
 * "before the start the floor is m0 + floor((T - m0) * elapsed / rampSeconds), m0 = running min,
 * without metric scaling the baseline"
 */
static int ramp_floor(const struct turn *turn, const struct bound *bound, int target,
                      const struct schedule *schedule, int64_t elapsed_s)
{
    int from = turn->metric_scaling ? bound->running.min : turn->m->baseline;
    if (target <= from) {
        return from;
    }
    return from + (int)((int64_t)(target - from) * elapsed_s / schedule->ramp_s);
}

/* What one window asks for now; false when it neither holds nor ramps. */
static bool window_asks(const struct turn *turn, const struct bound *bound,
                        const struct schedule *schedule, int *ret_nodes, bool *ret_active)
{
    struct window_rule rule = window_rule_of(schedule);
    int target = window_target(turn, bound, schedule);
    int64_t elapsed_s = 0;
    struct wall start;
    *ret_active = window_active(&rule, turn->now, NULL);
    if (*ret_active) {
        *ret_nodes = target;
        return true;
    }
    if (!window_ramp(&rule, schedule->ramp_s, turn->now, &elapsed_s, &start)) {
        return false;
    }
    *ret_nodes = ramp_floor(turn, bound, smaller(target, bound->running.max), schedule, elapsed_s);
    return true;
}

static bool is_live_window(const struct schedule *schedule)
{
    return schedule_is_window(schedule) && schedule_is_usable(schedule);
}

static void look(struct turn *turn, struct bound *bound)
{
    bound->window_name = NULL;
    bound->window_active = false;
    if (!bound->in_force) {
        return;
    }
    if (turn->frozen) {
        /* "the floor of windows stays as it was"; it is in memory for this. */
        bound->window_name = bound->b->has_window ? bound->b->window_rule : NULL;
        bound->window_nodes = bound->b->window_nodes;
        bound->window_active = bound->b->has_window;
        return;
    }
    for (int i = 0; i < bound->policy->schedule_count; i++) {
        const struct schedule *schedule = &bound->policy->schedules[i];
        int nodes = 0;
        bool active = false;
        if (!is_live_window(schedule) || !window_asks(turn, bound, schedule, &nodes, &active)) {
            continue;
        }
        bound->window_active = bound->window_active || active;
        int cut = smaller(nodes, bound->running.max);
        if (bound->window_name == NULL || cut > bound->window_nodes) {
            bound->window_name = schedule->name;
            bound->window_nodes = cut;
        }
    }
}

void windows_look(struct turn *turn)
{
    for (int i = 0; i < turn->bound_count; i++) {
        look(turn, &turn->bounds[i]);
    }
    range_update(turn);
}

static void add_terms(struct turn *turn, const struct bound *bound)
{
    bool show = bound->in_force ? !turn->frozen : bound->shown;
    for (int i = 0; show && i < bound->policy->schedule_count; i++) {
        const struct schedule *schedule = &bound->policy->schedules[i];
        int nodes = 0;
        bool active = false;
        if (!is_live_window(schedule) || !window_asks(turn, bound, schedule, &nodes, &active)) {
            continue;
        }
        struct term *term = term_add(turn, TERM_SCHEDULE, bound->policy->meta.name, schedule->name);
        term->shown_only = bound->shown;
        term->has_wants = true;
        term->wants = nodes;
        if (bound->in_force && nodes > bound->running.max) {
            turn->schedule_clamped = true;
        }
    }
}

/* The terms of windows stand before the request, which was made before they were looked at. */
static void order_terms(struct turn *turn, int windows_at)
{
    int request = windows_at - 1;
    if (request < 0 || turn->terms[request].kind != TERM_MANUAL) {
        return;
    }
    struct term manual = turn->terms[request];
    for (int i = request; i + 1 < turn->term_count; i++) {
        turn->terms[i] = turn->terms[i + 1];
    }
    turn->terms[turn->term_count - 1] = manual;
}

/* The binding whose window raises the group's floor, or NULL. */
static const struct bound *floor_holder(const struct turn *turn)
{
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        if (bound->window_name != NULL && bound->window_nodes >= turn->effective.min &&
            bound->window_nodes > turn->plain.min) {
            return bound;
        }
    }
    return NULL;
}

/* The highest T of the windows of a group without metric scaling. */
static const struct bound *highest_window(const struct turn *turn)
{
    const struct bound *highest = NULL;
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        if (bound->window_name != NULL &&
            (highest == NULL || bound->window_nodes > highest->window_nodes)) {
            highest = bound;
        }
    }
    return highest;
}

/* The window in memory that was highest and holds no more, or NULL. */
static const struct bound *ended_window(const struct turn *turn)
{
    const struct bound *ended = NULL;
    for (int i = 0; i < turn->bound_count; i++) {
        const struct bound *bound = &turn->bounds[i];
        const struct binding_memory *b = bound->b;
        bool less =
            b->has_window && (bound->window_name == NULL || bound->window_nodes < b->window_nodes);
        if (less && (ended == NULL || b->window_nodes > ended->b->window_nodes)) {
            ended = bound;
        }
    }
    return ended;
}

static void won_by_window(struct turn *turn, const struct bound *bound, const char *rule,
                          enum reason reason)
{
    const char *name = winner_name(turn, TERM_SCHEDULE, bound->policy->meta.name, rule);
    won(turn, name, reason);
    if (reason == REASON_WINDOW_ENDED) {
        say(turn, "the window of %s ended", name);
    } else {
        say(turn, "the window of %s holds at least %d", name, bound->window_nodes);
    }
}

static void won_by_range(struct turn *turn, int before)
{
    struct term *term = term_add(turn, TERM_RANGE, "", "");
    term->has_wants = true;
    term->wants = turn->desired;
    bool raised = turn->desired > before;
    won(turn, "range", raised ? REASON_RANGE_MIN : REASON_RANGE_MAX);
    say(turn, "the range %d-%d moved %d to %d", turn->effective.min, turn->effective.max, before,
        turn->desired);
}

static void say_who_moved(struct turn *turn, int before, const struct bound *holder)
{
    const struct bound *ended = ended_window(turn);
    if (turn->desired > before && holder != NULL && holder->window_nodes >= turn->desired) {
        won_by_window(turn, holder, holder->window_name, REASON_WINDOW_ACTIVE);
    } else if (turn->desired < before && ended != NULL && !turn->metric_scaling) {
        won_by_window(turn, ended, ended->b->window_rule, REASON_WINDOW_ENDED);
    } else if (turn->desired != before) {
        won_by_range(turn, before);
    }
}

static void remember(struct turn *turn, struct bound *bound)
{
    struct binding_memory *b = bound->b;
    if (turn->frozen) {
        return;
    }
    b->has_window = bound->window_name != NULL;
    b->window_nodes = b->has_window ? bound->window_nodes : 0;
    b->window_rule = b->has_window ? arena_dup(turn->arena, bound->window_name) : NULL;
}

void windows_step(struct turn *turn)
{
    int before = turn->desired;
    int windows_at = turn->term_count;
    windows_look(turn);
    for (int i = 0; i < turn->bound_count; i++) {
        add_terms(turn, &turn->bounds[i]);
    }
    order_terms(turn, windows_at);
    const struct bound *holder = turn->metric_scaling ? floor_holder(turn) : highest_window(turn);
    if (!turn->metric_scaling) {
        int window = holder != NULL ? holder->window_nodes : 0;
        turn->desired = larger(turn->m->baseline, window);
    }
    range_clamp(turn, turn->effective);
    turn->m->above = turn->m->above && turn->desired > turn->cut;
    say_who_moved(turn, before, holder);
    if (turn->winner == NULL && !turn->metric_scaling && holder != NULL &&
        turn->desired > turn->m->baseline) {
        won_by_window(turn, holder, holder->window_name, REASON_WINDOW_ACTIVE); /* it kept it */
    }
    for (int i = 0; i < turn->bound_count; i++) {
        remember(turn, &turn->bounds[i]);
    }
    turn->other = turn->desired;
}
