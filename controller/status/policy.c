/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy's status: a view over the groups it is bound to. Of the last one only the transition
 * times of its conditions are read back, and whether the new one differs.
 */
#include <string.h>

#include "base/buf.h"
#include "status/status_priv.h"

#define GROUPS_SHOWN 100 /* boundGroups and readyGroups are complete */
#define GROUPS_NAMED 10  /* in a sentence */

struct policy_report {
    const struct policy_status_input *in;
    const json_t *before; /* the last status, NULL = none */
    struct arena *arena;
    int bound, ready, missing, unreadable;
    bool window_active;
};

static void count_groups(struct policy_report *report)
{
    for (int i = 0; i < report->in->group_count; i++) {
        const struct policy_group_view *group = &report->in->groups[i];
        report->bound += group->bound;
        report->ready += group->bound && group->ready;
        report->missing += !group->bound;
        report->unreadable += group->bound && !group->view.metrics_valid;
        report->window_active |= group->bound && group->view.window_active;
    }
}

/* "edge, web and 3 more" of the groups that are bound or not. */
static const char *group_names(const struct policy_report *report, bool bound, bool unreadable_only)
{
    CLEANUP(buf_clear) struct buf text = {0};
    int named = 0, more = 0;
    for (int i = 0; i < report->in->group_count; i++) {
        const struct policy_group_view *group = &report->in->groups[i];
        if (group->bound != bound || (unreadable_only && group->view.metrics_valid)) {
            continue;
        }
        if (named == GROUPS_NAMED) {
            more++;
            continue;
        }
        buf_printf(&text, "%s%s", named++ > 0 ? ", " : "", group->group);
    }
    if (more > 0) {
        buf_printf(&text, " and %d more", more);
    }
    return arena_dup(report->arena, buf_text(&text));
}

/* "03-02 05:00Z down 5": month, day and time in UTC, which do not tick. */
static const char *next_text(const struct upcoming *next, struct arena *arena)
{
    char time[WALL_TEXT_SIZE];
    wall_text(next->time, time);
    return arena_printf(arena, next->has_nodes ? "%.5s %.5sZ %s %d" : "%.5s %.5sZ %s %+d", time + 5,
                        time + 11, next->rule, next->has_nodes ? next->nodes : next->adjust);
}

/* ---- conditions ---- */

static struct condition judge_ready(const struct policy_report *report)
{
    if (report->in->spec_error[0] != '\0') {
        return (struct condition){CONDITION_FALSE, REASON_INVALID, report->in->spec_error};
    }
    return (struct condition){CONDITION_TRUE, REASON_VALID, "the policy passes every check"};
}

static struct condition judge_bound(const struct policy_report *report)
{
    const struct policy *policy = report->in->policy;
    if (policy->suspend || policy->dry_run) {
        return (struct condition){
            CONDITION_FALSE, REASON_SUSPENDED,
            policy->suspend
                ? "spec.suspend is true: the policy proposes nothing and moves no range"
                : "spec.dryRun is true: what the policy would do is shown and not done"};
    }
    if (report->in->spec_error[0] != '\0') {
        return (struct condition){CONDITION_FALSE, REASON_SUSPENDED,
                                  "the policy is not valid and counts as suspended: see Ready"};
    }
    if (policy->group_ref_count == 0 && !policy->has_selector) {
        return (struct condition){
            CONDITION_FALSE, REASON_NOT_BOUND,
            "the policy names no group: set spec.groupRefs or spec.groupSelector"};
    }
    if (report->bound == 0) {
        const char *message =
            report->missing == 0
                ? "spec.groupSelector selects no ScalingGroup of this namespace"
                : arena_printf(report->arena,
                               "no such ScalingGroup in namespace %s: %s; create it or mend "
                               "spec.groupRefs",
                               policy->meta.ns, group_names(report, false, false));
        return (struct condition){CONDITION_FALSE, REASON_GROUP_NOT_FOUND, message};
    }
    const char *missing = report->missing > 0 ? group_names(report, false, false) : "";
    return (struct condition){CONDITION_TRUE, REASON_BOUND,
                              arena_printf(report->arena, "bound to %d group%s: %s%s%s",
                                           report->bound, report->bound == 1 ? "" : "s",
                                           group_names(report, true, false),
                                           missing[0] != '\0' ? "; not found: " : "", missing)};
}

static struct condition judge_metrics(const struct policy_report *report)
{
    int count = report->in->policy->metric_count;
    if (count == 0 || report->bound == 0) {
        return (struct condition){CONDITION_UNKNOWN, REASON_NO_METRICS,
                                  count == 0 ? "the policy lists no metrics"
                                             : "no group is bound: nothing is measured"};
    }
    if (report->unreadable > 0) {
        return (struct condition){
            CONDITION_FALSE, REASON_SOME_INVALID,
            arena_printf(report->arena,
                         "metrics cannot be read for %d of %d groups: %s; the condition "
                         "MetricsAvailable of each names them with the cause",
                         report->unreadable, report->bound, group_names(report, true, true))};
    }
    return (struct condition){CONDITION_TRUE, REASON_ALL_VALID,
                              arena_printf(report->arena, "%d metric%s can be read for %d group%s",
                                           count, count == 1 ? "" : "s", report->bound,
                                           report->bound == 1 ? "" : "s")};
}

