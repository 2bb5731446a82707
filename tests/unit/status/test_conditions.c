/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define expect_sentence(scene, type, part)                                                         \
    cr_expect(strstr(condition_message(scene, type), part) != NULL, "%s says: %s", type,           \
              condition_message(scene, type))

/* Everything in service, nothing under way. */
static struct scene *settled(void)
{
    struct scene *scene = scene_new();
    scene_set_nodes(scene, 7);
    scene_act(scene);
    scene_hold(scene);
    return scene;
}

/* ---- Ready ---- */

Test(ready, is_reconciled_when_observed_and_wanted_agree)
{
    struct scene *scene = settled();
    expect_condition(scene, "Ready", "True Reconciled");
    expect_sentence(scene, "Ready", "7 nodes wanted, 7 in service");
    scene_free(scene);
}

Test(ready, is_progressing_while_the_activity_is_younger_than_the_launch_timeout)
{
    struct scene *scene = scene_new();
    expect_condition(scene, "Ready", "True Progressing");
    scene_write(scene);
    scene_act(scene);
    scene_hold(scene);
    scene->input.now.s += 599;
    expect_condition(scene, "Ready", "True Progressing");
    scene->input.now.s += 1;
    expect_condition(scene, "Ready", "False LaunchFailing");
    expect_sentence(scene, "Ready", "6 in service");
    scene_free(scene);
}

Test(ready, is_false_when_a_node_is_missing_and_no_activity_explains_it)
{
    struct scene *scene = settled();
    scene->nodes[3].in_service = false;
    expect_condition(scene, "Ready", "False LaunchFailing");
    scene_free(scene);
}

Test(ready, is_true_with_more_in_service_than_wanted)
{
    struct scene *scene = settled();
    scene->decided.decision.to = 5;
    expect_condition(scene, "Ready", "True Reconciled");
    scene_free(scene);
}

Test(ready, names_a_deployment_that_does_not_exist)
{
    struct scene *scene = settled();
    scene->observed.target_error = TARGET_NOT_FOUND;
    scene->outcome.workload.found = false;
    expect_condition(scene, "Ready", "False TargetNotFound");
    expect_sentence(scene, "Ready", "Deployment edge, named in spec.targetRef");
    expect_shown(scene, "state", "\"Blocked\"");
    scene_free(scene);
}

Test(ready, names_who_has_taken_the_deployment)
{
    struct scene *scene = settled();
    scene->observed.target_error = TARGET_TAKEN;
    scene->outcome.workload.taken = true;
    scene->outcome.workload.taken_by = "HorizontalPodAutoscaler edge-hpa scales Deployment edge";
    expect_condition(scene, "Ready", "False TargetTaken");
    expect_sentence(scene, "Ready", "edge-hpa");
    expect_condition(scene, "AbleToScale", "False ContestedHold");
    scene_free(scene);
}

Test(ready, names_a_template_that_does_not_exist)
{
    struct scene *scene = settled();
    scene->group.target_name = "";
    scene->group.template_name = "edge-template";
    scene->outcome.workload.found = false;
    expect_condition(scene, "Ready", "False TemplateNotFound");
    scene_free(scene);
}

Test(ready, waits_for_every_load_balancer)
{
    struct scene *scene = settled();
    scene->balancer_states[0].attached = false;
    scene->balancer_states[0].reason = REASON_SERVICE_NOT_FOUND;
    scene->balancer_states[0].message = "Service edge-lb does not exist: create it";
    expect_condition(scene, "Ready", "False LoadBalancersNotAttached");
    expect_sentence(scene, "Ready", "create it");
    scene_free(scene);
}

Test(ready, is_not_unset_by_metric_trouble_dry_run_or_suspension)
{
    struct scene *scene = settled();
    scene->terms[1].reason = REASON_METRIC_INVALID;
    expect_condition(scene, "Ready", "True Reconciled");
    scene->group.suspend = PROCESS_LOAD_BALANCER | PROCESS_LAUNCH;
    expect_condition(scene, "Ready", "True Reconciled");
    scene->group.dry_run = true;
    expect_condition(scene, "Ready", "True Reconciled");
    scene_free(scene);
}

/* ---- AbleToScale ---- */

