/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies, compares and measures a memory; its JSON form is in memory_write.c and memory_read.c.
 * The comparison leaves out what a quiet world moves: were the time of the last evaluation a
 * reason to write, an operator at rest would write for ever.
 */
#include "model/memory_priv.h"

#include <string.h>

static void *copy_array(const void *items, int count, size_t size, struct arena *arena)
{
    size_t n = count > 0 ? (size_t)count : 0;
    void *copy = arena_alloc(arena, n, size);
    if (n > 0) {
        memcpy(copy, items, n * size);
    }
    return copy;
}

#define COPY_ARRAY(items, count, arena) copy_array((items), (count), sizeof(*(items)), (arena))

static void copy_binding(struct binding_memory *b, struct arena *arena)
{
    b->policy = arena_dup(arena, b->policy);
    b->out.items = COPY_ARRAY(b->out.items, b->out.count, arena);
    b->in.items = COPY_ARRAY(b->in.items, b->in.count, arena);
    b->panics = COPY_ARRAY(b->panics, b->panic_count, arena);
    b->rules = COPY_ARRAY(b->rules, b->rule_count, arena);
    b->metrics = COPY_ARRAY(b->metrics, b->metric_count, arena);
    for (int i = 0; i < b->metric_count; i++) {
        struct metric_memory *metric = &b->metrics[i];
        metric->name = arena_dup(arena, metric->name);
        metric->loads = COPY_ARRAY(metric->loads, metric->load_count, arena);
    }
    if (b->has_window) {
        b->window_rule = arena_dup(arena, b->window_rule);
    }
    if (b->fired.set) {
        b->fired.rule = arena_dup(arena, b->fired.rule);
    }
}

struct memory *memory_clone(const struct memory *memory, struct arena *arena)
{
    struct memory *copy = ARENA_NEW(arena, struct memory);
    *copy = *memory;
    copy->changes = COPY_ARRAY(memory->changes, memory->change_count, arena);
    copy->members = COPY_ARRAY(memory->members, memory->member_count, arena);
    for (int i = 0; i < copy->member_count; i++) {
        copy->members[i] = arena_dup(arena, copy->members[i]);
    }
    if (copy->contest.set) {
        copy->contest.manager = arena_dup(arena, copy->contest.manager);
    }
    copy->bindings = COPY_ARRAY(memory->bindings, memory->binding_count, arena);
    for (int i = 0; i < copy->binding_count; i++) {
        copy_binding(&copy->bindings[i], arena);
    }
    return copy;
}

const struct memory *memory_copy(const struct memory *memory, struct arena *arena)
{
    return memory != NULL ? memory_clone(memory, arena) : NULL;
}

/* The newest bucket moves while nothing changes: all but its number counts. */
static bool same_recommendations(const struct recommendations *a, const struct recommendations *b)
{
    if (a->count != b->count || (a->count > 0 && a->bucket_s != b->bucket_s)) {
        return false;
    }
    for (int i = 0; i < a->count; i++) {
        bool newest = i == a->count - 1;
        if (a->items[i].nodes != b->items[i].nodes ||
            (!newest && a->items[i].bucket != b->items[i].bucket)) {
            return false;
        }
    }
    return true;
}

static bool same_metrics(const struct binding_memory *a, const struct binding_memory *b)
{
    if (a->metric_count != b->metric_count) {
        return false;
    }
    for (int i = 0; i < a->metric_count; i++) {
        const struct metric_memory *x = &a->metrics[i], *y = &b->metrics[i];
        if (!text_is(x->name, y->name) || x->failures != y->failures || x->zero != y->zero ||
            x->side != y->side || (x->side != 0 && x->since.s != y->since.s) ||
            x->step != y->step) {
            return false;
        }
    }
    return true;
}

static bool same_rules(const struct binding_memory *a, const struct binding_memory *b)
{
    if (a->rule_count != b->rule_count) {
        return false;
    }
    for (int i = 0; i < a->rule_count; i++) {
        if (a->rules[i].mark != b->rules[i].mark || a->rules[i].apart != b->rules[i].apart) {
            return false;
        }
    }
    return true;
}

static bool same_floors(const struct binding_memory *a, const struct binding_memory *b)
{
    return a->has_floor == b->has_floor && (!a->has_floor || a->floor == b->floor) &&
           a->has_window == b->has_window &&
           (!a->has_window ||
            (a->window_nodes == b->window_nodes && text_is(a->window_rule, b->window_rule))) &&
           a->fired.set == b->fired.set &&
           (!a->fired.set || (a->fired.at.s == b->fired.at.s && a->fired.nodes == b->fired.nodes &&
                              text_is(a->fired.rule, b->fired.rule)));
}

