/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "scene.h"

Test(status, of_s1_second_row_prints_the_example)
{
    struct scene *scene = scene_new();
    scene_act(scene);
    scene_build(scene);
    expect_shown(scene, "observedGeneration", "3");
    expect_shown(scene, "summary", "\"7 wanted, 6 in service, range 7-10 (noon)\"");
    expect_shown(scene, "state", "\"ScalingOut\"");
    expect_shown(scene, "desired", "7");
    expect_shown(scene, "current", "7");
    expect_shown(scene, "ready", "6");
    expect_shown(scene, "inService", "6");
    expect_shown(scene, "protected", "1");
    expect_shown(scene, "selector", "\"app=edge\"");
    expect_shown(scene, "templateVersion", "\"edge-template@3\"");
    expect_shown(scene, "baseRange", "{\"min\":1,\"max\":10}");
    expect_shown(scene, "effectiveRange", "{\"min\":7,\"max\":10}");
    expect_shown(scene, "policies", "[{\"name\":\"lunch\",\"mode\":\"Both\",\"ready\":true}]");
    expect_shown(scene, "load", "\"cpu 50%/50%\"");
    expect_shown(scene, "next",
                 "{\"time\":\"2026-03-02T05:00:00Z\",\"rule\":\"lunch/down\",\"nodes\":5}");
    expect_shown(scene, "upcoming",
                 "[{\"time\":\"2026-03-02T05:00:00Z\",\"rule\":\"lunch/down\",\"nodes\":5}]");
    expect_shown(scene, "lastScaleTime", "\"2026-03-02T03:00:00Z\"");
    expect_shown(scene, "zones",
                 "[{\"name\":\"zone-a\",\"nodes\":4},{\"name\":\"zone-b\",\"nodes\":3}]");
    expect_shown(scene, "nodeStates", "{\"InService\":6,\"Warming\":1}");
    expect_shown(scene, "lastRequest", "{\"value\":5,\"time\":\"2026-03-01T10:00:00Z\"}");
    scene_free(scene);
}

Test(status, of_s1_second_row_shows_decision_balancers_nodes_and_activities)
{
    struct scene *scene = scene_new();
    scene_act(scene);
    scene_build(scene);
    expect_shown(scene, "lastDecision.time", "\"2026-03-02T03:00:00Z\"");
    expect_shown(scene, "lastDecision.range",
                 "{\"base\":{\"min\":1,\"max\":10},\"effective\":{\"min\":7,\"max\":10}}");
    expect_shown(scene, "lastDecision.terms.1",
                 "{\"kind\":\"metric\",\"policy\":\"lunch\",\"name\":\"cpu\",\"value\":50,"
                 "\"target\":50,\"ageSeconds\":4,\"wants\":7}");
    expect_shown(scene, "loadBalancers.0.registered", "6");
    expect_shown(scene, "loadBalancers.0.reason", "\"Attached\"");
    expect_shown(scene, "nodes.0",
                 "{\"name\":\"edge-5d9f-006\",\"zone\":\"zone-a\",\"state\":\"Warming\","
                 "\"templateVersion\":\"edge-template@3\",\"protected\":false,\"weight\":50,"
                 "\"since\":\"2026-03-01T00:06:10Z\"}");
    expect_shown(scene, "activities",
                 "[{\"name\":\"edge-00000012\",\"cause\":\"schedule lunch/noon\",\"from\":5,"
                 "\"to\":7,\"start\":\"2026-03-02T03:00:00Z\",\"progress\":0,"
                 "\"result\":\"InProgress\"}]");
    expect_shown(scene, "conditions.0.observedGeneration", "3");
    expect_shown(scene, "conditions.0.lastTransitionTime", "\"2026-03-02T03:00:00Z\"");
    scene_free(scene);
}

Test(status, names_every_field_of_the_example)
{
    static const char *const fields[] = {"observedGeneration",
                                         "summary",
                                         "state",
                                         "desired",
                                         "current",
                                         "ready",
                                         "inService",
                                         "protected",
                                         "selector",
                                         "templateVersion",
                                         "baseRange",
                                         "effectiveRange",
                                         "policies",
                                         "load",
                                         "next",
                                         "upcoming",
                                         "lastScaleTime",
                                         "lastDecision",
                                         "zones",
                                         "loadBalancers",
                                         "nodeStates",
                                         "lastRequest",
                                         "savings",
                                         "nodes",
                                         "activities",
                                         "conditions",
                                         "memory"};
    struct scene *scene = scene_new();
    scene_act(scene);
    scene_build(scene);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        cr_expect(json_object_get(scene->status, fields[i]) != NULL, "%s", fields[i]);
    }
    cr_expect(json_object_size(scene->status) == ARRAY_LEN(fields) + 1, "and columns");
    scene_free(scene);
}

