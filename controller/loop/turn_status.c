/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The group's status: built from the turn, written on the version that was looked at. The whole
 * status is replaced, so that nothing of an older one stays behind.
 */

#include "base/mem.h"
#include "base/str.h"
#include "kube/pull.h"
#include "loop/turn_priv.h"

#define STALE_AGAIN_MS 1000

static void fill_report(struct turn *turn)
{
    turn->outcome.workload = turn->seen.workload;
    turn->outcome.balancers = turn->balancers;
    turn->outcome.balancer_count = turn->group->load_balancer_count;
    turn->outcome.node_views = turn->seen.node_views;
    turn->outcome.act_error = turn->plan.first != NULL ? turn->state->act_error : "";
    turn->report = (struct status_input){
        .group = turn->group,
        .policies = turn->policies,
        .policy_count = turn->policy_count,
        .observed = &turn->seen.observed,
        .decided = turn->has_decided ? &turn->decided : NULL,
        .outcome = &turn->outcome,
        .spec_error = turn->spec_error,
        .upcoming = turn->upcoming,
        .upcoming_count = turn->upcoming_count,
        .now = turn->now,
    };
}

void turn_follow_activities(struct turn *turn)
{
    struct standing *standing = turn->state->standing;
    fill_report(turn);
    struct activity activity;
    while (standing_open_activity(standing, &activity)) {
        struct activity_end end;
        if (!activity_has_ended(&activity, &turn->report, &turn->arena, &end)) {
            turn_wake_at(turn, (struct wall){activity.start.s + turn->group->launch_timeout_s});
            break;
        }
        standing_end_activity(standing, activity.sequence, end.result, end.message, turn->now);
    }
    turn->event_count =
        status_events(standing, &turn->report, &turn->arena, turn->events, TURN_EVENTS_MAX);
    for (int i = 0; i < turn->event_count; i++) {
        /* It is sent after the standing, which may hold its text, was written anew. */
        turn->events[i].note = arena_dup(&turn->arena, turn->events[i].note);
    }
}

static bool condition_is_true(const json_t *status, const char *type)
{
    size_t i;
    const json_t *condition;
    json_array_foreach(json_object_get(status, "conditions"), i, condition)
    {
        if (text_is(json_string_value(json_object_get(condition, "type")), type)) {
            return text_is(json_string_value(json_object_get(condition, "status")), "True");
        }
    }
    return false;
}

/* Somebody emptied the status of a group that we have written to. */
static bool is_wiped(const struct turn *turn)
{
    return turn->view->status.len == 0 && turn->state->status != NULL;
}

bool turn_build_status(struct turn *turn)
{
    enum status_urgency urgency;
    json_t *status = status_build(turn->state->standing, &turn->report, &urgency);
    turn->state->is_ready = condition_is_true(status, "Ready");
    if (is_wiped(turn) && !turn->acted) {
        urgency = STATUS_NOW;
    }
    int64_t wait_s = status_wait_s(turn->state->standing, urgency, turn->now);
    if (wait_s == 0) {
        turn->status = status;
        return true;
    }
    if (wait_s > 0) {
        turn_wake_in(turn, wait_s * 1000);
    }
    json_decref(status);
    return false;
}

void turn_send_status(struct turn *turn, call_fn fn)
{
    const struct status_target target = {"scalinggroups", turn->state->ns, turn->state->name,
                                         turn->version};
    turn->call = status_write(turn->world, &target, turn->status, fn, turn);
}

void turn_status_is_written(struct turn *turn, const char *body, size_t len)
{
    struct group_state *state = turn->state;
    const char *key = arena_printf(&turn->arena, "%s/%s", state->ns, state->name);
    world_note_write(turn->world, "scalinggroups", key, body, len);
    struct object_id id = pull_id((struct str){body, len}, &turn->arena);
    if (id.resource_version[0] != '\0') {
        turn->version = id.resource_version;
    }
    status_written(state->standing, turn->status, turn->now);
    json_decref(state->status);
    state->status = turn->status;
    turn->status = NULL;
    turn->world->figures.status_writes++;
}

void turn_status_failed(struct turn *turn, const struct err *err)
{
    struct group_state *state = turn->state;
    json_decref(turn->status);
    turn->status = NULL;
    if (err->kind == ERR_STALE || err->kind == ERR_ABSENT) {
        turn_wake_in(turn, STALE_AGAIN_MS);
        return;
    }
    const char *remedy = err->kind == ERR_DENIED
                             ? "; give the operator its rights: kubectl apply -f "
                               "manifests/install/rbac.yaml"
                             : "";
    world_log_once(turn->world, &state->logged, "status not written; nothing is done without it",
                   "group", state->ns, state->name,
                   arena_printf(&turn->arena, "%s%s", err->text, remedy));
}
