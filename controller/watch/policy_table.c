/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ScalingPolicy -> struct policy. Field for field crds/scalingpolicies.yaml, which is also where
 * the defaults come from (crd_gen.h). Bounds are not looked at here, see watch/check.h.
 */
#include "crd_gen.h"
#include "watch/tables_priv.h"

#define P(name, type, member, ...) PULL(name, type, struct policy_view, policy.member, __VA_ARGS__)
#define P_MANY(name, type, member, count_member, ...)                                              \
    PULL_MANY(name, type, struct policy_view, policy.member, policy.count_member, __VA_ARGS__)
#define P_OFFSET(member) offsetof(struct policy_view, policy.member)

static const char *const METRIC_TYPES[] = {"CPU",    "Memory",   "QPS", "Prometheus",
                                           "Custom", "External", NULL};
static const char *const ADJUSTMENTS[] = {"ChangeInSize", "PercentChange", "ExactSize", NULL};
static const char *const RATE_UNITS[] = {"Nodes", "Percent", NULL};
static const char *const SELECTS[] = {"Max", "Min", "Disabled", NULL};

/* ---- what it is bound to ---- */

struct group_ref {
    const char *name; /* alone, so that an array of these is an array of texts */
};
static const struct pull_field GROUP_REF[] = {PULL("name", TEXT, struct group_ref, name)};
static const struct pull_table GROUP_REF_TABLE = PULL_TABLE(struct group_ref, GROUP_REF);

static const struct pull_field GROUP_SELECTOR[] = {
    P_MANY("matchLabels", MAP, match_labels, match_label_count),
    P_MANY("matchExpressions", ARRAY, match_expressions, match_expression_count,
           .table = &EXPRESSION_TABLE),
};
static const struct pull_table GROUP_SELECTOR_TABLE =
    PULL_TABLE(struct policy_view, GROUP_SELECTOR);

static const struct pull_field NODE_RANGE[] = {
    P("min", INT, range_min, .present_at = P_OFFSET(has_range_min)),
    P("max", INT, range_max, .present_at = P_OFFSET(has_range_max)),
};
static const struct pull_table NODE_RANGE_TABLE = PULL_TABLE(struct policy_view, NODE_RANGE);

/* ---- metrics ---- */

/* Custom and External name their metric alike; a metric has one of them. */
static const struct pull_field METRIC_SELECTOR[] = {
    PULL_MANY("matchLabels", MAP, struct metric, selector, selector_count)};
static const struct pull_table METRIC_SELECTOR_TABLE = PULL_TABLE(struct metric, METRIC_SELECTOR);
static const struct pull_field METRIC_NAME[] = {
    PULL("name", TEXT, struct metric, metric_name),
    PULL_INSIDE("selector", METRIC_SELECTOR_TABLE),
};
static const struct pull_table METRIC_NAME_TABLE = PULL_TABLE(struct metric, METRIC_NAME);
static const struct pull_field DESCRIBED[] = {
    PULL("apiVersion", TEXT, struct metric, object_api_version),
    PULL("kind", TEXT, struct metric, object_kind),
    PULL("name", TEXT, struct metric, object_name),
};
static const struct pull_table DESCRIBED_TABLE = PULL_TABLE(struct metric, DESCRIBED);
static const struct pull_field CUSTOM[] = {
    PULL_INSIDE("metric", METRIC_NAME_TABLE),
    PULL_INSIDE("describedObject", DESCRIBED_TABLE),
};
static const struct pull_table CUSTOM_TABLE = PULL_TABLE(struct metric, CUSTOM);
static const struct pull_field EXTERNAL[] = {PULL_INSIDE("metric", METRIC_NAME_TABLE)};
static const struct pull_table EXTERNAL_TABLE = PULL_TABLE(struct metric, EXTERNAL);

static int take_target(struct metric *metric, enum target_form form, struct str text)
{
    metric->target_form = form;
    metric->target_forms++;
    metric->target = number_parse(text);
    return 0;
}

