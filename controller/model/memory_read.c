/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a memory back: the exact inverse of memory_write.c, and suspicious of everything, for
 * status can be edited by hand. Whatever is of the wrong kind or outside its bounds makes the
 * whole memory damaged; the first such key is named. Keys it does not know are left alone.
 */
#include "model/memory_priv.h"

#include <limits.h>
#include <string.h>

#define TIME_MAX (INT64_C(1) << 40)
#define LIST_MAX 100000 /* items; far beyond what fits in 64 KiB */

struct reader {
    struct arena *arena;
    const char *bad; /* the first key that is wrong; NULL = none */
};

static void spoil(struct reader *reader, const char *key)
{
    if (reader->bad == NULL) {
        reader->bad = key;
    }
}

static int64_t read_int(struct reader *reader, const json_t *value, const char *key, int64_t least,
                        int64_t most)
{
    int64_t number = json_is_integer(value) ? json_integer_value(value) : least - 1;
    if (number < least || number > most) {
        spoil(reader, key);
        return least;
    }
    return number;
}

/* The integer under key, or `absent`. */
static int64_t get_int(struct reader *reader, const json_t *object, const char *key, int64_t least,
                       int64_t most, int64_t absent)
{
    const json_t *value = json_object_get(object, key);
    return value != NULL ? read_int(reader, value, key, least, most) : absent;
}

static bool get_flag(struct reader *reader, const json_t *object, const char *key)
{
    return get_int(reader, object, key, 1, 1, 0) == 1;
}

static int read_count(struct reader *reader, const json_t *value, const char *key)
{
    return (int)read_int(reader, value, key, 0, INT_MAX);
}

static struct wall read_time(struct reader *reader, const json_t *value, const char *key)
{
    return (struct wall){read_int(reader, value, key, -TIME_MAX, TIME_MAX)};
}

static const char *read_text(struct reader *reader, const json_t *value, const char *key)
{
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value)) {
        spoil(reader, key);
        return "";
    }
    return arena_dup(reader->arena, json_string_value(value));
}

/* An array of `least` items or more, or NULL. */
static const json_t *get_array(struct reader *reader, const json_t *object, const char *key,
                               size_t least)
{
    const json_t *array = json_object_get(object, key);
    if (array == NULL) {
        return NULL;
    }
    if (!json_is_array(array) || json_array_size(array) < least ||
        json_array_size(array) > LIST_MAX) {
        spoil(reader, key);
        return NULL;
    }
    return array;
}

/* Item i of array, which has to be an array of `size` items; spoils and gives NULL otherwise. */
static const json_t *tuple(struct reader *reader, const json_t *array, size_t i, const char *key,
                           size_t size)
{
    const json_t *item = json_array_get(array, i);
    if (!json_is_array(item) || json_array_size(item) != size) {
        spoil(reader, key);
        return NULL;
    }
    return item;
}

static const json_t *get_tuple(struct reader *reader, const json_t *object, const char *key,
                               size_t size)
{
    const json_t *array = get_array(reader, object, key, size);
    if (array != NULL && json_array_size(array) != size) {
        spoil(reader, key);
        return NULL;
    }
    return array;
}

static bool read_marks(const char *text, uint64_t *ret_mark)
{
    uint64_t mark = 0;
    for (int i = 0; i < RULE_MARK_DIGITS; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            return false;
        }
        mark = mark << 4 | (uint64_t)digit;
    }
    *ret_mark = mark;
    return true;
}

static void read_recommendations(struct reader *reader, const json_t *object, const char *key,
                                 struct recommendations *list)
{
    const json_t *array = get_array(reader, object, key, 2);
    if (array == NULL) {
        return;
    }
    list->bucket_s = (int)read_int(reader, json_array_get(array, 0), key, 1, INT_MAX);
    list->count = (int)json_array_size(array) - 1;
    list->items = ARENA_ARRAY(reader->arena, struct recommendation, (size_t)list->count);
    for (int i = 0; i < list->count; i++) {
        const json_t *item = tuple(reader, array, (size_t)i + 1, key, 2);
        if (item == NULL) {
            return;
        }
        list->items[i].bucket = read_int(reader, json_array_get(item, 0), key, -TIME_MAX, TIME_MAX);
        list->items[i].nodes = read_count(reader, json_array_get(item, 1), key);
        if (i > 0 && list->items[i].bucket <= list->items[i - 1].bucket) {
            spoil(reader, key);
        }
    }
}

