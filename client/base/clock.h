/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

/*
 * Everything the control thread learns about time and chance comes through this interface: the
 * real one is libuv's loop, the simulated one is a queue under one virtual clock and one seed.
 * Outside its implementations nobody calls time(), starts a timer or draws a random number.
 *
 * Rules
 *  1. Wall decides, mono waits: timers run on mono.
 *  2. A timer fires once, from the loop, never from inside timer_start. Starting a running timer
 *     moves it. Its owner stops it before freeing what `arg` points at; it may do both inside
 *     the callback.
 *  3. Timers that are due at the same millisecond fire in the order in which they were started.
 */

struct clock;
struct timer; /* owned by whoever called clock_timer_new; freed by clock_timer_free */

typedef void (*timer_fn)(void *arg);

struct clock_ops {
    struct wall (*wall)(struct clock *clock);
    struct mono (*mono)(struct clock *clock);
    uint64_t (*random)(struct clock *clock);
    struct timer *(*timer_new)(struct clock *clock, timer_fn fn, void *arg);
    void (*timer_start)(struct timer *timer, int64_t delay_ms);
    void (*timer_stop)(struct timer *timer);
    void (*timer_free)(struct timer *timer);
};

struct clock {
    const struct clock_ops *ops;
};

struct timer {
    const struct clock_ops *ops; /* first member of every implementation's timer */
};

static inline struct wall clock_wall(struct clock *clock)
{
    return clock->ops->wall(clock);
}

static inline struct mono clock_mono(struct clock *clock)
{
    return clock->ops->mono(clock);
}

/* 64 random bits: for jitter only, never for a decision or a secret. */
static inline uint64_t clock_random(struct clock *clock)
{
    return clock->ops->random(clock);
}

static inline struct timer *clock_timer_new(struct clock *clock, timer_fn fn, void *arg)
{
    return clock->ops->timer_new(clock, fn, arg);
}

/* delay_ms below 0 counts as 0. */
static inline void timer_start(struct timer *timer, int64_t delay_ms)
{
    timer->ops->timer_start(timer, delay_ms);
}

static inline void timer_stop(struct timer *timer)
{
    timer->ops->timer_stop(timer);
}

/* Takes NULL. */
static inline void clock_timer_free(struct timer *timer)
{
    if (timer != NULL) {
        timer->ops->timer_free(timer);
    }
}

#endif