static int convert_utilization(void *at, struct str text, bool is_text, struct arena *arena,
                               struct err *err)
{
    return take_target(at, TARGET_AVERAGE_UTILIZATION, text);
}

static int convert_average_value(void *at, struct str text, bool is_text, struct arena *arena,
                                 struct err *err)
{
    return take_target(at, TARGET_AVERAGE_VALUE, text);
}

static int convert_value(void *at, struct str text, bool is_text, struct arena *arena,
                         struct err *err)
{
    return take_target(at, TARGET_VALUE, text);
}

/* Which key is there says what the number means: each converter is given the whole metric. */
static const struct pull_field METRIC_TARGET[] = {
    {.name = "averageUtilization", .type = PULL_CONVERT, .convert = convert_utilization},
    {.name = "averageValue", .type = PULL_CONVERT, .convert = convert_average_value},
    {.name = "value", .type = PULL_CONVERT, .convert = convert_value},
};
static const struct pull_table METRIC_TARGET_TABLE = PULL_TABLE(struct metric, METRIC_TARGET);

static const struct pull_field STEP[] = {
    PULL("lower", CONVERT, struct step, lower, .convert = convert_number),
    PULL("upper", CONVERT, struct step, upper, .convert = convert_number),
    PULL("by", INT, struct step, by),
};
static const struct pull_table STEP_TABLE = PULL_TABLE(struct step, STEP);

static const struct pull_field STEPS[] = {
    PULL("threshold", CONVERT, struct steps, threshold, .convert = convert_number),
    PULL("sustainSeconds", INT, struct steps, sustain_s,
         .preset = CRD_SP_SPEC_METRICS_STEPS_SUSTAIN_SECONDS_DEFAULT),
    PULL("adjustmentType", ENUM, struct steps, adjustment_type, .names = ADJUSTMENTS),
    PULL("minChange", INT, struct steps, min_change),
    PULL_MANY("adjustments", ARRAY, struct steps, adjustments, adjustment_count,
              .table = &STEP_TABLE),
};
static const struct pull_table STEPS_TABLE = PULL_TABLE(struct steps, STEPS);

static const struct pull_field METRIC[] = {
    PULL("name", TEXT, struct metric, name),
    PULL("type", ENUM, struct metric, type, .names = METRIC_TYPES),
    PULL("container", TEXT, struct metric, container),
    PULL("source", TEXT, struct metric, source),
    PULL("queryName", TEXT, struct metric, query_name),
    PULL("query", TEXT, struct metric, query),
    PULL_MANY("parameters", MAP, struct metric, parameters, parameter_count),
    PULL("custom", PRESENT, struct metric, has_custom),
    PULL_INSIDE("custom", CUSTOM_TABLE),
    PULL("external", PRESENT, struct metric, has_external),
    PULL_INSIDE("external", EXTERNAL_TABLE),
    PULL("target", PRESENT, struct metric, has_target),
    PULL_INSIDE("target", METRIC_TARGET_TABLE),
    PULL("steps", OBJECT, struct metric, steps, .table = &STEPS_TABLE,
         .present_at = offsetof(struct metric, has_steps)),
};
static const struct pull_table METRIC_TABLE = PULL_TABLE(struct metric, METRIC);

/* ---- schedules ---- */

static int convert_at(void *at, struct str text, bool is_text, struct arena *arena, struct err *err)
{
    return convert_time(at, text, CRD_SP_RULE_SCHEDULE_AT, err);
}

