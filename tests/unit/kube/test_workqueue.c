/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/workqueue.h"

static struct workqueue queue;

static void init(void)
{
    workqueue_init(&queue);
}

static void clear(void)
{
    workqueue_clear(&queue);
}

TestSuite(workqueue, .init = init, .fini = clear);

static struct mono at(int64_t ms)
{
    return (struct mono){ms};
}

Test(workqueue, a_thousand_adds_during_one_turn_are_exactly_one_more)
{
    workqueue_add(&queue, "a");
    cr_assert_str_eq(workqueue_take(&queue, at(0)), "a");
    for (int i = 0; i < 1000; i++) {
        workqueue_add(&queue, "a");
    }
    cr_assert_null(workqueue_take(&queue, at(0)), "never twice at once");
    workqueue_done(&queue, "a");
    cr_assert_str_eq(workqueue_take(&queue, at(0)), "a");
    workqueue_done(&queue, "a");
    cr_assert_null(workqueue_take(&queue, at(0)));
    cr_assert_eq(queue.works.count, 0, "an idle key leaves nothing behind");
}

Test(workqueue, keys_come_out_in_the_order_they_became_due)
{
    workqueue_add_after(&queue, "late", at(0), 10);
    workqueue_add(&queue, "b");
    workqueue_add(&queue, "a");
    workqueue_add(&queue, "b");
    workqueue_add_after(&queue, "early", at(0), 5);
    cr_assert_str_eq(workqueue_take(&queue, at(20)), "b");
    cr_assert_str_eq(workqueue_take(&queue, at(20)), "a");
    cr_assert_str_eq(workqueue_take(&queue, at(20)), "early");
    cr_assert_str_eq(workqueue_take(&queue, at(20)), "late");
    cr_assert_eq(workqueue_active(&queue), 4);
}

Test(workqueue, of_two_delays_the_earlier_counts)
{
    workqueue_add_after(&queue, "a", at(0), 10000);
    workqueue_add_after(&queue, "a", at(0), 1000);
    workqueue_add_after(&queue, "a", at(0), 5000);
    cr_assert_eq(workqueue_next_ms(&queue, at(0)), 1000);
    cr_assert_null(workqueue_take(&queue, at(999)));
    cr_assert_str_eq(workqueue_take(&queue, at(1000)), "a");
    workqueue_done(&queue, "a");
    cr_assert_eq(workqueue_next_ms(&queue, at(1000)), -1);
}

Test(workqueue, a_delay_that_ends_during_a_turn_makes_one_more)
{
    workqueue_add(&queue, "a");
    (void)workqueue_take(&queue, at(0));
    workqueue_add_after(&queue, "a", at(0), 10);
    cr_assert_null(workqueue_take(&queue, at(20)));
    workqueue_done(&queue, "a");
    cr_assert_str_eq(workqueue_take(&queue, at(20)), "a");
}

Test(workqueue, failures_double_the_wait_up_to_the_cap_until_forgotten)
{
    queue.bucket_per_s = 0;
    int64_t expected = 5;
    for (int i = 0; i < 40; i++) {
        cr_assert_eq(workqueue_add_failed(&queue, "a", at(0)), expected);
        expected = expected * 2 > 1000000 ? 1000000 : expected * 2;
    }
    cr_assert_eq(workqueue_failures(&queue, "a"), 40);
    workqueue_forget(&queue, "a");
    cr_assert_eq(workqueue_add_failed(&queue, "b", at(0)), 5);
    cr_assert_eq(workqueue_add_failed(&queue, "a", at(0)), 5);
}

Test(workqueue, the_bucket_lets_a_hundred_through_and_then_ten_a_second)
{
    char key[16];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        cr_assert_eq(workqueue_add_failed(&queue, key, at(0)), 5);
    }
    cr_assert_eq(workqueue_add_failed(&queue, "x", at(0)), 100);
    cr_assert_eq(workqueue_add_failed(&queue, "y", at(0)), 200);
    cr_assert_eq(workqueue_add_failed(&queue, "z", at(60000)), 5);
}

enum { KEYS = 12 };

struct twin {
    bool due, active, again;
    int64_t wait_until; /* -1 = none */
};

static void twin_due(struct twin *t)
{
    if (t->active) {
        t->again = true;
    } else {
        t->due = true;
    }
}

/* Model: flags a key and no order; the queue may hand out any that the twin holds due. */
Test(workqueue, random_operations_match_a_naive_twin)
{
    struct twin twins[KEYS];
    int64_t now = 0;
    srand(9);
    for (int k = 0; k < KEYS; k++) {
        twins[k] = (struct twin){.wait_until = -1};
    }
    for (int step = 0; step < 100000; step++) {
        int k = rand() % KEYS;
        struct twin *t = &twins[k];
        char key[8];
        snprintf(key, sizeof(key), "%d", k);
        now += rand() % 3;
        switch (rand() % 4) {
        case 0:
            workqueue_add(&queue, key);
            t->wait_until = -1;
            twin_due(t);
            break;
        case 1: {
            int64_t delay = 1 + rand() % 50;
            workqueue_add_after(&queue, key, at(now), delay);
            if (!t->due && !t->again && (t->wait_until < 0 || now + delay < t->wait_until)) {
                t->wait_until = now + delay;
            }
            break;
        }
        case 2:
            if (t->active) {
                workqueue_done(&queue, key);
                t->active = false;
                t->due = t->again;
                t->again = false;
            }
            break;
        default: {
            const char *taken = workqueue_take(&queue, at(now));
            int due = 0;
            for (int i = 0; i < KEYS; i++) {
                if (twins[i].wait_until >= 0 && twins[i].wait_until <= now) {
                    twins[i].wait_until = -1;
                    twin_due(&twins[i]);
                }
                due += twins[i].due;
            }
            cr_assert_eq(taken != NULL, due > 0);
            if (taken != NULL) {
                struct twin *got = &twins[atoi(taken)];
                cr_assert(got->due && !got->active);
                got->due = false;
                got->active = true;
            }
            break;
        }
        }
        int64_t next = -1;
        for (int i = 0; i < KEYS; i++) {
            int64_t left = twins[i].due                ? 0
                           : twins[i].wait_until < 0   ? -1
                           : twins[i].wait_until > now ? twins[i].wait_until - now
                                                       : 0;
            next = left >= 0 && (next < 0 || left < next) ? left : next;
        }
        cr_assert_eq(workqueue_next_ms(&queue, at(now)), next);
    }
}
