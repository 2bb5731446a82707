/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/decide_run.h"

#define GROUP                                                                                      \
    "apiVersion: sluice.dev/v1alpha1\nkind: ScalingGroup\nmetadata: {name: edge, namespace: "      \
    "demo}\nspec: {minSize: 1, maxSize: 10, initialSize: 5, targetRef: {name: edge}}\n"
#define POLICY                                                                                     \
    "---\napiVersion: sluice.dev/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: lunch, "          \
    "namespace: demo}\nspec:\n  groupRefs: [{name: edge}]\n  metrics: [{name: cpu, type: CPU, "    \
    "target: {averageUtilization: 50}}]\n  schedules: [{name: noon, cron: \"0 11 * * *\", "        \
    "timeZone: Asia/Shanghai, nodes: 7}]\n"
#define OBSERVE(time)                                                                              \
    "---\nkind: Observation\nnow: \"2026-03-02T" time                                              \
    "Z\"\nnodeCount: 5\nmetrics: [{name: cpu, everyNode: 50}]\n"

struct played {
    int result;
    struct buf out, notes;
    struct err err;
};

static struct played play(const char *text)
{
    struct played played = {0};
    struct zones *zones = zones_new(NULL);
    played.result =
        decide_run("case.yaml", str_of(text), zones, &played.out, &played.notes, &played.err);
    zones_free(zones);
    return played;
}

static void forget(struct played *played)
{
    buf_clear(&played->out);
    buf_clear(&played->notes);
}

static void expect_refused(const char *text, const char *wanted)
{
    struct played played = play(text);
    cr_expect(played.result == -1, "%s", text);
    cr_expect(strstr(played.err.text, wanted) != NULL, "%s\n  not %s", played.err.text, wanted);
    forget(&played);
}

/* Line n (from 0) as JSON; the caller decrefs. */
static json_t *line(const struct played *played, int n)
{
    const char *at = buf_text(&played->out);
    for (; n > 0; n--) {
        at = strchr(at, '\n') + 1;
    }
    json_error_t error;
    json_t *json = json_loadb(at, strcspn(at, "\n"), 0, &error);
    cr_assert(json != NULL, "%s", error.text);
    return json;
}

static int int_at(const json_t *json, const char *a, const char *b)
{
    return (int)json_integer_value(json_object_get(json_object_get(json, a), b));
}

