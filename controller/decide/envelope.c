/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recommendations and the two-sided envelope (field.md 4.1): "up = min over the scale-up window,
 * down = max over the scale-down window. Start from the current count; if it is < up, raise it to
 * up; if it is > down, lower it to down." Memory is coarse by definition: one number a bucket
 * k = floor(unix seconds / w), w = max(5, window / 10 rounded up).
 *
 * A bucket that an equal or stronger newer one covers can never decide again: it is dropped, so a
 * list only falls (in) or rises (out), and equal neighbours are merged by the way.
 */
#include "decide/decide_priv.h"

#define BUCKET_MIN_S 5

int bucket_seconds(int window_s)
{
    int tenth = window_s > 0 ? (window_s - 1) / BUCKETS_A_WINDOW + 1 : 0;
    return larger(tenth, BUCKET_MIN_S);
}

bool can_record(const struct turn *turn)
{
    /* "failure counters run on and nothing else is recorded" */
    return turn->hold == REASON_NONE && !turn->muted;
}

/* After an edit of the window: each bucket becomes the one that holds its last second. */
static void change_width(struct recommendations *list, int bucket_s)
{
    for (int i = 0; i < list->count && list->bucket_s != bucket_s; i++) {
        int64_t last_s = (list->items[i].bucket + 1) * list->bucket_s - 1;
        list->items[i].bucket = floor_div(last_s, bucket_s);
    }
    /* Wider buckets may fall together: the newer covers the older. */
    int kept = 0;
    for (int i = 0; i < list->count; i++) {
        if (kept > 0 && list->items[kept - 1].bucket == list->items[i].bucket) {
            /* In a list that only falls (or rises) the older of the two is the stronger. */
            continue;
        }
        list->items[kept++] = list->items[i];
    }
    list->count = kept;
    list->bucket_s = bucket_s;
}

static bool covers(int newer, int older, bool highest)
{
    return highest ? newer >= older : newer <= older;
}

static void drop_expired(struct recommendations *list, int window_s, struct wall now)
{
    int64_t limit = floor_div(now.s - window_s, list->bucket_s);
    int expired = 0;
    while (expired < list->count && list->items[expired].bucket < limit) {
        expired++;
    }
    list->items += expired;
    list->count -= expired;
}

static void recommend(struct turn *turn, struct recommendations *list, int window_s, int nodes,
                      bool highest)
{
    int bucket_s = bucket_seconds(window_s);
    if (list->bucket_s != bucket_s) {
        change_width(list, bucket_s);
    }
    int64_t bucket = floor_div(turn->now.s, bucket_s);
    int count = list->count;
    if (count > 0 && list->items[count - 1].bucket >= bucket) {
        /* "What is recorded while the clock is back goes into the newest bucket." */
        bucket = list->items[count - 1].bucket;
        if (covers(list->items[count - 1].nodes, nodes, highest)) {
            return;
        }
    }
    int kept = count;
    while (kept > 0 && covers(nodes, list->items[kept - 1].nodes, highest)) {
        kept--;
    }
    bool moved = kept == count - 1 && list->items[kept].nodes == nodes;
    struct recommendation *items =
        ARENA_ARRAY(turn->arena, struct recommendation, (size_t)kept + 1);
    for (int i = 0; i < kept; i++) {
        items[i] = list->items[i];
    }
    items[kept] = (struct recommendation){.bucket = bucket, .nodes = nodes};
    list->items = items;
    list->count = kept + 1;
    if (!moved) {
        drop_expired(list, window_s, turn->now);
    }
}

/* The strongest number that still counts; none gives `nodes`. */
static int strongest(const struct turn *turn, const struct recommendations *list, int window_s,
                     int nodes, bool highest)
{
    int64_t limit = list->count > 0 ? floor_div(turn->now.s - window_s, list->bucket_s) : 0;
    for (int i = 0; i < list->count; i++) {
        if (list->items[i].bucket >= limit) {
            return highest ? larger(list->items[i].nodes, nodes)
                           : smaller(list->items[i].nodes, nodes);
        }
    }
    return nodes;
}

void recommend_in(struct turn *turn, struct bound *bound, int nodes)
{
    if (can_record(turn) && bound->in_force) {
        int window_s = larger(bound->policy->scale_in.stabilization_s, 0);
        recommend(turn, &bound->b->in, window_s, nodes, true);
    }
}

void recommend_in_all(struct turn *turn, int nodes)
{
    for (int i = 0; i < turn->bound_count; i++) {
        recommend_in(turn, &turn->bounds[i], nodes);
    }
}

int envelope_apply(struct turn *turn, struct bound *bound, int raw)
{
    struct binding_memory *b = bound->b;
    int out_s = larger(bound->policy->scale_out.stabilization_s, 0);
    int in_s = larger(bound->policy->scale_in.stabilization_s, 0);
    recommend(turn, &b->out, out_s, raw, false);
    recommend(turn, &b->in, in_s, raw, true);
    int up = strongest(turn, &b->out, out_s, raw, false);
    int down = strongest(turn, &b->in, in_s, raw, true);
    int nodes = larger(turn->other, up);
    return smaller(nodes, larger(down, up));
}
