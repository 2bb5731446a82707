/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of each group between two turns. A group is its uid: one deleted and made again
 * under the same name starts from nothing.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "loop/world_priv.h"

struct group_state *group_state_of(struct world *world, const char *ns, const char *name)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    const char *key = arena_printf(&scratch, "%s/%s", ns, name);
    struct group_state *state = map_get(&world->groups, key);
    if (state == NULL) {
        state = mem_new(1, sizeof(*state));
        state->key = mem_dup(arena_printf(&scratch, "g %s", key));
        state->ns = mem_dup(ns);
        state->name = mem_dup(name);
        state->uid = mem_dup("");
        state->note_uid = mem_dup("");
        state->act_error = mem_dup("");
        state->logged = mem_dup("");
        state->notes_text = mem_dup("");
        state->last_turn.ms = INT64_MIN / 2;
        map_put(&world->groups, key, state);
    }
    return state;
}

static void forget_turns(struct group_state *state)
{
    standing_free(state->standing);
    json_decref(state->status);
    arena_clear(&state->notes_arena);
    mem_free(state->note_uid);
    mem_free(state->act_error);
    mem_free(state->notes_text);
    state->standing = NULL;
    state->status = NULL;
    state->notes = NULL;
    state->note_count = 0;
    state->note_uid = mem_dup("");
    state->act_error = mem_dup("");
    state->notes_text = mem_dup("");
    state->note = (struct count_note){0};
    state->is_ready = false;
}

static void state_free(struct group_state *state)
{
    forget_turns(state);
    mem_free(state->note_uid);
    mem_free(state->act_error);
    mem_free(state->notes_text);
    mem_free(state->logged);
    mem_free(state->key);
    mem_free(state->ns);
    mem_free(state->name);
    mem_free(state->uid);
    mem_free(state);
}

void group_state_forget(struct world *world, struct group_state *state)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    measure_want(world->measure, state->ns, state->name, 0);
    (void)map_remove(&world->groups, arena_printf(&scratch, "%s/%s", state->ns, state->name));
    state_free(state);
}

void group_states_clear(struct world *world)
{
    for (size_t i = 0; i < world->groups.used; i++) {
        if (world->groups.slots[i].key != NULL) {
            state_free(world->groups.slots[i].value);
        }
    }
    map_clear(&world->groups);
}

/* When the group was last decided, by this process or the one before; false = never. */
static bool decided_before(const json_t *status, struct wall *ret_time)
{
    const json_t *decision = json_object_get(status, "lastDecision");
    const char *text = json_string_value(json_object_get(decision, "time"));
    return text != NULL && wall_parse(str_of(text), ret_time);
}

void group_state_meet(struct world *world, struct group_state *state, const struct group_view *view)
{
    if (state->standing != NULL && strcmp(state->uid, view->meta.uid) == 0) {
        return;
    }
    forget_turns(state);
    mem_free(state->uid);
    state->uid = mem_dup(view->meta.uid);
    state->standing = standing_new();
    const char *text = view->status.len > 0 ? view->status.text : "";
    status_read(state->standing, text);
    state->status = view->status.len > 0 ? json_loadb(text, view->status.len, 0, NULL) : NULL;
    state->note.has_memory = standing_memory(state->standing) != NULL &&
                             decided_before(state->status, &state->note.decided_at);
    if (standing_complaint(state->standing)[0] != '\0') {
        world_log(world, LOG_WARN, "status not usable", "group", state->ns, state->name,
                  standing_complaint(state->standing));
    }
}
