/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activities: the ring of the last ten in status, the ScalingActivity objects, and when one under
 * way is over. An object is known by the group's name and its sequence number, so that posting the
 * same one twice after a restart meets the first.
 */
#include <string.h>

#include "status/decision_json.h"
#include "status/status_priv.h"

static const char *activity_name(const struct group *group, const struct activity *activity,
                                 struct arena *arena)
{
    return arena_printf(arena, "%s-%08lld", group->meta.name, (long long)activity->sequence);
}

/* ---- when one is over ---- */

/* How far desired has come, 0-100: a node counts when it is in service, or gone. */
static int progress_of(const struct activity *activity, const struct seen *seen)
{
    int all = activity->to - activity->from;
    int done = all > 0 ? seen->in_service - activity->from : seen->current - activity->from;
    if (all == 0 || (all > 0) != (done > 0) || done == 0) {
        return all == 0 ? 100 : 0;
    }
    return done / all >= 1 ? 100 : done * 100 / all;
}

/* A later change of desired, which takes an activity's place; NULL = none. */
static const struct activity *successor(const struct activity *activity,
                                        const struct status_input *input)
{
    for (int i = 0; input->decided != NULL && i < input->decided->activity_count; i++) {
        const struct activity *later = &input->decided->activities[i];
        if (later->sequence > activity->sequence && later->from != later->to &&
            later->result == ACTIVITY_IN_PROGRESS) {
            return later;
        }
    }
    return NULL;
}

static const char *timeout_cause(const struct status_input *input, struct arena *arena)
{
    const struct outcome *outcome = input->outcome;
    if (outcome == NULL || outcome->workload.launch_cause[0] == '\0') {
        return "";
    }
    return arena_printf(arena, ", cause %s%s%s", outcome->workload.launch_cause,
                        outcome->workload.launch_message[0] != '\0' ? ": " : "",
                        outcome->workload.launch_message);
}

static bool judge_end(const struct activity *activity, const struct status_input *input,
                      const struct seen *seen, struct arena *arena, struct activity_end *ret_end)
{
    bool is_out = activity->to > activity->from;
    int64_t age_s = input->now.s - activity->start.s;
    const struct activity *later = successor(activity, input);
    int count = is_out ? seen->in_service : seen->current;
    const char *what = is_out ? "in service" : "left";
    struct activity_end end = {ACTIVITY_IN_PROGRESS, progress_of(activity, seen), ""};
    if (is_out ? count >= activity->to : count <= activity->to) {
        end = (struct activity_end){ACTIVITY_SUCCESSFUL, 100,
                                    arena_printf(arena, "%d nodes %s, %d wanted, after %lld s",
                                                 count, what, activity->to,
                                                 (long long)(age_s > 0 ? age_s : 0))};
    } else if (later != NULL) {
        end.result = ACTIVITY_CANCELLED;
        end.message = arena_printf(arena, "%d nodes %s, %d wanted, when %s changed desired to %d",
                                   count, what, activity->to, later->cause, later->to);
    } else if (age_s >= input->group->launch_timeout_s) {
        end.result = end.progress > 0 ? ACTIVITY_PARTIALLY_SUCCESSFUL : ACTIVITY_FAILED;
        end.message = arena_printf(
            arena, "%d nodes %s, %d wanted, after launchTimeoutSeconds of %d s%s", count, what,
            activity->to, input->group->launch_timeout_s, timeout_cause(input, arena));
    }
    *ret_end = end;
    return end.result != ACTIVITY_IN_PROGRESS;
}

bool activity_has_ended(const struct activity *activity, const struct status_input *input,
                        struct arena *arena, struct activity_end *ret_end)
{
    static const struct standing nothing;
    struct report report = {.standing = &nothing, .in = input, .arena = arena};
    seen_count(&report);
    return judge_end(activity, input, &report.seen, arena, ret_end);
}

/* ---- the ring ---- */

static void ring_remove(struct report *report, int at)
{
    report->ring_count--;
    memmove(&report->ring[at], &report->ring[at + 1],
            sizeof(report->ring[0]) * (size_t)(report->ring_count - at));
}

/* In front, in the place of an older one of the same number (numbers begin again with memory). */
static void ring_add(struct report *report, struct ring_entry entry)
{
    for (int i = report->ring_count - 1; i >= 0; i--) {
        if (report->ring[i].activity.sequence == entry.activity.sequence) {
            ring_remove(report, i);
        }
    }
    if (report->ring_count == ACTIVITIES_SHOWN) {
        report->ring_count--;
    }
    memmove(&report->ring[1], &report->ring[0],
            sizeof(report->ring[0]) * (size_t)report->ring_count);
    report->ring[0] = entry;
    report->ring_count++;
}

/*
 * One that was ended in this turn (standing_end_activity) was last shown with an older progress. On
 * the command line one that nobody ended ends by what is observed.
 */
