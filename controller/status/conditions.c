/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ready, AbleToScale, LoadBalancersAttached and Contested of a group; conditions_scaling.c has the
 * other three. Each is a list of questions in order of weight: the first that says yes gives
 * the reason (spec/reasons.csv) and the sentence.
 */
#include <string.h>

#include "status/status_priv.h"

static const struct {
    const char *type;
    bool live;
} types[GROUP_CONDITION_COUNT] = {
    [GROUP_READY] = {"Ready", true},
    [GROUP_ABLE_TO_SCALE] = {"AbleToScale", true},
    [GROUP_SCALING_ACTIVE] = {"ScalingActive", true},
    [GROUP_SCALING_LIMITED] = {"ScalingLimited", true},
    [GROUP_METRICS_AVAILABLE] = {"MetricsAvailable", true},
    [GROUP_LOAD_BALANCERS_ATTACHED] = {"LoadBalancersAttached", false},
    [GROUP_CONTESTED] = {"Contested", false},
};

const char *group_condition_type(enum group_condition which)
{
    return types[which].type;
}

bool group_condition_is_live(enum group_condition which)
{
    return types[which].live;
}

const char *condition_status_text(enum condition_status status)
{
    switch (status) {
    case CONDITION_TRUE: return "True";
    case CONDITION_FALSE: return "False";
    case CONDITION_UNKNOWN: break;
    }
    return "Unknown";
}

bool group_is_paused(const struct group *group, struct wall now)
{
    return group->paused && (!group->has_pause_until || now.s < group->pause_until.s);
}

static void judge(struct report *report, enum group_condition which, enum condition_status status,
                  enum reason reason, const char *message)
{
    report->conditions[which] = (struct condition){status, reason, message};
}

/* ---- LoadBalancersAttached, Contested ---- */

static void judge_load_balancers(struct report *report)
{
    const struct group *group = report->in->group;
    enum group_condition which = GROUP_LOAD_BALANCERS_ATTACHED;
    if (group->load_balancer_count == 0) {
        judge(report, which, CONDITION_TRUE, REASON_NO_LOAD_BALANCERS,
              "the group names no load balancer: a ready node is in service");
        return;
    }
    if ((group->suspend & PROCESS_LOAD_BALANCER) != 0) {
        judge(report, which, CONDITION_FALSE, REASON_SUSPENDED,
              "spec.suspend names LoadBalancer: registrations stay as they are; remove it from "
              "spec.suspend to go on");
        return;
    }
    for (int i = 0; i < report->balancer_count; i++) {
        const struct balancer_state *balancer = &report->balancers[i];
        if (!balancer->attached) {
            judge(report, which, CONDITION_FALSE, balancer->reason,
                  arena_printf(report->arena, "load balancer %s (Service %s): %s", balancer->name,
                               balancer->service, balancer->message));
            return;
        }
    }
    judge(report, which, CONDITION_TRUE, REASON_ATTACHED,
          arena_printf(report->arena, "%d of %d load balancers attached", report->balancer_count,
                       group->load_balancer_count));
}

static void judge_contested(struct report *report)
{
    const struct decide_output *decided = report->in->decided;
    if (decided == NULL || (decided->contested != REASON_FOREIGN_WRITER &&
                            decided->contested != REASON_CONTESTED_HOLD)) {
        judge(report, GROUP_CONTESTED, CONDITION_FALSE, REASON_SOLE_WRITER,
              "nobody else changes the count");
        return;
    }
    judge(report, GROUP_CONTESTED, CONDITION_TRUE, REASON_FOREIGN_WRITER,
          decided->contested_message);
}

/* ---- AbleToScale ---- */

static const char *suspended_processes(const struct report *report)
{
    unsigned suspend = report->in->group->suspend & (PROCESS_LAUNCH | PROCESS_TERMINATE);
    if (suspend == (PROCESS_LAUNCH | PROCESS_TERMINATE)) {
        return "Launch and Terminate";
    }
    return suspend == PROCESS_LAUNCH ? "Launch" : suspend == PROCESS_TERMINATE ? "Terminate" : "";
}