static const struct pull_field SCHEDULE[] = {
    PULL("name", TEXT, struct schedule, name),
    PULL("cron", TEXT, struct schedule, cron),
    PULL("at", CONVERT, struct schedule, at, .convert = convert_at,
         .present_at = offsetof(struct schedule, has_at)),
    PULL("timeZone", TEXT, struct schedule, time_zone,
         .preset_text = CRD_SP_SPEC_SCHEDULES_TIME_ZONE_DEFAULT),
    PULL("nodes", INT, struct schedule, nodes, .present_at = offsetof(struct schedule, has_nodes)),
    PULL("adjust", INT, struct schedule, adjust,
         .present_at = offsetof(struct schedule, has_adjust)),
    PULL("durationSeconds", INT, struct schedule, duration_s),
    PULL("endCron", TEXT, struct schedule, end_cron),
    PULL("rampSeconds", INT, struct schedule, ramp_s),
    PULL_MANY("excludeDates", TEXT_ARRAY, struct schedule, exclude_dates, exclude_date_count),
    PULL("startingDeadlineSeconds", INT, struct schedule, starting_deadline_s,
         .preset = CRD_SP_SPEC_SCHEDULES_STARTING_DEADLINE_SECONDS_DEFAULT),
    PULL("suspend", BOOL, struct schedule, suspend,
         .preset = CRD_SP_SPEC_SCHEDULES_SUSPEND_DEFAULT),
};
static const struct pull_table SCHEDULE_TABLE = PULL_TABLE(struct schedule, SCHEDULE);

/* ---- behavior ---- */

static const struct pull_field RATE[] = {
    PULL("type", ENUM, struct rate, unit, .names = RATE_UNITS),
    PULL("value", INT, struct rate, value),
    PULL("periodSeconds", INT, struct rate, period_s),
};
static const struct pull_table RATE_TABLE = PULL_TABLE(struct rate, RATE);

static const struct pull_field BLACKOUT[] = {
    PULL("cron", TEXT, struct blackout, cron),
    PULL("durationSeconds", INT, struct blackout, duration_s),
    PULL("timeZone", TEXT, struct blackout, time_zone,
         .preset_text = CRD_SP_SPEC_BEHAVIOR_SCALE_IN_BLACKOUTS_TIME_ZONE_DEFAULT),
};
static const struct pull_table BLACKOUT_TABLE = PULL_TABLE(struct blackout, BLACKOUT);

static const struct pull_field DROP_GUARD[] = {
    PULL("percent", INT, struct drop_guard, percent),
    PULL("windowSeconds", INT, struct drop_guard, window_s),
    PULL("holdSeconds", INT, struct drop_guard, hold_s),
};
static const struct pull_table DROP_GUARD_TABLE = PULL_TABLE(struct drop_guard, DROP_GUARD);

static const struct pull_field SCALE_OUT[] = {
    PULL("stabilizationWindowSeconds", INT, struct behavior, stabilization_s,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_OUT_STABILIZATION_WINDOW_SECONDS_DEFAULT),
    PULL("tolerancePercent", INT, struct behavior, tolerance_pct,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_OUT_TOLERANCE_PERCENT_DEFAULT),
    PULL("cooldownSeconds", INT, struct behavior, cooldown_s,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_OUT_COOLDOWN_SECONDS_DEFAULT),
    PULL("disabled", BOOL, struct behavior, disabled,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_OUT_DISABLED_DEFAULT),
    PULL("selectPolicy", ENUM, struct behavior, select, .names = SELECTS),
    PULL_MANY("policies", ARRAY, struct behavior, rates, rate_count, .table = &RATE_TABLE),
};
static const struct pull_table SCALE_OUT_TABLE = PULL_TABLE(struct behavior, SCALE_OUT);

static const struct pull_field SCALE_IN[] = {
    PULL("stabilizationWindowSeconds", INT, struct behavior, stabilization_s,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_IN_STABILIZATION_WINDOW_SECONDS_DEFAULT),
    PULL("tolerancePercent", INT, struct behavior, tolerance_pct,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_IN_TOLERANCE_PERCENT_DEFAULT),
    PULL("cooldownSeconds", INT, struct behavior, cooldown_s,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_IN_COOLDOWN_SECONDS_DEFAULT),
    PULL("disabled", BOOL, struct behavior, disabled,
         .preset = CRD_SP_SPEC_BEHAVIOR_SCALE_IN_DISABLED_DEFAULT),
    PULL("selectPolicy", ENUM, struct behavior, select, .names = SELECTS),
    PULL_MANY("policies", ARRAY, struct behavior, rates, rate_count, .table = &RATE_TABLE),
    PULL_MANY("blackouts", ARRAY, struct behavior, blackouts, blackout_count,
              .table = &BLACKOUT_TABLE),
    PULL("dropGuard", OBJECT, struct behavior, drop_guard, .table = &DROP_GUARD_TABLE,
         .present_at = offsetof(struct behavior, drop_guard.set)),
};
static const struct pull_table SCALE_IN_TABLE = PULL_TABLE(struct behavior, SCALE_IN);

