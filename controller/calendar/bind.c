/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolves the calendar texts of a policy. The reasons why a text is refused belong to the checks
 * of a spec; here a rule is either usable or NULL.
 */
#include "calendar/bind.h"

#include <stddef.h>

#include "base/err.h"
#include "calendar/firing.h"

static bool bind_cron(const char *text, struct cron *ret_cron)
{
    struct err err = {0};
    return cron_parse(str_of(text), ret_cron, &err) == 0;
}

static bool bind_zone(struct zones *zones, const char *name, const struct zone **ret_zone)
{
    struct err err = {0};
    return zones_find(zones, str_of(name), ret_zone, &err) == 0;
}

static bool bind_excluded(const struct schedule *schedule, struct arena *arena,
                          struct firing_rule *rule)
{
    size_t count = schedule->exclude_date_count > 0 ? (size_t)schedule->exclude_date_count : 0;
    int32_t *days = ARENA_ARRAY(arena, int32_t, count);
    for (size_t i = 0; i < count; i++) {
        if (!firing_day_parse(str_of(schedule->exclude_dates[i]), &days[i])) {
            return false;
        }
    }
    firing_days_sort(days, count);
    rule->excluded = days;
    rule->excluded_count = count;
    return true;
}

/* The rule of a cron text in a zone, or NULL. */
static struct firing_rule *cron_rule(const char *cron, const char *zone, struct zones *zones,
                                     struct arena *arena)
{
    struct firing_rule rule = {.kind = FIRING_CRON};
    if (!bind_cron(cron, &rule.cron) || !bind_zone(zones, zone, &rule.zone)) {
        return NULL;
    }
    struct firing_rule *made = ARENA_NEW(arena, struct firing_rule);
    *made = rule;
    return made;
}

static const struct firing_rule *bind_start(const struct schedule *schedule, struct zones *zones,
                                            struct arena *arena)
{
    struct firing_rule *rule = NULL;
    if (schedule->has_at) {
        rule = ARENA_NEW(arena, struct firing_rule);
        *rule = (struct firing_rule){.kind = FIRING_AT, .at = schedule->at};
        if (!bind_zone(zones, schedule->time_zone, &rule->zone)) {
            return NULL;
        }
    } else {
        rule = cron_rule(schedule->cron, schedule->time_zone, zones, arena);
    }
    return rule != NULL && bind_excluded(schedule, arena, rule) ? rule : NULL;
}

void calendar_bind(struct policy *policy, struct zones *zones, struct arena *arena)
{
    for (int i = 0; i < policy->schedule_count; i++) {
        struct schedule *schedule = &policy->schedules[i];
        schedule->firing = bind_start(schedule, zones, arena);
        schedule->end_firing =
            schedule->end_cron[0] != '\0'
                ? cron_rule(schedule->end_cron, schedule->time_zone, zones, arena)
                : NULL;
    }
    struct behavior *in = &policy->scale_in;
    if (in->blackout_count <= 0) {
        return;
    }
    struct blackout *blackouts = ARENA_ARRAY(arena, struct blackout, (size_t)in->blackout_count);
    for (int i = 0; i < in->blackout_count; i++) {
        blackouts[i] = in->blackouts[i];
        blackouts[i].firing = cron_rule(blackouts[i].cron, blackouts[i].time_zone, zones, arena);
    }
    in->blackouts = blackouts;
}
