/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group in one word (state), in one sentence (summary) and in the texts of kubectl's columns,
 * which can show only what stands in one field. No live value and no age stands in any of them.
 */
#include <string.h>

#include "base/buf.h"
#include "status/status_priv.h"

const char *mode_name(bool metrics, bool schedules)
{
    if (metrics) {
        return schedules ? "Both" : "Metric";
    }
    return schedules ? "Schedule" : "None";
}

/* ---- state ---- */

static bool is_blocked(const struct report *report)
{
    const struct condition *ready = &report->conditions[GROUP_READY];
    const struct condition *able = &report->conditions[GROUP_ABLE_TO_SCALE];
    switch (ready->reason) {
    case REASON_NOT_SEEN:
    case REASON_TARGET_NOT_FOUND:
    case REASON_TARGET_TAKEN:
    case REASON_TEMPLATE_NOT_FOUND:
    case REASON_TEMPLATE_INVALID: return true;
    default: break;
    }
    if (able->status != CONDITION_FALSE || able->reason == REASON_DRY_RUN) {
        return false;
    }
    /* A suspended process stands in the way only when something is to be done. */
    return able->reason != REASON_SUSPENDED || report->seen.desired != report->seen.current;
}

const char *report_state(const struct report *report)
{
    const struct seen *seen = &report->seen;
    if (group_is_paused(report->in->group, report->in->now)) {
        return "Paused";
    }
    if (is_blocked(report)) {
        return "Blocked";
    }
    if (seen->current < seen->desired) {
        return "ScalingOut";
    }
    if (seen->states[NODE_STATE_DRAINING] > 0 || seen->states[NODE_STATE_DRAINED] > 0) {
        return "Draining";
    }
    if (seen->current > seen->desired) {
        return "ScalingIn";
    }
    return seen->in_service < seen->desired &&
                   (seen->states[NODE_STATE_PENDING] > 0 || seen->states[NODE_STATE_WARMING] > 0)
               ? "ScalingOut"
               : "Idle";
}

/* ---- summary ---- */

/* The rule that holds the effective minimum up, "" = none does. */
static const char *rule_in_force(const struct status_input *in)
{
    const struct decision *decision = &in->decided->decision;
    if (decision->effective.min <= decision->base.min) {
        return "";
    }
    for (int i = 0; i < decision->term_count; i++) {
        const struct term *term = &decision->terms[i];
        if (term->kind == TERM_SCHEDULE && term->has_wants &&
            term->wants == decision->effective.min) {
            return term->name;
        }
    }
    for (int i = 0; i < in->policy_count; i++) {
        const struct binding_view *binding = &in->decided->bindings[i];
        if (!binding->suspended && binding->has_last_fired &&
            binding->running.min == decision->effective.min) {
            return binding->last_rule;
        }
    }
    return "";
}

static void add_suspended(struct buf *text, unsigned suspend)
{
    static const char *const names[] = {"Launch",        "Terminate",    "ScheduledScaling",
                                        "MetricScaling", "LoadBalancer", "ReplaceUnhealthy",
                                        "ZoneRebalance"};
    const char *before = "; suspended: ";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if ((suspend >> i & 1U) != 0) {
            buf_printf(text, "%s%s", before, names[i]);
            before = ", ";
        }
    }
}

static void add_range(struct buf *text, const struct status_input *in)
{
    const struct decision *decision = &in->decided->decision;
    const char *rule = rule_in_force(in);
    buf_printf(text, ", range %d-%d", decision->effective.min, decision->effective.max);
    if (rule[0] != '\0') {
        buf_printf(text, " (%s)", rule);
    }
}

const char *report_summary(const struct report *report)
{
    const struct status_input *in = report->in;
    const struct condition *ready = &report->conditions[GROUP_READY];
    const struct condition *able = &report->conditions[GROUP_ABLE_TO_SCALE];
    CLEANUP(buf_clear) struct buf text = {0};
    buf_printf(&text, "%d wanted, %d in service", report->seen.desired, report->seen.in_service);
    if (in->decided != NULL) {
        add_range(&text, in);
    }
    add_suspended(&text, in->group->suspend);
    if (able->reason == REASON_PAUSED || able->reason == REASON_DRY_RUN) {
        buf_printf(&text, "; %s", able->message);
    }
    if (ready->status != CONDITION_TRUE) {
        buf_printf(&text, "; %s", ready->message);
    } else if (able->status == CONDITION_FALSE && able->reason != REASON_PAUSED &&
               able->reason != REASON_DRY_RUN && able->reason != REASON_SUSPENDED) {
        buf_printf(&text, "; %s", able->message);
    }
    return arena_dup(report->arena, buf_text(&text));
}

/* ---- columns ---- */

/* "03-02 05:00Z lunch/down 5": month, day and time in UTC, which do not tick. */
static const char *next_text(const struct report *report)
{
    const struct upcoming *next = &report->in->upcoming[0];
    char time[WALL_TEXT_SIZE];
    wall_text(next->time, time); /* 2026-03-02T05:00:00Z */
    return arena_printf(
        report->arena, next->has_nodes ? "%.5s %.5sZ %s/%s %d" : "%.5s %.5sZ %s/%s %+d", time + 5,
        time + 11, next->policy, next->rule, next->has_nodes ? next->nodes : next->adjust);
}

static void put_zones(json_t *columns, const struct report *report)
{
    CLEANUP(buf_clear) struct buf text = {0};
    json_t *zones = zones_to_json(report);
    size_t i;
    const json_t *zone;
    json_array_foreach(zones, i, zone)
    {
        buf_printf(&text, "%s%s=%lld", i > 0 ? "," : "", get_text(zone, "name"),
                   (long long)get_int(zone, "nodes", 0));
    }
    json_decref(zones);
    if (text.len > 0) {
        put_text(columns, "zones", buf_text(&text));
    }
}

static void put_policies(json_t *columns, const struct status_input *in)
{
    CLEANUP(buf_clear) struct buf text = {0};
    for (int i = 0; i < in->policy_count; i++) {
        bool is_off = in->policies[i]->suspend || in->policies[i]->dry_run;
        buf_printf(&text, "%s%s%s", i > 0 ? "," : "", in->policies[i]->meta.name,
                   in->policies[i]->invalid ? " (invalid)"
                   : is_off ? (in->policies[i]->suspend ? " (suspended)" : " (dry run)")
                            : "");
    }
    if (text.len > 0) {
        put_text(columns, "policies", buf_text(&text));
    }
}

json_t *report_columns(const struct report *report)
{
    const struct status_input *in = report->in;
    json_t *columns = json_object();
    if (in->upcoming_count > 0) {
        put_text(columns, "next", next_text(report));
    }
    if (in->decided != NULL) {
        put_text(columns, "baseRange",
                 arena_printf(report->arena, "%d-%d", in->decided->decision.base.min,
                              in->decided->decision.base.max));
    }
    put_zones(columns, report);
    if (in->group->load_balancer_count > 0) {
        int attached = 0;
        for (int i = 0; i < report->balancer_count; i++) {
            attached += report->balancers[i].attached;
        }
        put_text(columns, "loadBalancers",
                 arena_printf(report->arena, "%d/%d", attached, in->group->load_balancer_count));
    }
    put_policies(columns, in);
    return columns;
}
