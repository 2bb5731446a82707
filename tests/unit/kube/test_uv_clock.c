/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "kube/uv_clock.h"

static uv_loop_t loop;
static struct clock *uvclock;
static char fired[64];

static void init(void)
{
    uv_loop_init(&loop);
    uvclock = uv_clock_new(&loop);
    fired[0] = '\0';
}

static void clear(void)
{
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(uv_loop_close(&loop), 0, "something is still on the loop");
    uv_clock_free(uvclock);
}

TestSuite(uv_clock, .init = init, .fini = clear);

static void note(void *arg)
{
    strncat(fired, arg, sizeof(fired) - strlen(fired) - 1);
}

Test(uv_clock, timers_of_one_millisecond_fire_in_the_order_started)
{
    struct timer *timers[3];
    static char names[][2] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        timers[i] = clock_timer_new(uvclock, note, names[i]);
    }
    timer_start(timers[2], 5);
    timer_start(timers[0], 0);
    timer_start(timers[1], -7);
    timer_start(timers[2], 0); /* moved */
    cr_assert_str_eq(fired, "", "never from inside timer_start");
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_str_eq(fired, "abc");
    timer_start(timers[0], 1);
    timer_stop(timers[0]);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_str_eq(fired, "abc");
    for (int i = 0; i < 3; i++) {
        clock_timer_free(timers[i]);
    }
    clock_timer_free(NULL);
}

static struct timer *own;
static char own_name[] = "x";

static void free_own(void *arg)
{
    note(arg);
    timer_stop(own);
    clock_timer_free(own);
}

Test(uv_clock, a_timer_may_be_freed_in_its_own_callback)
{
    own = clock_timer_new(uvclock, free_own, own_name);
    timer_start(own, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_str_eq(fired, "x");
}

Test(uv_clock, waits_at_least_as_long_as_asked_and_knows_the_wall)
{
    struct timer *timer = clock_timer_new(uvclock, note, own_name);
    int64_t began = clock_mono(uvclock).ms;
    timer_start(timer, 30);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_geq(clock_mono(uvclock).ms - began, 29);
    int64_t off = clock_wall(uvclock).s - (int64_t)time(NULL);
    cr_assert(off >= -1 && off <= 1);
    cr_assert_neq(clock_random(uvclock), clock_random(uvclock));
    clock_timer_free(timer);
}