static void ring_follow(struct report *report)
{
    for (int i = 0; i < report->ring_count; i++) {
        struct ring_entry *entry = &report->ring[i];
        struct activity_end end;
        bool ended_now = entry->has_end && entry->end.s == report->in->now.s;
        if (entry->activity.result != ACTIVITY_IN_PROGRESS) {
            if (ended_now && entry->progress < 100) {
                entry->progress = progress_of(&entry->activity, &report->seen);
            }
            continue;
        }
        bool has_ended =
            judge_end(&entry->activity, report->in, &report->seen, report->arena, &end);
        entry->progress = end.progress;
        if (has_ended && report->in->outcome == NULL) {
            entry->activity.result = end.result;
            entry->activity.message = end.message;
            entry->has_end = true;
            entry->end = report->in->now;
        }
    }
}

void ring_fill(struct report *report)
{
    const struct standing *standing = report->standing;
    const struct decide_output *decided = report->in->decided;
    report->ring_count = standing->ring_count;
    if (standing->ring_count > 0) {
        memcpy(report->ring, standing->ring,
               sizeof(report->ring[0]) * (size_t)standing->ring_count);
    }
    ring_follow(report);
    for (int i = 0; decided != NULL && i < decided->activity_count; i++) {
        const struct activity *activity = &decided->activities[i];
        bool has_ended = activity->result != ACTIVITY_IN_PROGRESS;
        ring_add(report, (struct ring_entry){.activity = *activity,
                                             .has_end = has_ended,
                                             .end = activity->start,
                                             .progress = has_ended ? 100 : 0});
    }
}

const struct ring_entry *ring_open(const struct report *report)
{
    for (int i = 0; i < report->ring_count; i++) {
        if (report->ring[i].activity.result == ACTIVITY_IN_PROGRESS) {
            return &report->ring[i];
        }
    }
    return NULL;
}

static void put_outcome(json_t *json, const struct activity *activity, int progress)
{
    put_int(json, "progress", progress);
    put_text(json, "result", activity_result_name(activity->result));
    if (activity->message[0] != '\0') {
        put_text(json, "message", activity->message);
    }
}

json_t *ring_to_json(const struct report *report)
{
    json_t *list = json_array();
    for (int i = 0; i < report->ring_count; i++) {
        const struct ring_entry *entry = &report->ring[i];
        json_t *json = json_object();
        put_text(json, "name", activity_name(report->in->group, &entry->activity, report->arena));
        put_text(json, "cause", entry->activity.cause);
        put_int(json, "from", entry->activity.from);
        put_int(json, "to", entry->activity.to);
        put_time(json, "start", entry->activity.start);
        if (entry->has_end) {
            put_time(json, "end", entry->end);
        }
        put_outcome(json, &entry->activity, entry->progress);
        json_array_append_new(list, json);
    }
    return list;
}

/* ---- the objects ---- */

static json_t *owner_json(const struct group *group)
{
    json_t *owner = json_object();
    put_text(owner, "apiVersion", "sluice.dev/v1alpha1");
    put_text(owner, "kind", "ScalingGroup");
    put_text(owner, "name", group->meta.name);
    put_text(owner, "uid", group->meta.uid);
    put_bool(owner, "controller", true);
    put_bool(owner, "blockOwnerDeletion", false);
    return owner;
}

static json_t *metadata_json(const struct group *group, const struct activity *activity)
{
    struct arena scratch = {0};
    json_t *metadata = json_object();
    json_t *labels = json_object();
    json_t *owners = json_array();
    put_text(metadata, "name", activity_name(group, activity, &scratch));
    put_text(metadata, "namespace", group->meta.ns);
    put_text(labels, "sluice.dev/group", group->meta.name);
    json_object_set_new(metadata, "labels", labels);
    json_array_append_new(owners, owner_json(group));
    json_object_set_new(metadata, "ownerReferences", owners);
    arena_clear(&scratch);
    return metadata;
}

json_t *activity_object(const struct group *group, const struct activity *activity,
                        const struct decision *decision)
{
    bool has_ended = activity->result != ACTIVITY_IN_PROGRESS;
    json_t *object = json_object();
    json_t *spec = json_object();
    json_t *status = json_object();
    put_text(object, "apiVersion", "sluice.dev/v1alpha1");
    put_text(object, "kind", "ScalingActivity");
    json_object_set_new(object, "metadata", metadata_json(group, activity));
    put_text(spec, "groupName", group->meta.name);
    json_object_set_new(object, "spec", spec);
    put_text(status, "cause", activity->cause);
    put_int(status, "from", activity->from);
    put_int(status, "to", activity->to);
    put_time(status, "start", activity->start);
    if (has_ended) {
        put_time(status, "end", activity->start);
    }
    put_outcome(status, activity, has_ended ? 100 : 0);
    if (decision != NULL) {
        json_object_set_new(status, "decision", decision_json(decision));
    }
    json_object_set_new(object, "status", status);
    return object;
}

json_t *activity_end_patch(const struct activity *activity, struct wall end, int progress)
{
    json_t *patch = json_object();
    json_t *status = json_object();
    put_time(status, "end", end);
    put_outcome(status, activity, progress);
    json_object_set_new(patch, "status", status);
    return patch;
}
