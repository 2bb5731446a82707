/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_DECIDE_WORLD_H
#define TESTS_UNIT_DECIDE_WORLD_H

#include "base/arena.h"
#include "calendar/firing.h"
#include "decide/decide.h"

/*
 * Groups, policies and observations for tests, with sane defaults: a group "edge" of 0 to 1000, a
 * policy "p" bound to it with a CPU target of 50 %, nodes that are ready and warmed up.
 *
 * Rules
 *  1. Everything lives in the arena given; what is returned may be changed before it is used.
 *  2. world_decide carries the memory on, world_print gives all of an answer as text.
 */

#define WORLD_START_S INT64_C(1772420400) /* 2026-03-02T03:00:00Z */

struct world {
    struct arena *arena;
    struct group *group;
    struct policy **policies; /* sorted by name */
    int policy_count;
    struct observed *observed;
    const struct memory *memory;
    struct wall now;
};

void world_init(struct world *world, struct arena *arena);

struct group *world_group(struct arena *arena, int min, int max);
struct policy *world_policy(struct arena *arena, const char *name);
struct metric *world_cpu(struct arena *arena, const char *name, int target_pct);
/* A rule of 5-field cron in UTC; nodes, else adjust. */
struct schedule world_rule(struct arena *arena, const char *name, const char *cron, int nodes);
struct schedule world_rule_at(struct arena *arena, const char *name, struct wall at, int nodes);
/* count nodes, each reading cpu. */
struct observed *world_observed(struct arena *arena, int count, int cpu_pct);

struct decide_output world_decide(struct world *world);
/* Decision, activities and memory, in the arena. */
char *world_print(const struct decide_output *output, struct arena *arena);

/* A small generator with a seed, for random histories. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *dice);
/* low to high, both included. */
int dice_roll(struct dice *dice, int low, int high);
/* True one time in n. */
bool dice_once_in(struct dice *dice, int n);

#endif
