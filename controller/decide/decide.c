/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of one evaluation (behaviour.md section 6). Each step sees what the one before left;
 * what happens in a step stands in the file of its name.
 */
#include "decide/decide_priv.h"

/* A group nobody has seen: its first sight waits in step 2. */
static struct memory *memory_start(struct turn *turn)
{
    struct memory *memory = ARENA_NEW(turn->arena, struct memory);
    memory->waiting = true;
    memory->min_size = turn->group->min_size;
    memory->max_size = turn->group->max_size;
    return memory;
}

static struct range group_limits(const struct decide_input *in)
{
    int ceiling = in->max_group_size > 0 ? in->max_group_size : NODES_MAX;
    struct range limits;
    limits.max = smaller(smaller(larger(in->group->max_size, 0), ceiling), NODES_MAX);
    limits.min = smaller(larger(in->group->min_size, 0), limits.max);
    return limits;
}

static void turn_begin(struct turn *turn, const struct decide_input *in, struct arena *arena,
                       struct decide_output *out)
{
    *out = (struct decide_output){0};
    *turn = (struct turn){
        .in = in,
        .group = in->group,
        .observed = in->observed,
        .arena = arena,
        .out = out,
        .now = in->now,
        .limits = group_limits(in),
    };
    turn->m = in->memory != NULL ? memory_clone(in->memory, arena) : memory_start(turn);
    turn->had_before = turn->m->has_evaluated;
    turn->before = turn->m->evaluated;
    turn->frozen = (turn->group->suspend & PROCESS_SCHEDULED_SCALING) != 0;
    turn->muted = (turn->group->suspend & PROCESS_METRIC_SCALING) != 0;
    nodes_look(turn);
    turn->exist = clamp_nodes((int64_t)turn->pods + turn->members);
    turn->first = turn->m->waiting;
    turn->resight = !turn->first && turn->m->dry_run && !turn->group->dry_run;
    /* "Group dryRun: `from` = nodes that exist at each evaluation"; so has first sight. */
    bool count = turn->first || turn->resight || turn->group->dry_run;
    turn->from = count ? turn->exist : clamp_nodes(turn->m->desired);
    turn->desired = turn->from;
    turn->told = turn->from;
}

static void turn_end(struct turn *turn)
{
    struct memory *m = turn->m;
    if (!turn->had_before || turn->now.s > turn->before.s) {
        m->evaluated = turn->now;
    }
    m->has_evaluated = true;
    m->still = turn->hold != REASON_NONE;
    m->muted = turn->muted;
    m->dry_run = turn->group->dry_run;
    m->desired = turn->desired;
    memory_shed(turn);
    turn->out->memory = m;
}

void decide(const struct decide_input *input, struct arena *arena, struct decide_output *output)
{
    struct turn turn;
    turn_begin(&turn, input, arena, output);
    hold_find(&turn);
    binding_step(&turn);
    first_step(&turn);
    members_step(&turn);
    points_step(&turn);
    request_step(&turn);
    windows_step(&turn);
    metrics_step(&turn);
    hold_step(&turn);
    victims_choose(&turn);
    record_step(&turn);
    turn_end(&turn);
    wake_step(&turn);
}
