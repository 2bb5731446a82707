/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories: everything a user, a cluster and a clock can do, in any order. Two chains of
 * decisions see the same; one hands its memory on as it is, the other writes it as text and reads
 * it back at every step. Both must print the same bytes.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/memory_priv.h"
#include "unit/decide/world.h"

#define HISTORIES 60
#define STEPS 60

static const char *const CRONS[] = {"*/7 * * * *", "0 * * * *", "30 11 * * 1-5", "*/2 3,4 * * *"};
static const char *const NAMES[] = {"a", "b", "c"};

/* ---- a policy of anything ---- */

static struct rate *random_rates(struct dice *dice, struct arena *arena, int *ret_count)
{
    *ret_count = dice_roll(dice, 0, 2);
    struct rate *rates = ARENA_ARRAY(arena, struct rate, 2);
    for (int i = 0; i < *ret_count; i++) {
        rates[i] = (struct rate){dice_once_in(dice, 2) ? RATE_NODES : RATE_PERCENT,
                                 dice_roll(dice, 1, 50), dice_roll(dice, 1, 120)};
    }
    return rates;
}

static struct behavior random_behavior(struct dice *dice, struct arena *arena)
{
    static const int WINDOWS[] = {0, 0, 30, 60, 300, 3600};
    struct behavior b = {0};
    b.stabilization_s = WINDOWS[dice_roll(dice, 0, 5)];
    b.tolerance_pct = dice_roll(dice, 0, 20);
    b.cooldown_s = dice_once_in(dice, 3) ? dice_roll(dice, 1, 200) : 0;
    b.disabled = dice_once_in(dice, 12);
    b.select = dice_once_in(dice, 3) ? SELECT_MIN : SELECT_MAX;
    b.rates = random_rates(dice, arena, &b.rate_count);
    return b;
}

static struct schedule random_rule(struct dice *dice, struct arena *arena, int i)
{
    const char *name = arena_printf(arena, "r%d", i);
    struct schedule rule =
        dice_once_in(dice, 4)
            ? world_rule_at(arena, name, (struct wall){WORLD_START_S + dice_roll(dice, 0, 9000)}, 0)
            : world_rule(arena, name, CRONS[dice_roll(dice, 0, 3)], 0);
    rule.has_nodes = dice_once_in(dice, 2);
    rule.nodes = dice_roll(dice, 0, 25);
    rule.adjust = dice_roll(dice, -5, 8);
    rule.suspend = dice_once_in(dice, 8);
    rule.starting_deadline_s = dice_roll(dice, 0, 400);
    if (dice_once_in(dice, 2)) {
        rule.duration_s = dice_roll(dice, 30, 4000);
        rule.ramp_s = dice_once_in(dice, 2) ? dice_roll(dice, 1, 900) : 0;
    }
    return rule;
}

static struct metric random_metric(struct dice *dice, struct arena *arena, int i)
{
    struct metric metric = *world_cpu(arena, i == 0 ? "cpu" : "load", dice_roll(dice, 10, 100));
    if (i == 0) {
        return metric;
    }
    metric.type = METRIC_EXTERNAL;
    metric.target_form = dice_once_in(dice, 2) ? TARGET_AVERAGE_VALUE : TARGET_VALUE;
    if (dice_once_in(dice, 3)) {
        struct step *steps = ARENA_ARRAY(arena, struct step, 2);
        steps[0] = (struct step){number_of(0), {.state = NUMBER_NONE}, dice_roll(dice, 0, 4)};
        steps[1] = (struct step){{.state = NUMBER_NONE}, number_of(0), -dice_roll(dice, 0, 4)};
        metric.target_form = TARGET_NONE;
        metric.steps = (struct steps){.threshold = number_of(50),
                                      .sustain_s = dice_roll(dice, 0, 60),
                                      .adjustments = steps,
                                      .adjustment_count = 2};
    }
    return metric;
}

static void random_extras(struct dice *dice, struct policy *policy)
{
    policy->has_panic = dice_once_in(dice, 3);
    policy->panic_window_s = dice_roll(dice, 1, 60);
    policy->panic_threshold_pct = dice_roll(dice, 110, 300);
    policy->has_fallback = dice_once_in(dice, 3);
    policy->fallback_after_failures = dice_roll(dice, 1, 4);
    policy->fallback_nodes = dice_roll(dice, 1, 12);
    policy->scale_in.drop_guard =
        (struct drop_guard){dice_once_in(dice, 3), dice_roll(dice, 10, 90), dice_roll(dice, 5, 120),
                            dice_roll(dice, 10, 600)};
    policy->suspend = dice_once_in(dice, 10);
    policy->dry_run = dice_once_in(dice, 10);
}