Test(able_to_scale, is_ready_for_scaling_when_nothing_stands_in_the_way)
{
    struct scene *scene = settled();
    expect_condition(scene, "AbleToScale", "True ReadyForScaling");
    scene_free(scene);
}

Test(able_to_scale, shows_a_pause_until_it_ends)
{
    struct scene *scene = settled();
    scene->group.paused = true;
    scene->group.pause_reason = "incident 4711";
    scene->group.has_pause_until = true;
    scene->group.pause_until = at("2026-03-02T04:00:00Z");
    expect_condition(scene, "AbleToScale", "False Paused");
    expect_sentence(scene, "AbleToScale", "incident 4711");
    expect_sentence(scene, "AbleToScale", "2026-03-02T04:00:00Z");
    expect_shown(scene, "state", "\"Paused\"");
    scene->input.now = at("2026-03-02T04:00:00Z");
    expect_condition(scene, "AbleToScale", "True ReadyForScaling");
    scene_free(scene);
}

Test(able_to_scale, shows_what_holds_the_group)
{
    struct scene *scene = settled();
    scene->group.suspend = PROCESS_TERMINATE;
    expect_condition(scene, "AbleToScale", "False Suspended");
    expect_sentence(scene, "AbleToScale", "Terminate");
    expect_shown(scene, "state", "\"Idle\"");
    scene->observed.launch_failing = true;
    scene->outcome.workload.launch_cause = "Unschedulable";
    scene->outcome.workload.launch_message = "0/3 nodes are available: insufficient cpu";
    expect_condition(scene, "AbleToScale", "False LaunchFailing");
    expect_sentence(scene, "AbleToScale", "cause Unschedulable: 0/3 nodes");
    expect_sentence(scene, "AbleToScale", "18 at most");
    scene->decided.contested = REASON_CONTESTED_HOLD;
    scene->decided.contested_message = "kubectl-scale set 3 at 2026-03-02T02:59:00Z";
    expect_condition(scene, "AbleToScale", "False ContestedHold");
    scene->group.dry_run = true;
    expect_condition(scene, "AbleToScale", "False DryRun");
    scene_free(scene);
}

Test(able_to_scale, tells_a_write_that_was_refused)
{
    struct scene *scene = settled();
    scene->outcome.act_error = "deployments/scale is forbidden: apply manifests/rbac.yaml";
    expect_condition(scene, "AbleToScale", "False LaunchFailing");
    expect_sentence(scene, "AbleToScale", "forbidden");
    scene_free(scene);
}

Test(able_to_scale, holds_a_fleet_above_its_maximum)
{
    struct scene *scene = settled();
    scene->decided.above_maximum = true;
    scene->decided.decision.to = 7;
    scene->decided.decision.effective = (struct range){1, 5};
    expect_condition(scene, "AbleToScale", "True AboveMaximum");
    expect_sentence(scene, "AbleToScale", "7 nodes exist, the range allows 5");
    scene_free(scene);
}

Test(able_to_scale, is_hindered_by_protection_only_when_nodes_are_to_go)
{
    struct scene *scene = settled();
    for (int i = 0; i < 7; i++) {
        scene->nodes[i].is_protected = true;
    }
    expect_condition(scene, "AbleToScale", "True ReadyForScaling");
    scene->decided.decision.to = 5;
    expect_condition(scene, "AbleToScale", "False AllProtected");
    expect_shown(scene, "state", "\"Blocked\"");
    scene->nodes[2].ready = scene->nodes[2].in_service = false;
    expect_condition(scene, "AbleToScale", "False ProtectedNodeNotReady");
    scene_free(scene);
}

Test(able_to_scale, waits_for_a_rollout_only_when_nodes_are_to_go)
{
    struct scene *scene = settled();
    scene->observed.rollout = true;
    expect_condition(scene, "AbleToScale", "True ReadyForScaling");
    scene->decided.decision.to = 5;
    expect_condition(scene, "AbleToScale", "False Rollout");
    scene_free(scene);
}

/* ---- ScalingActive ---- */