static void read_panic(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    const json_t *until = get_tuple(reader, object, "pu", 2);
    if (until != NULL) {
        b->panicking = true;
        b->panic_until = read_time(reader, json_array_get(until, 0), "pu");
        b->panic_highest = read_count(reader, json_array_get(until, 1), "pu");
    }
    const json_t *array = get_array(reader, object, "ps", 2);
    if (array == NULL) {
        return;
    }
    b->panic_window_s = (int)read_int(reader, json_array_get(array, 0), "ps", 1, INT_MAX);
    b->panic_count = (int)json_array_size(array) - 1;
    b->panics = ARENA_ARRAY(reader->arena, struct panic_sample, (size_t)b->panic_count);
    for (int i = 0; i < b->panic_count; i++) {
        const json_t *item = tuple(reader, array, (size_t)i + 1, "ps", 3);
        if (item == NULL) {
            return;
        }
        struct panic_sample *sample = &b->panics[i];
        sample->bucket =
            read_int(reader, json_array_get(item, 0), "ps", -10 * TIME_MAX, 10 * TIME_MAX);
        sample->sum = read_int(reader, json_array_get(item, 1), "ps", 0, TIME_MAX);
        sample->count = read_int(reader, json_array_get(item, 2), "ps", 1, TIME_MAX);
    }
}

static void read_loads(struct reader *reader, const json_t *object, struct metric_memory *metric)
{
    const json_t *array = get_array(reader, object, "l", 2);
    if (array == NULL) {
        return;
    }
    metric->load_window_s = (int)read_int(reader, json_array_get(array, 0), "l", 1, INT_MAX);
    metric->load_count = (int)json_array_size(array) - 1;
    metric->loads = ARENA_ARRAY(reader->arena, struct load_sample, (size_t)metric->load_count);
    for (int i = 0; i < metric->load_count; i++) {
        const json_t *item = tuple(reader, array, (size_t)i + 1, "l", 3);
        if (item == NULL) {
            return;
        }
        struct load_sample *sample = &metric->loads[i];
        sample->bucket =
            read_int(reader, json_array_get(item, 0), "l", -10 * TIME_MAX, 10 * TIME_MAX);
        sample->nano = read_int(reader, json_array_get(item, 1), "l", 0, INT64_MAX);
        sample->nano *= NANO;
        sample->nano += read_int(reader, json_array_get(item, 2), "l", 0, NANO - 1);
    }
}

static void read_metric(struct reader *reader, const json_t *object, struct metric_memory *metric)
{
    *metric = (struct metric_memory){.step = -1};
    metric->name = read_text(reader, json_object_get(object, "n"), "x");
    metric->failures = (int)get_int(reader, object, "f", 1, INT_MAX, 0);
    metric->zero = get_flag(reader, object, "z");
    metric->step = (int)get_int(reader, object, "k", 0, INT_MAX, -1);
    const json_t *side = get_tuple(reader, object, "s", 2);
    if (side != NULL) {
        metric->side = (int)read_int(reader, json_array_get(side, 0), "s", -1, 1);
        metric->since = read_time(reader, json_array_get(side, 1), "s");
    }
    read_loads(reader, object, metric);
}

static void read_metrics(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    const json_t *array = get_array(reader, object, "x", 1);
    if (array == NULL) {
        return;
    }
    b->metric_count = (int)json_array_size(array);
    b->metrics = ARENA_ARRAY(reader->arena, struct metric_memory, (size_t)b->metric_count);
    for (int i = 0; i < b->metric_count; i++) {
        read_metric(reader, json_array_get(array, (size_t)i), &b->metrics[i]);
    }
}

static void read_apart(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    const json_t *array = get_array(reader, object, "ua", 1);
    for (size_t i = 0; array != NULL && i < json_array_size(array); i++) {
        const json_t *item = tuple(reader, array, i, "ua", 2);
        if (item == NULL) {
            return;
        }
        int64_t at = read_int(reader, json_array_get(item, 0), "ua", 0, b->rule_count - 1);
        if (at < 0 || at >= b->rule_count) {
            spoil(reader, "ua");
            return;
        }
        b->rules[at].apart = true;
        b->rules[at].clock = read_time(reader, json_array_get(item, 1), "ua");
    }
}