static struct policy *random_policy(struct dice *dice, struct arena *arena, const char *name)
{
    struct policy *policy = world_policy(arena, name);
    struct metric *metrics = ARENA_ARRAY(arena, struct metric, 2);
    policy->metric_count = dice_roll(dice, 0, 2);
    for (int i = 0; i < policy->metric_count; i++) {
        metrics[i] = random_metric(dice, arena, i);
    }
    policy->metrics = metrics;
    policy->schedule_count = dice_roll(dice, 0, 3);
    policy->schedules = ARENA_ARRAY(arena, struct schedule, 3);
    for (int i = 0; i < policy->schedule_count; i++) {
        policy->schedules[i] = random_rule(dice, arena, i);
    }
    policy->has_range_min = dice_once_in(dice, 2);
    policy->range_min = dice_roll(dice, 0, 8);
    policy->has_range_max = dice_once_in(dice, 2);
    policy->range_max = dice_roll(dice, 8, 30);
    policy->scale_out = random_behavior(dice, arena);
    policy->scale_in = random_behavior(dice, arena);
    policy->meta.created.s = WORLD_START_S + dice_roll(dice, -1000, 4000);
    random_extras(dice, policy);
    return policy;
}

/* ---- a world that moves ---- */

static void edit_group(struct dice *dice, struct world *world)
{
    struct group *group = world->group;
    group->min_size = dice_roll(dice, 0, 4);
    group->max_size = dice_roll(dice, 4, 40);
    group->has_desired_size = dice_once_in(dice, 2);
    group->desired_size = dice_roll(dice, 0, 50);
    group->paused = dice_once_in(dice, 8);
    group->has_pause_until = true;
    group->pause_until.s = world->now.s + dice_roll(dice, 0, 500);
    group->dry_run = dice_once_in(dice, 10);
    group->suspend = dice_once_in(dice, 3) ? (unsigned)dice_roll(dice, 0, 15) : 0;
    group->member_count = dice_once_in(dice, 3) ? dice_roll(dice, 0, 3) : group->member_count;
    struct member *members = ARENA_ARRAY(world->arena, struct member, 3);
    for (int i = 0; i < group->member_count; i++) {
        members[i] = (struct member){.name = NAMES[i], .address = "", .zone = ""};
    }
    group->members = members;
}

static void edit_policies(struct dice *dice, struct world *world)
{
    world->policy_count = 0;
    for (int i = 0; i < 3; i++) {
        if (dice_once_in(dice, 2)) {
            world->policies[world->policy_count++] = random_policy(dice, world->arena, NAMES[i]);
        }
    }
}

static void observe(struct dice *dice, struct world *world, int desired)
{
    struct arena *arena = world->arena;
    int count = dice_once_in(dice, 4) ? dice_roll(dice, 0, 25) : desired;
    count = count > 40 ? 40 : count;
    struct observed *observed = world_observed(arena, count, dice_roll(dice, 0, 150));
    struct node *nodes = ARENA_ARRAY(arena, struct node, (size_t)count);
    for (int i = 0; i < count; i++) {
        nodes[i] = observed->nodes[i];
        nodes[i].ready = !dice_once_in(dice, 8);
        nodes[i].in_service = nodes[i].ready;
        nodes[i].phase = dice_once_in(dice, 12) ? NODE_PENDING : NODE_RUNNING;
        nodes[i].is_protected = dice_once_in(dice, 9);
        nodes[i].created_at.s = world->now.s - dice_roll(dice, 0, 2000);
        nodes[i].started_at = nodes[i].created_at;
        nodes[i].ready_changed.s = nodes[i].created_at.s + dice_roll(dice, 0, 100);
        nodes[i].zone = NAMES[dice_roll(dice, 0, 2)];
    }
    struct reading *readings = ARENA_ARRAY(arena, struct reading, 2);
    readings[0] = observed->readings[0];
    readings[0].shape = dice_once_in(dice, 8) ? READING_ERROR : READING_EVERY_NODE;
    readings[1] = readings[0];
    readings[1].metric = "load";
    readings[1].shape = READING_VALUE;
    readings[1].value = number_of(dice_roll(dice, 0, 900));
    observed->nodes = nodes;
    observed->readings = readings;
    observed->reading_count = dice_roll(dice, 0, 2);
    observed->rollout = dice_once_in(dice, 10);
    observed->launch_failing = dice_once_in(dice, 15);
    observed->target_error = dice_once_in(dice, 15) ? TARGET_NOT_FOUND : TARGET_FINE;
    observed->writer.set = dice_once_in(dice, 9);
    observed->writer.manager = "kubectl";
    observed->writer.value = dice_roll(dice, 0, 20);
    world->observed = observed;
}

