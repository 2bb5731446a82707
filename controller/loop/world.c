/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition root, and the pump: takes keys off the queue when they are due and starts their
 * turns. What a turn does stands in turn.c.
 */
#include "loop/world.h"

#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/pull.h"
#include "kube/version.h"
#include "loop/policy_turn.h"
#include "loop/turn.h"
#include "loop/world_priv.h"

#define TURN_GAP_MS 200    /* between two turns of a group: what comes in one burst is one turn */
#define TURNS_MAX 64       /* in flight at once */
#define RETRY_MAX_MS 30000 /* a failing key is tried at least this often */
#define STOP_MAX_MS 10000
#define EXACT_MS 60000 /* waits up to this long are exact, longer ones come early */
#define CLOCK_LOOK_MS 10000
#define CLOCK_JUMP_MS 2000 /* more than the wall clock's own second of grain */

/* ---- Logging ---- */

void world_log(const struct world *world, enum log_level level, const char *message,
               const char *what, const char *ns, const char *name, const char *detail)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    log_line(&world->config.log, level, clock_wall(world->clock), message,
             LOG_FIELDS(LOG_TEXT(what, arena_printf(&scratch, "%s%s%s", ns,
                                                    ns[0] != '\0' ? "/" : "", name)),
                        LOG_TEXT("detail", detail)));
}

void world_log_once(const struct world *world, char **logged, const char *message, const char *what,
                    const char *ns, const char *name, const char *detail)
{
    if (strcmp(*logged, detail) == 0) {
        return;
    }
    if (detail[0] != '\0') {
        world_log(world, LOG_WARN, message, what, ns, name, detail);
    } else {
        world_log(world, LOG_INFO, "all is well again", what, ns, name, *logged);
    }
    mem_free(*logged);
    *logged = mem_dup(detail);
}

/* ---- Read your own writes ---- */

void world_note_write(struct world *world, const char *resource, const char *key, const char *body,
                      size_t len)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    struct object_id id = pull_id((struct str){body, len}, &scratch);
    if (id.resource_version[0] != '\0') {
        seen_wrote(&world->seen, resource, key, id.uid, id.resource_version,
                   clock_mono(world->clock));
    }
}

bool world_is_current(struct world *world, const char *resource, const char *key,
                      enum store_kind kind, const struct meta *object)
{
    struct seen_cache cache = {
        .uid = object != NULL ? object->uid : NULL,
        .resource_version = object != NULL ? object->resource_version : NULL,
        .progress = lister_version(world->feeds[kind].lister),
    };
    return seen_is_current(&world->seen, resource, key, &cache, clock_mono(world->clock));
}

/* ---- The queue ---- */

static void on_due(void *arg);

void world_arm(struct world *world)
{
    int64_t delay_ms = workqueue_next_ms(&world->queue, clock_mono(world->clock));
    if (delay_ms >= 0) {
        timer_start(world->queue_timer, delay_ms);
    }
}

void world_touch_group(struct world *world, const char *ns, const char *name)
{
    struct group_state *state = group_state_of(world, ns, name);
    struct mono now = clock_mono(world->clock);
    workqueue_add_after(&world->queue, state->key, now, state->last_turn.ms + TURN_GAP_MS - now.ms);
    world_arm(world);
}

static struct policy_state *policy_state_of(struct world *world, const char *ns, const char *name)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    const char *key = arena_printf(&scratch, "%s/%s", ns, name);
    struct policy_state *state = map_get(&world->policies, key);
    if (state == NULL) {
        state = mem_new(1, sizeof(*state));
        state->key = mem_dup(arena_printf(&scratch, "p %s", key));
        state->ns = mem_dup(ns);
        state->name = mem_dup(name);
        state->logged = mem_dup("");
        map_put(&world->policies, key, state);
    }
    return state;
}

void world_touch_policy(struct world *world, const char *ns, const char *name, int64_t delay_ms)
{
    struct policy_state *state = policy_state_of(world, ns, name);
    workqueue_add_after(&world->queue, state->key, clock_mono(world->clock), delay_ms);
    world_arm(world);
}

void world_touch_all(struct world *world)
{
    for (size_t i = 0; i < world->groups.used; i++) {
        const struct group_state *state = world->groups.slots[i].value;
        if (world->groups.slots[i].key != NULL) {
            workqueue_add(&world->queue, state->key);
        }
    }
    for (size_t i = 0; i < world->policies.used; i++) {
        const struct policy_state *state = world->policies.slots[i].value;
        if (world->policies.slots[i].key != NULL) {
            workqueue_add(&world->queue, state->key);
        }
    }
    world_arm(world);
}

static void policy_state_free(struct policy_state *state)
{
    mem_free(state->key);
    mem_free(state->ns);
    mem_free(state->name);
    mem_free(state->logged);
    mem_free(state);
}

