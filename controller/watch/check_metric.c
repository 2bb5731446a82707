/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one metric of a ScalingPolicy: which fields its type takes, its target, its steps.
 */
#include "watch/check_metric.h"

#include <string.h>

#include "crd_gen.h"
#include "watch/check_priv.h"

static bool is_set(const char *text)
{
    return text[0] != '\0';
}

static bool is_resource(const struct metric *metric)
{
    return metric->type == METRIC_CPU || metric->type == METRIC_MEMORY;
}

/* ---- targets ---- */

static void check_target_form(const struct metric *metric, struct check *check)
{
    bool value = metric->target_form == TARGET_VALUE;
    if (is_resource(metric) && value) {
        check_fail(check, CRD_SP_RULE_METRIC_TARGET_CPU_MEMORY, NULL);
    }
    if (metric->type == METRIC_QPS && value) {
        check_fail(check, CRD_SP_RULE_METRIC_TARGET_QPS, NULL);
    }
    if (!is_resource(metric) && metric->target_form == TARGET_AVERAGE_UTILIZATION) {
        check_fail(check, CRD_SP_RULE_METRIC_TARGET_UTILIZATION, NULL);
    }
    if (metric->type == METRIC_CUSTOM && value && !is_set(metric->object_name)) {
        check_fail(check, CRD_SP_RULE_METRIC_TARGET_PODS, NULL);
    }
}

static void check_target(const struct metric *metric, int at, struct check *check)
{
    if (!metric->has_target) {
        return;
    }
    check_at(check, "spec.metrics[%d].target", at);
    if (metric->target_forms != 1) {
        check_fail(check, CRD_SP_RULE_TARGET_ONE, "%d are given", metric->target_forms);
        return;
    }
    if (number_is_ok(metric->target) && metric->target.nano > 0) {
        return;
    }
    if (metric->target_form == TARGET_AVERAGE_VALUE) {
        check_at(check, "spec.metrics[%d].target.averageValue", at);
        check_fail(check, CRD_SP_RULE_TARGET_AVERAGE_VALUE, NULL);
    } else if (metric->target_form == TARGET_VALUE) {
        check_at(check, "spec.metrics[%d].target.value", at);
        check_fail(check, CRD_SP_RULE_TARGET_VALUE, NULL);
    }
}

/* ---- what a type takes ---- */

static void check_prometheus(const struct metric *metric, struct check *check)
{
    bool any = is_set(metric->source) || is_set(metric->query_name) || is_set(metric->query) ||
               metric->parameter_count > 0;
    if (metric->parameter_count > 0 && !is_set(metric->query_name)) {
        check_fail(check, CRD_SP_RULE_METRIC_PARAMETERS, NULL);
    }
    if (metric->type != METRIC_PROMETHEUS) {
        if (any) {
            check_fail(check, CRD_SP_RULE_METRIC_PROMETHEUS_ONLY, NULL);
        }
        return;
    }
    if (!is_set(metric->source)) {
        check_fail(check, CRD_SP_RULE_METRIC_SOURCE, NULL);
    }
    if (is_set(metric->query_name) == is_set(metric->query)) {
        check_fail(check, CRD_SP_RULE_METRIC_ONE_QUERY, "%s given",
                   is_set(metric->query) ? "both are" : "neither is");
    }
}

static void check_type(const struct metric *metric, struct check *check)
{
    if (metric->has_target == metric->has_steps) {
        check_fail(check, CRD_SP_RULE_METRIC_ONE_USE, "%s given",
                   metric->has_steps ? "both are" : "neither is");
    }
    if (is_set(metric->container) && !is_resource(metric)) {
        check_fail(check, CRD_SP_RULE_METRIC_CONTAINER, NULL);
    }
    check_target_form(metric, check);
    check_prometheus(metric, check);
    if ((metric->type == METRIC_CUSTOM) != metric->has_custom) {
        check_fail(check, CRD_SP_RULE_METRIC_CUSTOM, NULL);
    }
    if ((metric->type == METRIC_EXTERNAL) != metric->has_external) {
        check_fail(check, CRD_SP_RULE_METRIC_EXTERNAL, NULL);
    }
}

