/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 4: point rules that are due. "Per rule the latest due instant within its deadline runs,
 * older ones are recorded as one Missed activity with their count. Order: due time, then policy
 * name, then list order; rules due at the same instant see the range the previous one left and
 * the same C; C is taken anew for each distinct due time."
 */
#include "decide/decide_priv.h"

#include <stdlib.h>

struct due {
    struct wall at;
    struct bound *bound;
    int rule; /* place in the policy's list */
};

static int compare_dues(const void *a, const void *b)
{
    const struct due *x = a;
    const struct due *y = b;
    if (x->at.s != y->at.s) {
        return x->at.s < y->at.s ? -1 : 1;
    }
    if (x->bound != y->bound) {
        return x->bound < y->bound ? -1 : 1; /* one array, sorted by name */
    }
    return x->rule - y->rule;
}

static const struct schedule *rule_of(const struct due *due)
{
    return &due->bound->policy->schedules[due->rule];
}

static const char *rule_name(struct turn *turn, const struct bound *bound,
                             const struct schedule *schedule)
{
    return winner_name(turn, TERM_SCHEDULE, bound->policy->meta.name, schedule->name);
}

/* "recorded as one Missed activity with their count" */
static void miss(struct turn *turn, const struct bound *bound, const struct schedule *schedule,
                 int64_t count, struct wall last)
{
    char at[WALL_TEXT_SIZE];
    const char *name = rule_name(turn, bound, schedule);
    const char *cause = arena_printf(turn->arena, "missed %s", name);
    const char *why = turn->hold == REASON_PAUSED ? "the group is paused"
                      : turn->frozen              ? "ScheduledScaling is suspended"
                                                  : "startingDeadlineSeconds has passed";
    const char *message =
        arena_printf(turn->arena, "Missed: %lld firing%s of %s, the last due at %s, because %s",
                     (long long)count, count == 1 ? "" : "s", name, wall_text(last, at), why);
    activity_add(turn, cause, ACTIVITY_CANCELLED, message);
    say(turn, "%lld firing%s of %s missed", (long long)count, count == 1 ? "" : "s", name);
}

/* Judges one rule up to now; true when it runs. */
static bool judge(struct turn *turn, struct bound *bound, int i, struct due *ret_due)
{
    const struct schedule *schedule = &bound->policy->schedules[i];
    struct firing last;
    int64_t count = 0;
    if (!firing_last(schedule->firing, bound->clocks[i], turn->now, &last, &count)) {
        return false;
    }
    /* "Ages up to and including the deadline run." */
    bool runs = !turn->frozen && turn->now.s - last.due.s <= schedule->starting_deadline_s;
    int64_t missed = count - (runs ? 1 : 0);
    if (missed > 0) {
        miss(turn, bound, schedule, missed, last.due);
    }
    *ret_due = (struct due){.at = last.due, .bound = bound, .rule = i};
    return runs;
}

static int collect(struct turn *turn, struct due **ret_dues)
{
    struct due *dues = NULL;
    int count = 0, cap = 0;
    for (int b = 0; b < turn->bound_count; b++) {
        struct bound *bound = &turn->bounds[b];
        for (int i = 0; bound->in_force && i < bound->policy->schedule_count; i++) {
            const struct schedule *schedule = &bound->policy->schedules[i];
            struct due due;
            if (schedule_is_window(schedule) || !schedule_is_usable(schedule) ||
                !judge(turn, bound, i, &due)) {
                continue;
            }
            if (count == cap) {
                cap = cap * 2 + 8;
                struct due *more = ARENA_ARRAY(turn->arena, struct due, (size_t)cap);
                for (int k = 0; k < count; k++) {
                    more[k] = dues[k];
                }
                dues = more;
            }
            dues[count++] = due;
        }
    }
    if (count > 0) {
        qsort(dues, (size_t)count, sizeof(dues[0]), compare_dues);
    }
    *ret_dues = dues;
    return count;
}

/* With metric scaling "the schedule does not set nodes; it adjusts the metric policy's range". */
static void fire_range(struct turn *turn, const struct due *due, int target, int current)
{
    struct bound *bound = due->bound;
    struct range before = bound->running;
    const char *name = rule_name(turn, bound, rule_of(due));
    if (range_fire(turn, bound, target, current)) {
        say(turn, "%s %s the range from %d-%d to %d-%d", name,
            bound->running.min >= before.min ? "raised" : "lowered", before.min, before.max,
            bound->running.min, bound->running.max);
    } else {
        say(turn, "%s of %d leaves the range %d-%d", name, target, before.min, before.max);
    }
}