static bool launches_fail(const struct status_input *in)
{
    const struct outcome *outcome = in->outcome;
    return in->observed->launch_failing ||
           (outcome != NULL && (outcome->workload.launch_failing || outcome->act_error[0] != '\0'));
}

static const char *launch_sentence(const struct report *report)
{
    const struct outcome *outcome = report->in->outcome;
    const struct seen *seen = &report->seen;
    if (outcome != NULL && outcome->act_error[0] != '\0' && !outcome->workload.launch_failing) {
        return arena_printf(report->arena,
                            "%d nodes are wanted of %d, and the last write failed: %s",
                            seen->desired, seen->current, outcome->act_error);
    }
    const char *cause = outcome != NULL ? outcome->workload.launch_cause : "";
    const char *words = outcome != NULL ? outcome->workload.launch_message : "";
    return arena_printf(
        report->arena,
        "%d nodes are wanted and %d are in service: launches fail%s%s%s%s; metrics may raise "
        "desired to %d at most until nodes come into service",
        seen->desired, seen->in_service, cause[0] != '\0' ? ", cause " : "", cause,
        words[0] != '\0' ? ": " : "", words, 2 * seen->in_service + 4);
}

/* Why nodes that should go do not; REASON_NONE = nothing keeps them. */
static enum reason scale_in_obstacle(const struct report *report)
{
    const struct seen *seen = &report->seen;
    const struct decision *decision = &report->in->decided->decision;
    int surplus = seen->current - decision->to;
    bool has_rollout = report->in->observed->rollout;
    if (decision->reason == REASON_ROLLOUT || decision->held == REASON_ROLLOUT) {
        return REASON_ROLLOUT;
    }
    if (surplus <= 0 || report->in->decided->above_maximum) {
        return REASON_NONE;
    }
    if (has_rollout) {
        return REASON_ROLLOUT;
    }
    if (decision->victim_count > 0) {
        return REASON_NONE;
    }
    if (seen->protected_not_ready > 0) {
        return REASON_PROTECTED_NODE_NOT_READY;
    }
    return seen->unprotected_pods == 0 ? REASON_ALL_PROTECTED : REASON_NONE;
}

static bool judge_scale_in(struct report *report)
{
    const struct seen *seen = &report->seen;
    enum reason reason = scale_in_obstacle(report);
    const char *message = "";
    switch (reason) {
    case REASON_ROLLOUT:
        message = "scale-in waits until the rollout of the Deployment has ended; scale-out does "
                  "not wait";
        break;
    case REASON_PROTECTED_NODE_NOT_READY:
        message = arena_printf(
            report->arena,
            "%d nodes are wanted of %d, and lowering the count would remove one of %d protected "
            "nodes that are not ready: make them ready, or unprotect them with the annotation "
            "sluice.dev/scale-in-protection: \"false\"",
            seen->desired, seen->current, seen->protected_not_ready);
        break;
    case REASON_ALL_PROTECTED:
        message = arena_printf(
            report->arena,
            "%d nodes are wanted of %d, and every node that could go is protected: unprotect "
            "some with the annotation sluice.dev/scale-in-protection: \"false\"",
            seen->desired, seen->current);
        break;
    default: return false;
    }
    judge(report, GROUP_ABLE_TO_SCALE, CONDITION_FALSE, reason, message);
    return true;
}

static const char *pause_sentence(const struct report *report)
{
    const struct group *group = report->in->group;
    char until[WALL_TEXT_SIZE] = "";
    if (group->has_pause_until) {
        wall_text(group->pause_until, until);
    }
    return arena_printf(report->arena, "paused%s%s: %s; remove spec.paused to go on",
                        until[0] != '\0' ? " until " : "", until,
                        group->pause_reason[0] != '\0' ? group->pause_reason : "no reason given");
}

