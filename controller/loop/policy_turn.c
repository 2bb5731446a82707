/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/policy_turn.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "loop/upcoming.h"
#include "loop/world_priv.h"
#include "watch/check.h"

#define LOOK_AGAIN_MS 1000
#define TURN_ARENA_BYTES ((size_t)64 << 20)

struct policy_turn {
    struct world *world;
    struct policy_state *state;
    struct arena arena;
    struct call *call;
};

static void turn_end(struct policy_turn *turn, bool ok, int64_t after_ms)
{
    struct world *world = turn->world;
    struct policy_state *state = turn->state;
    policy_turn_free(turn);
    world->turns_in_flight--;
    world_turn_ended(world, state->key, ok, after_ms);
}

void policy_turn_free(struct policy_turn *turn)
{
    if (turn != NULL) {
        call_cancel(turn->call);
        arena_clear(&turn->arena);
        turn->state->turn = NULL;
        mem_free(turn);
    }
}

/* ---- What the groups noted ---- */

static const struct binding_note *note_of(const struct group_state *state, const char *policy)
{
    for (int i = 0; state != NULL && i < state->note_count; i++) {
        if (strcmp(state->notes[i].view.policy, policy) == 0) {
            return &state->notes[i];
        }
    }
    return NULL;
}

static struct policy_group_view view_of(struct policy_turn *turn, const struct policy *policy,
                                        const struct meta *group)
{
    const struct group_state *state =
        map_get(&turn->world->groups, arena_printf(&turn->arena, "%s/%s", group->ns, group->name));
    const struct binding_note *note = note_of(state, policy->meta.name);
    struct policy_group_view view = {.group = group->name};
    if (note != NULL) {
        view.bound = true;
        view.ready = state->is_ready;
        view.view = note->view;
        view.next = note->next;
    }
    return view;
}

static int compare_views(const void *a, const void *b)
{
    const struct policy_group_view *left = a;
    const struct policy_group_view *right = b;
    return strcmp(left->group, right->group);
}

/* Groups that are bound, and names that no group has. */
static int gather(struct policy_turn *turn, const struct policy *policy,
                  struct policy_group_view **ret_views)
{
    struct store *store = turn->world->store;
    const void *const *groups;
    int count =
        store_list(store, STORE_GROUP, STORE_BY_NAMESPACE, policy->meta.ns, &turn->arena, &groups);
    struct policy_group_view *views =
        ARENA_ARRAY(&turn->arena, struct policy_group_view,
                    (size_t)count + (size_t)policy->group_ref_count + 1);
    int filled = 0;
    for (int i = 0; i < count; i++) {
        const struct meta *meta = groups[i];
        if (!meta->deleting && policy_binds(policy, meta->name, meta->labels, meta->label_count)) {
            views[filled++] = view_of(turn, policy, meta);
        }
    }
    for (int i = 0; i < policy->group_ref_count; i++) {
        const char *name = policy->group_refs[i];
        if (store_get(store, STORE_GROUP, policy->meta.ns, name) == NULL) {
            views[filled++] = (struct policy_group_view){.group = name};
        }
    }
    qsort(views, (size_t)filled, sizeof(views[0]), compare_views);
    *ret_views = views;
    return filled;
}

/* Whether some group that the policy binds has not been looked at yet. */
static bool waits_for_groups(struct policy_turn *turn, const struct policy_group_view *views,
                             int count)
{
    for (int i = 0; i < count; i++) {
        const char *key = arena_printf(&turn->arena, "%s/%s", turn->state->ns, views[i].group);
        const struct group_state *state = map_get(&turn->world->groups, key);
        if (state != NULL && !state->looked) {
            return true;
        }
    }
    return false;
}

/* ---- Writing ---- */

static void on_written(void *arg, const struct err *err, const char *body, size_t len)
{
    struct policy_turn *turn = arg;
    struct policy_state *state = turn->state;
    turn->call = NULL;
    if (err == NULL) {
        turn->world->figures.status_writes++;
        world_note_write(turn->world, "scalingpolicies",
                         arena_printf(&turn->arena, "%s/%s", state->ns, state->name), body, len);
        turn_end(turn, true, -1);
    } else if (err->kind == ERR_STALE || err->kind == ERR_ABSENT) {
        turn_end(turn, true, LOOK_AGAIN_MS);
    } else {
        world_log_once(turn->world, &state->logged, "status not written", "policy", state->ns,
                       state->name, err->text);
        turn_end(turn, false, -1);
    }
}

static void send(struct policy_turn *turn, const struct policy_view *view, json_t *status)
{
    const struct status_target target = {"scalingpolicies", turn->state->ns, turn->state->name,
                                         view->meta.resource_version};
    turn->call = status_write(turn->world, &target, status, on_written, turn);
    json_decref(status);
}

static json_t *build(struct policy_turn *turn, const struct policy_view *view,
                     struct policy_group_view *groups, int count, bool *ret_changed)
{
    const struct policy *policy = &view->policy;
    struct wall now = clock_wall(turn->world->clock);
    struct check check;
    char text[1024];
    policy_check(policy, turn->world->zones, &check);
    struct policy_status_input input = {
        .policy = policy,
        .spec_error =
            check.is_invalid ? check_text(&check, REASON_INVALID, text, sizeof(text)) : "",
        .groups = groups,
        .group_count = count,
        .never_fires = upcoming_never_fires(policy, now),
        .expired = upcoming_is_expired(policy, now),
        .now = now,
    };
    (void)upcoming_list(&policy, 1, now, &turn->arena, &input.next, 1);
    return policy_status_build(view->status.len > 0 ? view->status.text : NULL, &input,
                               ret_changed);
}

void policy_turn_begin(struct world *world, struct policy_state *state)
{
    struct policy_turn *turn = mem_new(1, sizeof(*turn));
    turn->world = world;
    turn->state = state;
    arena_init(&turn->arena, TURN_ARENA_BYTES);
    state->turn = turn;
    world->turns_in_flight++;
    const struct policy_view *view = store_get(world->store, STORE_POLICY, state->ns, state->name);
    const char *key = arena_printf(&turn->arena, "%s/%s", state->ns, state->name);
    struct policy_group_view *groups;
    int count = gather(turn, &view->policy, &groups);
    if (view->meta.deleting) {
        turn_end(turn, true, -1);
    } else if (!world_is_current(world, "scalingpolicies", key, STORE_POLICY, &view->meta) ||
               waits_for_groups(turn, groups, count)) {
        turn_end(turn, true, LOOK_AGAIN_MS);
    } else {
        bool changed;
        json_t *status = build(turn, view, groups, count, &changed);
        if (changed) {
            send(turn, view, status);
        } else {
            json_decref(status);
            turn_end(turn, true, -1);
        }
    }
}