static void forget_policy(struct world *world, struct policy_state *state)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    (void)map_remove(&world->policies, arena_printf(&scratch, "%s/%s", state->ns, state->name));
    policy_state_free(state);
}

/* "g demo/edge" -> the state of demo/edge. */
static void begin(struct world *world, const char *key)
{
    if (key[0] == 'g') {
        struct group_state *state = map_get(&world->groups, key + 2);
        BUG_IF(state == NULL, "a key without a group: %s", key);
        if (store_get(world->store, STORE_GROUP, state->ns, state->name) == NULL) {
            workqueue_forget(&world->queue, key);
            workqueue_done(&world->queue, key);
            group_state_forget(world, state);
            return;
        }
        turn_begin(world, state);
    } else {
        struct policy_state *state = map_get(&world->policies, key + 2);
        BUG_IF(state == NULL, "a key without a policy: %s", key);
        if (store_get(world->store, STORE_POLICY, state->ns, state->name) == NULL) {
            workqueue_forget(&world->queue, key);
            workqueue_done(&world->queue, key);
            forget_policy(world, state);
            return;
        }
        policy_turn_begin(world, state);
    }
}

bool world_check_synced(struct world *world)
{
    const char *kind;
    if (!world->synced && feeds_are_synced(world, &kind)) {
        world->synced = true;
        log_line(&world->config.log, LOG_INFO, clock_wall(world->clock),
                 "everything is read; turns begin",
                 LOG_FIELDS(LOG_NUMBER("groups", store_count(world->store, STORE_GROUP)),
                            LOG_NUMBER("policies", store_count(world->store, STORE_POLICY)),
                            LOG_NUMBER("pods", store_count(world->store, STORE_POD))));
    }
    return world->synced;
}

static void on_due(void *arg)
{
    struct world *world = arg;
    if (world->stopping || !world_check_synced(world)) {
        return;
    }
    while (world->turns_in_flight < TURNS_MAX) {
        const char *key = workqueue_take(&world->queue, clock_mono(world->clock));
        if (key == NULL) {
            break;
        }
        begin(world, key);
    }
    if (world->turns_in_flight < TURNS_MAX) {
        world_arm(world);
    }
}

static void check_stopped(struct world *world)
{
    if (world->stopping && world->turns_in_flight == 0 && world->on_stopped != NULL) {
        void (*on_stopped)(void *) = world->on_stopped;
        world->on_stopped = NULL;
        timer_stop(world->stop_timer);
        on_stopped(world->stopped_arg);
    }
}

/*
 * "Wall clock decides, monotonic clock waits", and the two drift apart: a long wait ends before its
 * time and what is left is waited for anew, so that the last stretch is short and exact.
 */
static int64_t wait_ms(int64_t after_ms)
{
    return after_ms <= EXACT_MS ? after_ms : after_ms / 10 * 9;
}

void world_turn_ended(struct world *world, const char *key, bool ok, int64_t after_ms)
{
    struct mono now = clock_mono(world->clock);
    if (ok) {
        workqueue_forget(&world->queue, key);
        if (after_ms >= 0) {
            workqueue_add_after(&world->queue, key, now, wait_ms(after_ms));
        }
    } else {
        workqueue_add_failed(&world->queue, key, now);
        workqueue_add_after(&world->queue, key, now, RETRY_MAX_MS);
    }
    workqueue_done(&world->queue, key);
    world_arm(world);
    check_stopped(world);
}

static void on_measured(void *arg, const char *ns)
{
    struct world *world = arg;
    CLEANUP(arena_clear) struct arena scratch = {0};
    const void *const *views;
    int count = store_list(world->store, STORE_GROUP, STORE_BY_NAMESPACE, ns, &scratch, &views);
    for (int i = 0; i < count; i++) {
        const struct meta *meta = views[i];
        struct group_state *state = group_state_of(world, meta->ns, meta->name);
        if (state->measured) {
            workqueue_add(&world->queue, state->key);
        }
    }
    world_arm(world);
}

/* ---- The wall clock ---- */

static int64_t wall_ahead_ms(struct world *world)
{
    return clock_wall(world->clock).s * 1000 - clock_mono(world->clock).ms;
}

/* Somebody set the clock, or the machine slept: every wait was for another time. */
static void on_clock_look(void *arg)
{
    struct world *world = arg;
    int64_t jump_ms = wall_ahead_ms(world) - world->wall_ahead_ms;
    if (jump_ms > CLOCK_JUMP_MS || jump_ms < -CLOCK_JUMP_MS) {
        world->wall_ahead_ms += jump_ms;
        log_line(&world->config.log, LOG_WARN, clock_wall(world->clock), "the wall clock jumped",
                 LOG_FIELDS(LOG_NUMBER("seconds", jump_ms / 1000)));
        world_touch_all(world);
    }
    timer_start(world->clock_timer, CLOCK_LOOK_MS);
}

