/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/upcoming.h"

#include "calendar/listing.h"

static bool is_silent(const struct policy *policy)
{
    return policy->suspend || policy->dry_run || policy->invalid || policy->meta.deleting;
}

static struct listing_rule rule_of(const struct policy *policy, const struct schedule *schedule)
{
    struct listing_rule rule = {
        .policy = policy->meta.name,
        .name = schedule->name,
        .when = {.start = *schedule->firing, .duration_s = schedule->duration_s},
        .is_window = schedule_is_window(schedule),
        .is_adjust = !schedule->has_nodes,
        .amount = schedule->has_nodes ? schedule->nodes : schedule->adjust,
    };
    if (schedule->end_firing != NULL) {
        rule.when.end = schedule->end_firing->cron;
    }
    return rule;
}

static size_t gather(const struct policy *const *policies, int count, struct arena *arena,
                     struct listing_rule **ret_rules)
{
    size_t most = 0;
    size_t filled = 0;
    for (int i = 0; i < count; i++) {
        most += (size_t)policies[i]->schedule_count;
    }
    struct listing_rule *rules = ARENA_ARRAY(arena, struct listing_rule, most + 1);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < policies[i]->schedule_count && !is_silent(policies[i]); j++) {
            const struct schedule *schedule = &policies[i]->schedules[j];
            bool has_end = schedule->end_cron[0] == '\0' || schedule->end_firing != NULL;
            if (!schedule->suspend && schedule->firing != NULL && has_end) {
                rules[filled++] = rule_of(policies[i], schedule);
            }
        }
    }
    *ret_rules = rules;
    return filled;
}

int upcoming_list(const struct policy *const *policies, int count, struct wall now,
                  struct arena *arena, struct upcoming *ret_list, int max)
{
    struct listing_rule *rules;
    size_t rule_count = gather(policies, count, arena, &rules);
    struct listing listing;
    struct wall until = {now.s + (int64_t)UPCOMING_DAYS * 86400};
    listing_init(&listing, rules, rule_count, now, until, arena);
    int filled = 0;
    struct listing_event event;
    while (filled < max && listing_next(&listing, &event)) {
        if (event.kind == LISTING_END) {
            continue;
        }
        ret_list[filled++] = (struct upcoming){
            .policy = event.rule->policy,
            .rule = event.rule->name,
            .time = event.firing.due,
            .has_nodes = !event.rule->is_adjust,
            .nodes = event.rule->is_adjust ? 0 : (int)event.rule->amount,
            .adjust = event.rule->is_adjust ? (int)event.rule->amount : 0,
        };
    }
    return filled;
}

bool upcoming_never_fires(const struct policy *policy, struct wall now)
{
    struct firing firing;
    for (int i = 0; i < policy->schedule_count; i++) {
        const struct schedule *schedule = &policy->schedules[i];
        bool fires = schedule->has_at ||
                     (schedule->firing != NULL &&
                      firing_next(schedule->firing, now, (struct wall){FIRING_END_S}, &firing));
        if (!fires) {
            return true;
        }
    }
    return false;
}

bool upcoming_is_expired(const struct policy *policy, struct wall now)
{
    for (int i = 0; i < policy->schedule_count; i++) {
        if (!policy->schedules[i].has_at || policy->schedules[i].at.s > now.s) {
            return false;
        }
    }
    return policy->schedule_count > 0;
}
