/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a ScalingPolicy but for its metrics (check_metric.c), in the order of
 * crds/scalingpolicies.yaml.
 */
#include <string.h>

#include "calendar/cron.h"
#include "calendar/firing.h"
#include "crd_gen.h"
#include "watch/check_metric.h"
#include "watch/check_priv.h"

static bool is_set(const char *text)
{
    return text[0] != '\0';
}

/* ---- binding and range ---- */

static void check_selector(const struct policy *policy, struct check *check)
{
    check_at(check, "spec.groupSelector");
    if (policy->has_selector && policy->match_label_count + policy->match_expression_count == 0) {
        check_fail(check, CRD_SP_RULE_SELECTOR_EMPTY, NULL);
    }
    check_at(check, "spec.groupSelector.matchLabels");
    check_labels(check, policy->match_labels, policy->match_label_count,
                 CRD_SP_RULE_SELECTOR_LABELS);
    for (int i = 0; i < policy->match_expression_count; i++) {
        const struct selector_term *term = &policy->match_expressions[i];
        bool needs_values = term->op == SELECTOR_IN || term->op == SELECTOR_NOT_IN;
        check_at(check, "spec.groupSelector.matchExpressions[%d]", i);
        if (needs_values != (term->value_count > 0)) {
            check_fail(check, CRD_SP_RULE_SELECTOR_VALUES, "%d values", term->value_count);
        }
        check_at(check, "spec.groupSelector.matchExpressions[%d].key", i);
        check_shape(check, is_label_key(term->key), CRD_SP_RULE_SELECTOR_KEY, term->key);
        for (int k = 0; k < term->value_count; k++) {
            check_at(check, "spec.groupSelector.matchExpressions[%d].values[%d]", i, k);
            check_shape(check, term->values[k][0] == '\0' || is_label_value(term->values[k]),
                        CRD_SP_RULE_SELECTOR_VALUE_SHAPE, term->values[k]);
        }
    }
}

static void check_binding(const struct policy *policy, struct check *check)
{
    for (int i = 0; i < policy->group_ref_count; i++) {
        check_at(check, "spec.groupRefs[%d].name", i);
        check_shape(check, is_object_name(policy->group_refs[i]), CRD_SP_RULE_GROUP_NAME,
                    policy->group_refs[i]);
    }
    check_selector(policy, check);
    check_at(check, "spec.nodeRange");
    if (policy->has_range_min && policy->has_range_max && policy->range_min > policy->range_max) {
        check_fail(check, CRD_SP_RULE_RANGE_ORDER, "min %d, max %d", policy->range_min,
                   policy->range_max);
    }
}

/* ---- cron lines and time zones ---- */

/* The four sentences of one cron field. */
struct cron_sentences {
    const char *word, *shape, *backward, *never;
};

static const struct cron_sentences CRON = {
    CRD_SP_RULE_SCHEDULE_CRON_WORD, CRD_SP_RULE_SCHEDULE_CRON_SHAPE,
    CRD_SP_RULE_SCHEDULE_CRON_BACKWARD, CRD_SP_RULE_SCHEDULE_CRON_NEVER};
static const struct cron_sentences END_CRON = {
    CRD_SP_RULE_SCHEDULE_END_CRON_WORD, CRD_SP_RULE_SCHEDULE_END_CRON_SHAPE,
    CRD_SP_RULE_SCHEDULE_END_CRON_BACKWARD, CRD_SP_RULE_SCHEDULE_END_CRON_NEVER};
static const struct cron_sentences BLACKOUT_CRON = {
    CRD_SP_RULE_BLACKOUT_CRON_WORD, CRD_SP_RULE_BLACKOUT_CRON_SHAPE,
    CRD_SP_RULE_BLACKOUT_CRON_BACKWARD, CRD_SP_RULE_BLACKOUT_CRON_NEVER};

static void check_cron(struct check *check, const char *text,
                       const struct cron_sentences *sentences)
{
    struct cron cron;
    struct err err = {0};
    if (cron_parse(str_of(text), &cron, &err) == 0) {
        return;
    }
    if (err.code == CRON_NEVER_FIRES) {
        check_fail_never(check, sentences->never, "it is \"%.100s\"", text);
    } else if (text[0] == '@') {
        check_fail(check, sentences->word, "%s", err.text);
    } else if (err.code == CRON_RUNS_BACKWARD) {
        check_fail(check, sentences->backward, "%s", err.text);
    } else {
        check_fail(check, sentences->shape, "%s", err.text);
    }
}

static void check_zone(struct check *check, const char *name, struct zones *zones,
                       const char *sentence)
{
    const struct zone *zone = NULL;
    struct err err = {0};
    if (zones_find(zones, str_of(name), &zone, &err) != 0) {
        check_fail(check, sentence, "%s", err.text);
    }
}

