/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Total: an input it dislikes gives hold, because ...": numbers that no check would let through,
 * in every field. The sanitizers are the judge; an answer with a reason is the claim.
 */
#include <criterion/criterion.h>
#include <limits.h>

#include "unit/decide/world.h"

static int odd(struct dice *dice)
{
    static const int ODD[] = {INT_MIN, INT_MIN + 1, -1000, -1,          0,      1,
                              2,       7,           1000,  INT_MAX - 1, INT_MAX};
    return ODD[dice_roll(dice, 0, (int)(sizeof(ODD) / sizeof(ODD[0])) - 1)];
}

static struct wall odd_time(struct dice *dice)
{
    static const int64_t ODD[] = {-62135596800,      -1,          0, 1, WORLD_START_S,
                                  WORLD_START_S + 1, 253402300799};
    return (struct wall){ODD[dice_roll(dice, 0, 6)]};
}

static struct number odd_number(struct dice *dice)
{
    struct number number = {.state = (enum number_state)dice_roll(dice, 0, NUMBER_UNREADABLE)};
    if (number.state == NUMBER_OK || number.state == NUMBER_NEGATIVE) {
        number = number_of(number.state == NUMBER_OK ? NUMBER_MAX_UNITS : -NUMBER_MAX_UNITS);
        number.nano = dice_once_in(dice, 3) ? dice_roll(dice, 0, 2) : number.nano;
    }
    return number;
}

static void spoil_behavior(struct dice *dice, struct arena *arena, struct behavior *b)
{
    struct rate *rates = ARENA_ARRAY(arena, struct rate, 2);
    for (int i = 0; i < 2; i++) {
        rates[i] = (struct rate){(enum rate_unit)dice_roll(dice, 0, 1), odd(dice), odd(dice)};
    }
    *b = (struct behavior){
        .stabilization_s = odd(dice),
        .tolerance_pct = odd(dice),
        .cooldown_s = odd(dice),
        .select = (enum rate_select)dice_roll(dice, 0, 2),
        .rates = rates,
        .rate_count = dice_roll(dice, 0, 2),
        .drop_guard = {true, odd(dice), odd(dice), odd(dice)},
    };
}

static void spoil_policy(struct dice *dice, struct world *world, struct policy *policy)
{
    struct metric *metric = world_cpu(world->arena, "cpu", 50);
    struct step *step = ARENA_NEW(world->arena, struct step);
    *step = (struct step){odd_number(dice), odd_number(dice), odd(dice)};
    metric->type = (enum metric_type)dice_roll(dice, 0, METRIC_EXTERNAL);
    metric->target_form = (enum target_form)dice_roll(dice, 0, TARGET_VALUE);
    metric->target = odd_number(dice);
    metric->steps =
        (struct steps){odd_number(dice), odd(dice), (enum adjustment_type)dice_roll(dice, 0, 2),
                       odd(dice),        step,      1};
    policy->metrics = metric;
    policy->schedules = ARENA_ARRAY(world->arena, struct schedule, 1);
    policy->schedule_count = 1;
    policy->schedules[0] = world_rule(world->arena, "r", "* * * * *", odd(dice));
    policy->schedules[0].has_nodes = dice_once_in(dice, 2);
    policy->schedules[0].adjust = odd(dice);
    policy->schedules[0].duration_s = odd(dice);
    policy->schedules[0].ramp_s = odd(dice);
    policy->schedules[0].starting_deadline_s = odd(dice);
    policy->has_range_min = dice_once_in(dice, 2);
    policy->has_range_max = dice_once_in(dice, 2);
    policy->range_min = odd(dice);
    policy->range_max = odd(dice);
    policy->evaluation_interval_s = odd(dice);
    spoil_behavior(dice, world->arena, &policy->scale_out);
    spoil_behavior(dice, world->arena, &policy->scale_in);
    policy->has_panic = policy->has_fallback = true;
    policy->panic_window_s = odd(dice);
    policy->panic_threshold_pct = odd(dice);
    policy->fallback_after_failures = odd(dice);
    policy->fallback_nodes = odd(dice);
    policy->meta.created = odd_time(dice);
}

static void spoil_world(struct dice *dice, struct world *world)
{
    world->group->min_size = odd(dice);
    world->group->max_size = odd(dice);
    world->group->has_initial_size = true;
    world->group->initial_size = odd(dice);
    world->group->has_desired_size = dice_once_in(dice, 2);
    world->group->desired_size = odd(dice);
    world->group->warmup_s = odd(dice);
    world->group->launch_timeout_s = odd(dice);
    spoil_policy(dice, world, world->policies[0]);
    struct observed *observed = world_observed(world->arena, 4, 50);
    struct node *nodes = ARENA_ARRAY(world->arena, struct node, 4);
    for (int i = 0; i < 4; i++) {
        nodes[i] = observed->nodes[i];
        nodes[i].created_at = odd_time(dice);
        nodes[i].started_at = odd_time(dice);
        nodes[i].ready_changed = odd_time(dice);
        nodes[i].ready = dice_once_in(dice, 2);
    }
    struct reading *reading = ARENA_NEW(world->arena, struct reading);
    struct node_reading *values = ARENA_ARRAY(world->arena, struct node_reading, 2);
    values[0] = (struct node_reading){"node-1", odd_number(dice), odd_number(dice), odd_time(dice)};
    values[1] = (struct node_reading){"node-0", odd_number(dice), odd_number(dice), world->now};
    *reading = observed->readings[0];
    reading->shape = (enum reading_shape)dice_roll(dice, 0, READING_ERROR);
    reading->value = odd_number(dice);
    reading->window_s = odd(dice);
    reading->values = values;
    reading->value_count = 2;
    observed->nodes = nodes;
    observed->readings = reading;
    observed->replicas = odd(dice);
    observed->writer = (struct writer){dice_once_in(dice, 3), "", odd(dice)};
    world->observed = observed;
}

Test(hostile, any_numbers_at_all_get_an_answer_with_a_reason)
{
    struct dice dice = {2026};
    for (int world_no = 0; world_no < 200; world_no++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        struct world world;
        world_init(&world, &arena);
        for (int step = 0; step < 10; step++) {
            world.now = dice_once_in(&dice, 3)
                            ? odd_time(&dice)
                            : (struct wall){world.now.s + dice_roll(&dice, 1, 60)};
            spoil_world(&dice, &world);
            struct decide_output out = world_decide(&world);
            cr_assert_neq(out.decision.reason, REASON_NONE);
            cr_assert(out.decision.to >= 0 && out.decision.message[0] != '\0');
            cr_assert_leq(out.decision.effective.min, out.decision.effective.max);
            (void)world_print(&out, &arena);
        }
    }
}