/* What the spec says about standing still, and who else stands in the way. */
static bool judge_holds(struct report *report)
{
    const struct status_input *in = report->in;
    const struct decide_output *decided = in->decided;
    if (group_is_paused(in->group, in->now)) {
        judge(report, GROUP_ABLE_TO_SCALE, CONDITION_FALSE, REASON_PAUSED, pause_sentence(report));
        return true;
    }
    if (in->group->dry_run) {
        judge(report, GROUP_ABLE_TO_SCALE, CONDITION_FALSE, REASON_DRY_RUN,
              arena_printf(report->arena,
                           "spec.dryRun is true: decided and reported, nothing is done; the "
                           "decision would be %d nodes",
                           decided != NULL ? decided->decision.to : report->seen.desired));
        return true;
    }
    if (decided != NULL && decided->contested == REASON_CONTESTED_HOLD) {
        judge(report, GROUP_ABLE_TO_SCALE, CONDITION_FALSE, REASON_CONTESTED_HOLD,
              arena_printf(report->arena,
                           "%s; held at %d until the other writer has stopped for 10 min: keep "
                           "one writer of the count",
                           decided->contested_message, report->seen.desired));
        return true;
    }
    if (in->observed->target_error == TARGET_TAKEN ||
        (in->outcome != NULL && in->outcome->workload.taken)) {
        judge(report, GROUP_ABLE_TO_SCALE, CONDITION_FALSE, REASON_CONTESTED_HOLD,
              "another group or an autoscaler acts on the same Deployment, therefore this group "
              "holds: see the condition Ready");
        return true;
    }
    return false;
}

static void judge_able_to_scale(struct report *report)
{
    const struct status_input *in = report->in;
    enum group_condition which = GROUP_ABLE_TO_SCALE;
    if (judge_holds(report)) {
        return;
    }
    if (launches_fail(in)) {
        judge(report, which, CONDITION_FALSE, REASON_LAUNCH_FAILING, launch_sentence(report));
        return;
    }
    if ((in->group->suspend & (PROCESS_LAUNCH | PROCESS_TERMINATE)) != 0) {
        judge(report, which, CONDITION_FALSE, REASON_SUSPENDED,
              arena_printf(report->arena,
                           "spec.suspend names %s: desired moves, the workload stays at %d; "
                           "remove it from spec.suspend to go on",
                           suspended_processes(report), report->seen.current));
        return;
    }
    if (in->decided != NULL && judge_scale_in(report)) {
        return;
    }
    if (in->decided != NULL && in->decided->above_maximum) {
        judge(report, which, CONDITION_TRUE, REASON_ABOVE_MAXIMUM,
              arena_printf(report->arena,
                           "%d nodes exist, the range allows %d: held, nothing is removed, until "
                           "a metric or a request asks for fewer or a range is edited",
                           report->seen.desired, in->decided->decision.effective.max));
        return;
    }
    judge(report, which, CONDITION_TRUE, REASON_READY_FOR_SCALING,
          "nothing stands in the way of scaling");
}

/* ---- Ready ---- */

static bool judge_target(struct report *report)
{
    const struct status_input *in = report->in;
    const struct group *group = in->group;
    const struct workload_state *workload = in->outcome != NULL ? &in->outcome->workload : NULL;
    bool is_taken =
        in->observed->target_error == TARGET_TAKEN || (workload != NULL && workload->taken);
    bool is_missing =
        in->observed->target_error == TARGET_NOT_FOUND || (workload != NULL && !workload->found);
    if (is_taken) {
        const char *by = workload != NULL ? workload->taken_by : "";
        judge(report, GROUP_READY, CONDITION_FALSE, REASON_TARGET_TAKEN,
              by[0] != '\0' ? by
                            : "another group or an autoscaler acts on the same Deployment: "
                              "leave the Deployment to one of them");
        return true;
    }
    if (is_missing && group->target_name[0] != '\0') {
        judge(report, GROUP_READY, CONDITION_FALSE, REASON_TARGET_NOT_FOUND,
              arena_printf(report->arena,
                           "Deployment %s, named in spec.targetRef, does not exist in namespace "
                           "%s: create it; desired stays %d until then",
                           group->target_name, group->meta.ns, report->seen.desired));
        return true;
    }
    if (is_missing) {
        judge(report, GROUP_READY, CONDITION_FALSE, REASON_TEMPLATE_NOT_FOUND,
              arena_printf(report->arena,
                           "PodTemplate %s, named in spec.launchTemplateRef, does not exist in "
                           "namespace %s: create it",
                           group->template_name, group->meta.ns));
        return true;
    }
    return false;
}