/* ---- schedules ---- */

static void check_schedule_form(const struct schedule *schedule, struct check *check)
{
    bool window = schedule_is_window(schedule);
    if (is_set(schedule->cron) == schedule->has_at) {
        check_fail(check, CRD_SP_RULE_SCHEDULE_CRON_OR_AT, "%s given",
                   schedule->has_at ? "both are" : "neither is");
    }
    if (schedule->has_nodes == schedule->has_adjust) {
        check_fail(check, CRD_SP_RULE_SCHEDULE_NODES_OR_ADJUST, "%s given",
                   schedule->has_nodes ? "both are" : "neither is");
    }
    if (schedule->duration_s > 0 && is_set(schedule->end_cron)) {
        check_fail(check, CRD_SP_RULE_SCHEDULE_ONE_END, NULL);
    }
    if (schedule->ramp_s > 0 && !window) {
        check_fail(check, CRD_SP_RULE_SCHEDULE_RAMP, NULL);
    }
    if (schedule->has_adjust && schedule->adjust < 0 && window) {
        check_fail(check, CRD_SP_RULE_SCHEDULE_WINDOW_ADJUST, "adjust %d", schedule->adjust);
    }
}

static void check_schedule_times(const struct schedule *schedule, int i, struct zones *zones,
                                 struct check *check)
{
    check_at(check, "spec.schedules[%d].cron", i);
    if (is_set(schedule->cron)) {
        check_cron(check, schedule->cron, &CRON);
    }
    check_at(check, "spec.schedules[%d].timeZone", i);
    check_zone(check, schedule->time_zone, zones, CRD_SP_RULE_SCHEDULE_TIME_ZONE);
    check_at(check, "spec.schedules[%d].endCron", i);
    if (is_set(schedule->end_cron)) {
        check_cron(check, schedule->end_cron, &END_CRON);
    }
    for (int k = 0; k < schedule->exclude_date_count; k++) {
        int32_t day = 0;
        check_at(check, "spec.schedules[%d].excludeDates[%d]", i, k);
        check_shape(check, firing_day_parse(str_of(schedule->exclude_dates[k]), &day),
                    CRD_SP_RULE_SCHEDULE_EXCLUDE_DATE, schedule->exclude_dates[k]);
    }
}

static void check_schedules(const struct policy *policy, struct zones *zones, struct check *check)
{
    for (int i = 0; i < policy->schedule_count; i++) {
        const struct schedule *schedule = &policy->schedules[i];
        check_at(check, "spec.schedules[%d].nodes", i);
        if (schedule->has_nodes && policy->has_range_max && schedule->nodes > policy->range_max) {
            check_fail(check, CRD_SP_RULE_SCHEDULE_ABOVE_MAX, "%.63s: nodes %d, nodeRange.max %d",
                       schedule->name, schedule->nodes, policy->range_max);
        }
        check_at(check, "spec.schedules[%d]", i);
        check_schedule_form(schedule, check);
        check_at(check, "spec.schedules[%d].name", i);
        check_shape(check, is_label_value(schedule->name), CRD_SP_RULE_SCHEDULE_NAME,
                    schedule->name);
        check_schedule_times(schedule, i, zones, check);
    }
}

static void check_blackouts(const struct behavior *behavior, struct zones *zones,
                            struct check *check)
{
    for (int i = 0; i < behavior->blackout_count; i++) {
        const struct blackout *blackout = &behavior->blackouts[i];
        check_at(check, "spec.behavior.scaleIn.blackouts[%d].cron", i);
        check_cron(check, blackout->cron, &BLACKOUT_CRON);
        check_at(check, "spec.behavior.scaleIn.blackouts[%d].timeZone", i);
        check_zone(check, blackout->time_zone, zones, CRD_SP_RULE_BLACKOUT_TIME_ZONE);
    }
}

void policy_check(const struct policy *policy, struct zones *zones, struct check *ret_check)
{
    *ret_check = (struct check){0};
    struct check *check = ret_check;
    check_at(check, "metadata.name");
    if (strlen(policy->meta.name) > 63) {
        check_fail(check, CRD_SP_RULE_NAME_LENGTH, "it has %zu", strlen(policy->meta.name));
    }
    check_at(check, "spec.displayName");
    if (has_control(policy->display_name)) {
        check_fail(check, CRD_SP_RULE_DISPLAY_NAME, NULL);
    }
    check_at(check, "spec.description");
    if (has_control(policy->description)) {
        check_fail(check, CRD_SP_RULE_DESCRIPTION, NULL);
    }
    check_binding(policy, check);
    for (int i = 0; i < policy->metric_count; i++) {
        check_metric(&policy->metrics[i], i, check);
    }
    check_schedules(policy, zones, check);
    check_blackouts(&policy->scale_in, zones, check);
}
