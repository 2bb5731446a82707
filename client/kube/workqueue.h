/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_WORKQUEUE_H
#define KUBE_WORKQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/time.h"

/*
 * Keys that are due for work: each at most once, never one that is being worked on, some later
 * than now, failing ones ever later. Pure: the time is an argument.
 *
 *     workqueue_add(&queue, "demo/edge");
 *     while ((key = workqueue_take(&queue, now)) != NULL) { work; workqueue_done(&queue, key); }
 *     timer_start(timer, workqueue_next_ms(&queue, now));
 *
 * Rules
 *  1. Added while being worked on: due again at workqueue_done, once, however often it was added.
 *  2. Of two delays of one key the earlier counts. Adding it without delay takes it out of the
 * wait.
 *  3. A failing key waits 5 ms x 2^failures, at most 1000 s, and at least its turn in a bucket of
 *     10 a second, 100 at once (bucket_per_s 0 = no bucket). workqueue_forget starts it anew.
 *  4. Keys come out in the order in which they became due.
 *  5. A taken key's text lives until workqueue_done of it.
 */

#define WORKQUEUE_BASE_MS 5
#define WORKQUEUE_CAP_MS 1000000

struct work; /* private: one key */

struct workqueue {
    int bucket_per_s, bucket_burst; /* 10 and 100 after workqueue_init; 0 = no bucket */
    struct map works;               /* private from here on */
    struct work *first, *last;      /* due now, in order */
    struct work **heap;             /* due later, earliest first */
    size_t heap_count, heap_cap;
    uint64_t sequence;    /* orders equal due times */
    int64_t bucket_at_ms; /* when the bucket's next token falls due */
    size_t due_count, active_count;
    int64_t adds, retries; /* for metrics */
};

void workqueue_init(struct workqueue *queue);
void workqueue_clear(struct workqueue *queue);

void workqueue_add(struct workqueue *queue, const char *key);
/* delay_ms at or below 0: now. */
void workqueue_add_after(struct workqueue *queue, const char *key, struct mono now,
                         int64_t delay_ms);
/* After a failure: rule 3. Returns the delay chosen, in ms. */
int64_t workqueue_add_failed(struct workqueue *queue, const char *key, struct mono now);
/* It went well: its failures are forgotten. */
void workqueue_forget(struct workqueue *queue, const char *key);
int workqueue_failures(const struct workqueue *queue, const char *key);

/* The next key that is due, now being worked on; NULL = none. */
const char *workqueue_take(struct workqueue *queue, struct mono now);
void workqueue_done(struct workqueue *queue, const char *key);

/* Milliseconds until a key falls due: 0 = one is, -1 = none waits. */
int64_t workqueue_next_ms(const struct workqueue *queue, struct mono now);
/* Keys due now (after workqueue_take moved those whose time has come), and worked on. */
size_t workqueue_due(const struct workqueue *queue);
size_t workqueue_active(const struct workqueue *queue);

#endif
