/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ScalingActive, ScalingLimited and MetricsAvailable: what the bound policies can do, what held a
 * number back, and which metrics can be read. Terms of a dryRun policy are shown and count for
 * nothing.
 */
#include <string.h>

#include "base/buf.h"
#include "status/status_priv.h"

static void judge(struct report *report, enum group_condition which, enum condition_status status,
                  enum reason reason, const char *message)
{
    report->conditions[which] = (struct condition){status, reason, message};
}

/* What the acting policies of a group list, and what of it could be read. */
struct tally {
    int bound, acting; /* policies; acting = neither suspended, dryRun nor invalid */
    bool metrics, schedules;
    int valid, not_applicable, invalid; /* metric terms of acting policies */
};

static const struct binding_view *binding_of(const struct status_input *in, const char *policy)
{
    for (int i = 0; i < in->policy_count; i++) {
        if (strcmp(in->decided->bindings[i].policy, policy) == 0) {
            return &in->decided->bindings[i];
        }
    }
    return NULL;
}

static bool term_counts(const struct status_input *in, const struct term *term)
{
    const struct binding_view *binding = binding_of(in, term->policy);
    return term->kind == TERM_METRIC && !term->shown_only && binding != NULL && !binding->suspended;
}

static struct tally tally_of(const struct status_input *in)
{
    struct tally tally = {.bound = in->policy_count};
    for (int i = 0; i < in->policy_count; i++) {
        const struct binding_view *binding = &in->decided->bindings[i];
        if (!binding->suspended) {
            tally.acting++;
            tally.metrics |= binding->metrics;
            tally.schedules |= binding->schedules;
        }
    }
    for (int i = 0; i < in->decided->decision.term_count; i++) {
        const struct term *term = &in->decided->decision.terms[i];
        if (!term_counts(in, term)) {
            continue;
        }
        tally.valid += term->reason == REASON_NONE;
        tally.not_applicable += term->reason == REASON_NO_NODES_TO_MEASURE;
        tally.invalid += term->reason != REASON_NONE && term->reason != REASON_NO_NODES_TO_MEASURE;
    }
    return tally;
}

/* "lunch/cpu (no sample of node-1)", "lunch/qps (MetricInvalid)" of every invalid metric. */
static const char *name_invalid(const struct report *report)
{
    const struct decision *decision = &report->in->decided->decision;
    CLEANUP(buf_clear) struct buf text = {0};
    for (int i = 0; i < decision->term_count; i++) {
        const struct term *term = &decision->terms[i];
        if (!term_counts(report->in, term) || term->reason == REASON_NONE ||
            term->reason == REASON_NO_NODES_TO_MEASURE) {
            continue;
        }
        buf_printf(&text, "%s%s/%s (%s)", text.len > 0 ? ", " : "", term->policy, term->name,
                   term->detail[0] != '\0' ? term->detail : reason_word(term->reason));
    }
    return arena_dup(report->arena, buf_text(&text));
}

/* ---- ScalingActive ---- */

static void judge_without_policy(struct report *report, const struct tally *tally)
{
    const char *message = "no policy is bound: bind one by naming this group in its "
                          "spec.groupRefs; requests still act";
    if (tally->bound > 0 && tally->acting == 0) {
        message = arena_printf(report->arena,
                               "%d policies are bound and none acts: each is suspended, in dry "
                               "run or invalid",
                               tally->bound);
    } else if (tally->bound > 0) {
        message = arena_printf(report->arena,
                               "%d policies are bound and none lists a metric or a schedule",
                               tally->bound);
    }
    judge(report, GROUP_SCALING_ACTIVE, CONDITION_FALSE, REASON_NO_POLICY, message);
}

static void judge_metrics_active(struct report *report, const struct tally *tally)
{
    enum group_condition which = GROUP_SCALING_ACTIVE;
    int terms = tally->valid + tally->invalid + tally->not_applicable;
    if (tally->valid > 0 || terms == 0) {
        judge(report, which, CONDITION_TRUE, REASON_VALID_METRIC_FOUND,
              terms == 0 ? "metrics are listed; this decision did not weigh them"
                         : arena_printf(report->arena, "%d of %d metrics can be read", tally->valid,
                                        terms));
        return;
    }
    if (tally->invalid == 0) {
        judge(report, which, CONDITION_FALSE, REASON_NO_NODES_TO_MEASURE,
              "no node is in service and past its warm-up: the group moves by schedules, "
              "requests and metrics that are not read from nodes");
        return;
    }
    judge(report, which, CONDITION_FALSE, REASON_METRICS_INVALID,
          arena_printf(report->arena,
                       "none of %d metrics can be read, so load does not move the group: %s", terms,
                       name_invalid(report)));
}

