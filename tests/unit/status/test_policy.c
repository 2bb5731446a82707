/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* A policy's status to be built; the first group is that of the example. */
struct view {
    struct scene *scene;
    struct policy_group_view groups[120];
    struct policy_status_input input;
    char *previous;
    bool changed;
};

static struct view *view_new(void)
{
    struct view *view = calloc(1, sizeof(*view));
    view->scene = scene_new();
    struct upcoming next = {.policy = "lunch",
                            .rule = "down",
                            .time = at("2026-03-02T05:00:00Z"),
                            .has_nodes = true,
                            .nodes = 5};
    view->groups[0] = (struct policy_group_view){.group = "edge",
                                                 .bound = true,
                                                 .ready = true,
                                                 .view = view->scene->bindings[0],
                                                 .next = next};
    view->input = (struct policy_status_input){.policy = &view->scene->policy,
                                               .spec_error = "",
                                               .groups = view->groups,
                                               .group_count = 1,
                                               .next = next,
                                               .now = at("2026-03-02T03:00:00Z")};
    return view;
}

static void view_free(struct view *view)
{
    scene_free(view->scene);
    free(view->previous);
    free(view);
}

static void build(struct view *view)
{
    json_decref(view->scene->status);
    view->scene->status = policy_status_build(view->previous, &view->input, &view->changed);
}

static void write_back(struct view *view)
{
    build(view);
    free(view->previous);
    view->previous = json_dumps(view->scene->status, JSON_COMPACT | JSON_SORT_KEYS);
}

#define expect_policy_condition(view, type, words)                                                 \
    do {                                                                                           \
        build(view);                                                                               \
        cr_expect(strcmp(condition((view)->scene, type), words) == 0, "%s is %s", type,            \
                  condition((view)->scene, type));                                                 \
    } while (0)

Test(policy_status, of_the_example_prints_its_fields)
{
    struct view *view = view_new();
    struct scene *scene = view->scene;
    build(view);
    expect_shown(scene, "observedGeneration", "1");
    expect_shown(scene, "mode", "\"Both\"");
    expect_shown(scene, "groups",
                 "[{\"name\":\"edge\",\"bound\":true,\"effectiveRange\":{\"min\":7,\"max\":10},"
                 "\"lastFired\":{\"rule\":\"noon\",\"time\":\"2026-03-02T03:00:00Z\",\"nodes\":7},"
                 "\"next\":{\"rule\":\"down\",\"time\":\"2026-03-02T05:00:00Z\",\"nodes\":5}}]");
    expect_shown(scene, "boundGroups", "1");
    expect_shown(scene, "readyGroups", "1");
    expect_shown(scene, "lastFiredTime", "\"2026-03-02T03:00:00Z\"");
    expect_shown(scene, "columns", "{\"groups\":\"1/1\",\"nextRule\":\"03-02 05:00Z down 5\"}");
    cr_expect(strcmp(condition_message(scene, "Bound"), "bound to 1 group: edge") == 0);
    view_free(view);
}

Test(policy_status, is_unchanged_when_nothing_has_changed)
{
    struct view *view = view_new();
    write_back(view);
    cr_expect(view->changed);
    view->input.now.s += 3600;
    build(view);
    cr_expect(!view->changed);
    view->groups[0].ready = false;
    build(view);
    cr_expect(view->changed);
    view_free(view);
}

Test(policy_status, of_a_broken_previous_status_is_built_anew)
{
    struct view *view = view_new();
    view->previous = strdup("{\"conditions\":[");
    build(view);
    cr_expect(view->changed);
    free(view->previous);
    view->previous = strdup("{\"conditions\":[7,{\"type\":3}],\"groups\":null}");
    build(view);
    cr_expect(view->changed);
    view_free(view);
}