Test(decide_run, the_second_row_of_the_table_raises_the_minimum)
{
    struct played played = play(GROUP POLICY OBSERVE("02:59:55") OBSERVE("03:00:00"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    json_t *second = line(&played, 1);
    cr_expect_eq(int_at(second, "decision", "from"), 5);
    cr_expect_eq(int_at(second, "decision", "to"), 7);
    const json_t *range = json_object_get(json_object_get(second, "decision"), "range");
    cr_expect_eq(int_at(range, "effective", "min"), 7);
    cr_expect_eq(int_at(range, "effective", "max"), 10);
    json_decref(second);
    cr_expect_str_eq(buf_text(&played.notes), "");
    forget(&played);
}

Test(decide_run, a_line_begins_as_the_format_has_it)
{
    static const char head[] =
        "{\"group\":\"demo/edge\",\"now\":\"2026-03-02T03:00:00Z\",\"decision\":{\"from\":5,"
        "\"to\":7,\"replicas\":7,\"range\":{\"base\":{\"min\":1,\"max\":10},\"effective\":{\"min\":"
        "7,"
        "\"max\":10}},\"terms\":[{\"kind\":\"schedule\",\"policy\":\"lunch\",\"name\":\"noon\","
        "\"wants\":7},{\"kind\":\"metric\",\"policy\":\"lunch\",\"name\":\"cpu\",\"value\":50,"
        "\"target\":50,\"ageSeconds\":0,\"wants\":7}],\"winner\":\"schedule lunch/noon\","
        "\"limitedBy\":[],\"reason\":\"ScheduleFired\",\"held\":null,\"victims\":[],\"message\":";
    struct played played = play(GROUP POLICY OBSERVE("02:59:55") OBSERVE("03:00:00"));
    const char *second = strchr(buf_text(&played.out), '\n') + 1;
    cr_expect(strncmp(second, head, sizeof head - 1) == 0, "%.700s", second);
    cr_expect(strstr(second, "\"activities\":[{\"cause\":\"schedule lunch/noon\",\"from\":5,"
                             "\"to\":7,\"result\":\"InProgress\"}],\"status\":{") != NULL);
    forget(&played);
}

Test(decide_run, a_status_put_back_continues_exactly)
{
    struct played one = play(GROUP POLICY OBSERVE("02:59:55") OBSERVE("03:00:00"));
    json_t *first = line(&one, 0);
    char *status = json_dumps(json_object_get(first, "status"), JSON_COMPACT);
    struct buf text = {0};
    buf_printf(&text, "%sstatus: %s\n%s%s", GROUP, status, POLICY, OBSERVE("03:00:00"));
    struct played two = play(buf_text(&text));
    cr_assert_eq(two.result, 0, "%s", two.err.text);
    cr_expect_str_eq(buf_text(&two.out), strchr(buf_text(&one.out), '\n') + 1);
    free(status);
    json_decref(first);
    buf_clear(&text);
    forget(&one);
    forget(&two);
}

Test(decide_run, a_group_made_anew_is_seen_for_the_first_time)
{
    struct played played =
        play(GROUP OBSERVE("03:00:00") "---\nkind: Delete\ntarget: {kind: ScalingGroup, name: "
                                       "edge}\n---\n" GROUP OBSERVE("03:00:05"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    json_t *second = line(&played, 1);
    cr_expect_str_eq(
        json_string_value(json_object_get(json_object_get(second, "decision"), "reason")),
        "FirstSight");
    json_decref(second);
    forget(&played);
}

Test(decide_run, a_deleted_policy_binds_no_more)
{
    struct played played =
        play(GROUP POLICY OBSERVE("02:59:55") "---\nkind: Delete\ntarget: {kind: ScalingPolicy, "
                                              "name: demo/lunch}\n" OBSERVE("03:00:00"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    json_t *second = line(&played, 1);
    cr_expect_eq(json_object_size(json_object_get(second, "policyStatus")), 0);
    cr_expect_eq(int_at(second, "decision", "to"), 5);
    json_decref(second);
    forget(&played);
}

Test(decide_run, an_edit_takes_effect_at_the_next_observation)
{
    struct played played = play(
        GROUP OBSERVE("03:00:00") "---\napiVersion: sluice.dev/v1alpha1\nkind: ScalingGroup\n"
                                  "metadata: {name: edge, namespace: demo}\nspec: {minSize: 6, "
                                  "maxSize: 10, targetRef: {name: edge}}\n" OBSERVE("03:00:05"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    json_t *second = line(&played, 1);
    cr_expect_eq(int_at(second, "decision", "to"), 6);
    json_decref(second);
    forget(&played);
}

Test(decide_run, lists_are_unpacked_and_other_kinds_noted)
{
    struct played played = play(
        "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[{\"apiVersion\":\"sluice.dev/"
        "v1alpha1\",\"kind\":\"ScalingGroup\",\"metadata\":{\"name\":\"edge\",\"managedFields"
        "\":[{\"x\":1}]},\"spec\":{\"minSize\":1,\"maxSize\":2,\"targetRef\":{\"name\":\"e\"}}}"
        ",{\"kind\":\"Deployment\"}]}\n{\"kind\":\"Observation\",\"now\":"
        "\"2026-03-02T03:00:00Z\",\"nodeCount\":1}\n");
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    cr_expect_str_eq(buf_text(&played.notes),
                     "case.yaml:1: kind: Deployment is not used here, skipped\n");
    cr_expect(strncmp(buf_text(&played.out), "{\"group\":\"default/edge\"", 23) == 0);
    forget(&played);
}

Test(decide_run, the_operators_ceiling_holds)
{
    struct played played =
        play("kind: OperatorConfig\nmaxGroupSize: 3\n---\n" GROUP OBSERVE("03:00:00"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    json_t *first = line(&played, 0);
    const json_t *range = json_object_get(json_object_get(first, "decision"), "range");
    cr_expect_eq(int_at(range, "base", "max"), 3);
    json_decref(first);
    forget(&played);
}

Test(decide_run, not_a_number_is_legal_input_and_null_output)
{
    static const char *const values[] = {"NaN", "\"NaN\"", "Inf", "\"-Inf\"", ".nan", "-5"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct buf text = {0};
        buf_printf(&text,
                   "%s%s---\nkind: Observation\nnow: 2026-03-02T02:00:00Z\nnodeCount: 5\n"
                   "metrics: [{name: cpu, everyNode: %s}]\n",
                   GROUP, POLICY, values[i]);
        struct played played = play(buf_text(&text));
        cr_expect_eq(played.result, 0, "%s: %s", values[i], played.err.text);
        cr_expect(strstr(buf_text(&played.out), "\"value\":null,") != NULL, "%s", values[i]);
        buf_clear(&text);
        forget(&played);
    }
}

Test(decide_run, a_member_has_the_defaults_of_its_spec)
{
    struct played played =
        play("apiVersion: sluice.dev/v1alpha1\nkind: ScalingGroup\nmetadata: {name: edge}\nspec: "
             "{minSize: 0, maxSize: 9, targetRef: {name: e}, members: [{name: vm, address: "
             "10.0.0.1, zone: zone-z, weight: 7}]}\n---\nkind: Observation\nnow: "
             "2026-03-02T03:00:00Z\nnodes: [{name: vm, member: true}, {name: p, ready: false}]\n");
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    cr_expect(strstr(buf_text(&played.out), "\"name\":\"vm\",\"zone\":\"zone-z\"") != NULL);
    json_t *first = line(&played, 0);
    cr_expect_eq(int_at(first, "status", "protected"), 1);
    cr_expect_eq(int_at(first, "status", "ready"), 1);
    cr_expect_eq(int_at(first, "decision", "to"), 2);
    cr_expect_eq(int_at(first, "decision", "replicas"), 1);
    json_decref(first);
    forget(&played);
}

Test(decide_run, a_wrong_observation_is_refused_with_line_and_field)
{
    expect_refused(GROUP "---\nkind: Observation\n", "case.yaml:6: now: is missing");
    expect_refused(GROUP "---\nkind: Observation\nnow: yesterday\n",
                   "case.yaml:7: now: must be a time in RFC 3339");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nnodeCuont: 5\n",
                   "case.yaml:8: nodeCuont: unknown field \"nodeCuont\", did you mean nodeCount?");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nnodes: []\n"
                         "nodeCount: 5\n",
                   "nodeCount: stands beside nodes");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nnodes:\n- {name: a}\n"
                         "- {name: b}\n- {name: a}\n",
                   "case.yaml:11: nodes: two nodes are named a");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nnodeCount: -1\n",
                   "nodeCount: must be 0 to 100000, is -1");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nmetrics: [{name: c, "
                         "value: 1, everyNode: 2}]\n",
                   "metrics[0]: has 2 of perNode, everyNode, value and error");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nmetrics: [{name: c, "
                         "perNode: {a: {vale: 1}}}]\n",
                   "metrics[0].perNode.a.vale: unknown field");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nmetrics: [{name: c, "
                         "value: 5O}]\n",
                   "metrics[0].value: must be a number");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\ntargetError: Gone\n",
                   "targetError: must be one of NotFound, Taken, Paused");
    expect_refused(GROUP "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\ngroup: other\n",
                   "case.yaml:8: group: there is no such group here");
}

Test(decide_run, input_without_an_observation_or_a_group_is_refused)
{
    expect_refused("", "holds no Observation");
    expect_refused(GROUP, "holds no Observation");
    expect_refused("kind: Observation\nnow: 2026-03-02T03:00:00Z\n", "there is no group for it");
    expect_refused("hello", "kind: is missing");
    expect_refused("kind: Delete\ntarget: {kind: ScalingPolicy, name: x}\n",
                   "there is no ScalingPolicy x to delete");
    expect_refused(GROUP "---\n" GROUP "---\napiVersion: sluice.dev/v1alpha1\nkind: ScalingGroup\n"
                         "metadata: {name: edge, namespace: other}\nspec: {minSize: 1, maxSize: 2,"
                         " targetRef: {name: e}}\n" OBSERVE("03:00:00"),
                   "group: several groups fit, write NAMESPACE/NAME");
}

Test(decide_run, a_metric_that_nobody_reads_is_noted)
{
    struct played played =
        play(GROUP POLICY "---\nkind: Observation\nnow: 2026-03-02T03:00:00Z\nnodeCount: 5\n"
                          "metrics:\n- {name: cpu, everyNode: 50}\n- {name: cpuu, value: 1}\n");
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    cr_expect_str_eq(buf_text(&played.notes), "case.yaml:19: metrics[1]: no bound policy has a "
                                              "metric cpuu, not used\n");
    forget(&played);
}

Test(decide_run, a_damaged_memory_is_said_and_counts_as_first_sight)
{
    struct played played = play(GROUP "status: {memory: {v: 99}}\n" OBSERVE("03:00:00"));
    cr_assert_eq(played.result, 0, "%s", played.err.text);
    cr_expect(strstr(buf_text(&played.notes), "group demo/edge: status.memory cannot be used") !=
                  NULL,
              "%s", buf_text(&played.notes));
    forget(&played);
}
