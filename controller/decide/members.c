/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 3: "Attaching one adds 1 to desired (at max a pod makes room instead), detaching subtracts
 * 1 (not below min), each an activity." Both are bounded without windows, count as a
 * recommendation, and move the baseline by the same step. Met while the group stands still they
 * wait: the names in memory are those that were acted on.
 */
#include "decide/decide_priv.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX_BYTES (16 * 1024) /* beyond it names are remembered as hashes */

static int compare_texts(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return text_compare(*x, *y);
}

/* A member as memory keeps it: its name, or where there are too many, a hash of it. */
static const char *keep_name(struct turn *turn, const char *name, bool hashed)
{
    if (!hashed) {
        return arena_dup(turn->arena, name);
    }
    uint64_t hash = hash_text(HASH_START, name) & (uint64_t)RULE_MARK_MASK;
    return arena_printf(turn->arena, "#%012llx", (unsigned long long)hash);
}

static bool is_hashed(const char *kept)
{
    return kept[0] == '#';
}

/* The members of spec, as memory keeps them, sorted. */
static const char **spec_members(struct turn *turn, bool hashed, size_t *ret_bytes)
{
    const struct group *group = turn->group;
    size_t count = (size_t)larger(group->member_count, 0);
    const char **names = ARENA_ARRAY(turn->arena, const char *, count);
    *ret_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        names[i] = keep_name(turn, group->members[i].name, hashed);
        *ret_bytes += strlen(names[i]) + 3;
    }
    if (count > 0) {
        qsort(names, count, sizeof(names[0]), compare_texts);
    }
    return names;
}

static bool holds(const char *const *names, int count, const char *name)
{
    return count > 0 &&
           bsearch(&name, names, (size_t)count, sizeof(names[0]), compare_texts) != NULL;
}

static void step(struct turn *turn, const char *name, int by)
{
    const char *what = by > 0 ? "attached" : "detached";
    /* In dryRun what exists is counted anew each time, members included. */
    bool free = by > 0 ? turn->desired < turn->plain.max : turn->desired > turn->plain.min;
    int moved = free && !turn->group->dry_run ? by : 0;
    turn->m->baseline = clamp_nodes((int64_t)turn->m->baseline + (free ? by : 0));
    turn->desired = clamp_nodes((int64_t)turn->desired + moved);
    const char *cause = arena_printf(turn->arena, "%s member %s", what, name);
    const char *message =
        moved != 0 ? arena_printf(turn->arena, "%s: %d to %d", cause, turn->told, turn->desired)
                   : arena_printf(turn->arena, "%s: %d stays, the range is %d-%d", cause,
                                  turn->desired, turn->plain.min, turn->plain.max);
    if (moved != 0) {
        won(turn, "none", by > 0 ? REASON_ATTACHED : REASON_DETACHED);
    }
    activity_add(turn, cause, ACTIVITY_SUCCESSFUL, message)->to = turn->desired;
    turn->told = turn->desired;
    say(turn, "%s", cause);
    recommend_in_all(turn, turn->desired);
}

static const char *shown_name(const char *kept)
{
    return is_hashed(kept) ? "of a long list" : kept;
}

void members_step(struct turn *turn)
{
    struct memory *m = turn->m;
    bool hashed = m->member_count > 0 && is_hashed(m->members[0]);
    size_t bytes = 0;
    const char **names = spec_members(turn, hashed, &bytes);
    int count = larger(turn->group->member_count, 0);
    if (turn->hold != REASON_NONE) {
        return;
    }
    for (int i = 0; !turn->first && !turn->resight && i < count; i++) {
        if (!holds(m->members, m->member_count, names[i])) {
            step(turn, shown_name(names[i]), 1);
        }
    }
    for (int i = 0; !turn->first && !turn->resight && i < m->member_count; i++) {
        if (!holds(names, count, m->members[i])) {
            step(turn, shown_name(m->members[i]), -1);
        }
    }
    if (!hashed && bytes > NAMES_MAX_BYTES) {
        names = spec_members(turn, true, &bytes);
    }
    m->members = names;
    m->member_count = count;
}