Test(scaling_active, tells_what_can_move_the_group)
{
    struct scene *scene = settled();
    expect_condition(scene, "ScalingActive", "True ValidMetricFound");
    scene->bindings[0].metrics = false;
    scene->decided.decision.term_count = 0;
    expect_condition(scene, "ScalingActive", "True ScheduleOnly");
    scene->bindings[0].suspended = true;
    expect_condition(scene, "ScalingActive", "False NoPolicy");
    expect_sentence(scene, "ScalingActive", "none acts");
    scene->input.policy_count = 0;
    expect_condition(scene, "ScalingActive", "False NoPolicy");
    expect_sentence(scene, "ScalingActive", "groupRefs");
    scene->group.suspend = PROCESS_METRIC_SCALING;
    expect_condition(scene, "ScalingActive", "False Suspended");
    scene_free(scene);
}

Test(scaling_active, tells_invalid_metrics_from_no_nodes)
{
    struct scene *scene = settled();
    scene->terms[1].reason = REASON_NO_NODES_TO_MEASURE;
    expect_condition(scene, "ScalingActive", "False NoNodesToMeasure");
    expect_condition(scene, "MetricsAvailable", "True AllValid");
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene->terms[1].detail = "no sample of 4 of 7 nodes";
    expect_condition(scene, "ScalingActive", "False MetricsInvalid");
    expect_sentence(scene, "ScalingActive", "lunch/cpu (no sample of 4 of 7 nodes)");
    scene_free(scene);
}

/* ---- ScalingLimited ---- */

static void limit(struct scene *scene, enum reason reason)
{
    scene->decided.limited = reason;
}

Test(scaling_limited, tells_which_bound_held)
{
    struct scene *scene = settled();
    expect_condition(scene, "ScalingLimited", "False DesiredWithinRange");
    limit(scene, REASON_TOO_FEW_NODES);
    expect_condition(scene, "ScalingLimited", "True TooFewNodes");
    limit(scene, REASON_TOO_MANY_NODES);
    expect_condition(scene, "ScalingLimited", "True TooManyNodes");
    limit(scene, REASON_RATE_LIMITED);
    expect_condition(scene, "ScalingLimited", "True RateLimited");
    limit(scene, REASON_DESIRED_WITHIN_RANGE);
    expect_condition(scene, "ScalingLimited", "False DesiredWithinRange");
    scene_free(scene);
}

Test(scaling_limited, tells_a_range_that_does_not_meet_the_groups)
{
    struct scene *scene = settled();
    scene->policy.has_range_min = true;
    scene->policy.range_min = 10;
    expect_condition(scene, "ScalingLimited", "False DesiredWithinRange");
    scene->policy.range_min = 11;
    limit(scene, REASON_RANGE_CLAMPED);
    expect_condition(scene, "ScalingLimited", "True RangeClamped");
    expect_sentence(scene, "ScalingLimited", "policy lunch");
    scene_free(scene);
}

Test(scaling_limited, tells_a_fired_rule_above_the_maximum)
{
    struct scene *scene = settled();
    scene->schedules[0].nodes = 10;
    expect_condition(scene, "ScalingLimited", "False DesiredWithinRange");
    scene->schedules[0].nodes = 12;
    expect_condition(scene, "ScalingLimited", "True ScheduleClamped");
    expect_sentence(scene, "ScalingLimited", "lunch/noon");
    scene->bindings[0].last_rule = "down";
    expect_condition(scene, "ScalingLimited", "False DesiredWithinRange");
    scene_free(scene);
}

/* ---- MetricsAvailable ---- */

Test(metrics_available, names_each_invalid_metric_with_its_cause)
{
    struct scene *scene = settled();
    expect_condition(scene, "MetricsAvailable", "True AllValid");
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene->terms[1].detail = "metrics.k8s.io answers 503";
    expect_condition(scene, "MetricsAvailable", "False SomeInvalid");
    expect_sentence(scene, "MetricsAvailable", "lunch/cpu (metrics.k8s.io answers 503)");
    scene->decided.fallback_active = true;
    expect_condition(scene, "MetricsAvailable", "False FallbackActive");
    scene->bindings[0].metrics = false;
    expect_condition(scene, "MetricsAvailable", "Unknown NoMetrics");
    scene_free(scene);
}

Test(metrics_available, does_not_count_the_terms_of_a_dry_run_policy)
{
    struct scene *scene = settled();
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene->terms[1].shown_only = true;
    expect_condition(scene, "MetricsAvailable", "True AllValid");
    scene_free(scene);
}

/* ---- LoadBalancersAttached, Contested ---- */