/* In service against desired; an activity gives it time. */
static void judge_progress(struct report *report)
{
    const struct status_input *in = report->in;
    const struct seen *seen = &report->seen;
    const struct ring_entry *open = ring_open(report);
    bool is_young =
        open != NULL && in->now.s - open->activity.start.s < in->group->launch_timeout_s;
    if (is_young && (seen->in_service < seen->desired || seen->current != seen->desired)) {
        judge(report, GROUP_READY, CONDITION_TRUE, REASON_PROGRESSING,
              arena_printf(report->arena, "%d nodes wanted, %d exist, %d in service: %s under way",
                           seen->desired, seen->current, seen->in_service, open->activity.cause));
        return;
    }
    if (seen->in_service >= seen->desired) {
        judge(report, GROUP_READY, CONDITION_TRUE, REASON_RECONCILED,
              arena_printf(report->arena, "%d nodes wanted, %d in service", seen->desired,
                           seen->in_service));
        return;
    }
    judge(report, GROUP_READY, CONDITION_FALSE, REASON_LAUNCH_FAILING,
          launches_fail(in)
              ? launch_sentence(report)
              : arena_printf(report->arena,
                             "%d nodes wanted, %d exist, %d ready, %d in service and no "
                             "activity younger than %d s: look at status.nodes for those "
                             "that are not InService",
                             seen->desired, seen->current, seen->ready, seen->in_service,
                             in->group->launch_timeout_s));
}

static void judge_ready(struct report *report)
{
    const struct status_input *in = report->in;
    const struct condition *balancers = &report->conditions[GROUP_LOAD_BALANCERS_ATTACHED];
    if (in->spec_error[0] != '\0') {
        judge(report, GROUP_READY, CONDITION_UNKNOWN, REASON_NOT_SEEN,
              arena_printf(report->arena, "not reconciled, because the spec is refused: %s",
                           in->spec_error));
        return;
    }
    if (in->decided == NULL) {
        judge(report, GROUP_READY, CONDITION_UNKNOWN, REASON_NOT_SEEN, "not yet reconciled");
        return;
    }
    if (judge_target(report)) {
        return;
    }
    if (balancers->status == CONDITION_FALSE && balancers->reason != REASON_SUSPENDED) {
        judge(report, GROUP_READY, CONDITION_FALSE, REASON_LOAD_BALANCERS_NOT_ATTACHED,
              balancers->message);
        return;
    }
    judge_progress(report);
}

void conditions_judge(struct report *report)
{
    judge_load_balancers(report);
    judge_contested(report);
    judge_able_to_scale(report);
    condition_scaling_active(report);
    condition_scaling_limited(report);
    condition_metrics_available(report);
    judge_ready(report);
}

/* ---- as JSON ---- */

json_t *conditions_to_json(const struct report *report)
{
    json_t *list = json_array();
    for (int i = 0; i < GROUP_CONDITION_COUNT; i++) {
        const struct condition *condition = &report->conditions[i];
        const struct transition *before = &report->standing->transitions[i];
        bool is_same = before->set && before->status == condition->status;
        json_t *json = json_object();
        put_text(json, "type", types[i].type);
        put_text(json, "status", condition_status_text(condition->status));
        put_text(json, "reason", reason_word(condition->reason));
        put_text(json, "message", condition->message);
        put_int(json, "observedGeneration", report->in->group->meta.generation);
        put_time(json, "lastTransitionTime", is_same ? before->since : report->in->now);
        json_array_append_new(list, json);
    }
    return list;
}
