/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acting: the plan's steps, one request after another. What a step wrote is noted, so that the
 * next turn waits until the cache has seen it.
 */
#include <string.h>

#include "act/activities.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/history.h"
#include "loop/turn_priv.h"

#define PRUNE_MAX 20 /* activities deleted in one turn */
#define STALE_AGAIN_MS 1000

/* ---- Records ---- */

/* Each group keeps historyLimit activities, or its share of --max-activities. */
static int activities_limit(const struct turn *turn)
{
    int groups = store_count(turn->world->store, STORE_GROUP);
    int share = turn->world->config.max_activities / (groups > 0 ? groups : 1);
    return turn->group->history_limit < share ? turn->group->history_limit : share;
}

static void plan_activities(struct turn *turn)
{
    struct group_state *state = turn->state;
    struct history history;
    const struct decision *decision = turn->has_decided ? &turn->decided.decision : NULL;
    history_read(state->status, turn->group, decision, &turn->arena, &history);
    const void *const *objects;
    struct activities_input input = {
        .group = turn->group,
        .marks = history.marks,
        .mark_count = history.count,
        .limit = activities_limit(turn),
        .prune_max = PRUNE_MAX,
    };
    input.object_count = store_list(turn->world->store, STORE_ACTIVITY, STORE_BY_GROUP,
                                    arena_printf(&turn->arena, "%s/%s", state->ns, state->name),
                                    &turn->arena, &objects);
    const struct activity_view **views =
        ARENA_ARRAY(&turn->arena, const struct activity_view *, (size_t)input.object_count + 1);
    for (int i = 0; i < input.object_count; i++) {
        views[i] = objects[i];
    }
    input.objects = views;
    activities_plan(&turn->plan, &input);
    history_clear(&history);
}

static json_t *event_body(const struct turn *turn, const struct notice_event *event,
                          const char *name)
{
    const struct meta *meta = &turn->group->meta;
    char time[WALL_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s, s:s, s:s, s:s, s:s,"
                     " s:{s:s, s:s, s:s, s:s, s:s}}",                                   /**/
                     "apiVersion", "events.k8s.io/v1", "kind", "Event",                 /**/
                     "metadata", "name", name, "namespace", meta->ns,                   /**/
                     "eventTime", wall_text_micro(turn->now, time),                     /**/
                     "reportingController", "sluice.dev/operator", "reportingInstance", /**/
                     turn->world->config.instance, "action", event->action, "reason",   /**/
                     event->reason, "type", event->type, "note", event->note,           /**/
                     "regarding", "apiVersion", "sluice.dev/v1alpha1", "kind", "ScalingGroup",
                     "name", meta->name, "namespace", meta->ns, "uid", meta->uid);
}

/* The name follows from the version that was looked at: a turn done again makes no second one. */
static void plan_event(struct turn *turn, int at)
{
    const struct meta *meta = &turn->group->meta;
    const char *name =
        arena_printf(&turn->arena, "%s.%s-%d", meta->name, meta->resource_version, at);
    struct act_step *step =
        plan_add(&turn->plan, arena_printf(&turn->arena, "send Event %s/%s", meta->ns, name));
    step->request = (struct request){
        .verb = VERB_CREATE,
        .resource = {.api = "/apis/events.k8s.io/v1",
                     .plural = "events",
                     .ns = meta->ns,
                     .namespaced = true},
    };
    step->is_notice = true;
    step->pardon = PARDON_EXISTS;
    plan_body(&turn->plan, step, event_body(turn, &turn->events[at], name));
}

void turn_plan_records(struct turn *turn)
{
    plan_activities(turn);
    for (int i = 0; i < turn->event_count; i++) {
        plan_event(turn, i);
    }
}

/* ---- Steps ---- */

void turn_next_step(struct turn *turn, call_fn fn)
{
    turn->step = plan_next(&turn->plan);
    if (turn->step != NULL) {
        turn->call = request_send(&turn->world->client, &turn->step->request, fn, turn);
    }
}

static const char *note_key(struct turn *turn, const struct request *request)
{
    bool is_target = strcmp(request->resource.plural, "deployments") == 0;
    return arena_printf(&turn->arena, "%s/%s", request->resource.ns,
                        is_target ? request->resource.name : turn->state->name);
}

static void count_step(struct turn *turn, const struct request *request)
{
    struct figures *figures = &turn->world->figures;
    const char *plural = request->resource.plural;
    if (strcmp(plural, "deployments") == 0) {
        figures->scales++;
    } else if (strcmp(plural, "endpointslices") == 0) {
        figures->slice_writes++;
    } else if (strcmp(plural, "scalingactivities") == 0) {
        figures->activity_writes++;
    } else {
        figures->events_sent++;
    }
}

static void note_step(struct turn *turn, const char *body, size_t len)
{
    const struct request *request = &turn->step->request;
    count_step(turn, request);
    if (turn->step->is_notice || request->verb == VERB_DELETE) {
        return;
    }
    world_note_write(turn->world, request->resource.plural, note_key(turn, request), body, len);
    if (turn->step->is_scale) {
        turn->state->note.value = turn->decided.decision.replicas;
    }
    log_line(
        &turn->world->config.log, turn->step->is_scale ? LOG_INFO : LOG_DEBUG,
        clock_wall(turn->world->clock), "wrote",
        LOG_FIELDS(LOG_TEXT("group", turn->state->key + 2), LOG_TEXT("what", turn->step->what)));
}

void turn_step_answered(struct turn *turn, const struct err *err, const char *body, size_t len)
{
    turn->acted = turn->acted || !turn->step->is_notice;
    plan_answer(&turn->plan, turn->step, err);
    if (err == NULL) {
        note_step(turn, body, len);
    } else if (turn->step->is_notice && err->kind != ERR_EXISTS) {
        log_line(&turn->world->config.log, LOG_DEBUG, clock_wall(turn->world->clock),
                 "Event not sent",
                 LOG_FIELDS(LOG_TEXT("group", turn->state->key + 2), LOG_TEXT("error", err->text)));
    }
}

/* ---- Outcome ---- */

static const char *remedy_of(const struct err *err)
{
    return err->kind == ERR_DENIED ? "; give the operator its rights: kubectl apply -f "
                                     "manifests/install/rbac.yaml"
                                   : "";
}

void turn_take_outcome(struct turn *turn)
{
    struct group_state *state = turn->state;
    const struct err *err = &turn->plan.err;
    const char *text = "";
    if (err->kind == ERR_STALE) {
        turn_wake_in(turn, STALE_AGAIN_MS); /* the newer object makes it due sooner */
    } else if (err->kind != ERR_NONE) {
        text = arena_printf(&turn->arena, "%s%s", err->text, remedy_of(err));
    }
    if (err->kind != ERR_STALE) {
        world_log_once(turn->world, &state->logged, "acting failed", "group", state->ns,
                       state->name, text);
    }
    mem_free(state->act_error);
    state->act_error = mem_dup(text);
    turn->outcome.wrote_scale = turn->plan.wrote_scale;
    turn->outcome.act_error = text;
}
