/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn:
 *
 *     look     a snapshot of the group: spec, policies, workload, nodes, metrics
 *     decide   what should be, and why
 *     intend   the decision goes to status, before anything is done
 *     act      scale, endpoints, history, Events: one request after another
 *     report   what acting found goes to status, if it is news
 *
 * Each of the last three is a request and its answer; meanwhile the loop runs other turns.
 */
#include "loop/turn.h"

#include <string.h>

#include "base/mem.h"
#include "loop/turn_priv.h"

static struct turn *turn_new(struct world *world, struct group_state *state);
static void turn_end(struct turn *turn, bool ok);
static void turn_intend(struct turn *turn);
static void on_intended(void *arg, const struct err *err, const char *body, size_t len);
static void turn_act(struct turn *turn);
static void on_step(void *arg, const struct err *err, const char *body, size_t len);
static void turn_report(struct turn *turn);
static void on_reported(void *arg, const struct err *err, const char *body, size_t len);

void turn_begin(struct world *world, struct group_state *state)
{
    struct turn *turn = turn_new(world, state);
    if (!turn_may_begin(turn)) {
        world->figures.turns_waited++;
        turn_end(turn, true);
        return;
    }
    turn_look(turn);
    turn_decide(turn);
    turn_plan(turn);
    turn_intend(turn);
}

static void turn_intend(struct turn *turn)
{
    turn_follow_activities(turn);
    if (turn_build_status(turn)) {
        turn_send_status(turn, on_intended);
    } else {
        turn_act(turn);
    }
}

static void on_intended(void *arg, const struct err *err, const char *body, size_t len)
{
    struct turn *turn = arg;
    turn->call = NULL;
    if (err != NULL) {
        turn_status_failed(turn, err);
        turn_end(turn, err->kind == ERR_STALE || err->kind == ERR_ABSENT);
        return;
    }
    turn_status_is_written(turn, body, len);
    turn_act(turn);
}

static void turn_act(struct turn *turn)
{
    turn_commit(turn);
    turn_plan_records(turn);
    turn_next_step(turn, on_step);
    if (turn->step == NULL) {
        turn_report(turn);
    }
}

static void on_step(void *arg, const struct err *err, const char *body, size_t len)
{
    struct turn *turn = arg;
    turn->call = NULL;
    turn_step_answered(turn, err, body, len);
    turn_next_step(turn, on_step);
    if (turn->step == NULL) {
        turn_report(turn);
    }
}

static void turn_report(struct turn *turn)
{
    turn_take_outcome(turn);
    if (turn->acted && turn_build_status(turn)) {
        turn_send_status(turn, on_reported);
    } else {
        turn_end(turn, turn->plan.err.kind == ERR_NONE || turn->plan.err.kind == ERR_STALE);
    }
}

static void on_reported(void *arg, const struct err *err, const char *body, size_t len)
{
    struct turn *turn = arg;
    turn->call = NULL;
    if (err != NULL) {
        turn_status_failed(turn, err);
    } else {
        turn_status_is_written(turn, body, len);
    }
    turn_end(turn, turn->plan.err.kind == ERR_NONE || turn->plan.err.kind == ERR_STALE);
}

/* ---- Life ---- */

static struct turn *turn_new(struct world *world, struct group_state *state)
{
    struct turn *turn = mem_new(1, sizeof(*turn));
    turn->world = world;
    turn->state = state;
    turn->now = clock_wall(world->clock);
    turn->after_ms = -1;
    turn->pin = store_pin(world->store);
    turn->view = store_get(world->store, STORE_GROUP, state->ns, state->name);
    turn->group = &turn->view->group;
    turn->version = turn->view->meta.resource_version;
    arena_init(&turn->arena, TURN_ARENA_BYTES);
    plan_init(&turn->plan, &turn->arena);
    state->turn = turn;
    world->turns_in_flight++;
    group_state_meet(world, state, turn->view);
    return turn;
}

void turn_free(struct turn *turn)
{
    if (turn == NULL) {
        return;
    }
    call_cancel(turn->call);
    json_decref(turn->status);
    store_unpin(turn->world->store, turn->pin);
    arena_clear(&turn->arena);
    turn->state->turn = NULL;
    mem_free(turn);
}

static void turn_end(struct turn *turn, bool ok)
{
    struct world *world = turn->world;
    struct group_state *state = turn->state;
    int64_t after_ms = turn->after_ms;
    state->last_turn = clock_mono(world->clock);
    turn_free(turn);
    world->turns_in_flight--;
    *(ok ? &world->figures.turns_ok : &world->figures.turns_failed) += 1;
    world_turn_ended(world, state->key, ok, after_ms);
}

/* ---- When to look again ---- */

void turn_wake_in(struct turn *turn, int64_t delay_ms)
{
    int64_t delay = delay_ms > TURN_WAKE_MIN_MS ? delay_ms : TURN_WAKE_MIN_MS;
    if (turn->after_ms < 0 || delay < turn->after_ms) {
        turn->after_ms = delay;
    }
}

void turn_wake_at(struct turn *turn, struct wall at)
{
    int64_t seconds = at.s - turn->now.s;
    turn_wake_in(turn, seconds > 86400 ? 86400000 : seconds * 1000);
}