Test(policy_status, keeps_transition_times_until_a_status_flips)
{
    struct view *view = view_new();
    write_back(view);
    view->input.now.s += 60;
    view->groups[0].view.metrics_valid = false;
    write_back(view);
    expect_shown(view->scene, "conditions.2.lastTransitionTime", "\"2026-03-02T03:01:00Z\"");
    expect_shown(view->scene, "conditions.1.lastTransitionTime", "\"2026-03-02T03:00:00Z\"");
    view_free(view);
}

Test(policy_status, tells_why_a_policy_is_not_bound)
{
    struct view *view = view_new();
    expect_policy_condition(view, "Bound", "True Bound");
    view->groups[1] = (struct policy_group_view){.group = "web"};
    view->input.group_count = 2;
    expect_policy_condition(view, "Bound", "True Bound");
    cr_expect(strstr(condition_message(view->scene, "Bound"), "not found: web") != NULL);
    view->groups[0].bound = false;
    expect_policy_condition(view, "Bound", "False GroupNotFound");
    cr_expect(strstr(condition_message(view->scene, "Bound"), "edge, web") != NULL);
    view->scene->policy.group_ref_count = 0;
    view->input.group_count = 0;
    expect_policy_condition(view, "Bound", "False NotBound");
    view->scene->policy.has_selector = true;
    expect_policy_condition(view, "Bound", "False GroupNotFound");
    view->scene->policy.suspend = true;
    expect_policy_condition(view, "Bound", "False Suspended");
    view_free(view);
}

Test(policy_status, tells_whether_the_policy_is_valid)
{
    struct view *view = view_new();
    expect_policy_condition(view, "Ready", "True Valid");
    view->input.spec_error = "spec.schedules[0].nodes 12 is above nodeRange.max 10: lower it";
    expect_policy_condition(view, "Ready", "False Invalid");
    cr_expect(strstr(condition_message(view->scene, "Ready"), "12 is above") != NULL);
    view_free(view);
}

Test(policy_status, tells_whether_its_metrics_can_be_read)
{
    struct view *view = view_new();
    expect_policy_condition(view, "MetricsAvailable", "True AllValid");
    view->groups[0].view.metrics_valid = false;
    expect_policy_condition(view, "MetricsAvailable", "False SomeInvalid");
    view->scene->policy.metric_count = 0;
    expect_policy_condition(view, "MetricsAvailable", "Unknown NoMetrics");
    expect_shown(view->scene, "mode", "\"Schedule\"");
    view_free(view);
}

Test(policy_status, tells_how_its_schedules_stand)
{
    struct view *view = view_new();
    expect_policy_condition(view, "ScheduleActive", "True Waiting");
    cr_expect(strstr(condition_message(view->scene, "ScheduleActive"), "05:00Z down 5") != NULL);
    view->groups[0].view.window_active = true;
    expect_policy_condition(view, "ScheduleActive", "True WindowActive");
    view->input.expired = true;
    expect_policy_condition(view, "ScheduleActive", "False Expired");
    view->input.never_fires = true;
    expect_policy_condition(view, "ScheduleActive", "False NeverFires");
    view->scene->policy.schedule_count = 0;
    expect_policy_condition(view, "ScheduleActive", "False NoSchedules");
    view_free(view);
}

Test(policy_status, lists_a_hundred_groups_and_counts_all)
{
    struct view *view = view_new();
    for (int i = 0; i < 120; i++) {
        view->groups[i] = view->groups[0];
        view->groups[i].group = arena_printf(&view->scene->arena, "edge-%03d", i);
        view->groups[i].ready = i % 2 == 0;
    }
    view->input.group_count = 120;
    build(view);
    cr_expect(json_array_size(look(view->scene->status, "groups")) == 100);
    expect_shown(view->scene, "boundGroups", "120");
    expect_shown(view->scene, "columns.groups", "\"120/60\"");
    cr_expect(strstr(condition_message(view->scene, "Bound"), "edge-009 and 110 more") != NULL,
              "%s", condition_message(view->scene, "Bound"));
    view_free(view);
}