void condition_scaling_active(struct report *report)
{
    const struct status_input *in = report->in;
    unsigned suspend = in->group->suspend & (PROCESS_METRIC_SCALING | PROCESS_SCHEDULED_SCALING);
    struct tally tally = {0};
    if (in->decided != NULL) {
        tally = tally_of(in);
    }
    if (suspend != 0) {
        judge(report, GROUP_SCALING_ACTIVE, CONDITION_FALSE, REASON_SUSPENDED,
              arena_printf(report->arena, "spec.suspend names %s%s%s: remove it to go on",
                           (suspend & PROCESS_METRIC_SCALING) != 0 ? "MetricScaling" : "",
                           suspend == (PROCESS_METRIC_SCALING | PROCESS_SCHEDULED_SCALING) ? " and "
                                                                                           : "",
                           (suspend & PROCESS_SCHEDULED_SCALING) != 0 ? "ScheduledScaling" : ""));
    } else if (!tally.metrics && !tally.schedules) {
        judge_without_policy(report, &tally);
    } else if (!tally.metrics) {
        judge(report, GROUP_SCALING_ACTIVE, CONDITION_TRUE, REASON_SCHEDULE_ONLY,
              "the bound policies list schedules and no metrics");
    } else {
        judge_metrics_active(report, &tally);
    }
}

/* ---- MetricsAvailable ---- */

void condition_metrics_available(struct report *report)
{
    const struct status_input *in = report->in;
    enum group_condition which = GROUP_METRICS_AVAILABLE;
    struct tally tally = {0};
    if (in->decided != NULL) {
        tally = tally_of(in);
    }
    if (!tally.metrics) {
        judge(report, which, CONDITION_UNKNOWN, REASON_NO_METRICS,
              "no acting policy lists metrics");
    } else if (in->decided->fallback_active) {
        judge(report, which, CONDITION_FALSE, REASON_FALLBACK_ACTIVE,
              arena_printf(report->arena,
                           "the floor of spec.fallback holds, because metrics cannot be read: %s",
                           name_invalid(report)));
    } else if (tally.invalid > 0) {
        judge(report, which, CONDITION_FALSE, REASON_SOME_INVALID,
              arena_printf(report->arena,
                           "%d of %d metrics cannot be read, which forbids scale-in: %s",
                           tally.invalid, tally.invalid + tally.valid + tally.not_applicable,
                           name_invalid(report)));
    } else if (tally.valid == 0) {
        judge(report, which, CONDITION_TRUE, REASON_ALL_VALID,
              "no metric fails; none has a node to measure");
    } else {
        judge(report, which, CONDITION_TRUE, REASON_ALL_VALID,
              arena_printf(report->arena, "%d of %d metrics can be read", tally.valid,
                           tally.valid + tally.not_applicable));
    }
}

/* ---- ScalingLimited ---- */

/* The policy whose own range does not meet the group's, or NULL. */
static const struct policy *range_outside(const struct status_input *in)
{
    for (int i = 0; i < in->policy_count; i++) {
        const struct policy *policy = in->policies[i];
        if (in->decided->bindings[i].suspended) {
            continue;
        }
        if ((policy->has_range_min && policy->range_min > in->group->max_size) ||
            (policy->has_range_max && policy->range_max < in->group->min_size)) {
            return policy;
        }
    }
    return NULL;
}

static const struct schedule *find_schedule(const struct policy *policy, const char *name)
{
    for (int i = 0; i < policy->schedule_count; i++) {
        if (strcmp(policy->schedules[i].name, name) == 0) {
            return &policy->schedules[i];
        }
    }
    return NULL;
}

