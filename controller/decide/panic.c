/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Panic: "while the raw proposal averaged over windowSeconds is >= thresholdPercent/100 x
 * in-service nodes, and until 10 x windowSeconds after it last was, the policy proposes at least
 * the highest proposal of this panic." The mean is plain, over buckets k = floor(10 t / window)
 * that count while k >= floor(10 (now - window) / window).
 */
#include "decide/decide_priv.h"

#define SUM_MAX (INT64_C(1) << 40)

static void add_sample(struct turn *turn, struct binding_memory *b, int window_s, int raw)
{
    int64_t bucket = floor_div(turn->now.s * BUCKETS_A_WINDOW, window_s);
    int64_t limit = floor_div((turn->now.s - window_s) * BUCKETS_A_WINDOW, window_s);
    if (b->panic_window_s != window_s) {
        b->panic_count = 0; /* buckets of another width say nothing */
        b->panic_window_s = window_s;
    }
    if (b->panic_count > 0 && b->panics[b->panic_count - 1].bucket > bucket) {
        bucket = b->panics[b->panic_count - 1].bucket;
    }
    struct panic_sample *samples =
        ARENA_ARRAY(turn->arena, struct panic_sample, (size_t)b->panic_count + 1);
    int kept = 0;
    for (int i = 0; i < b->panic_count; i++) {
        if (b->panics[i].bucket >= limit) {
            samples[kept++] = b->panics[i];
        }
    }
    if (kept == 0 || samples[kept - 1].bucket != bucket) {
        samples[kept++] = (struct panic_sample){.bucket = bucket};
    }
    struct panic_sample *last = &samples[kept - 1];
    if (last->sum < SUM_MAX - NODES_MAX) {
        last->sum += raw;
        last->count++;
    }
    b->panics = samples;
    b->panic_count = kept;
}

/* sum / count >= threshold / 100 * in service */
static bool is_over(const struct turn *turn, const struct bound *bound)
{
    const struct binding_memory *b = bound->b;
    int128 sum = 0, count = 0;
    for (int i = 0; i < b->panic_count; i++) {
        sum += b->panics[i].sum;
        count += b->panics[i].count;
    }
    int128 nodes = larger(turn->in_service, 1);
    return sum * 100 >= nodes * bound->policy->panic_threshold_pct * count;
}

void panic_apply(struct turn *turn, struct bound *bound, int raw)
{
    const struct policy *policy = bound->policy;
    struct binding_memory *b = bound->b;
    if (!policy->has_panic || policy->panic_window_s <= 0) {
        b->panicking = false;
        b->panic_count = 0;
        return;
    }
    add_sample(turn, b, policy->panic_window_s, raw);
    if (b->panicking && turn->now.s >= b->panic_until.s) {
        b->panicking = false;
    }
    if (is_over(turn, bound)) {
        int64_t until = turn->now.s + (int64_t)10 * policy->panic_window_s;
        b->panic_highest = b->panicking ? b->panic_highest : raw;
        b->panic_until.s = b->panicking && b->panic_until.s > until ? b->panic_until.s : until;
        b->panicking = true;
    }
    if (!b->panicking) {
        b->panic_highest = 0;
        return;
    }
    b->panic_highest = larger(b->panic_highest, raw);
    struct term *term = term_add(turn, TERM_PANIC, policy->meta.name, "");
    term->has_wants = true;
    term->wants = b->panic_highest;
    if (b->panic_highest > bound->proposal.nodes) {
        proposal_limit(&bound->proposal, b->panic_highest, REASON_PANIC);
        bound->proposal.winner = winner_name(turn, TERM_PANIC, policy->meta.name, "");
        say(turn, "panic keeps at least %d", b->panic_highest);
    }
}
