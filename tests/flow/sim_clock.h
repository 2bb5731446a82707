/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SIM_CLOCK_H
#define FLOW_SIM_CLOCK_H

#include <stdbool.h>

#include "base/clock.h"

/*
 * The virtual clock: time stands still while anything runs, and jumps to the next timer when
 * nothing does. A day passes in as long as its events take.
 *
 * Rules
 *  1. Same seed, same timers, same run: timers fire in order of time, then of starting.
 *  2. The wall clock goes with the monotonic one until it is set (sim_clock_set_wall), as an
 *     administrator would.
 */

struct sim_clock {
    struct clock clock; /* hand this out */
    int64_t mono_ms;
    int64_t wall_offset_ms; /* wall = mono + this */
    uint64_t random;        /* xorshift state */
    uint64_t sequence;
    struct sim_timer *first; /* running timers, soonest first */
    int64_t fired;           /* timers fired so far */
};

void sim_clock_init(struct sim_clock *sim, struct wall start, uint64_t seed);
void sim_clock_set_wall(struct sim_clock *sim, struct wall now);
/* Fires the next timer; false if none runs. */
bool sim_clock_step(struct sim_clock *sim);
/* Fires everything due up to that much later, then stands there. */
void sim_clock_run(struct sim_clock *sim, int64_t ms);

#endif