/* Names and values go into a query, quoted. */
static void check_parameters(const struct metric *metric, int at, struct check *check)
{
    check_at(check, "spec.metrics[%d].parameters", at);
    for (int i = 0; i < metric->parameter_count; i++) {
        const struct label *parameter = &metric->parameters[i];
        if (strlen(parameter->key) > 63 || !is_parameter_name(parameter->key)) {
            check_fail(check, CRD_SP_RULE_METRIC_PARAMETER_NAME, "it is \"%.63s\"", parameter->key);
            break;
        }
    }
    for (int i = 0; i < metric->parameter_count; i++) {
        if (has_control(metric->parameters[i].value)) {
            check_fail(check, CRD_SP_RULE_METRIC_PARAMETER_VALUE, "%.63s",
                       metric->parameters[i].key);
            break;
        }
    }
    check_at(check, "spec.metrics[%d].query", at);
    for (const char *c = metric->query; *c != '\0'; c++) {
        if (*c != '\t' && *c != '\n' && has_control((const char[]){*c, '\0'})) {
            check_fail(check, CRD_SP_RULE_METRIC_QUERY_TEXT, NULL);
            break;
        }
    }
}

static void check_names(const struct metric *metric, int at, struct check *check)
{
    check_at(check, "spec.metrics[%d].name", at);
    check_shape(check, is_label_value(metric->name), CRD_SP_RULE_METRIC_NAME, metric->name);
    check_at(check, "spec.metrics[%d].container", at);
    check_shape(check, !is_set(metric->container) || is_service_name(metric->container),
                CRD_SP_RULE_METRIC_CONTAINER_NAME, metric->container);
    check_at(check, "spec.metrics[%d].source", at);
    check_shape(check, !is_set(metric->source) || is_label_value(metric->source),
                CRD_SP_RULE_METRIC_SOURCE_NAME, metric->source);
    check_at(check, "spec.metrics[%d].queryName", at);
    check_shape(check, !is_set(metric->query_name) || is_label_value(metric->query_name),
                CRD_SP_RULE_METRIC_QUERY_NAME, metric->query_name);
    check_parameters(metric, at, check);
}

static void check_described(const struct metric *metric, int at, struct check *check)
{
    if (!is_set(metric->object_name)) {
        return;
    }
    check_at(check, "spec.metrics[%d].custom.describedObject.apiVersion", at);
    check_shape(check, is_api_version(metric->object_api_version),
                CRD_SP_RULE_DESCRIBED_API_VERSION, metric->object_api_version);
    check_at(check, "spec.metrics[%d].custom.describedObject.kind", at);
    check_shape(check, is_kind_name(metric->object_kind), CRD_SP_RULE_DESCRIBED_KIND,
                metric->object_kind);
    check_at(check, "spec.metrics[%d].custom.describedObject.name", at);
    check_shape(check, is_any_name(metric->object_name), CRD_SP_RULE_DESCRIBED_NAME,
                metric->object_name);
}

static void check_selector(const struct metric *metric, int at, const char *which,
                           const char *sentence, struct check *check)
{
    check_at(check, "spec.metrics[%d].%s.metric.selector.matchLabels", at, which);
    check_labels(check, metric->selector, metric->selector_count, sentence);
}

static void check_metric_name(const struct metric *metric, int at, struct check *check)
{
    if (metric->has_custom) {
        check_at(check, "spec.metrics[%d].custom.metric.name", at);
        check_shape(check, is_path_part(metric->metric_name), CRD_SP_RULE_CUSTOM_METRIC_NAME,
                    metric->metric_name);
        check_selector(metric, at, "custom", CRD_SP_RULE_CUSTOM_SELECTOR_LABELS, check);
    } else if (metric->has_external) {
        check_at(check, "spec.metrics[%d].external.metric.name", at);
        check_shape(check, is_path_part(metric->metric_name), CRD_SP_RULE_EXTERNAL_METRIC_NAME,
                    metric->metric_name);
        check_selector(metric, at, "external", CRD_SP_RULE_EXTERNAL_SELECTOR_LABELS, check);
    }
    check_described(metric, at, check);
}

