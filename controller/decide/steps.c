/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps (field.md 4.4, AWS): a threshold and a ladder of adjustments relative to it.
 *
 *     threshold 50, 10 nodes, 0/10/30 %:  60 -> 11   70 -> 13   40 -> 9   30 -> 7
 *
 * "Above: lower inclusive, upper exclusive. Below: lower exclusive, upper inclusive." A value
 * exactly at the threshold is above it.
 */
#include "decide/decide_priv.h"

static int128 nano_of(struct number number)
{
    return number.state == NUMBER_OK || number.state == NUMBER_NEGATIVE ? number.nano : 0;
}

static bool step_holds(const struct step *step, int128 distance)
{
    bool has_lower = step->lower.state != NUMBER_NONE;
    bool has_upper = step->upper.state != NUMBER_NONE;
    int128 lower = nano_of(step->lower), upper = nano_of(step->upper);
    if (distance >= 0) {
        return (!has_lower || distance >= lower) && (!has_upper || distance < upper);
    }
    return (!has_lower || distance > lower) && (!has_upper || distance <= upper);
}

static int find_step(const struct steps *steps, int128 distance)
{
    for (int i = 0; i < steps->adjustment_count; i++) {
        if (step_holds(&steps->adjustments[i], distance)) {
            return i;
        }
    }
    return -1;
}

/*
 * "PercentChange with rounding: > 1 down, 0...1 to 1, -1...0 to -1, < -1 towards zero", and at
 * least minChange. "Percentages of 0 count as of 1."
 */
static int64_t percent_change(int nodes, int by, int least)
{
    int64_t hundredths = (int64_t)larger(nodes, 1) * by;
    int64_t change = hundredths / 100;
    if (change == 0 && by != 0) {
        change = by > 0 ? 1 : -1;
    }
    if (change > 0 && change < least) {
        change = least;
    } else if (change < 0 && -change < least) {
        change = -(int64_t)least;
    }
    return change;
}

static int step_result(const struct steps *steps, const struct step *step, int nodes)
{
    switch (steps->adjustment_type) {
    case ADJUST_EXACT_SIZE: return clamp_nodes(step->by);
    case ADJUST_PERCENT_CHANGE:
        return clamp_nodes(nodes + percent_change(nodes, step->by, steps->min_change));
    case ADJUST_CHANGE_IN_SIZE: break;
    }
    return clamp_nodes((int64_t)nodes + step->by);
}

/* "While nodes are Pending, warming or fewer than desired" a step is still under way. */
static bool is_under_way(const struct turn *turn)
{
    return nodes_are_starting(turn) || turn->exist < turn->other;
}

static void take(struct turn *turn, const struct steps *steps, int at, struct judged *judged,
                 struct metric_memory *memory)
{
    bool again = memory->step == at;
    memory->step = at;
    if (again && is_under_way(turn)) {
        return; /* "the step last taken proposes desired" */
    }
    judged->wants = step_result(steps, &steps->adjustments[at], turn->other);
}

void steps_take(struct turn *turn, struct bound *bound, struct judged *judged)
{
    const struct steps *steps = &judged->metric->steps;
    struct metric_memory *memory = metric_remember(turn, bound, judged->metric->name);
    int128 distance = judged->shown.nano - nano_of(steps->threshold);
    int side = distance >= 0 ? 1 : -1;
    judged->wants = turn->other;
    /* "sustainSeconds runs while the value stays on one side with valid samples" */
    if (memory->side != side) {
        memory->side = side;
        memory->since = turn->now;
    }
    int at = find_step(steps, distance);
    if (at >= 0 && age_of(turn, memory->since) >= steps->sustain_s) {
        take(turn, steps, at, judged, memory);
    }
    judged->within = judged->wants == turn->other;
    if (metric_is_from_nodes(judged->metric)) {
        judged->wants = larger(judged->wants, 1);
    }
}