static const struct pull_field BEHAVIOR[] = {
    P("scaleOut", OBJECT, scale_out, .table = &SCALE_OUT_TABLE),
    P("scaleIn", OBJECT, scale_in, .table = &SCALE_IN_TABLE),
};
static const struct pull_table BEHAVIOR_TABLE = PULL_TABLE(struct policy_view, BEHAVIOR);

static const struct pull_field PANIC[] = {
    P("windowSeconds", INT, panic_window_s),
    P("thresholdPercent", INT, panic_threshold_pct),
};
static const struct pull_table PANIC_TABLE = PULL_TABLE(struct policy_view, PANIC);

static const struct pull_field FALLBACK[] = {
    P("afterFailures", INT, fallback_after_failures),
    P("nodes", INT, fallback_nodes),
};
static const struct pull_table FALLBACK_TABLE = PULL_TABLE(struct policy_view, FALLBACK);

/* ---- spec ---- */

static const struct pull_field SPEC[] = {
    P("displayName", TEXT, display_name),
    P("description", TEXT, description),
    P_MANY("groupRefs", ARRAY, group_refs, group_ref_count, .table = &GROUP_REF_TABLE),
    P("groupSelector", PRESENT, has_selector),
    PULL_INSIDE("groupSelector", GROUP_SELECTOR_TABLE),
    PULL_INSIDE("nodeRange", NODE_RANGE_TABLE),
    P("evaluationIntervalSeconds", INT, evaluation_interval_s,
      .preset = CRD_SP_SPEC_EVALUATION_INTERVAL_SECONDS_DEFAULT),
    P_MANY("metrics", ARRAY, metrics, metric_count, .table = &METRIC_TABLE),
    P_MANY("schedules", ARRAY, schedules, schedule_count, .table = &SCHEDULE_TABLE),
    PULL_INSIDE("behavior", BEHAVIOR_TABLE),
    P("panic", PRESENT, has_panic),
    PULL_INSIDE("panic", PANIC_TABLE),
    P("fallback", PRESENT, has_fallback),
    PULL_INSIDE("fallback", FALLBACK_TABLE),
    P("suspend", BOOL, suspend, .preset = CRD_SP_SPEC_SUSPEND_DEFAULT),
    P("dryRun", BOOL, dry_run, .preset = CRD_SP_SPEC_DRY_RUN_DEFAULT),
};
static const struct pull_table SPEC_TABLE = PULL_TABLE(struct policy_view, SPEC);

static const struct pull_field POLICY[] = {
    PULL("metadata", OBJECT, struct policy_view, meta, .table = &META_TABLE),
    PULL_INSIDE("spec", SPEC_TABLE),
    PULL("status", RAW, struct policy_view, status, .max = STATUS_BYTES_MAX),
};

/* Without `policies`, or `behavior` at all, a direction has the default rates. */
static enum pull_verdict finish_policy(void *object, struct arena *arena, struct err *err)
{
    static const struct rate out[] = {{RATE_PERCENT, 100, 15}, {RATE_NODES, 4, 15}};
    static const struct rate in[] = {{RATE_PERCENT, 100, 15}};
    struct policy *policy = &((struct policy_view *)object)->policy;
    if (policy->scale_out.rate_count == 0) {
        policy->scale_out.rates = out;
        policy->scale_out.rate_count = (int)ARRAY_LEN(out);
    }
    if (policy->scale_in.rate_count == 0) {
        policy->scale_in.rates = in;
        policy->scale_in.rate_count = (int)ARRAY_LEN(in);
    }
    return PULL_KEEP;
}
const struct pull_table POLICY_TABLE = PULL_TABLE_FINISH(struct policy_view, POLICY, finish_policy);