/* "Without any metric scaling firing sets desired to T, and T becomes the baseline." */
static void fire_count(struct turn *turn, const struct due *due, int target)
{
    int cut = smaller(target, due->bound->running.max);
    turn->desired = clamp_to(cut, turn->plain);
    turn->m->baseline = turn->desired;
    turn->m->above = false;
    say(turn, "%s set %d", rule_name(turn, due->bound, rule_of(due)), turn->desired);
}

static void fire(struct turn *turn, const struct due *due, int current)
{
    struct bound *bound = due->bound;
    const struct schedule *schedule = rule_of(due);
    /* "adjust: T = max(0, C + N)" */
    int target = schedule->has_nodes ? clamp_nodes(schedule->nodes)
                                     : clamp_nodes((int64_t)current + schedule->adjust);
    struct term *term = term_add(turn, TERM_SCHEDULE, bound->policy->meta.name, schedule->name);
    term->has_wants = true;
    term->wants = target;
    if (target > bound->running.max) {
        turn->schedule_clamped = true;
        limited(turn, REASON_RANGE_MAX);
    }
    if (turn->metric_scaling) {
        fire_range(turn, due, target, current);
    } else {
        fire_count(turn, due, target);
    }
    bound->b->fired = (struct fired_memory){
        .set = true,
        .rule = arena_dup(turn->arena, schedule->name),
        .at = due->at,
        .nodes = target,
    };
}

/* All rules of one instant; returns how many there were. */
static int fire_instant(struct turn *turn, const struct due *dues, int count)
{
    int current = turn->desired;
    int n = 0;
    while (n < count && dues[n].at.s == dues[0].at.s) {
        fire(turn, &dues[n], current);
        n++;
    }
    range_clamp(turn, turn->plain);
    if (turn->desired == current) {
        return n;
    }
    /* The last rule that stands for the number reached is the one that won. */
    const struct due *winner = &dues[n - 1];
    for (int i = n - 1; turn->metric_scaling && i >= 0; i--) {
        if (dues[i].bound->running.min == turn->desired) {
            winner = &dues[i];
            break;
        }
    }
    won(turn, rule_name(turn, winner->bound, rule_of(winner)), REASON_SCHEDULE_FIRED);
    return n;
}

/* Terms of rules that a dryRun policy would have run. */
static void show_dry(struct turn *turn, const struct bound *bound)
{
    for (int i = 0; i < bound->policy->schedule_count; i++) {
        const struct schedule *schedule = &bound->policy->schedules[i];
        if (!schedule_is_usable(schedule) || schedule_is_window(schedule) || !turn->had_before ||
            !firing_last(schedule->firing, turn->before, turn->now, NULL, NULL)) {
            continue;
        }
        struct term *term = term_add(turn, TERM_SCHEDULE, bound->policy->meta.name, schedule->name);
        term->shown_only = true;
        term->has_wants = true;
        term->wants = schedule->has_nodes ? clamp_nodes(schedule->nodes)
                                          : clamp_nodes((int64_t)turn->desired + schedule->adjust);
    }
}

/* Every rule is judged up to now, or up to where it was if the clock is back. */
static void advance_clocks(struct turn *turn)
{
    struct wall group = turn->now;
    if (turn->had_before && turn->before.s > group.s) {
        group = turn->before;
    }
    for (int b = 0; b < turn->bound_count; b++) {
        struct bound *bound = &turn->bounds[b];
        int kept = 0;
        for (int i = 0; i < bound->policy->schedule_count; i++) {
            if (!bound->in_force || !schedule_is_usable(&bound->policy->schedules[i])) {
                continue;
            }
            struct wall clock = bound->clocks[i].s > turn->now.s ? bound->clocks[i] : turn->now;
            struct rule_memory *rule = &bound->b->rules[kept++];
            rule->apart = clock.s != group.s;
            rule->clock = rule->apart ? clock : (struct wall){0};
        }
    }
}

void points_step(struct turn *turn)
{
    struct due *dues = NULL;
    int count = collect(turn, &dues);
    for (int i = 0; i < count;) {
        i += fire_instant(turn, &dues[i], count - i);
    }
    for (int b = 0; b < turn->bound_count; b++) {
        if (turn->bounds[b].shown) {
            show_dry(turn, &turn->bounds[b]);
        }
    }
    advance_clocks(turn);
}