static struct condition judge_schedule(const struct policy_report *report)
{
    const struct policy_status_input *in = report->in;
    if (in->policy->schedule_count == 0) {
        return (struct condition){CONDITION_FALSE, REASON_NO_SCHEDULES,
                                  "the policy lists no schedules"};
    }
    if (in->never_fires) {
        return (struct condition){
            CONDITION_FALSE, REASON_NEVER_FIRES,
            "a schedule can never fire, because its cron names no date that exists: mend it"};
    }
    if (in->expired) {
        return (struct condition){CONDITION_FALSE, REASON_EXPIRED,
                                  "every one-time rule lies in the past: give it a later `at`"};
    }
    if (report->window_active) {
        return (struct condition){CONDITION_TRUE, REASON_WINDOW_ACTIVE, "a window is active"};
    }
    return (struct condition){
        CONDITION_TRUE, REASON_WAITING,
        in->next.rule != NULL
            ? arena_printf(report->arena, "next: %s", next_text(&in->next, report->arena))
            : "no firing lies ahead while the schedules are suspended"};
}

static const json_t *find_condition(const json_t *status, const char *type)
{
    size_t i;
    const json_t *condition;
    json_array_foreach(json_object_get(status, "conditions"), i, condition)
    {
        if (strcmp(get_text(condition, "type"), type) == 0) {
            return condition;
        }
    }
    return NULL;
}

static void add_condition(json_t *list, const struct policy_report *report, const char *type,
                          struct condition condition)
{
    const json_t *before = find_condition(report->before, type);
    const char *status = condition_status_text(condition.status);
    struct wall since = report->in->now;
    if (strcmp(get_text(before, "status"), status) == 0) {
        get_time(before, "lastTransitionTime", &since);
    }
    json_t *json = json_object();
    put_text(json, "type", type);
    put_text(json, "status", status);
    put_text(json, "reason", reason_word(condition.reason));
    put_text(json, "message", condition.message);
    put_int(json, "observedGeneration", report->in->policy->meta.generation);
    put_time(json, "lastTransitionTime", since);
    json_array_append_new(list, json);
}

/* ---- groups ---- */

static json_t *next_to_json(const struct upcoming *next)
{
    json_t *json = json_object();
    put_text(json, "rule", next->rule);
    put_time(json, "time", next->time);
    put_int(json, next->has_nodes ? "nodes" : "adjust",
            next->has_nodes ? next->nodes : next->adjust);
    return json;
}

static json_t *group_to_json(const struct policy_group_view *group)
{
    const struct binding_view *view = &group->view;
    json_t *json = json_object();
    put_text(json, "name", group->group);
    put_bool(json, "bound", group->bound);
    if (!group->bound) {
        return json;
    }
    put_range(json, "effectiveRange", view->effective.min, view->effective.max);
    if (view->has_last_fired) {
        json_t *fired = json_object();
        put_text(fired, "rule", view->last_rule);
        put_time(fired, "time", view->last_time);
        put_int(fired, "nodes", view->last_nodes);
        json_object_set_new(json, "lastFired", fired);
    }
    if (group->next.rule != NULL) {
        json_object_set_new(json, "next", next_to_json(&group->next));
    }
    return json;
}

static void put_groups(json_t *status, const struct policy_report *report)
{
    const struct policy_status_input *in = report->in;
    json_t *list = json_array();
    bool has_fired = false;
    struct wall fired = {0};
    for (int i = 0; i < in->group_count; i++) {
        const struct policy_group_view *group = &in->groups[i];
        if (i < GROUPS_SHOWN) {
            json_array_append_new(list, group_to_json(group));
        }
        if (group->bound && group->view.has_last_fired &&
            (!has_fired || group->view.last_time.s > fired.s)) {
            has_fired = true;
            fired = group->view.last_time;
        }
    }
    json_object_set_new(status, "groups", list);
    put_int(status, "boundGroups", report->bound);
    put_int(status, "readyGroups", report->ready);
    if (has_fired) {
        put_time(status, "lastFiredTime", fired);
    }
}

/* ---- the whole ---- */

static json_t *assemble(const struct policy_report *report)
{
    const struct policy_status_input *in = report->in;
    json_t *status = json_object();
    put_int(status, "observedGeneration", in->policy->meta.generation);
    put_text(status, "mode",
             mode_name(in->policy->metric_count > 0, in->policy->schedule_count > 0));
    put_groups(status, report);
    json_t *columns = json_object();
    put_text(columns, "groups", arena_printf(report->arena, "%d/%d", report->bound, report->ready));
    if (in->next.rule != NULL) {
        put_text(columns, "nextRule", next_text(&in->next, report->arena));
    }
    json_object_set_new(status, "columns", columns);
    json_t *conditions = json_array();
    add_condition(conditions, report, "Ready", judge_ready(report));
    add_condition(conditions, report, "Bound", judge_bound(report));
    add_condition(conditions, report, "MetricsAvailable", judge_metrics(report));
    add_condition(conditions, report, "ScheduleActive", judge_schedule(report));
    json_object_set_new(status, "conditions", conditions);
    return status;
}

json_t *policy_status_build(const char *previous, const struct policy_status_input *input,
                            bool *ret_changed)
{
    struct arena scratch = {0};
    json_error_t error;
    json_t *before =
        previous != NULL && previous[0] != '\0' ? json_loads(previous, 0, &error) : NULL;
    struct policy_report report = {.in = input, .before = before, .arena = &scratch};
    count_groups(&report);
    json_t *status = assemble(&report);
    *ret_changed = before == NULL || !json_equal(before, status);
    json_decref(before);
    arena_clear(&scratch);
    return status;
}
