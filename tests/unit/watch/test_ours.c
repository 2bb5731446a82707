/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define EXPECT_TEXT(is, wanted) cr_expect_str_eq(is, wanted)

static const struct group *group_of(const char *spec, struct arena *arena)
{
    struct err err = {0};
    char text[2048];
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"a\"},\"spec\":{%s}}", spec);
    const struct group_view *view = text_object(&KIND_SCALING_GROUP, text, arena, &err);
    cr_assert(view != NULL, "%s", err.text);
    return &view->group;
}

static const struct policy *policy_of(const char *spec, struct arena *arena)
{
    struct err err = {0};
    char text[2048];
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"a\"},\"spec\":{%s}}", spec);
    const struct policy_view *view = text_object(&KIND_SCALING_POLICY, text, arena, &err);
    cr_assert(view != NULL, "%s", err.text);
    return &view->policy;
}

Test(ours, every_field_of_a_group_is_read)
{
    struct arena arena = {0};
    const struct group_view *view = fixture_object(&KIND_SCALING_GROUP, "group", &arena);
    const struct group *g = &view->group;
    EXPECT_TEXT(view->meta.name, "edge");
    EXPECT_TEXT(g->display_name, "Edge gateways");
    cr_expect(g->min_size == 1 && g->max_size == 10);
    cr_expect(g->has_initial_size && g->initial_size == 5);
    cr_expect(g->has_desired_size && g->desired_size == 5);
    EXPECT_TEXT(g->target_name, "edge");
    EXPECT_TEXT(g->template_name, "");
    cr_assert_eq(g->member_count, 1);
    EXPECT_TEXT(g->members[0].address, "10.244.9.17");
    cr_expect(g->members[0].weight == 50 && g->members[0].scale_in_protection);
    const struct member_health_check *h = &g->member_health_check;
    cr_expect(h->set && h->http && h->port == 8080 && h->interval_s == 5 && h->timeout_s == 2);
    cr_expect(h->healthy_threshold == 2 && h->unhealthy_threshold == 3);
    cr_expect_eq(h->replace_after_s, 600);
    cr_expect(g->removal_policy_count == 1 && g->removal_policies[0] == REMOVE_DEFAULT);
    cr_assert_eq(g->load_balancer_count, 2);
    cr_expect_eq(g->load_balancers[0].weight_via, WEIGHT_VIA_ENVOY_EDS);
    EXPECT_TEXT(g->load_balancers[1].server_group, "canary");
    cr_expect(g->load_balancers[1].weight == 10 && g->load_balancers[1].drain_s == 30);
    cr_expect(g->metrics_endpoint.set && g->metrics_endpoint.port == 8080);
    EXPECT_TEXT(g->metrics_endpoint.preset, "nginx");
    cr_expect_eq(g->notification_count, 1);
    cr_expect_eq(g->notifications[0].events, 0x7FU, "all seven events");
    cr_expect(!g->paused && g->suspend == 0 && g->history_limit == 20);
    arena_clear(&arena);
}

Test(ours, an_absent_field_of_a_group_has_the_default_of_the_crd)
{
    struct arena arena = {0};
    const struct group *g = group_of("\"minSize\":0,\"maxSize\":3,\"memberHealthCheck\":{},"
                                     "\"loadBalancers\":[{}],\"members\":[{}]",
                                     &arena);
    cr_expect(!g->has_initial_size && !g->has_desired_size);
    cr_expect(g->warmup_s == 60 && g->launch_timeout_s == 600 && g->unhealthy_grace_s == 60);
    cr_expect(g->history_limit == 20 && g->removal_policy_count == 0);
    cr_expect(g->member_health_check.set && !g->member_health_check.http);
    cr_expect_eq(g->member_health_check.interval_s, 5);
    cr_expect(g->load_balancers[0].weight == 50 && g->load_balancers[0].drain_s == 30);
    EXPECT_TEXT(g->load_balancers[0].server_group, "Default");
    cr_expect(g->members[0].weight == -1 && g->members[0].scale_in_protection);
    cr_expect(!g->metrics_endpoint.set);
    EXPECT_TEXT(g->metrics_endpoint.path, "");
    EXPECT_TEXT(g->pause_reason, "");
    arena_clear(&arena);
}

Test(ours, a_pause_has_a_reason_and_an_end)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct group *g =
        group_of("\"paused\":{\"reason\":\"incident\",\"until\":\"2026-12-01T09:00:00Z\"},"
                 "\"suspend\":[\"Terminate\",\"ZoneRebalance\"]",
                 &arena);
    cr_expect(g->paused && g->has_pause_until && g->pause_until.s == 1796115600);
    EXPECT_TEXT(g->pause_reason, "incident");
    cr_expect_eq(g->suspend, (unsigned)PROCESS_TERMINATE | (unsigned)PROCESS_ZONE_REBALANCE);
    cr_expect(text_object(&KIND_SCALING_GROUP, "{\"spec\":{\"paused\":{\"until\":\"soon\"}}}",
                          &arena, &err) == NULL);
    cr_expect(strstr(err.text, "paused.until is not a time in RFC 3339") != NULL, "%s", err.text);
    arena_clear(&arena);
}

Test(ours, the_status_of_a_group_is_kept_as_it_came)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct group_view *view = text_object(
        &KIND_SCALING_GROUP, "{\"status\":{\"memory\": {\"v\":1}},\"metadata\":{\"name\":\"a\"}}",
        &arena, &err);
    cr_assert(view != NULL, "%s", err.text);
    EXPECT_TEXT(view->status.text, "{\"memory\": {\"v\":1}}");
    EXPECT_TEXT(view->meta.name, "a");
    arena_clear(&arena);
}

