/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a memory below 64 KiB: "sheds in this order: dropGuard and panic samples, activities,
 * oldest recommendation buckets" (activities are not in it: only their sequence is). What may go
 * after that serves the promise alone: rule clocks (a rule then starts at now), and at the very
 * end whole bindings, which are then bound anew and remove no node.
 */
#include "decide/decide_priv.h"

static bool fits(const struct memory *m)
{
    return memory_size_bound(m) <= MEMORY_MAX_BYTES;
}

static void shed_samples(struct memory *m)
{
    for (int i = 0; i < m->binding_count; i++) {
        struct binding_memory *b = &m->bindings[i];
        b->panic_count = 0;
        for (int k = 0; k < b->metric_count; k++) {
            b->metrics[k].load_count = 0;
        }
    }
}

/* The newest bucket of a list stays. */
static void older(struct recommendations *list, struct recommendations **oldest)
{
    if (list->count < 2) {
        return;
    }
    int64_t at = list->items[0].bucket * list->bucket_s;
    if (*oldest == NULL || at < (*oldest)->items[0].bucket * (*oldest)->bucket_s) {
        *oldest = list;
    }
}

static bool shed_bucket(struct memory *m)
{
    struct recommendations *oldest = NULL;
    for (int i = 0; i < m->binding_count; i++) {
        older(&m->bindings[i].out, &oldest);
        older(&m->bindings[i].in, &oldest);
    }
    if (oldest == NULL) {
        return false;
    }
    oldest->items++;
    oldest->count--;
    return true;
}

static void shed_changes(struct memory *m)
{
    if (m->change_count > 1) {
        m->changes += m->change_count - 1;
        m->change_count = 1;
    }
}

void memory_shed(struct turn *turn)
{
    struct memory *m = turn->m;
    if (fits(m)) {
        return;
    }
    shed_samples(m);
    /* Sixteen at a time: the bound is coarser than a bucket. */
    while (!fits(m) && shed_bucket(m)) {
        for (int i = 0; i < 15 && shed_bucket(m); i++) {
        }
    }
    if (!fits(m)) {
        shed_changes(m);
    }
    /* A sixteenth at a time, the last by name first: measuring costs as much as shedding. */
    int share = m->binding_count / 16 + 1;
    for (int left = m->binding_count; left > 0 && !fits(m); left -= share) {
        for (int i = larger(left - share, 0); i < left; i++) {
            m->bindings[i].rule_count = 0;
        }
    }
    while (!fits(m) && m->binding_count > 0) {
        m->binding_count = larger(m->binding_count - share, 0);
    }
}