static bool same_holds(const struct binding_memory *a, const struct binding_memory *b)
{
    return a->panicking == b->panicking &&
           (!a->panicking ||
            (a->panic_highest == b->panic_highest && a->panic_until.s == b->panic_until.s)) &&
           a->dropped == b->dropped && (!a->dropped || a->drop_until.s == b->drop_until.s);
}

static bool same_binding(const struct binding_memory *a, const struct binding_memory *b)
{
    return text_is(a->policy, b->policy) && a->aside == b->aside && a->has_min == b->has_min &&
           a->has_max == b->has_max && a->min == b->min && a->max == b->max && same_holds(a, b) &&
           same_floors(a, b) && same_recommendations(&a->out, &b->out) &&
           same_recommendations(&a->in, &b->in) && same_metrics(a, b) && same_rules(a, b);
}

static bool same_contest(const struct contest_memory *a, const struct contest_memory *b)
{
    if (a->set != b->set || a->holding != b->holding || a->restore_count != b->restore_count) {
        return false;
    }
    return !a->set ||
           (a->last.s == b->last.s && a->value == b->value && text_is(a->manager, b->manager));
}

static bool same_lists(const struct memory *a, const struct memory *b)
{
    if (a->change_count != b->change_count || a->member_count != b->member_count ||
        a->binding_count != b->binding_count) {
        return false;
    }
    for (int i = 0; i < a->change_count; i++) {
        if (a->changes[i].at.s != b->changes[i].at.s ||
            a->changes[i].delta != b->changes[i].delta) {
            return false;
        }
    }
    for (int i = 0; i < a->member_count; i++) {
        if (!text_is(a->members[i], b->members[i])) {
            return false;
        }
    }
    for (int i = 0; i < a->binding_count; i++) {
        if (!same_binding(&a->bindings[i], &b->bindings[i])) {
            return false;
        }
    }
    return true;
}

bool memory_is_same(const struct memory *a, const struct memory *b)
{
    if (a == b || a == NULL || b == NULL) {
        return a == b;
    }
    return a->waiting == b->waiting && a->desired == b->desired && a->baseline == b->baseline &&
           a->above == b->above && a->metric_scaling == b->metric_scaling && a->still == b->still &&
           a->muted == b->muted && a->dry_run == b->dry_run && a->min_size == b->min_size &&
           a->max_size == b->max_size && a->has_request == b->has_request &&
           a->request == b->request && a->request_mark == b->request_mark &&
           a->requested == b->requested && a->requested_value == b->requested_value &&
           a->requested_at.s == b->requested_at.s && a->sequence == b->sequence &&
           a->edge == b->edge && same_contest(&a->contest, &b->contest) && same_lists(a, b);
}

/* Every number of a list takes at most this much, with its comma: sign and 19 digits. */
#define NUMBER_ROOM 21
#define KEY_ROOM 16

static size_t text_room(const char *text)
{
    return strlen(text) * 6 + 4; /* at worst every byte is escaped */
}

static size_t list_room(int count, size_t numbers)
{
    return (size_t)(count > 0 ? count : 0) * (numbers * NUMBER_ROOM + 4);
}

static size_t binding_room(const struct binding_memory *b)
{
    size_t room = 40 * (NUMBER_ROOM + KEY_ROOM) + text_room(b->policy);
    room += list_room(b->out.count, 2) + list_room(b->in.count, 2);
    room += list_room(b->panic_count, 3);
    for (int i = 0; i < b->metric_count; i++) {
        room += text_room(b->metrics[i].name) + 8 * NUMBER_ROOM;
        room += list_room(b->metrics[i].load_count, 3);
    }
    for (int i = 0; i < b->rule_count; i++) {
        room += RULE_MARK_DIGITS;
        room += b->rules[i].apart ? (size_t)(2 * NUMBER_ROOM) : 0;
    }
    room += b->has_window ? text_room(b->window_rule) : 0;
    room += b->fired.set ? text_room(b->fired.rule) : 0;
    return room;
}

size_t memory_size_bound(const struct memory *memory)
{
    size_t room = 64 * (NUMBER_ROOM + KEY_ROOM) + list_room(memory->change_count, 2);
    room += memory->contest.set ? text_room(memory->contest.manager) : 0;
    for (int i = 0; i < memory->member_count; i++) {
        room += text_room(memory->members[i]);
    }
    for (int i = 0; i < memory->binding_count; i++) {
        room += binding_room(&memory->bindings[i]);
    }
    return room;
}