static void read_rules(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    const json_t *value = json_object_get(object, "u");
    if (value == NULL) {
        return;
    }
    const char *text = read_text(reader, value, "u");
    size_t len = strlen(text);
    if (len == 0 || len % RULE_MARK_DIGITS != 0 || len / RULE_MARK_DIGITS > LIST_MAX) {
        spoil(reader, "u");
        return;
    }
    b->rule_count = (int)(len / RULE_MARK_DIGITS);
    b->rules = ARENA_ARRAY(reader->arena, struct rule_memory, (size_t)b->rule_count);
    for (int i = 0; i < b->rule_count; i++) {
        if (!read_marks(text + (size_t)i * RULE_MARK_DIGITS, &b->rules[i].mark)) {
            spoil(reader, "u");
        }
    }
    read_apart(reader, object, b);
}

static void read_limits(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    b->has_min = json_object_get(object, "mn") != NULL;
    b->min = (int)get_int(reader, object, "mn", 0, INT_MAX, 0);
    b->has_max = json_object_get(object, "mx") != NULL;
    b->max = (int)get_int(reader, object, "mx", 0, INT_MAX, 0);
    b->has_floor = json_object_get(object, "fl") != NULL;
    b->floor = (int)get_int(reader, object, "fl", 0, INT_MAX, 0);
    const json_t *window = get_tuple(reader, object, "wn", 2);
    if (window != NULL) {
        b->has_window = true;
        b->window_nodes = read_count(reader, json_array_get(window, 0), "wn");
        b->window_rule = read_text(reader, json_array_get(window, 1), "wn");
    }
    const json_t *fired = get_tuple(reader, object, "fi", 3);
    if (fired != NULL) {
        b->fired.set = true;
        b->fired.at = read_time(reader, json_array_get(fired, 0), "fi");
        b->fired.nodes = read_count(reader, json_array_get(fired, 1), "fi");
        b->fired.rule = read_text(reader, json_array_get(fired, 2), "fi");
    }
}

static void read_binding(struct reader *reader, const json_t *object, struct binding_memory *b)
{
    b->policy = read_text(reader, json_object_get(object, "n"), "p");
    b->aside = get_flag(reader, object, "as");
    read_limits(reader, object, b);
    read_recommendations(reader, object, "o", &b->out);
    read_recommendations(reader, object, "i", &b->in);
    read_panic(reader, object, b);
    b->dropped = json_object_get(object, "du") != NULL;
    if (b->dropped) {
        b->drop_until = read_time(reader, json_object_get(object, "du"), "du");
    }
    read_metrics(reader, object, b);
    read_rules(reader, object, b);
}

static void read_contest(struct reader *reader, const json_t *object, struct contest_memory *c)
{
    const json_t *contest = json_object_get(object, "c");
    if (contest == NULL) {
        return;
    }
    c->set = true;
    c->last = read_time(reader, json_object_get(contest, "t"), "c");
    c->manager = read_text(reader, json_object_get(contest, "by"), "c");
    c->value = read_count(reader, json_object_get(contest, "n"), "c");
    c->holding = get_flag(reader, contest, "h");
    const json_t *restores = get_array(reader, contest, "r", 1);
    size_t count = json_array_size(restores);
    if (count > RESTORES_MAX) {
        spoil(reader, "c");
        return;
    }
    c->restore_count = (int)count;
    for (size_t i = 0; i < count; i++) {
        c->restores[i] = read_time(reader, json_array_get(restores, i), "c");
    }
}

static void read_request(struct reader *reader, const json_t *object, struct memory *m)
{
    m->has_request = json_object_get(object, "q") != NULL;
    m->request = (int)get_int(reader, object, "q", INT_MIN, INT_MAX, 0);
    const json_t *mark = json_object_get(object, "qm");
    if (mark != NULL) {
        const char *text = read_text(reader, mark, "qm");
        if (strlen(text) != RULE_MARK_DIGITS || !read_marks(text, &m->request_mark)) {
            spoil(reader, "qm");
        }
    }
    const json_t *requested = get_tuple(reader, object, "rq", 2);
    if (requested != NULL) {
        m->requested = true;
        m->requested_value =
            (int)read_int(reader, json_array_get(requested, 0), "rq", INT_MIN, INT_MAX);
        m->requested_at = read_time(reader, json_array_get(requested, 1), "rq");
    }
}

