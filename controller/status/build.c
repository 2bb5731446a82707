/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a group's status together, field by field in the order of spec/examples/status.yaml, and
 * tells how urgent it is: the same digest and the same memory as in the standing mean that nothing
 * is to be written.
 */
#include <string.h>

#include "status/decision_json.h"
#include "status/status_priv.h"

/* ---- small parts ---- */

static void put_policies(json_t *status, const struct status_input *in)
{
    json_t *list = json_array();
    for (int i = 0; i < in->policy_count; i++) {
        const struct policy *policy = in->policies[i];
        const struct binding_view *view = in->decided != NULL ? &in->decided->bindings[i] : NULL;
        bool is_acting = !policy->invalid && !policy->suspend && !policy->dry_run;
        bool is_readable = policy->metric_count == 0 || (view != NULL && view->metrics_valid);
        json_t *json = json_object();
        put_text(json, "name", policy->meta.name);
        put_text(json, "mode", mode_name(policy->metric_count > 0, policy->schedule_count > 0));
        put_bool(json, "ready", is_acting && is_readable);
        json_array_append_new(list, json);
    }
    json_object_set_new(status, "policies", list);
}

static json_t *upcoming_to_json(const struct upcoming *upcoming, struct arena *arena)
{
    json_t *json = json_object();
    put_time(json, "time", upcoming->time);
    put_text(json, "rule", arena_printf(arena, "%s/%s", upcoming->policy, upcoming->rule));
    put_int(json, upcoming->has_nodes ? "nodes" : "adjust",
            upcoming->has_nodes ? upcoming->nodes : upcoming->adjust);
    return json;
}

static void put_upcoming(json_t *status, const struct report *report)
{
    const struct status_input *in = report->in;
    json_t *list = json_array();
    for (int i = 0; i < in->upcoming_count && i < UPCOMING_SHOWN; i++) {
        json_array_append_new(list, upcoming_to_json(&in->upcoming[i], report->arena));
    }
    if (json_array_size(list) > 0) {
        json_object_set(status, "next", json_array_get(list, 0));
    }
    json_object_set_new(status, "upcoming", list);
}

static void put_last_scale(json_t *status, const struct report *report)
{
    const struct status_input *in = report->in;
    const struct standing *standing = report->standing;
    bool has_changed = in->decided != NULL && !in->group->dry_run &&
                       in->decided->decision.from != in->decided->decision.to;
    if (has_changed) {
        put_time(status, "lastScaleTime", in->now);
    } else if (standing->has_last_scale) {
        put_time(status, "lastScaleTime", standing->last_scale);
    }
}

static void put_last_decision(json_t *status, const struct report *report)
{
    const struct decision *decision = &report->in->decided->decision;
    json_t *with_time = json_object();
    put_time(with_time, "time", decision->time);
    json_t *json = decision_json(decision);
    json_object_update(with_time, json);
    json_decref(json);
    json_object_set_new(status, "lastDecision", with_time);
}

static void put_balancers(json_t *status, const struct report *report)
{
    json_t *list = json_array();
    for (int i = 0; i < report->balancer_count; i++) {
        const struct balancer_state *balancer = &report->balancers[i];
        json_t *json = json_object();
        put_text(json, "name", balancer->name);
        put_text(json, "service", balancer->service);
        put_text(json, "serverGroup", report->in->group->load_balancers[i].server_group);
        put_bool(json, "attached", balancer->attached);
        put_int(json, "registered", balancer->registered);
        put_int(json, "weight", balancer->weight);
        put_text(json, "reason", reason_word(balancer->reason));
        if (balancer->message[0] != '\0') {
            put_text(json, "message", balancer->message);
        }
        json_array_append_new(list, json);
    }
    json_object_set_new(status, "loadBalancers", list);
}

static void put_last_request(json_t *status, const struct decide_output *decided)
{
    if (!decided->has_request) {
        return;
    }
    json_t *json = json_object();
    put_int(json, "value", decided->request_value);
    put_time(json, "time", decided->request_time);
    json_object_set_new(status, "lastRequest", json);
}

/* Node-seconds since the last write: what ran then has run until now. */
static void put_savings(json_t *status, const struct report *report)
{
    const struct standing *standing = report->standing;
    struct savings savings = standing->savings;
    int64_t elapsed_s = 0;
    if (!savings.set) {
        savings = (struct savings){.since = report->in->now};
    } else if (report->in->decided != NULL && savings.has_counted &&
               report->in->now.s > savings.counted.s) {
        elapsed_s = report->in->now.s - savings.counted.s;
    }
    json_t *json = json_object();
    put_int(json, "nodeSeconds", savings.node_s + elapsed_s * standing->current);
    put_int(json, "atMaxSeconds", savings.at_max_s + elapsed_s * standing->max);
    put_time(json, "since", savings.since);
    json_object_set_new(status, "savings", json);
}

static void put_text_if_any(json_t *status, const char *key, const char *text)
{
    if (text[0] != '\0') {
        put_text(status, key, text);
    }
}

