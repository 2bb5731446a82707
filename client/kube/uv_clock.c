/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place outside of tests that reads a clock or draws a random number. libuv orders timers
 * of the same millisecond by when they were started, as base/clock.h promises.
 */
#include "kube/uv_clock.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/bug.h"
#include "base/mem.h"

struct uv_clock {
    struct clock clock; /* first */
    uv_loop_t *loop;
};

struct uv_clock_timer {
    struct timer timer; /* first */
    uv_timer_t handle;
    timer_fn fn;
    void *arg;
};

static struct wall read_wall(struct clock *clock)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct wall){.s = now.tv_sec};
}

static struct mono read_mono(struct clock *clock)
{
    return (struct mono){.ms = (int64_t)(uv_hrtime() / 1000000)};
}

static uint64_t draw(struct clock *clock)
{
    uint64_t bits = 0;
    ssize_t got;
    do {
        got = getrandom(&bits, sizeof(bits), 0);
    } while (got < 0 && errno == EINTR);
    BUG_IF(got != (ssize_t)sizeof(bits), "getrandom: %zd", got);
    return bits;
}

static struct timer *new_timer(struct clock *clock, timer_fn fn, void *arg)
{
    struct uv_clock_timer *timer = mem_new(1, sizeof(*timer));
    timer->timer.ops = clock->ops;
    timer->fn = fn;
    timer->arg = arg;
    uv_timer_init(((struct uv_clock *)clock)->loop, &timer->handle);
    timer->handle.data = timer;
    return &timer->timer;
}

static void on_timer(uv_timer_t *handle)
{
    struct uv_clock_timer *timer = handle->data;
    timer->fn(timer->arg); /* may free the timer: nothing after this */
}

static void start_timer(struct timer *timer, int64_t delay_ms)
{
    uv_timer_t *handle = &((struct uv_clock_timer *)timer)->handle;
    uv_update_time(handle->loop); /* the loop's idea of now may be a long callback old */
    uv_timer_start(handle, on_timer, delay_ms < 0 ? 0 : (uint64_t)delay_ms, 0);
}

static void stop_timer(struct timer *timer)
{
    uv_timer_stop(&((struct uv_clock_timer *)timer)->handle);
}

static void on_timer_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void free_timer(struct timer *timer)
{
    uv_close((uv_handle_t *)&((struct uv_clock_timer *)timer)->handle, on_timer_closed);
}

static const struct clock_ops UV_CLOCK_OPS = {
    .wall = read_wall,
    .mono = read_mono,
    .random = draw,
    .timer_new = new_timer,
    .timer_start = start_timer,
    .timer_stop = stop_timer,
    .timer_free = free_timer,
};

struct clock *uv_clock_new(uv_loop_t *loop)
{
    struct uv_clock *clock = mem_new(1, sizeof(*clock));
    clock->clock.ops = &UV_CLOCK_OPS;
    clock->loop = loop;
    return &clock->clock;
}

void uv_clock_free(struct clock *clock)
{
    mem_free(clock);
}
