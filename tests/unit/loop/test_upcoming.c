/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "calendar/bind.h"
#include "loop/upcoming.h"

static struct arena arena;
static struct zones *zones;
static struct schedule rules[3];
static struct policy policy;
static const struct policy *policies[] = {&policy};
static const struct wall NOW = {1772420400}; /* 2026-03-02T03:00:00Z */

static struct schedule rule(const char *name, const char *cron, int nodes)
{
    return (struct schedule){.name = name,
                             .cron = cron,
                             .time_zone = "UTC",
                             .has_nodes = true,
                             .nodes = nodes,
                             .end_cron = "",
                             .starting_deadline_s = 300};
}

static void setup(void)
{
    zones = zones_new("");
    rules[0] = rule("noon", "0 12 * * *", 7);
    rules[1] = rule("four", "0 4 * * *", 5);
    rules[2] = rule("window", "0 5 * * *", 9);
    rules[2].duration_s = 3600;
    policy = (struct policy){
        .meta = {.name = "lunch", .ns = "demo"}, .schedules = rules, .schedule_count = 3};
}

static void teardown(void)
{
    zones_free(zones);
    arena_clear(&arena);
}

TestSuite(upcoming, .init = setup, .fini = teardown);

static int list(struct upcoming *found, int max)
{
    calendar_bind(&policy, zones, &arena);
    return upcoming_list(policies, 1, NOW, &arena, found, max);
}

Test(upcoming, the_soonest_come_first_and_window_ends_are_left_out)
{
    struct upcoming found[4];
    cr_assert_eq(list(found, 4), 4);
    cr_assert_str_eq(found[0].rule, "four");
    cr_assert_eq(found[0].time.s, NOW.s + 3600);
    cr_assert_eq(found[0].nodes, 5);
    cr_assert_str_eq(found[1].rule, "window");
    cr_assert_str_eq(found[2].rule, "noon");
    cr_assert_str_eq(found[3].rule, "four");
    cr_assert_eq(found[3].time.s, NOW.s + 3600 + 86400);
}

Test(upcoming, suspended_rules_and_policies_have_nothing_coming)
{
    struct upcoming found[1];
    rules[1].suspend = true;
    cr_assert_eq(list(found, 1), 1);
    cr_assert_str_eq(found[0].rule, "window");
    policy.suspend = true;
    cr_assert_eq(list(found, 1), 0);
}

Test(upcoming, a_rule_that_cannot_be_resolved_never_fires)
{
    rules[0].time_zone = "Nowhere/At-all";
    calendar_bind(&policy, zones, &arena);
    cr_assert(upcoming_never_fires(&policy, NOW));
}

Test(upcoming, a_policy_of_past_instants_has_expired)
{
    cr_assert_not(upcoming_is_expired(&policy, NOW));
    rules[0] = (struct schedule){.name = "once",
                                 .cron = "",
                                 .end_cron = "",
                                 .time_zone = "UTC",
                                 .has_at = true,
                                 .at = {NOW.s - 1}};
    policy.schedule_count = 1;
    calendar_bind(&policy, zones, &arena);
    cr_assert(upcoming_is_expired(&policy, NOW));
    cr_assert_not(upcoming_never_fires(&policy, NOW));
    rules[0].at.s = NOW.s + 1;
    cr_assert_not(upcoming_is_expired(&policy, NOW));
}