/* On the command line the template is that of the newest node. */
static const char *template_version(const struct report *report)
{
    const struct observed *observed = report->in->observed;
    const struct node *newest = NULL;
    if (report->in->outcome != NULL) {
        return report->in->outcome->workload.template_version;
    }
    for (int i = 0; i < observed->node_count; i++) {
        const struct node *node = &observed->nodes[i];
        if (node->template_version[0] != '\0' &&
            (newest == NULL || node->created_at.s > newest->created_at.s)) {
            newest = node;
        }
    }
    return newest != NULL ? newest->template_version : "";
}

/* ---- the whole ---- */

void balancers_fill(struct report *report)
{
    const struct status_input *in = report->in;
    int count = in->group->load_balancer_count;
    report->balancers = ARENA_ARRAY(report->arena, struct balancer_state, (size_t)count);
    if (in->outcome != NULL) {
        report->balancer_count =
            in->outcome->balancer_count < count ? in->outcome->balancer_count : count;
        if (report->balancer_count > 0) {
            memcpy(report->balancers, in->outcome->balancers,
                   sizeof(*report->balancers) * (size_t)report->balancer_count);
        }
        return;
    }
    report->balancer_count = count;
    for (int i = 0; i < count; i++) {
        const struct load_balancer *balancer = &in->group->load_balancers[i];
        report->balancers[i] = (struct balancer_state){.name = balancer->name,
                                                       .service = balancer->service,
                                                       .attached = true,
                                                       .reason = REASON_ATTACHED,
                                                       .message = "",
                                                       .registered = report->seen.in_service,
                                                       .weight = balancer->weight};
    }
}

static void put_sizes(json_t *status, const struct report *report)
{
    const struct seen *seen = &report->seen;
    const struct decide_output *decided = report->in->decided;
    const struct outcome *outcome = report->in->outcome;
    put_int(status, "desired", seen->desired);
    put_int(status, "current", seen->current);
    put_int(status, "ready", seen->ready);
    put_int(status, "inService", seen->in_service);
    put_int(status, "protected", seen->is_protected);
    put_text_if_any(status, "selector", outcome != NULL ? outcome->workload.selector : "");
    put_text_if_any(status, "templateVersion", template_version(report));
    if (decided != NULL) {
        const struct decision *decision = &decided->decision;
        put_range(status, "baseRange", decision->base.min, decision->base.max);
        put_range(status, "effectiveRange", decision->effective.min, decision->effective.max);
    }
}

static json_t *assemble(const struct report *report)
{
    const struct status_input *in = report->in;
    const struct memory *memory =
        in->decided != NULL ? in->decided->memory : standing_memory(report->standing);
    json_t *status = json_object();
    put_int(status, "observedGeneration", in->group->meta.generation);
    put_text(status, "summary", report_summary(report));
    put_text(status, "state", report_state(report));
    put_sizes(status, report);
    put_policies(status, in);
    put_text_if_any(status, "load", report_load(report));
    json_object_set_new(status, "columns", report_columns(report));
    put_upcoming(status, report);
    put_last_scale(status, report);
    if (in->decided != NULL) {
        put_last_decision(status, report);
    }
    json_object_set_new(status, "zones", zones_to_json(report));
    put_balancers(status, report);
    json_object_set_new(status, "nodeStates", node_states_to_json(report));
    if (in->decided != NULL) {
        put_last_request(status, in->decided);
    }
    put_savings(status, report);
    json_object_set_new(status, "nodes", nodes_to_json(report));
    json_object_set_new(status, "activities", ring_to_json(report));
    json_object_set_new(status, "conditions", conditions_to_json(report));
    if (memory != NULL) {
        json_object_set_new(status, "memory", memory_to_json(memory));
    }
    return status;
}

static bool memory_has_changed(const struct standing *standing, const struct decide_output *decided)
{
    if (decided == NULL || decided->memory == standing->memory) {
        return false;
    }
    return standing->memory == NULL || decided->memory == NULL ||
           !memory_is_same(standing->memory, decided->memory);
}

static enum status_urgency urgency_of(const struct standing *standing,
                                      const struct status_input *in, const json_t *status)
{
    struct digest digest = digest_of(status);
    if (!standing->shown || digest.core != standing->digest.core ||
        memory_has_changed(standing, in->decided)) {
        return STATUS_NOW;
    }
    if (digest.nodes != standing->digest.nodes) {
        return STATUS_SOON;
    }
    return in->decided != NULL && values_have_moved(standing, &in->decided->decision) ? STATUS_LATER
                                                                                      : STATUS_SAME;
}

json_t *status_build(const struct standing *standing, const struct status_input *input,
                     enum status_urgency *ret_urgency)
{
    struct arena scratch = {0};
    struct report report = {.standing = standing, .in = input, .arena = &scratch};
    seen_count(&report);
    balancers_fill(&report);
    ring_fill(&report);
    conditions_judge(&report);
    json_t *status = assemble(&report);
    *ret_urgency = urgency_of(standing, input, status);
    arena_clear(&scratch);
    return status;
}
