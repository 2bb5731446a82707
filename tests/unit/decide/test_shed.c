/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/memory_priv.h"
#include "unit/decide/world.h"

/* A group with far more policies and rules than a memory has room for. */
static void overfill(struct world *world, int policies)
{
    struct arena *arena = world->arena;
    world->policies = ARENA_ARRAY(arena, struct policy *, (size_t)policies);
    world->policy_count = policies;
    for (int i = 0; i < policies; i++) {
        struct policy *policy = world_policy(arena, arena_printf(arena, "policy-%05d", i));
        policy->schedules = ARENA_ARRAY(arena, struct schedule, 50);
        policy->schedule_count = 50;
        for (int k = 0; k < 50; k++) {
            policy->schedules[k] =
                world_rule(arena, arena_printf(arena, "rule-%d", k), "0 12 * * *", 7);
        }
        policy->has_panic = true;
        policy->panic_window_s = 60;
        policy->panic_threshold_pct = 200;
        world->policies[i] = policy;
    }
}

static size_t text_size(const struct memory *memory)
{
    json_t *json = memory_to_json(memory);
    char *text = json_dumps(json, JSON_COMPACT);
    size_t size = strlen(text);
    free(text);
    json_decref(json);
    return size;
}

Test(shed, a_memory_never_grows_beyond_64_kib)
{
    static const int POLICIES[] = {50, 200, 800};
    for (size_t i = 0; i < sizeof(POLICIES) / sizeof(POLICIES[0]); i++) {
        CLEANUP(arena_clear) struct arena arena = {.ceiling_bytes = (size_t)1 << 30};
        struct world world;
        world_init(&world, &arena);
        overfill(&world, POLICIES[i]);
        for (int step = 0; step < 8; step++) {
            world.observed = world_observed(&arena, 5, 20 + 7 * (step % 12));
            struct decide_output out = world_decide(&world);
            cr_assert_leq(text_size(out.memory), MEMORY_MAX_BYTES);
            world.now.s += 20;
        }
    }
}

Test(shed, bindings_that_were_shed_are_bound_anew_and_remove_no_node)
{
    CLEANUP(arena_clear) struct arena arena = {.ceiling_bytes = (size_t)1 << 30};
    struct world world;
    world_init(&world, &arena);
    overfill(&world, 800);
    world.observed = world_observed(&arena, 30, 1);
    for (int step = 0; step < 20; step++) {
        struct decide_output out = world_decide(&world);
        cr_assert_eq(out.decision.to, 30);
        world.now.s += 20;
    }
}