Test(status, fills_the_columns_of_kubectl)
{
    struct scene *scene = scene_new();
    scene->group.load_balancer_count = 2;
    scene_act(scene);
    scene->balancer_states[1].attached = false;
    scene->balancer_states[1].reason = REASON_SERVICE_NOT_FOUND;
    scene_build(scene);
    expect_shown(scene, "columns",
                 "{\"next\":\"03-02 05:00Z lunch/down 5\",\"baseRange\":\"1-10\","
                 "\"zones\":\"zone-a=4,zone-b=3\",\"loadBalancers\":\"1/2\","
                 "\"policies\":\"lunch\"}");
    scene->policy.suspend = true;
    scene->upcoming[0].has_nodes = false;
    scene->upcoming[0].adjust = 2;
    scene_build(scene);
    expect_shown(scene, "columns.next", "\"03-02 05:00Z lunch/down +2\"");
    expect_shown(scene, "columns.policies", "\"lunch (suspended)\"");
    expect_shown(scene, "next.adjust", "2");
    scene_free(scene);
}

Test(status, shows_at_most_five_upcoming_firings)
{
    struct scene *scene = scene_new();
    scene->input.upcoming_count = 6;
    scene_build(scene);
    cr_expect(json_array_size(look(scene->status, "upcoming")) == 5);
    scene->input.upcoming_count = 0;
    scene_build(scene);
    expect_shown(scene, "upcoming", "[]");
    expect_shown(scene, "next", "nothing");
    scene_free(scene);
}

Test(status, is_the_same_bytes_for_the_same_turn)
{
    struct scene *scene = scene_new();
    scene_build(scene);
    char *first = json_dumps(scene->status, DECISION_JSON_FLAGS);
    scene_build(scene);
    char *second = json_dumps(scene->status, DECISION_JSON_FLAGS);
    cr_expect(strcmp(first, second) == 0);
    free(first);
    free(second);
    scene_free(scene);
}

Test(status, on_the_command_line_derives_states_from_what_is_observed)
{
    struct scene *scene = scene_new();
    scene->nodes[1].phase = NODE_PENDING;
    scene->nodes[1].ready = scene->nodes[1].in_service = false;
    scene->nodes[2].healthy = scene->nodes[2].in_service = false;
    scene->nodes[2].unhealthy_since = at("2026-03-02T02:59:00Z");
    scene->nodes[3].deleting = true;
    scene->nodes[4].ready = scene->nodes[4].in_service = false; /* was ready for long */
    scene->nodes[4].ready_changed = at("2026-03-02T02:58:00Z");
    scene_build(scene);
    expect_shown(scene, "nodeStates",
                 "{\"InService\":2,\"Pending\":1,\"Warming\":1,\"Draining\":1,\"Unhealthy\":2}");
    expect_shown(scene, "current", "6");
    expect_shown(scene, "inService", "2");
    expect_shown(scene, "loadBalancers.0.registered", "2");
    expect_shown(scene, "selector", "nothing");
    scene_free(scene);
}

Test(status, lists_a_hundred_nodes_those_not_in_service_first_then_the_oldest)
{
    struct scene *scene = scene_new();
    scene_set_nodes(scene, 150);
    scene->nodes[149].in_service = scene->nodes[149].healthy = false;
    scene->nodes[100].in_service = scene->nodes[100].healthy = false;
    scene_build(scene);
    cr_expect(json_array_size(look(scene->status, "nodes")) == 100);
    expect_shown(scene, "nodes.0.name", "\"edge-5d9f-100\"");
    expect_shown(scene, "nodes.1.name", "\"edge-5d9f-149\"");
    expect_shown(scene, "nodes.2.name", "\"edge-5d9f-000\"");
    expect_shown(scene, "nodes.99.name", "\"edge-5d9f-097\"");
    expect_shown(scene, "nodeStates", "{\"InService\":148,\"Unhealthy\":2}");
    scene_free(scene);
}

Test(status, counts_a_member_without_a_node_as_existing_and_not_ready)
{
    static const struct member members[] = {{.name = "vm-1",
                                             .address = "10.0.0.1",
                                             .zone = "",
                                             .weight = -1,
                                             .scale_in_protection = true}};
    struct scene *scene = scene_new();
    scene->group.members = members;
    scene->group.member_count = 1;
    scene_build(scene);
    expect_shown(scene, "current", "8");
    expect_shown(scene, "ready", "6");
    expect_shown(scene, "protected", "2");
    scene_free(scene);
}