Test(load_balancers_attached, gives_the_first_failing_precondition)
{
    static const enum reason reasons[] = {
        REASON_SERVICE_NOT_FOUND,         REASON_SERVICE_HAS_SELECTOR,
        REASON_FOREIGN_ENDPOINTS,         REASON_NO_LISTENER,
        REASON_NETWORK_MISMATCH,          REASON_HEALTH_CHECK_DISABLED,
        REASON_MEMBER_ADDRESS_NOT_ALLOWED};
    struct scene *scene = settled();
    expect_condition(scene, "LoadBalancersAttached", "True Attached");
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        scene->balancer_states[0].attached = false;
        scene->balancer_states[0].reason = reasons[i];
        scene->balancer_states[0].message = "how to mend it";
        const char *words = arena_printf(&scene->arena, "False %s", reason_word(reasons[i]));
        expect_condition(scene, "LoadBalancersAttached", words);
    }
    scene->group.suspend = PROCESS_LOAD_BALANCER;
    expect_condition(scene, "LoadBalancersAttached", "False Suspended");
    scene->group.load_balancer_count = 0;
    expect_condition(scene, "LoadBalancersAttached", "True NoLoadBalancers");
    scene_free(scene);
}

Test(contested, has_manager_value_and_time)
{
    struct scene *scene = settled();
    expect_condition(scene, "Contested", "False SoleWriter");
    scene->decided.contested = REASON_FOREIGN_WRITER;
    scene->decided.contested_message = "kubectl-scale set 3 at 2026-03-02T02:59:00Z; put back to 7";
    expect_condition(scene, "Contested", "True ForeignWriter");
    expect_sentence(scene, "Contested", "kubectl-scale set 3");
    scene->decided.contested = REASON_CONTESTED_HOLD;
    expect_condition(scene, "Contested", "True ForeignWriter");
    scene_free(scene);
}

/* ---- transitions ---- */

Test(transitions, keep_their_time_until_the_status_flips)
{
    struct scene *scene = settled();
    scene_write(scene);
    scene->input.now.s += 100;
    limit(scene, REASON_TOO_FEW_NODES);
    scene_write(scene);
    expect_shown(scene, "conditions.3.lastTransitionTime", "\"2026-03-02T03:01:40Z\"");
    scene->input.now.s += 100;
    limit(scene, REASON_TOO_MANY_NODES);
    scene_write(scene);
    expect_shown(scene, "conditions.3.reason", "\"TooManyNodes\"");
    expect_shown(scene, "conditions.3.lastTransitionTime", "\"2026-03-02T03:01:40Z\"");
    expect_shown(scene, "conditions.0.lastTransitionTime", "\"2026-03-02T03:00:00Z\"");
    scene_free(scene);
}

/* ---- state ---- */

Test(state, tells_what_the_group_is_doing)
{
    struct scene *scene = settled();
    scene_build(scene);
    expect_shown(scene, "state", "\"Idle\"");
    scene->decided.decision.to = 8;
    scene_build(scene);
    expect_shown(scene, "state", "\"ScalingOut\"");
    scene_change(scene, 9, REASON_METRIC_OUT, "metric lunch/cpu");
    scene_build(scene);
    expect_shown(scene, "state", "\"ScalingOut\"");
    scene_change(scene, 5, REASON_METRIC_IN, "metric lunch/cpu");
    scene_build(scene);
    expect_shown(scene, "state", "\"ScalingIn\"");
    scene->node_views[0].state = NODE_STATE_DRAINING;
    scene_build(scene);
    expect_shown(scene, "state", "\"Draining\"");
    scene_free(scene);
}

Test(summary, names_pause_suspension_and_what_stands_in_the_way)
{
    struct scene *scene = settled();
    scene->group.suspend = PROCESS_LAUNCH | PROCESS_ZONE_REBALANCE;
    scene_build(scene);
    expect_shown(scene, "summary",
                 "\"7 wanted, 7 in service, range 7-10 (noon); suspended: Launch, ZoneRebalance\"");
    scene->group.suspend = 0;
    scene->decided.decision.effective.min = 1;
    scene->observed.target_error = TARGET_NOT_FOUND;
    scene_build(scene);
    cr_expect(strstr(shown(scene, "summary"), "range 1-10; Deployment edge") != NULL, "%s",
              shown(scene, "summary"));
    scene_free(scene);
}