/* ---- Life ---- */

static void on_warning(void *arg, const char *text)
{
    const struct world *world = arg;
    log_line(&world->config.log, LOG_WARN, clock_wall(world->clock), "warning of the API server",
             LOG_FIELDS(LOG_TEXT("text", text)));
}

static void copy_config(struct world *world, const struct world_config *config)
{
    world->config = *config;
    world->config.ns = arena_dup(&world->arena, config->ns);
    world->config.server = arena_dup(&world->arena, config->server);
    world->config.instance = arena_dup(&world->arena, config->instance);
    world->config.zones_dir = arena_dup(&world->arena, config->zones_dir);
}

struct world *world_new(const struct world_config *config, struct clock *clock,
                        struct transport *transport)
{
    struct world *world = mem_new(1, sizeof(*world));
    copy_config(world, config);
    world->clock = clock;
    counting_init(&world->counting, transport);
    world->client = (struct client){.transport = &world->counting.transport,
                                    .clock = clock,
                                    .on_warning = on_warning,
                                    .arg = world};
    world->store = store_new();
    world->measure = measure_new(&world->client, on_measured, world);
    world->zones = zones_new(world->config.zones_dir);
    workqueue_init(&world->queue);
    world->queue.bucket_per_s = 0;
    world->queue_timer = clock_timer_new(clock, on_due, world);
    world->clock_timer = clock_timer_new(clock, on_clock_look, world);
    world->wall_ahead_ms = wall_ahead_ms(world);
    feeds_init(world);
    return world;
}

void world_start(struct world *world)
{
    struct err err;
    if (zones_check(world->zones, &err) != 0) {
        log_line(&world->config.log, LOG_WARN, clock_wall(world->clock), "no time zones but UTC",
                 LOG_FIELDS(LOG_TEXT("error", err.text)));
    }
    timer_start(world->clock_timer, CLOCK_LOOK_MS);
    feeds_start(world);
}

static void on_stop_late(void *arg)
{
    struct world *world = arg;
    if (world->turns_in_flight > 0) {
        log_line(&world->config.log, LOG_WARN, clock_wall(world->clock),
                 "stopping although writes are under way; the next start makes them good",
                 LOG_FIELDS(LOG_NUMBER("turns", world->turns_in_flight)));
    }
    world->turns_in_flight = 0;
    check_stopped(world);
}

void world_stop(struct world *world, void (*on_stopped)(void *arg), void *arg)
{
    world->stopping = true;
    world->on_stopped = on_stopped;
    world->stopped_arg = arg;
    world->stop_timer = clock_timer_new(world->clock, on_stop_late, world);
    timer_start(world->stop_timer, world->turns_in_flight > 0 ? STOP_MAX_MS : 0);
}

static void clear_turns(struct world *world)
{
    for (size_t i = 0; i < world->groups.used; i++) {
        struct group_state *state = world->groups.slots[i].value;
        if (world->groups.slots[i].key != NULL && state->turn != NULL) {
            turn_free(state->turn);
        }
    }
    for (size_t i = 0; i < world->policies.used; i++) {
        struct policy_state *state = world->policies.slots[i].value;
        if (world->policies.slots[i].key != NULL) {
            policy_turn_free(state->turn);
            policy_state_free(state);
        }
    }
    map_clear(&world->policies);
}

void world_free(struct world *world)
{
    if (world == NULL) {
        return;
    }
    clear_turns(world);
    clock_timer_free(world->queue_timer);
    clock_timer_free(world->clock_timer);
    clock_timer_free(world->stop_timer);
    feeds_clear(world);
    measure_free(world->measure);
    group_states_clear(world);
    workqueue_clear(&world->queue);
    seen_clear(&world->seen);
    store_free(world->store);
    zones_free(world->zones);
    counting_clear(&world->counting);
    arena_clear(&world->message_arena);
    arena_clear(&world->arena);
    mem_free(world);
}

/* ---- Ready ---- */

static int count_not_looked(const struct world *world)
{
    int count = 0;
    for (size_t i = 0; i < world->groups.used; i++) {
        const struct group_state *state = world->groups.slots[i].value;
        count += world->groups.slots[i].key != NULL && !state->looked;
    }
    return count;
}

bool world_is_ready(struct world *world, const char **ret_message)
{
    const char *kind;
    arena_clear(&world->message_arena);
    *ret_message = "ready";
    if (world->ready) {
        return true;
    }
    if (world->server_lost) {
        *ret_message = "the API server does not answer";
    } else if (!feeds_are_synced(world, &kind)) {
        *ret_message =
            arena_printf(&world->message_arena, "waiting for the first list of %s", kind);
    } else if (count_not_looked(world) > 0) {
        *ret_message = arena_printf(&world->message_arena, "%d groups are not yet looked at",
                                    count_not_looked(world));
    } else {
        world->ready = true;
    }
    return world->ready;
}