Test(status, with_dry_run_keeps_desired_at_the_workloads_count)
{
    struct scene *scene = scene_new();
    scene->group.dry_run = true;
    scene->observed.replicas = 5;
    scene_set_nodes(scene, 5);
    scene_build(scene);
    expect_shown(scene, "desired", "5");
    expect_shown(scene, "lastDecision.to", "7");
    expect_shown(scene, "state", "\"Idle\"");
    expect_shown(scene, "lastScaleTime", "nothing");
    cr_expect(strstr(shown(scene, "summary"), "dryRun") != NULL, "%s", shown(scene, "summary"));
    scene_free(scene);
}

Test(status, of_a_refused_spec_says_so_and_keeps_the_memory)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    scene->input.decided = NULL;
    scene->input.spec_error = "spec.minSize 5 is above spec.maxSize 3: lower minSize";
    expect_condition(scene, "Ready", "Unknown NotSeen");
    cr_expect(strstr(condition_message(scene, "Ready"), "minSize 5") != NULL);
    expect_shown(scene, "desired", "7");
    expect_shown(scene, "memory.d", "7");
    expect_shown(scene, "state", "\"Blocked\"");
    scene_free(scene);
}

/* ---- savings ---- */

Test(savings, count_what_ran_since_the_last_write)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    expect_shown(scene, "savings",
                 "{\"nodeSeconds\":0,\"atMaxSeconds\":0,\"since\":\"2026-03-02T03:00:00Z\"}");
    scene->input.now.s += 1000;
    scene_change(scene, 9, REASON_METRIC_OUT, "metric lunch/cpu");
    scene_set_nodes(scene, 9);
    scene_write(scene);
    expect_shown(
        scene, "savings",
        "{\"nodeSeconds\":7000,\"atMaxSeconds\":10000,\"since\":\"2026-03-02T03:00:00Z\"}");
    scene->input.now.s += 100;
    scene_change(scene, 8, REASON_METRIC_IN, "metric lunch/cpu");
    scene_write(scene);
    expect_shown(scene, "savings.nodeSeconds", "7900");
    scene_free(scene);
}

Test(savings, never_go_back_with_the_clock)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    scene->input.now.s -= 5000;
    scene_change(scene, 8, REASON_METRIC_OUT, "metric lunch/cpu");
    scene_build(scene);
    expect_shown(scene, "savings.nodeSeconds", "0");
    scene_free(scene);
}

/* ---- load ---- */

Test(load, is_that_of_the_deciding_metric)
{
    struct scene *scene = scene_new();
    scene->metrics[1] =
        (struct metric){.name = "qps", .type = METRIC_QPS, .target_form = TARGET_AVERAGE_VALUE};
    scene->policy.metric_count = 2;
    scene->terms[2] = (struct term){.kind = TERM_METRIC,
                                    .policy = "lunch",
                                    .name = "qps",
                                    .value = number_of(1200),
                                    .target = number_of(2000),
                                    .has_wants = true,
                                    .wants = 4,
                                    .detail = ""};
    scene->decided.decision.term_count = 3;
    scene_build(scene);
    expect_shown(scene, "load", "\"cpu 50%/50%\"");
    scene->decided.decision.winner = "metric lunch/qps";
    scene_build(scene);
    expect_shown(scene, "load", "\"qps 1.2k/2k\"");
    scene_free(scene);
}

Test(load, of_an_unreadable_metric_is_unknown)
{
    struct scene *scene = scene_new();
    scene->terms[1].value = (struct number){.state = NUMBER_NONE};
    scene->terms[1].has_wants = false;
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene_build(scene);
    expect_shown(scene, "load", "\"cpu unknown/50%\"");
    scene_free(scene);
}

/* ---- hostile texts ---- */

Test(status, shows_hostile_texts_escaped)
{
    struct scene *scene = scene_new();
    scene->group.paused = true;
    scene->group.pause_reason = "\x1b[31mred\n\xff\xc0\xaf end";
    scene_build(scene);
    const char *summary = json_string_value(look(scene->status, "summary"));
    cr_expect(strstr(summary, "\\x1b[31mred\\x0a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD end") != NULL,
              "%s", summary);
    scene_free(scene);
}

Test(status, cuts_long_texts_at_a_code_point)
{
    struct scene *scene = scene_new();
    char *reason = arena_alloc(&scene->arena, 300000, 1);
    for (int i = 0; i + 3 < 300000; i += 3) {
        memcpy(reason + i, "\xE4\xBD\xA0", 3);
    }
    scene->group.paused = true;
    scene->group.pause_reason = reason;
    scene_build(scene);
    const char *message = condition_message(scene, "AbleToScale");
    cr_expect(strlen(message) <= 1024 && strcmp(message + strlen(message) - 3, "...") == 0, "%zu",
              strlen(message));
    scene_free(scene);
}
