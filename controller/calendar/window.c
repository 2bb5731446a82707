/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything follows from the latest start: no other start in the past ends later, so the window is
 * active exactly if the end of that one is still to come.
 */
#include "calendar/window.h"

static const struct wall before_time = {-1};
static const struct wall end_of_time = {FIRING_END_S};

static bool has_duration(const struct window_rule *rule)
{
    return rule->duration_s > 0;
}

static struct wall wall_add(struct wall t, int64_t seconds)
{
    if (seconds > 0 ? t.s > FIRING_END_S - seconds : t.s < before_time.s - seconds) {
        return seconds > 0 ? end_of_time : before_time;
    }
    return (struct wall){t.s + seconds};
}

/* The end expression as a rule of its own. */
static struct firing_rule end_rule(const struct window_rule *rule)
{
    return (struct firing_rule){.kind = FIRING_CRON, .cron = rule->end, .zone = rule->start.zone};
}

struct firing window_end_of(const struct window_rule *rule, struct wall s)
{
    struct firing end = {.due = end_of_time};
    if (has_duration(rule)) {
        end.due = wall_add(s, rule->duration_s);
    } else {
        struct firing_rule ends = end_rule(rule);
        if (firing_next(&ends, s, end_of_time, &end)) {
            return end;
        }
    }
    end.offset_s = zone_offset_at(rule->start.zone, end.due);
    return end;
}

/* No start up to this instant is in force at t. */
static struct wall spent_until(const struct window_rule *rule, struct wall t)
{
    struct firing end = {0};
    if (has_duration(rule)) {
        return wall_add(t, -rule->duration_s);
    }
    struct firing_rule ends = end_rule(rule);
    return firing_last(&ends, before_time, t, &end, NULL) ? wall_add(end.due, -1) : before_time;
}

/* The latest start up to t that is in force at t. */
static bool holding_start(const struct window_rule *rule, struct wall t, struct wall *ret_start)
{
    struct firing start = {0};
    if (!firing_last(&rule->start, has_duration(rule) ? spent_until(rule, t) : before_time, t,
                     &start, NULL) ||
        window_end_of(rule, start.due).due.s <= t.s) {
        return false;
    }
    *ret_start = start.due;
    return true;
}

bool window_active(const struct window_rule *rule, struct wall now, struct window *ret_window)
{
    struct wall latest = {0};
    struct firing earliest = {0};
    if (!holding_start(rule, now, &latest)) {
        return false;
    }
    if (ret_window != NULL) {
        bool found = firing_next(&rule->start, spent_until(rule, now), latest, &earliest);
        ret_window->start = found ? earliest.due : latest;
        ret_window->end = window_end_of(rule, latest).due;
    }
    return true;
}

bool window_ramp(const struct window_rule *rule, int64_t ramp_s, struct wall now,
                 int64_t *ret_elapsed_s, struct wall *ret_start)
{
    struct firing start = {0};
    if (ramp_s <= 0 || !firing_next(&rule->start, now, wall_add(now, ramp_s), &start)) {
        return false;
    }
    *ret_elapsed_s = ramp_s - (start.due.s - now.s);
    *ret_start = start.due;
    return true;
}

/* Takes the edge if it is the nearest so far; what was offered first wins at one instant. */
static void edge_offer(struct window_edge *nearest, bool *has_one, struct wall at,
                       enum window_event event)
{
    if (!*has_one || at.s < nearest->at.s) {
        *nearest = (struct window_edge){at, event};
        *has_one = true;
    }
}

bool window_next_edge(const struct window_rule *rule, int64_t ramp_s, struct wall now,
                      struct wall until, struct window_edge *ret_edge)
{
    struct firing start = {0};
    struct wall held_by = {0};
    struct window_edge nearest = {0};
    bool has_one = false;
    if (firing_next(&rule->start, now, until, &start)) {
        edge_offer(&nearest, &has_one, start.due, WINDOW_START);
    }
    if (holding_start(rule, now, &held_by)) {
        edge_offer(&nearest, &has_one, window_end_of(rule, held_by).due, WINDOW_END);
    }
    if (ramp_s > 0 && firing_next(&rule->start, wall_add(now, ramp_s), end_of_time, &start)) {
        edge_offer(&nearest, &has_one, wall_add(start.due, -ramp_s), WINDOW_RAMP);
    }
    if (!has_one || nearest.at.s > until.s) {
        return false;
    }
    *ret_edge = nearest;
    return true;
}

bool window_next_end(const struct window_rule *rule, struct wall after, struct wall until,
                     struct firing *ret_end)
{
    struct firing start = {0};
    struct wall held_by = {0};
    if (!holding_start(rule, after, &held_by)) {
        if (!firing_next(&rule->start, after, until, &start)) {
            return false;
        }
        held_by = start.due;
    }
    struct firing end = window_end_of(rule, held_by);
    for (int i = 0; i < WINDOW_CHASE_MAX && end.due.s <= until.s; i++) {
        if (!firing_last(&rule->start, held_by, end.due, &start, NULL)) {
            *ret_end = end;
            return true;
        }
        held_by = start.due;
        struct firing later = window_end_of(rule, held_by);
        if (later.due.s <= end.due.s) {
            *ret_end = end;
            return true;
        }
        end = later;
    }
    return false;
}
