/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key's work is in up to three places: the line of those due, the heap of those that wait, and
 * being worked on. It exists while it is in one of them or has failures to remember.
 */
#include "kube/workqueue.h"

#include "base/bug.h"
#include "base/mem.h"

#define NOT_WAITING SIZE_MAX
#define LAST_DOUBLING 18 /* 5 ms << 18 is beyond the cap */

struct work {
    char *key;
    bool due, active, again; /* again: added while active */
    int failures;
    size_t heap_at;
    int64_t due_ms;
    uint64_t sequence;
    struct work *next;
};

void workqueue_init(struct workqueue *queue)
{
    *queue = (struct workqueue){.bucket_per_s = 10, .bucket_burst = 100};
}

static void free_work(struct work *work)
{
    mem_free(work->key);
    mem_free(work);
}

void workqueue_clear(struct workqueue *queue)
{
    for (size_t i = 0; i < queue->works.used; i++) {
        if (queue->works.slots[i].key != NULL) {
            free_work(queue->works.slots[i].value);
        }
    }
    map_clear(&queue->works);
    mem_free(queue->heap);
    *queue = (struct workqueue){
        .bucket_per_s = queue->bucket_per_s,
        .bucket_burst = queue->bucket_burst,
    };
}

static struct work *work_of(struct workqueue *queue, const char *key)
{
    struct work *work = map_get(&queue->works, key);
    if (work == NULL) {
        work = mem_new(1, sizeof(*work));
        work->key = mem_dup(key);
        work->heap_at = NOT_WAITING;
        map_put(&queue->works, key, work);
    }
    return work;
}

static void drop_if_idle(struct workqueue *queue, struct work *work)
{
    if (!work->due && !work->active && work->heap_at == NOT_WAITING && work->failures == 0) {
        map_remove(&queue->works, work->key);
        free_work(work);
    }
}

/* ---- the heap: earliest first, equal times in the order added ---- */

static bool is_earlier(const struct work *a, const struct work *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->sequence < b->sequence;
}

static void heap_set(struct workqueue *queue, size_t at, struct work *work)
{
    queue->heap[at] = work;
    work->heap_at = at;
}