/* ---- steps ---- */

static bool has_lower(const struct step *step)
{
    return step->lower.state != NUMBER_NONE;
}

static bool has_upper(const struct step *step)
{
    return step->upper.state != NUMBER_NONE;
}

static bool is_backward(const struct step *step)
{
    return has_lower(step) && has_upper(step) && step->lower.nano >= step->upper.nano;
}

static bool begins_below_end(const struct step *a, const struct step *b)
{
    return !has_lower(a) || !has_upper(b) || a->lower.nano < b->upper.nano;
}

/* How many of the steps share a value with this one, itself included. */
static int overlaps(const struct steps *steps, const struct step *step)
{
    int count = 0;
    for (int i = 0; i < steps->adjustment_count; i++) {
        const struct step *other = &steps->adjustments[i];
        count += begins_below_end(step, other) && begins_below_end(other, step);
    }
    return count;
}

/* Something begins above this step's end, and nothing at it. */
static bool has_gap_above(const struct steps *steps, const struct step *step)
{
    bool above = false;
    bool at_end = false;
    for (int i = 0; i < steps->adjustment_count && has_upper(step); i++) {
        const struct step *other = &steps->adjustments[i];
        above |= has_lower(other) && other->lower.nano > step->upper.nano;
        at_end |= has_lower(other) && other->lower.nano == step->upper.nano;
    }
    return above && !at_end;
}

/* What is wrong with any of the steps, so that each sentence is said once. */
struct step_faults {
    bool unbounded, backward, overlap, gap;
    bool below_zero, above_zero, open_below, open_above;
    bool negative;
};

static struct step_faults find_faults(const struct steps *steps)
{
    struct step_faults faults = {0};
    for (int i = 0; i < steps->adjustment_count; i++) {
        const struct step *step = &steps->adjustments[i];
        faults.unbounded |= !has_lower(step) && !has_upper(step);
        faults.backward |= is_backward(step);
        faults.overlap |= !is_backward(step) && overlaps(steps, step) != 1;
        faults.gap |= has_gap_above(steps, step);
        faults.below_zero |= has_lower(step) && step->lower.nano < 0;
        faults.above_zero |= has_upper(step) && step->upper.nano > 0;
        faults.open_below |= !has_lower(step);
        faults.open_above |= !has_upper(step);
        faults.negative |= step->by < 0;
    }
    return faults;
}

static void fail_if(struct check *check, bool wrong, const char *sentence)
{
    if (wrong) {
        check_fail(check, sentence, NULL);
    }
}

static void check_steps(const struct steps *steps, int at, struct check *check)
{
    struct step_faults faults = find_faults(steps);
    check_at(check, "spec.metrics[%d].steps", at);
    fail_if(check, steps->min_change > 0 && steps->adjustment_type != ADJUST_PERCENT_CHANGE,
            CRD_SP_RULE_STEPS_MIN_CHANGE);
    fail_if(check, steps->adjustment_type == ADJUST_EXACT_SIZE && faults.negative,
            CRD_SP_RULE_STEPS_EXACT_SIZE);
    check_at(check, "spec.metrics[%d].steps.adjustments", at);
    fail_if(check, faults.unbounded, CRD_SP_RULE_STEPS_BOUNDED);
    fail_if(check, faults.backward, CRD_SP_RULE_STEPS_ORDER);
    fail_if(check, faults.overlap, CRD_SP_RULE_STEPS_OVERLAP);
    fail_if(check, faults.gap, CRD_SP_RULE_STEPS_GAP);
    fail_if(check, faults.below_zero && !faults.open_below, CRD_SP_RULE_STEPS_OPEN_BELOW);
    fail_if(check, faults.above_zero && !faults.open_above, CRD_SP_RULE_STEPS_OPEN_ABOVE);
}

void check_metric(const struct metric *metric, int at, struct check *check)
{
    check_at(check, "spec.metrics[%d]", at);
    check_type(metric, check);
    check_names(metric, at, check);
    check_metric_name(metric, at, check);
    check_target(metric, at, check);
    if (metric->has_steps) {
        check_steps(&metric->steps, at, check);
    }
}
