/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/sim_clock.h"

#include "base/bug.h"
#include "base/mem.h"

struct sim_timer {
    struct timer timer; /* first: what the owner holds */
    struct sim_clock *sim;
    timer_fn fn;
    void *arg;
    bool running;
    int64_t due_ms;
    uint64_t sequence; /* breaks ties by order of starting */
    struct sim_timer *next;
};

static struct sim_clock *sim_of(struct clock *clock)
{
    return (struct sim_clock *)clock;
}

static struct wall sim_wall(struct clock *clock)
{
    const struct sim_clock *sim = sim_of(clock);
    int64_t ms = sim->mono_ms + sim->wall_offset_ms;
    return (struct wall){ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000)};
}

static struct mono sim_mono(struct clock *clock)
{
    return (struct mono){sim_of(clock)->mono_ms};
}

static uint64_t sim_random(struct clock *clock)
{
    uint64_t *x = &sim_of(clock)->random;
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void unlink_timer(struct sim_timer *timer)
{
    if (!timer->running) {
        return;
    }
    struct sim_timer **at = &timer->sim->first;
    while (*at != timer) {
        at = &(*at)->next;
    }
    *at = timer->next;
    timer->running = false;
}

static void sim_start(struct timer *base, int64_t delay_ms)
{
    struct sim_timer *timer = (struct sim_timer *)base;
    struct sim_clock *sim = timer->sim;
    unlink_timer(timer);
    timer->due_ms = sim->mono_ms + (delay_ms > 0 ? delay_ms : 0);
    timer->sequence = ++sim->sequence;
    struct sim_timer **at = &sim->first;
    while (*at != NULL && (*at)->due_ms <= timer->due_ms) {
        at = &(*at)->next;
    }
    timer->next = *at;
    *at = timer;
    timer->running = true;
}

static void sim_stop(struct timer *base)
{
    unlink_timer((struct sim_timer *)base);
}

static void sim_free(struct timer *base)
{
    unlink_timer((struct sim_timer *)base);
    mem_free(base);
}

static struct timer *sim_new(struct clock *clock, timer_fn fn, void *arg);

static const struct clock_ops ops = {
    .wall = sim_wall,
    .mono = sim_mono,
    .random = sim_random,
    .timer_new = sim_new,
    .timer_start = sim_start,
    .timer_stop = sim_stop,
    .timer_free = sim_free,
};

static struct timer *sim_new(struct clock *clock, timer_fn fn, void *arg)
{
    struct sim_timer *timer = mem_new(1, sizeof *timer);
    timer->timer.ops = &ops;
    timer->sim = sim_of(clock);
    timer->fn = fn;
    timer->arg = arg;
    return &timer->timer;
}

void sim_clock_init(struct sim_clock *sim, struct wall start, uint64_t seed)
{
    *sim = (struct sim_clock){
        .clock = {&ops},
        .mono_ms = 1000000, /* not 0, so that code that forgets the difference to wall fails */
        .random = seed * 2 + 1,
    };
    sim->wall_offset_ms = start.s * 1000 - sim->mono_ms;
}

void sim_clock_set_wall(struct sim_clock *sim, struct wall now)
{
    sim->wall_offset_ms = now.s * 1000 - sim->mono_ms;
}

bool sim_clock_step(struct sim_clock *sim)
{
    struct sim_timer *timer = sim->first;
    if (timer == NULL) {
        return false;
    }
    unlink_timer(timer);
    BUG_IF(timer->due_ms < sim->mono_ms, "a timer was left behind");
    sim->mono_ms = timer->due_ms;
    sim->fired++;
    timer->fn(timer->arg);
    return true;
}

void sim_clock_run(struct sim_clock *sim, int64_t ms)
{
    int64_t until = sim->mono_ms + ms;
    while (sim->first != NULL && sim->first->due_ms <= until) {
        sim_clock_step(sim);
    }
    sim->mono_ms = until;
}