static void heap_up(struct workqueue *queue, size_t at)
{
    struct work *work = queue->heap[at];
    while (at > 0 && is_earlier(work, queue->heap[(at - 1) / 2])) {
        heap_set(queue, at, queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_set(queue, at, work);
}

static void heap_down(struct workqueue *queue, size_t at)
{
    struct work *work = queue->heap[at];
    for (size_t child = 2 * at + 1; child < queue->heap_count; child = 2 * at + 1) {
        if (child + 1 < queue->heap_count &&
            is_earlier(queue->heap[child + 1], queue->heap[child])) {
            child++;
        }
        if (!is_earlier(queue->heap[child], work)) {
            break;
        }
        heap_set(queue, at, queue->heap[child]);
        at = child;
    }
    heap_set(queue, at, work);
}

static void heap_push(struct workqueue *queue, struct work *work)
{
    if (queue->heap_count == queue->heap_cap) {
        queue->heap_cap = queue->heap_cap == 0 ? 16 : queue->heap_cap * 2;
        queue->heap = mem_grow(queue->heap, queue->heap_cap, sizeof(*queue->heap));
    }
    heap_set(queue, queue->heap_count++, work);
    heap_up(queue, work->heap_at);
}

static void heap_remove(struct workqueue *queue, struct work *work)
{
    size_t at = work->heap_at;
    if (at == NOT_WAITING) {
        return;
    }
    work->heap_at = NOT_WAITING;
    queue->heap_count--;
    if (at == queue->heap_count) {
        return;
    }
    struct work *moved = queue->heap[queue->heap_count];
    heap_set(queue, at, moved);
    heap_up(queue, at);
    heap_down(queue, moved->heap_at);
}

/* ---- adding ---- */

static void make_due(struct workqueue *queue, struct work *work)
{
    if (work->active) {
        work->again = true;
        return;
    }
    if (work->due) {
        return;
    }
    work->due = true;
    work->next = NULL;
    if (queue->last == NULL) {
        queue->first = work;
    } else {
        queue->last->next = work;
    }
    queue->last = work;
    queue->due_count++;
}

void workqueue_add(struct workqueue *queue, const char *key)
{
    struct work *work = work_of(queue, key);
    queue->adds++;
    heap_remove(queue, work);
    make_due(queue, work);
}

static void wait_until(struct workqueue *queue, struct work *work, int64_t due_ms)
{
    bool waits = work->heap_at != NOT_WAITING;
    if (work->due || work->again || (waits && work->due_ms <= due_ms)) {
        return;
    }
    work->due_ms = due_ms;
    work->sequence = queue->sequence++;
    if (waits) {
        heap_up(queue, work->heap_at);
    } else {
        heap_push(queue, work);
    }
}

void workqueue_add_after(struct workqueue *queue, const char *key, struct mono now,
                         int64_t delay_ms)
{
    if (delay_ms <= 0) {
        workqueue_add(queue, key);
        return;
    }
    queue->adds++;
    wait_until(queue, work_of(queue, key), now.ms + delay_ms);
}

/* How long the bucket makes one more wait. */
static int64_t take_from_bucket(struct workqueue *queue, struct mono now)
{
    if (queue->bucket_per_s <= 0) {
        return 0;
    }
    int64_t interval_ms = 1000 / queue->bucket_per_s;
    int64_t full_at_ms = queue->bucket_at_ms > now.ms ? queue->bucket_at_ms : now.ms;
    int64_t delay_ms = full_at_ms - now.ms - interval_ms * (queue->bucket_burst - 1);
    queue->bucket_at_ms = full_at_ms + interval_ms;
    return delay_ms < 0 ? 0 : delay_ms;
}

int64_t workqueue_add_failed(struct workqueue *queue, const char *key, struct mono now)
{
    struct work *work = work_of(queue, key);
    int doublings = work->failures < LAST_DOUBLING ? work->failures : LAST_DOUBLING;
    int64_t delay_ms = (int64_t)WORKQUEUE_BASE_MS << doublings;
    int64_t bucket_ms = take_from_bucket(queue, now);
    delay_ms = delay_ms < WORKQUEUE_CAP_MS ? delay_ms : WORKQUEUE_CAP_MS;
    delay_ms = delay_ms > bucket_ms ? delay_ms : bucket_ms;
    if (work->failures < LAST_DOUBLING + 1000) {
        work->failures++;
    }
    queue->retries++;
    workqueue_add_after(queue, key, now, delay_ms);
    return delay_ms;
}

void workqueue_forget(struct workqueue *queue, const char *key)
{
    struct work *work = map_get(&queue->works, key);
    if (work != NULL) {
        work->failures = 0;
        drop_if_idle(queue, work);
    }
}

int workqueue_failures(const struct workqueue *queue, const char *key)
{
    const struct work *work = map_get(&queue->works, key);
    return work == NULL ? 0 : work->failures;
}

/* ---- taking ---- */

const char *workqueue_take(struct workqueue *queue, struct mono now)
{
    while (queue->heap_count > 0 && queue->heap[0]->due_ms <= now.ms) {
        struct work *work = queue->heap[0];
        heap_remove(queue, work);
        make_due(queue, work);
    }
    struct work *work = queue->first;
    if (work == NULL) {
        return NULL;
    }
    queue->first = work->next;
    queue->last = queue->first == NULL ? NULL : queue->last;
    work->next = NULL;
    work->due = false;
    work->active = true;
    queue->due_count--;
    queue->active_count++;
    return work->key;
}

void workqueue_done(struct workqueue *queue, const char *key)
{
    struct work *work = map_get(&queue->works, key);
    BUG_IF(work == NULL || !work->active, "workqueue: %s is not being worked on", key);
    work->active = false;
    queue->active_count--;
    if (work->again) {
        work->again = false;
        make_due(queue, work);
    }
    drop_if_idle(queue, work);
}

int64_t workqueue_next_ms(const struct workqueue *queue, struct mono now)
{
    if (queue->first != NULL) {
        return 0;
    }
    if (queue->heap_count == 0) {
        return -1;
    }
    int64_t left = queue->heap[0]->due_ms - now.ms;
    return left < 0 ? 0 : left;
}

size_t workqueue_due(const struct workqueue *queue)
{
    return queue->due_count;
}

size_t workqueue_active(const struct workqueue *queue)
{
    return queue->active_count;
}
