/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Kubernetes Events of a turn. Everything is told on its edge: a condition when its reason
 * differs from the standing's, an activity when it is new. The standing takes over what was
 * written, so what was told is not told again.
 */
#include <string.h>

#include "status/status_priv.h"

#define NOTE_BYTES 1024

struct telling {
    struct arena *arena;
    struct notice_event *events;
    int max, count;
};

static void tell(struct telling *telling, const char *type, const char *reason, const char *action,
                 const char *note)
{
    if (telling->count < telling->max) {
        telling->events[telling->count++] = (struct notice_event){
            type, reason, action, text_clean(telling->arena, note, NOTE_BYTES)};
    }
}

static void tell_activities(struct telling *telling, const struct status_input *in)
{
    const struct decision *decision = &in->decided->decision;
    for (int i = 0; i < in->decided->activity_count; i++) {
        const struct activity *activity = &in->decided->activities[i];
        const char *action = activity->to > activity->from   ? "ScaleOut"
                             : activity->to < activity->from ? "ScaleIn"
                                                             : "Record";
        bool is_change = activity->result == ACTIVITY_IN_PROGRESS && activity->from != activity->to;
        const char *note = activity->message[0] != '\0' ? activity->message : activity->cause;
        if (is_change) {
            tell(telling, "Normal", reason_word(decision->reason), action, decision->message);
        } else if (activity->result != ACTIVITY_SUCCESSFUL) {
            tell(telling, "Warning", activity_result_name(activity->result), action, note);
        } else {
            tell(telling, "Normal", activity_result_name(activity->result), action, note);
        }
    }
}

/* Which conditions are told, and what their bad side is. */
static const struct {
    enum group_condition which;
    enum condition_status bad;
    const char *action;
} told[] = {
    {GROUP_READY, CONDITION_FALSE, "Reconcile"},
    {GROUP_ABLE_TO_SCALE, CONDITION_FALSE, "Scale"},
    {GROUP_SCALING_LIMITED, CONDITION_TRUE, "Limit"},
    {GROUP_METRICS_AVAILABLE, CONDITION_FALSE, "Measure"},
    {GROUP_LOAD_BALANCERS_ATTACHED, CONDITION_FALSE, "Attach"},
    {GROUP_CONTESTED, CONDITION_TRUE, "Restore"},
};

/* What a person has chosen, what passes by itself, and what another condition tells. */
static bool is_silent(enum group_condition which, enum reason reason)
{
    switch (reason) {
    case REASON_PAUSED:
    case REASON_DRY_RUN:
    case REASON_SUSPENDED:
    case REASON_ROLLOUT:
    case REASON_RATE_LIMITED:
    case REASON_TOO_FEW_NODES: return true;
    case REASON_LOAD_BALANCERS_NOT_ATTACHED:
    case REASON_LAUNCH_FAILING: return which == GROUP_READY;
    default: return false;
    }
}

static void tell_conditions(struct telling *telling, const struct report *report)
{
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        const struct condition *now = &report->conditions[told[i].which];
        const struct transition *before = &report->standing->transitions[told[i].which];
        bool was_bad = before->set && before->status == told[i].bad &&
                       !is_silent(told[i].which, before->reason);
        bool is_bad = now->status == told[i].bad && !is_silent(told[i].which, now->reason);
        if (is_bad && !(was_bad && before->reason == now->reason)) {
            tell(telling, "Warning", reason_word(now->reason), told[i].action, now->message);
        } else if (was_bad && now->status != told[i].bad && now->status != CONDITION_UNKNOWN) {
            tell(telling, "Normal", reason_word(now->reason), told[i].action, now->message);
        }
    }
}

int status_events(const struct standing *standing, const struct status_input *input,
                  struct arena *arena, struct notice_event *events, int max)
{
    struct telling telling = {.arena = arena, .events = events, .max = max};
    struct report report = {.standing = standing, .in = input, .arena = arena};
    if (standing->complaint[0] != '\0') {
        tell(&telling, "Warning", reason_word(REASON_FIRST_SIGHT), "Remember", standing->complaint);
    }
    if (input->decided != NULL) {
        tell_activities(&telling, input);
    }
    seen_count(&report);
    balancers_fill(&report);
    ring_fill(&report);
    conditions_judge(&report);
    tell_conditions(&telling, &report);
    return telling.count;
}