/* Whether a rule that has fired or whose window is active asks for more than its maximum. */
static const struct schedule *rule_clamped(const struct status_input *in, int i)
{
    const struct binding_view *binding = &in->decided->bindings[i];
    const struct decision *decision = &in->decided->decision;
    if (binding->suspended) {
        return NULL;
    }
    if (binding->has_last_fired) {
        const struct schedule *rule = find_schedule(in->policies[i], binding->last_rule);
        if (rule != NULL && rule->has_nodes && !rule->suspend && rule->nodes > binding->base.max) {
            return rule;
        }
    }
    for (int k = 0; k < decision->term_count; k++) {
        const struct term *term = &decision->terms[k];
        if (term->kind != TERM_SCHEDULE || strcmp(term->policy, binding->policy) != 0) {
            continue;
        }
        const struct schedule *rule = find_schedule(in->policies[i], term->name);
        if (rule != NULL && ((rule->has_nodes && rule->nodes > binding->base.max) ||
                             (term->has_wants && term->wants > binding->base.max))) {
            return rule;
        }
    }
    return NULL;
}

/* The rule that asks for more than its maximum, in words. */
static const char *clamped_sentence(const struct report *report)
{
    const struct status_input *in = report->in;
    for (int i = 0; i < in->policy_count; i++) {
        const struct schedule *rule = rule_clamped(in, i);
        if (rule != NULL) {
            return arena_printf(report->arena,
                                "schedule %s/%s asks for more than the maximum of %d: lower its "
                                "number, or raise nodeRange.max and maxSize",
                                in->policies[i]->meta.name, rule->name,
                                in->decided->bindings[i].base.max);
        }
    }
    return NULL;
}

static const char *range_sentence(const struct report *report)
{
    const struct status_input *in = report->in;
    const struct policy *outside = range_outside(in);
    return arena_printf(report->arena,
                        "the nodeRange of policy %s does not meet the group's %d-%d: the group's "
                        "nearest bound is used; let the two ranges overlap",
                        outside != NULL ? outside->meta.name : "bound to the group",
                        in->group->min_size, in->group->max_size);
}

static const char *limit_sentence(const struct report *report, enum reason reason)
{
    const struct decide_output *decided = report->in->decided;
    const struct decision *decision = &decided->decision;
    switch (reason) {
    case REASON_TOO_FEW_NODES:
        return arena_printf(report->arena,
                            "fewer nodes are asked for than the minimum of %d allows: desired is "
                            "%d; lower the minimum if fewer will do",
                            decision->effective.min, decision->to);
    case REASON_TOO_MANY_NODES:
        return arena_printf(report->arena,
                            "more nodes are asked for than the maximum of %d allows: desired is "
                            "%d; raise maxSize or nodeRange.max if they are needed",
                            decision->effective.max, decision->to);
    case REASON_RATE_LIMITED:
        return arena_printf(report->arena,
                            "behavior.policies limit the rate of change: desired is %d for now",
                            decision->to);
    case REASON_RANGE_CLAMPED: return range_sentence(report);
    default: return decided->limited_message;
    }
}

/* decide/ gives the reason. A rule that was cut stays told until another one fires. */
void condition_scaling_limited(struct report *report)
{
    const struct decide_output *decided = report->in->decided;
    enum group_condition which = GROUP_SCALING_LIMITED;
    if (decided == NULL) {
        judge(report, which, CONDITION_FALSE, REASON_DESIRED_WITHIN_RANGE, "nothing was decided");
        return;
    }
    const struct decision *decision = &decided->decision;
    bool is_within = decided->limited == REASON_DESIRED_WITHIN_RANGE;
    const char *clamped =
        is_within || decided->limited == REASON_SCHEDULE_CLAMPED ? clamped_sentence(report) : NULL;
    if (clamped != NULL) {
        judge(report, which, CONDITION_TRUE, REASON_SCHEDULE_CLAMPED, clamped);
    } else if (!is_within) {
        judge(report, which, CONDITION_TRUE, decided->limited,
              limit_sentence(report, decided->limited));
    } else if (decided->above_maximum) {
        judge(report, which, CONDITION_FALSE, REASON_DESIRED_WITHIN_RANGE,
              arena_printf(report->arena, "desired %d is held above %d-%d: see AbleToScale",
                           decision->to, decision->effective.min, decision->effective.max));
    } else {
        judge(report, which, CONDITION_FALSE, REASON_DESIRED_WITHIN_RANGE,
              arena_printf(report->arena, "desired %d lies within %d-%d", decision->to,
                           decision->effective.min, decision->effective.max));
    }
}
