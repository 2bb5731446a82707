/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding, planning what follows from it, and what the next turn is told.
 */
#include <string.h>

#include "act/scale.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/turn_priv.h"
#include "loop/upcoming.h"
#include "store/links.h"

void turn_decide(struct turn *turn)
{
    turn->upcoming_count = upcoming_list(turn->policies, turn->policy_count, turn->now,
                                         &turn->arena, turn->upcoming, TURN_UPCOMING_MAX);
    if (turn->spec_error[0] != '\0') {
        return;
    }
    struct decide_input input = {
        .max_group_size = turn->world->config.max_group_size,
        .group = turn->group,
        .policies = turn->policies,
        .policy_count = turn->policy_count,
        .observed = &turn->seen.observed,
        .memory = standing_memory(turn->state->standing),
        .now = turn->now,
    };
    decide(&input, &turn->arena, &turn->decided);
    turn->has_decided = true;
    if (turn->decided.has_wake) {
        turn_wake_at(turn, turn->decided.wake);
    }
}

/* ---- The plan ---- */

static const char *zone_of(const void *arg, const char *machine)
{
    const struct turn *turn = arg;
    const struct node_view *node = store_get(turn->world->store, STORE_NODE, "", machine);
    const char *zone = node != NULL ? meta_label(&node->meta, LABEL_ZONE) : NULL;
    return zone != NULL ? zone : "";
}

/* Pods that may stand in an endpoint: those that count, and those that terminate. */
static int endpoint_pods(struct turn *turn, const struct pod_view *const **ret_pods)
{
    const struct pod_view *const *all = NULL;
    int count = 0;
    if (turn->seen.deployment != NULL) {
        count = links_pods(turn->world->store, turn->seen.deployment, &turn->arena, &all);
    }
    const struct pod_view **pods =
        ARENA_ARRAY(&turn->arena, const struct pod_view *, (size_t)count + 1);
    int kept = 0;
    int node = 0;
    for (int i = 0; i < count; i++) {
        bool is_node = node < turn->seen.pod_count && turn->seen.pods[node] == all[i];
        node += is_node;
        if (is_node || all[i]->meta.deleting) {
            pods[kept++] = all[i];
        }
    }
    *ret_pods = pods;
    return kept;
}

static void plan_slices(struct turn *turn)
{
    const void *const *objects;
    int count = store_list(turn->world->store, STORE_SLICE, STORE_BY_OWNER, turn->group->meta.uid,
                           &turn->arena, &objects);
    const struct slice_view **slices =
        ARENA_ARRAY(&turn->arena, const struct slice_view *, (size_t)count + 1);
    for (int i = 0; i < count; i++) {
        slices[i] = objects[i];
    }
    struct slices_input input = {
        .group = turn->group,
        .checks = turn->checks,
        .slices = slices,
        .slice_count = count,
        .zone_of = zone_of,
        .arg = turn,
        .now = turn->now,
    };
    input.pod_count = endpoint_pods(turn, &input.pods);
    struct slices_result result;
    slices_plan(&turn->plan, &input, &result);
    if (result.has_wake) {
        turn_wake_at(turn, result.wake);
    }
}

void turn_plan(struct turn *turn)
{
    if (!turn->has_decided) {
        return;
    }
    struct scale_input scale = {
        .group = turn->group,
        .deployment = turn->seen.deployment,
        .decision = &turn->decided.decision,
        .adopted = turn->seen.adopted,
        .taken = turn->seen.workload.taken,
        .paused = turn->paused,
    };
    (void)scale_plan(&turn->plan, &scale);
    if (!turn->paused && !turn->group->dry_run) {
        plan_slices(turn);
    }
}

/* ---- What the next turn and the policies are told ---- */

static void note_count(struct turn *turn)
{
    struct group_state *state = turn->state;
    const struct deployment_view *deployment = turn->seen.deployment;
    state->note.known = deployment != NULL;
    if (deployment != NULL) {
        mem_free(state->note_uid);
        state->note_uid = mem_dup(deployment->meta.uid);
        state->note.value = deployment->replicas;
    }
}

static int count_in_service(const struct observed *observed)
{
    int count = 0;
    for (int i = 0; i < observed->node_count; i++) {
        count += observed->nodes[i].in_service;
    }
    return count;
}