static void advance(struct dice *dice, struct world *world)
{
    int way = dice_roll(dice, 1, 20);
    world->now.s += way == 1   ? -dice_roll(dice, 1, 400)
                    : way == 2 ? dice_roll(dice, 3000, 90000)
                               : dice_roll(dice, 1, 90);
}

/* ---- the claims ---- */

static const struct memory *through_text(const struct memory *memory, struct arena *arena)
{
    json_t *json = memory_to_json(memory);
    char *text = json_dumps(json, JSON_COMPACT);
    json_t *again = json_loads(text, 0, NULL);
    const struct memory *read = NULL;
    struct err err = {0};
    cr_assert_eq(memory_from_json(again, arena, &read, &err), 0, "%s: %s", err.text, text);
    cr_assert_leq(strlen(text), MEMORY_MAX_BYTES);
    json_decref(again);
    json_decref(json);
    free(text);
    return read;
}

static void check_sane(const struct decide_output *out)
{
    const struct decision *d = &out->decision;
    cr_assert_leq(d->effective.min, d->effective.max);
    cr_assert(d->to >= 0 && d->message[0] != '\0' && d->reason != REASON_NONE);
    if (d->held == REASON_NONE) {
        cr_assert_geq(d->to, d->effective.min, "%s", d->message);
    }
    if (d->held == REASON_PAUSED || d->held == REASON_CONTESTED_HOLD) {
        cr_assert_eq(d->to, d->from);
    }
    cr_assert(!out->has_wake || out->wake.s > d->time.s);
}

static void play(uint64_t seed)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct dice dice = {seed};
    struct world world;
    world_init(&world, &arena);
    const struct memory *kept = NULL, *stored = NULL;
    int desired = 3;
    for (int step = 0; step < STEPS; step++) {
        if (step == 0 || dice_once_in(&dice, 10)) {
            edit_policies(&dice, &world);
        }
        if (step == 0 || dice_once_in(&dice, 8)) {
            edit_group(&dice, &world);
        }
        advance(&dice, &world);
        observe(&dice, &world, desired);
        world.memory = kept;
        struct decide_output one = world_decide(&world);
        kept = world.memory;
        world.memory = stored != NULL ? through_text(stored, &arena) : NULL;
        struct decide_output many = world_decide(&world);
        stored = world.memory;
        char *a = world_print(&one, &arena), *b = world_print(&many, &arena);
        cr_assert_str_eq(a, b, "seed %llu step %d", (unsigned long long)seed, step);
        cr_assert(memory_is_same(kept, stored));
        check_sane(&one);
        desired = one.decision.to;
    }
}

Test(history, one_chain_and_a_restart_at_every_step_print_the_same_bytes)
{
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        play(seed);
    }
}

Test(history, a_quiet_world_changes_nothing_that_owes_a_write)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct world world;
    world_init(&world, &arena);
    struct schedule rule = world_rule(&arena, "noon", "0 12 * * *", 7);
    world.policies[0]->schedules = &rule;
    world.policies[0]->schedule_count = 1;
    world.policies[0]->has_panic = true;
    world.policies[0]->panic_window_s = 6;
    world.policies[0]->panic_threshold_pct = 200;
    world_decide(&world);
    const struct memory *settled = world.memory;
    for (int i = 0; i < 720; i++) {
        world.now.s += 5;
        world.observed = world_observed(&arena, 5, 48 + i % 5);
        struct decide_output out = world_decide(&world);
        cr_assert_eq(out.activity_count, 0);
        cr_assert(memory_is_same(settled, world.memory), "after %d s", 5 * (i + 1));
    }
}
