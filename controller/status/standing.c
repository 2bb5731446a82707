/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a group's status said when it was last read or written. Reading and writing come to the same
 * function over the same JSON, so that a status put back continues exactly where it was.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "status/status_priv.h"

struct standing *standing_new(void)
{
    struct standing *standing = mem_new(1, sizeof(*standing));
    standing->complaint = "";
    return standing;
}

void standing_free(struct standing *standing)
{
    if (standing != NULL) {
        arena_clear(&standing->arena);
        arena_clear(&standing->latest_arena);
        mem_free(standing);
    }
}

const struct memory *standing_memory(const struct standing *standing)
{
    return standing->latest != NULL ? standing->latest : standing->memory;
}

void standing_remember(struct standing *standing, const struct memory *memory)
{
    struct arena before = standing->latest_arena;
    standing->latest_arena = (struct arena){0};
    standing->latest = memory != NULL ? memory_copy(memory, &standing->latest_arena) : NULL;
    arena_clear(&before);
}

const char *standing_complaint(const struct standing *standing)
{
    return standing->complaint;
}

/* ---- the parts of a status ---- */

static void take_memory(struct standing *standing, const json_t *status)
{
    const json_t *json = json_object_get(status, "memory");
    struct err err;
    if (json == NULL || json_is_null(json) || json_object_size(json) == 0) {
        return;
    }
    if (memory_from_json(json, &standing->arena, &standing->memory, &err) != 0) {
        standing->memory = NULL;
        standing->complaint = arena_printf(
            &standing->arena,
            "status.memory cannot be used: %s; the group starts as at first sight, which removes "
            "no node",
            err.text);
    }
}

static enum condition_status parse_condition_status(const char *text)
{
    if (strcmp(text, "True") == 0) {
        return CONDITION_TRUE;
    }
    return strcmp(text, "False") == 0 ? CONDITION_FALSE : CONDITION_UNKNOWN;
}

static void take_conditions(struct standing *standing, const json_t *status)
{
    size_t i;
    const json_t *condition;
    json_array_foreach(json_object_get(status, "conditions"), i, condition)
    {
        for (int k = 0; k < GROUP_CONDITION_COUNT; k++) {
            struct transition *transition = &standing->transitions[k];
            if (strcmp(get_text(condition, "type"),
                       group_condition_type((enum group_condition)k)) != 0) {
                continue;
            }
            transition->status = parse_condition_status(get_text(condition, "status"));
            transition->set = get_time(condition, "lastTransitionTime", &transition->since);
            if (!reason_from_word(str_of(get_text(condition, "reason")), &transition->reason)) {
                transition->reason = REASON_NONE;
            }
        }
    }
}

static struct number number_of_json(const json_t *json)
{
    char text[NUMBER_TEXT_SIZE];
    if (json_is_integer(json)) {
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json));
    } else if (json_is_real(json)) {
        snprintf(text, sizeof(text), "%.15g", json_real_value(json));
    } else {
        return (struct number){.state = NUMBER_NONE};
    }
    return number_parse(str_of(text));
}

static void take_values(struct standing *standing, const json_t *decision)
{
    const json_t *terms = json_object_get(decision, "terms");
    size_t i;
    const json_t *term;
    standing->values = ARENA_ARRAY(&standing->arena, struct shown_value, json_array_size(terms));
    json_array_foreach(terms, i, term)
    {
        if (strcmp(get_text(term, "kind"), "metric") == 0) {
            standing->values[standing->value_count++] =
                (struct shown_value){arena_dup(&standing->arena, get_text(term, "policy")),
                                     arena_dup(&standing->arena, get_text(term, "name")),
                                     number_of_json(json_object_get(term, "value"))};
        }
    }
}

/* "edge-00000012" ends in its sequence; 0 = it does not. */
static int64_t sequence_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    int64_t sequence = 0;
    return dash != NULL && str_to_int64(str_of(dash + 1), &sequence) && sequence > 0 ? sequence : 0;
}

static enum activity_result parse_result(const char *text)
{
    for (int i = ACTIVITY_IN_PROGRESS; i <= ACTIVITY_REJECTED; i++) {
        if (strcmp(text, activity_result_name((enum activity_result)i)) == 0) {
            return (enum activity_result)i;
        }
    }
    return ACTIVITY_CANCELLED; /* unknown: nobody is to follow it */
}

static struct ring_entry parse_activity(const json_t *json, struct arena *arena)
{
    struct ring_entry entry = {0};
    entry.activity.sequence = sequence_of(get_text(json, "name"));
    entry.activity.cause = arena_dup(arena, get_text(json, "cause"));
    entry.activity.message = arena_dup(arena, get_text(json, "message"));
    entry.activity.from = (int)get_int(json, "from", 0);
    entry.activity.to = (int)get_int(json, "to", 0);
    entry.activity.result = parse_result(get_text(json, "result"));
    entry.progress = (int)get_int(json, "progress", 0);
    entry.has_end = get_time(json, "end", &entry.end);
    if (!get_time(json, "start", &entry.activity.start)) {
        entry.activity.sequence = 0;
    }
    return entry;
}