static void note_numbers(struct turn *turn)
{
    struct group_state *state = turn->state;
    state->current = turn->seen.observed.node_count;
    state->in_service = count_in_service(&turn->seen.observed);
    if (turn->has_decided) {
        const struct decision *decision = &turn->decided.decision;
        state->desired = decision->to;
        state->min = decision->effective.min;
        state->max = decision->effective.max;
    }
}

static void copy_note(struct group_state *state, struct binding_note *to,
                      const struct binding_note *from)
{
    struct arena *arena = &state->notes_arena;
    *to = *from;
    to->view.policy = arena_dup(arena, from->view.policy);
    to->view.last_rule = arena_dup(arena, from->view.last_rule != NULL ? from->view.last_rule : "");
    to->view.deciding_metric =
        arena_dup(arena, from->view.deciding_metric != NULL ? from->view.deciding_metric : "");
    to->next.policy = to->view.policy;
    to->next.rule = from->next.rule != NULL ? arena_dup(arena, from->next.rule) : NULL;
}

static void add_note_text(const struct binding_note *note, struct buf *out)
{
    const struct binding_view *view = &note->view;
    buf_printf(out, "%s %d%d%d%d%d %d-%d %s %lld %d %s %lld %d %d;", view->policy, view->schedules,
               view->metrics, view->suspended, view->window_active, view->metrics_valid,
               view->effective.min, view->effective.max,
               view->last_rule != NULL ? view->last_rule : "", (long long)view->last_time.s,
               view->last_nodes, note->next.rule != NULL ? note->next.rule : "",
               (long long)note->next.time.s, note->next.nodes, note->next.adjust);
}

static void touch_noted_policies(const struct turn *turn)
{
    for (int i = 0; i < turn->state->note_count; i++) {
        world_touch_policy(turn->world, turn->state->ns, turn->state->notes[i].view.policy,
                           POLICY_GAP_MS);
    }
}

static void note_bindings(struct turn *turn)
{
    struct group_state *state = turn->state;
    int count = turn->has_decided ? turn->policy_count : 0;
    struct binding_note *notes = ARENA_ARRAY(&turn->arena, struct binding_note, (size_t)count + 1);
    CLEANUP(buf_clear) struct buf text = {0};
    buf_printf(&text, "%d;", state->is_ready);
    for (int i = 0; i < count; i++) {
        notes[i].view = turn->decided.bindings[i];
        notes[i].view.policy = turn->policies[i]->meta.name;
        (void)upcoming_list(&turn->policies[i], 1, turn->now, &turn->arena, &notes[i].next, 1);
        add_note_text(&notes[i], &text);
    }
    if (strcmp(buf_text(&text), state->notes_text) == 0) {
        return;
    }
    touch_noted_policies(turn); /* those that are bound no more as well */
    arena_clear(&state->notes_arena);
    state->notes = ARENA_ARRAY(&state->notes_arena, struct binding_note, (size_t)count + 1);
    state->note_count = count;
    for (int i = 0; i < count; i++) {
        copy_note(state, &state->notes[i], &notes[i]);
    }
    mem_free(state->notes_text);
    state->notes_text = mem_dup(buf_text(&text));
    touch_noted_policies(turn);
}

static void log_decision(const struct turn *turn)
{
    const struct decision *decision = &turn->decided.decision;
    if (!turn->has_decided || decision->from == decision->to) {
        return;
    }
    turn->world->figures.decisions_changed++;
    log_line(&turn->world->config.log, LOG_INFO, turn->now, "desired changed",
             LOG_FIELDS(LOG_TEXT("group", turn->state->key + 2), LOG_NUMBER("from", decision->from),
                        LOG_NUMBER("to", decision->to),
                        LOG_TEXT("reason", reason_word(decision->reason)),
                        LOG_TEXT("message", decision->message)));
}

void turn_commit(struct turn *turn)
{
    turn->state->looked = true;
    if (turn->has_decided) {
        standing_remember(turn->state->standing, turn->decided.memory);
    }
    log_decision(turn);
    note_count(turn);
    note_numbers(turn);
    note_bindings(turn);
}
