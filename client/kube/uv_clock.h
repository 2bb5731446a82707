/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_UV_CLOCK_H
#define KUBE_UV_CLOCK_H

#include <uv.h>

#include "base/clock.h"

/*
 * The real clock: struct clock on a libuv loop. Wall time is CLOCK_REALTIME, waiting is
 * CLOCK_MONOTONIC, chance is getrandom(2).
 *
 * Rules
 *  1. One thread: the clock belongs to the loop's.
 *  2. A timer that runs keeps uv_run going.
 *  3. libuv lets go of a timer in a later round of the loop: after the last clock_timer_free run
 *     the loop until uv_loop_close succeeds.
 */

struct clock *uv_clock_new(uv_loop_t *loop);
/* Every timer was freed before. Takes NULL. */
void uv_clock_free(struct clock *clock);

#endif
