/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "unit/decide/world.h"

/*
 * The rule of the gateway elastic-scaling document, word for word and nothing else, with the two
 * sentences the document does not say marked. Written to be slow and plain.
 */
struct outcome {
    int min, max, nodes;
};

static struct outcome as_the_document_says(int min, int max, int target, int current)
{
    struct outcome after = {min, max, current};
    if (current == target) {
        /* "equal: no adjustment" (R0) */
    }
    if (current < target && target > min) {
        after.min = target; /* R1: "if the target is above the minimum, the minimum is raised" */
    }
    /* R1: "if the target is below the maximum, the maximum stays" */
    /* R2: "above the minimum: it stays; below the maximum: it stays" */
    if (target < min) {
        after.min = target; /* not said; cron#45, row 5: 5-10 with 4 is 4-10 */
    }
    /* R3: nodes follow the range */
    while (after.nodes < after.min) {
        after.nodes++;
    }
    while (after.nodes > after.max) {
        after.nodes--;
    }
    return after;
}

static struct outcome fire(struct arena *arena, int min, int max, int target, int current)
{
    struct world world;
    world_init(&world, arena);
    world.policies[0]->has_range_min = world.policies[0]->has_range_max = true;
    world.policies[0]->range_min = min;
    world.policies[0]->range_max = max;
    struct schedule rule = world_rule_at(arena, "r", (struct wall){WORLD_START_S + 5}, target);
    world.policies[0]->schedules = &rule;
    world.policies[0]->schedule_count = 1;
    world.observed = world_observed(arena, current, 50);
    struct decide_output before = world_decide(&world);
    cr_assert_eq(before.decision.to, current);
    world.now.s += 5;
    struct decide_output after = world_decide(&world);
    return (struct outcome){after.decision.effective.min, after.decision.effective.max,
                            after.decision.to};
}

Test(range, every_firing_on_up_to_twenty_nodes_is_as_the_document_says)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    int count = 0;
    for (int max = 1; max <= 20; max++) {
        for (int min = 0; min <= max; min++) {
            for (int target = 0; target <= max; target++) {
                for (int current = min; current <= max; current++) {
                    struct outcome want = as_the_document_says(min, max, target, current);
                    struct outcome have = fire(&arena, min, max, target, current);
                    cr_assert(want.min == have.min && want.max == have.max &&
                                  want.nodes == have.nodes,
                              "%d-%d, target %d, current %d: want %d-%d %d, have %d-%d %d", min,
                              max, target, current, want.min, want.max, want.nodes, have.min,
                              have.max, have.nodes);
                    count++;
                }
                arena_clear(&arena);
            }
        }
    }
    cr_assert_gt(count, 20000);
}

Test(range, a_target_above_the_maximum_is_cut_to_it)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    for (int max = 1; max <= 20; max++) {
        for (int current = 0; current <= max; current++) {
            struct outcome have = fire(&arena, 0, max, max + 3, current);
            struct outcome want = as_the_document_says(0, max, max, current);
            cr_assert_eq(have.min, want.min);
            cr_assert_eq(have.nodes, want.nodes);
        }
        arena_clear(&arena);
    }
}