Test(ours, every_field_of_a_policy_is_read)
{
    struct arena arena = {0};
    const struct policy_view *view = fixture_object(&KIND_SCALING_POLICY, "policy", &arena);
    const struct policy *p = &view->policy;
    cr_assert_eq(p->group_ref_count, 1);
    EXPECT_TEXT(p->group_refs[0], "edge");
    cr_expect(p->has_range_min && p->range_min == 1 && p->has_range_max && p->range_max == 10);
    cr_assert(p->metric_count == 6 && p->schedule_count == 5);
    cr_expect_eq(p->evaluation_interval_s, 5);
    cr_expect(p->has_panic && p->panic_window_s == 6 && p->panic_threshold_pct == 200);
    cr_expect(p->has_fallback && p->fallback_after_failures == 3 && p->fallback_nodes == 6);
    const struct behavior *in = &p->scale_in;
    cr_expect(in->stabilization_s == 300 && in->rate_count == 1 && in->tolerance_pct == 10);
    cr_expect(in->blackout_count == 1 && in->blackouts[0].duration_s == 43200);
    cr_expect(in->drop_guard.set && in->drop_guard.percent == 50);
    cr_assert_eq(p->scale_out.rate_count, 2);
    cr_expect_eq(p->scale_out.rates[1].unit, RATE_NODES);
    cr_expect_eq(p->scale_out.rates[1].value, 4);
    arena_clear(&arena);
}

Test(ours, metrics_have_their_targets_and_steps)
{
    struct arena arena = {0};
    const struct policy_view *view = fixture_object(&KIND_SCALING_POLICY, "policy", &arena);
    const struct metric *m = view->policy.metrics;
    cr_expect(m[0].type == METRIC_CPU && m[0].target_form == TARGET_AVERAGE_UTILIZATION);
    cr_expect(m[0].target.nano == 50 * NANO && m[0].target_forms == 1);
    EXPECT_TEXT(m[1].container, "gateway");
    cr_expect(m[2].target_form == TARGET_AVERAGE_VALUE && m[2].target.nano == 2000 * NANO);
    EXPECT_TEXT(m[3].query_name, "p99-latency");
    cr_expect(m[3].target_form == TARGET_VALUE && m[3].target.nano == NANO / 4);
    EXPECT_TEXT(m[3].parameters[0].value, "edge");
    EXPECT_TEXT(m[4].metric_name, "open_sessions");
    cr_expect(m[4].has_custom && !m[4].has_external && m[4].has_target && !m[4].has_steps);
    EXPECT_TEXT(m[5].selector[0].key, "app");
    const struct steps *s = &m[5].steps;
    cr_expect(m[5].has_steps && m[5].target_form == TARGET_NONE && s->threshold.nano == 50 * NANO);
    cr_expect(s->sustain_s == 60 && s->adjustment_type == ADJUST_PERCENT_CHANGE);
    cr_assert_eq(s->adjustment_count, 6);
    cr_expect_eq(s->adjustments[2].upper.state, NUMBER_NONE, "open above");
    cr_expect_eq(s->adjustments[5].lower.state, NUMBER_NONE, "open below");
    cr_expect(s->adjustments[5].upper.nano == -20 * NANO && s->adjustments[5].by == -30);
    arena_clear(&arena);
}

Test(ours, schedules_are_points_or_windows)
{
    struct arena arena = {0};
    const struct policy_view *view = fixture_object(&KIND_SCALING_POLICY, "policy", &arena);
    const struct schedule *s = view->policy.schedules;
    cr_expect(!schedule_is_window(&s[0]) && s[0].has_nodes && s[0].nodes == 7);
    EXPECT_TEXT(s[0].time_zone, "Asia/Shanghai");
    cr_expect(schedule_is_window(&s[2]) && s[2].duration_s == 7200 && s[2].ramp_s == 600);
    EXPECT_TEXT(s[2].exclude_dates[0], "2026-12-25");
    cr_expect(schedule_is_window(&s[3]) && s[3].has_adjust && s[3].adjust == 2);
    cr_expect(s[4].has_at && s[4].at.s == 1796086800 && s[4].starting_deadline_s == 300);
    EXPECT_TEXT(s[4].time_zone, "UTC");
    arena_clear(&arena);
}

Test(ours, a_policy_without_behavior_has_the_defaults)
{
    struct arena arena = {0};
    const struct policy *p = policy_of("", &arena);
    cr_expect(!p->has_range_min && !p->has_range_max && p->evaluation_interval_s == 5);
    cr_expect(p->scale_out.stabilization_s == 0 && p->scale_in.stabilization_s == 300);
    cr_expect(p->scale_out.rate_count == 2 && p->scale_in.rate_count == 1);
    cr_expect(p->scale_out.tolerance_pct == 10 && p->scale_out.select == SELECT_MAX);
    cr_expect_eq(p->scale_in.rates[0].period_s, 15);
    cr_expect(!p->has_panic && !p->has_fallback && !p->has_selector && !p->suspend);
    arena_clear(&arena);
}

Test(ours, an_activity_knows_its_group_and_end)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct activity_view *a = fixture_object(&KIND_SCALING_ACTIVITY, "activity", &arena);
    EXPECT_TEXT(a->group_name, "edge");
    EXPECT_TEXT(a->result, "Successful");
    cr_expect(a->from == 5 && a->to == 7 && a->has_end && a->end.s - a->start.s == 21);
    EXPECT_TEXT(a->owners[0].kind, "ScalingGroup");
    a = text_object(&KIND_SCALING_ACTIVITY, "{\"status\":{\"result\":\"InProgress\"}}", &arena,
                    &err);
    cr_expect(a != NULL && !a->has_end);
    arena_clear(&arena);
}