static void read_changes(struct reader *reader, const json_t *object, struct memory *m)
{
    const json_t *array = get_array(reader, object, "mv", 1);
    if (array == NULL) {
        return;
    }
    m->change_count = (int)json_array_size(array);
    m->changes = ARENA_ARRAY(reader->arena, struct metric_change, (size_t)m->change_count);
    for (int i = 0; i < m->change_count; i++) {
        const json_t *item = tuple(reader, array, (size_t)i, "mv", 2);
        if (item == NULL) {
            return;
        }
        m->changes[i].at = read_time(reader, json_array_get(item, 0), "mv");
        m->changes[i].delta =
            (int)read_int(reader, json_array_get(item, 1), "mv", -INT_MAX, INT_MAX);
    }
}

static void read_lists(struct reader *reader, const json_t *object, struct memory *m)
{
    read_changes(reader, object, m);
    const json_t *members = get_array(reader, object, "m", 1);
    m->member_count = (int)json_array_size(members);
    m->members = ARENA_ARRAY(reader->arena, const char *, (size_t)m->member_count);
    for (int i = 0; i < m->member_count; i++) {
        m->members[i] = read_text(reader, json_array_get(members, (size_t)i), "m");
    }
    const json_t *bindings = get_array(reader, object, "p", 1);
    m->binding_count = (int)json_array_size(bindings);
    m->bindings = ARENA_ARRAY(reader->arena, struct binding_memory, (size_t)m->binding_count);
    for (int i = 0; i < m->binding_count; i++) {
        read_binding(reader, json_array_get(bindings, (size_t)i), &m->bindings[i]);
        if (i > 0 && strcmp(m->bindings[i - 1].policy, m->bindings[i].policy) >= 0) {
            spoil(reader, "p");
        }
    }
}

static void read_flags(struct reader *reader, const json_t *object, struct memory *m)
{
    m->has_evaluated = json_object_get(object, "t") != NULL;
    m->evaluated.s = get_int(reader, object, "t", -TIME_MAX, TIME_MAX, 0);
    m->waiting = get_flag(reader, object, "w");
    m->above = get_flag(reader, object, "a");
    m->metric_scaling = get_flag(reader, object, "ms");
    m->still = get_flag(reader, object, "st");
    m->muted = get_flag(reader, object, "mu");
    m->dry_run = get_flag(reader, object, "dr");
    const json_t *edge = json_object_get(object, "e");
    if (edge != NULL && !reason_from_word(str_of(read_text(reader, edge, "e")), &m->edge)) {
        spoil(reader, "e");
    }
}

static void read_memory(struct reader *reader, const json_t *object, struct memory *m)
{
    read_flags(reader, object, m);
    m->desired = read_count(reader, json_object_get(object, "d"), "d");
    m->baseline = read_count(reader, json_object_get(object, "b"), "b");
    m->sequence = read_int(reader, json_object_get(object, "n"), "n", 0, TIME_MAX);
    const json_t *range = get_tuple(reader, object, "r", 2);
    if (range == NULL) {
        spoil(reader, "r");
        return;
    }
    m->min_size = (int)read_int(reader, json_array_get(range, 0), "r", INT_MIN, INT_MAX);
    m->max_size = (int)read_int(reader, json_array_get(range, 1), "r", INT_MIN, INT_MAX);
    read_request(reader, object, m);
    read_contest(reader, object, &m->contest);
    read_lists(reader, object, m);
}

int memory_from_json(const json_t *json, struct arena *arena, const struct memory **ret_memory,
                     struct err *err)
{
    const json_t *version = json_object_get(json, "v");
    if (!json_is_integer(version)) {
        return err_set(err, ERR_REFUSED, 0,
                       "status.memory is damaged: it has no version; the group is seen as if for "
                       "the first time");
    }
    if (json_integer_value(version) != MEMORY_VERSION) {
        return err_set(err, ERR_REFUSED, 0,
                       "status.memory has version %lld and this program knows version %d; the "
                       "group is seen as if for the first time",
                       (long long)json_integer_value(version), MEMORY_VERSION);
    }
    struct reader reader = {.arena = arena};
    struct memory *memory = ARENA_NEW(arena, struct memory);
    read_memory(&reader, json, memory);
    if (reader.bad != NULL || arena_is_full(arena)) {
        return err_set(err, ERR_REFUSED, 0,
                       "status.memory is damaged at key \"%s\"; the group is seen as if for the "
                       "first time",
                       reader.bad != NULL ? reader.bad : "v");
    }
    *ret_memory = memory;
    return 0;
}