/* What ended between the building and the writing of a status stays ended. */
static void keep_ended(struct ring_entry *entry, const struct ring_entry *before, int before_count,
                       struct arena *arena)
{
    for (int i = 0; i < before_count; i++) {
        if (before[i].activity.sequence == entry->activity.sequence &&
            entry->activity.result == ACTIVITY_IN_PROGRESS && before[i].has_end) {
            *entry = before[i];
            entry->activity.cause = arena_dup(arena, before[i].activity.cause);
            entry->activity.message = arena_dup(arena, before[i].activity.message);
        }
    }
}

static void take_activities(struct standing *standing, const json_t *status,
                            const struct standing *before)
{
    size_t i;
    const json_t *json;
    standing->ring = ARENA_ARRAY(&standing->arena, struct ring_entry, (size_t)ACTIVITIES_SHOWN);
    json_array_foreach(json_object_get(status, "activities"), i, json)
    {
        struct ring_entry entry = parse_activity(json, &standing->arena);
        if (entry.activity.sequence == 0 || standing->ring_count == ACTIVITIES_SHOWN) {
            continue;
        }
        keep_ended(&entry, before->ring, before->ring_count, &standing->arena);
        standing->ring[standing->ring_count++] = entry;
    }
}

static void take_savings(struct standing *standing, const json_t *status)
{
    const json_t *json = json_object_get(status, "savings");
    struct savings *savings = &standing->savings;
    savings->node_s = get_int(json, "nodeSeconds", 0);
    savings->at_max_s = get_int(json, "atMaxSeconds", 0);
    savings->set = get_time(json, "since", &savings->since);
    savings->has_counted =
        get_time(json_object_get(status, "lastDecision"), "time", &savings->counted);
}

/* ---- the whole ---- */

/* Puts `status` in the place of what stood. `before` is what stood, emptied by the caller. */
static void take_status(struct standing *standing, const json_t *status,
                        const struct standing *before)
{
    take_memory(standing, status);
    if (json_object_size(status) == 0) {
        return;
    }
    take_conditions(standing, status);
    take_values(standing, json_object_get(status, "lastDecision"));
    take_activities(standing, status, before);
    take_savings(standing, status);
    standing->has_last_scale = get_time(status, "lastScaleTime", &standing->last_scale);
    standing->desired = (int)get_int(status, "desired", 0);
    standing->current = (int)get_int(status, "current", 0);
    standing->max = (int)get_int(json_object_get(status, "baseRange"), "max", 0);
    standing->digest = digest_of(status);
    standing->shown = true;
}

void status_read(struct standing *standing, const char *json_text)
{
    static const struct standing nothing;
    arena_clear(&standing->arena);
    arena_clear(&standing->latest_arena);
    *standing = (struct standing){.complaint = ""};
    if (json_text == NULL || json_text[0] == '\0') {
        return;
    }
    json_error_t error;
    json_t *status = json_loads(json_text, 0, &error);
    if (!json_is_object(status)) {
        standing->complaint = arena_printf(
            &standing->arena,
            "the status cannot be read: %s; the group starts as at first sight, which removes no "
            "node",
            status == NULL ? error.text : "it is not an object");
        json_decref(status);
        return;
    }
    take_status(standing, status, &nothing);
    json_decref(status);
}

void status_written(struct standing *standing, const json_t *status, struct wall now)
{
    struct standing before = *standing;
    *standing = (struct standing){.complaint = "", .has_written = true, .written = now};
    take_status(standing, status, &before);
    arena_clear(&before.arena);
    arena_clear(&before.latest_arena);
}

int64_t status_wait_s(const struct standing *standing, enum status_urgency urgency, struct wall now)
{
    int64_t pause_s = 0;
    switch (urgency) {
    case STATUS_SAME: return -1;
    case STATUS_NOW: return 0;
    case STATUS_SOON: pause_s = 1; break;
    case STATUS_LATER: pause_s = REFRESH_S; break;
    }
    int64_t age_s = standing->has_written ? now.s - standing->written.s : pause_s;
    return age_s >= pause_s || age_s < 0 ? 0 : pause_s - age_s;
}

/* ---- activities under way ---- */

bool standing_open_activity(const struct standing *standing, struct activity *ret_activity)
{
    for (int i = standing->ring_count - 1; i >= 0; i--) {
        if (standing->ring[i].activity.result == ACTIVITY_IN_PROGRESS) {
            *ret_activity = standing->ring[i].activity;
            return true;
        }
    }
    return false;
}

void standing_end_activity(struct standing *standing, int64_t sequence, enum activity_result result,
                           const char *message, struct wall end)
{
    for (int i = 0; i < standing->ring_count; i++) {
        struct ring_entry *entry = &standing->ring[i];
        if (entry->activity.sequence != sequence) {
            continue;
        }
        entry->activity.result = result;
        entry->activity.message = arena_dup(&standing->arena, message);
        entry->has_end = true;
        entry->end = end;
        if (result == ACTIVITY_SUCCESSFUL) {
            entry->progress = 100;
        }
    }
}
