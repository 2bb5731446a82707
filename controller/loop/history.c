/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/history.h"

#include <string.h>

#include "base/str.h"
#include "status/status.h"

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static struct wall time_of(const json_t *json, const char *key)
{
    struct wall time = {0};
    (void)wall_parse(str_of(text_of(json, key)), &time);
    return time;
}

static enum activity_result result_of(const char *word)
{
    for (int i = ACTIVITY_IN_PROGRESS; i <= ACTIVITY_REJECTED; i++) {
        if (strcmp(word, activity_result_name((enum activity_result)i)) == 0) {
            return (enum activity_result)i;
        }
    }
    return ACTIVITY_CANCELLED;
}

static int64_t sequence_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    int64_t sequence = 0;
    return dash != NULL && str_to_int64(str_of(dash + 1), &sequence) ? sequence : 0;
}

static struct activity activity_of(const json_t *entry)
{
    return (struct activity){
        .sequence = sequence_of(text_of(entry, "name")),
        .cause = text_of(entry, "cause"),
        .from = (int)json_integer_value(json_object_get(entry, "from")),
        .to = (int)json_integer_value(json_object_get(entry, "to")),
        .start = time_of(entry, "start"),
        .result = result_of(text_of(entry, "result")),
        .message = text_of(entry, "message"),
    };
}

/* The decision that a recovered activity began with, if status still has it. */
static void add_last_decision(json_t *object, const json_t *status, const json_t *entry)
{
    json_t *last = json_object_get(status, "lastDecision");
    if (last != NULL && strcmp(text_of(last, "time"), text_of(entry, "start")) == 0) {
        json_object_set_new(json_object_get(object, "status"), "decision", json_deep_copy(last));
    }
}

static struct activity_mark mark_of(const json_t *status, const json_t *entry,
                                    const struct group *group, const struct decision *decision)
{
    struct activity activity = activity_of(entry);
    bool ended = activity.result != ACTIVITY_IN_PROGRESS;
    bool is_new = decision != NULL && decision->time.s == activity.start.s;
    struct activity_mark mark = {
        .sequence = activity.sequence,
        .name = text_of(entry, "name"),
        .ended = ended,
        .object = activity_object(group, &activity, is_new ? decision : NULL),
    };
    if (!is_new) {
        add_last_decision(mark.object, status, entry);
    }
    if (ended) {
        int progress = (int)json_integer_value(json_object_get(entry, "progress"));
        struct wall end = time_of(entry, "end");
        mark.end_patch = activity_end_patch(&activity, end.s != 0 ? end : activity.start, progress);
    }
    return mark;
}

void history_read(const json_t *status, const struct group *group, const struct decision *decision,
                  struct arena *arena, struct history *ret_history)
{
    const json_t *list = json_object_get(status, "activities");
    *ret_history = (struct history){
        .marks = ARENA_ARRAY(arena, struct activity_mark, json_array_size(list) + 1)};
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct activity_mark mark = mark_of(status, json_array_get(list, i), group, decision);
        if (mark.sequence > 0) {
            ret_history->marks[ret_history->count++] = mark;
        } else {
            json_decref(mark.object);
            json_decref(mark.end_patch);
        }
    }
}

void history_clear(struct history *history)
{
    for (int i = 0; i < history->count; i++) {
        json_decref(history->marks[i].object);
        json_decref(history->marks[i].end_patch);
    }
    history->count = 0;
}
