/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memory as JSON: integers and strings only, one or two letters a key, nothing that is as new.
 * memory_read.c is its exact inverse; a key added here is added there.
 *
 *   v version, t evaluated, w waiting, d desired, b baseline, a above, ms metric scaling,
 *   st still, mu muted, dr dry run, r [min, max], q desiredSize seen, qm its annotation,
 *   rq [request, its time], c contest, mv changes, m members, n sequence, e edge, p bindings
 */
#include "model/memory_priv.h"

#include <stdio.h>

#include "base/buf.h"

static void put_int(json_t *object, const char *key, int64_t value)
{
    json_object_set_new(object, key, json_integer(value));
}

static void put_flag(json_t *object, const char *key, bool value)
{
    if (value) {
        put_int(object, key, 1);
    }
}

static void put_text(json_t *object, const char *key, const char *text)
{
    /* Bytes that are no UTF-8 cannot come out of a JSON document; were they there, they are cut. */
    json_t *value = json_string(text);
    json_object_set_new(object, key, value != NULL ? value : json_string(""));
}

static void add_int(json_t *array, int64_t value)
{
    json_array_append_new(array, json_integer(value));
}

static json_t *pair(int64_t a, int64_t b)
{
    json_t *array = json_array();
    add_int(array, a);
    add_int(array, b);
    return array;
}

static void put_recommendations(json_t *object, const char *key, const struct recommendations *list)
{
    if (list->count == 0) {
        return;
    }
    json_t *array = json_array();
    add_int(array, list->bucket_s);
    for (int i = 0; i < list->count; i++) {
        json_array_append_new(array, pair(list->items[i].bucket, list->items[i].nodes));
    }
    json_object_set_new(object, key, array);
}

static void put_panic(json_t *object, const struct binding_memory *b)
{
    if (b->panicking) {
        json_object_set_new(object, "pu", pair(b->panic_until.s, b->panic_highest));
    }
    if (b->panic_count == 0) {
        return;
    }
    json_t *array = json_array();
    add_int(array, b->panic_window_s);
    for (int i = 0; i < b->panic_count; i++) {
        json_t *sample = pair(b->panics[i].bucket, b->panics[i].sum);
        add_int(sample, b->panics[i].count);
        json_array_append_new(array, sample);
    }
    json_object_set_new(object, "ps", array);
}

/* A load in billionths as two integers: it has more bits than one of JSON's. */
static json_t *load_sample(const struct load_sample *sample)
{
    json_t *array = json_array();
    add_int(array, sample->bucket);
    add_int(array, (int64_t)(sample->nano / NANO));
    add_int(array, (int64_t)(sample->nano % NANO));
    return array;
}

static json_t *metric_json(const struct metric_memory *metric)
{
    json_t *object = json_object();
    put_text(object, "n", metric->name);
    if (metric->failures > 0) {
        put_int(object, "f", metric->failures);
    }
    put_flag(object, "z", metric->zero);
    if (metric->side != 0) {
        json_object_set_new(object, "s", pair(metric->side, metric->since.s));
    }
    if (metric->step >= 0) {
        put_int(object, "k", metric->step);
    }
    if (metric->load_count > 0) {
        json_t *array = json_array();
        add_int(array, metric->load_window_s);
        for (int i = 0; i < metric->load_count; i++) {
            json_array_append_new(array, load_sample(&metric->loads[i]));
        }
        json_object_set_new(object, "l", array);
    }
    return object;
}

/* All marks in one string; the few clocks that stand apart as [place, clock]. */
static void put_rules(json_t *object, const struct binding_memory *b)
{
    if (b->rule_count == 0) {
        return;
    }
    struct buf text = {0};
    json_t *apart = json_array();
    for (int i = 0; i < b->rule_count; i++) {
        buf_printf(&text, "%012llx",
                   (unsigned long long)(b->rules[i].mark & (uint64_t)RULE_MARK_MASK));
        if (b->rules[i].apart) {
            json_array_append_new(apart, pair(i, b->rules[i].clock.s));
        }
    }
    put_text(object, "u", buf_text(&text));
    buf_clear(&text);
    if (json_array_size(apart) > 0) {
        json_object_set(object, "ua", apart);
    }
    json_decref(apart);
}

static void put_limits(json_t *object, const struct binding_memory *b)
{
    if (b->has_min) {
        put_int(object, "mn", b->min);
    }
    if (b->has_max) {
        put_int(object, "mx", b->max);
    }
    if (b->has_floor) {
        put_int(object, "fl", b->floor);
    }
    if (b->has_window) {
        json_t *array = json_array();
        add_int(array, b->window_nodes);
        json_array_append_new(array, json_string(b->window_rule));
        json_object_set_new(object, "wn", array);
    }
    if (b->fired.set) {
        json_t *array = pair(b->fired.at.s, b->fired.nodes);
        json_array_append_new(array, json_string(b->fired.rule));
        json_object_set_new(object, "fi", array);
    }
}

static json_t *binding_json(const struct binding_memory *b)
{
    json_t *object = json_object();
    put_text(object, "n", b->policy);
    put_flag(object, "as", b->aside);
    put_limits(object, b);
    put_recommendations(object, "o", &b->out);
    put_recommendations(object, "i", &b->in);
    put_panic(object, b);
    if (b->dropped) {
        put_int(object, "du", b->drop_until.s);
    }
    if (b->metric_count > 0) {
        json_t *array = json_array();
        for (int i = 0; i < b->metric_count; i++) {
            json_array_append_new(array, metric_json(&b->metrics[i]));
        }
        json_object_set_new(object, "x", array);
    }
    put_rules(object, b);
    return object;
}

static void put_contest(json_t *object, const struct contest_memory *contest)
{
    if (!contest->set) {
        return;
    }
    json_t *c = json_object();
    put_int(c, "t", contest->last.s);
    put_text(c, "by", contest->manager);
    put_int(c, "n", contest->value);
    put_flag(c, "h", contest->holding);
    if (contest->restore_count > 0) {
        json_t *array = json_array();
        for (int i = 0; i < contest->restore_count; i++) {
            add_int(array, contest->restores[i].s);
        }
        json_object_set_new(c, "r", array);
    }
    json_object_set_new(object, "c", c);
}

static void put_mark(json_t *object, const char *key, uint64_t mark)
{
    char text[24];
    snprintf(text, sizeof(text), "%012llx", (unsigned long long)(mark & (uint64_t)RULE_MARK_MASK));
    put_text(object, key, text);
}

static void put_request(json_t *object, const struct memory *memory)
{
    if (memory->has_request) {
        put_int(object, "q", memory->request);
    }
    if (memory->request_mark != 0) {
        put_mark(object, "qm", memory->request_mark);
    }
    if (memory->requested) {
        json_object_set_new(object, "rq", pair(memory->requested_value, memory->requested_at.s));
    }
}

static void put_lists(json_t *object, const struct memory *memory)
{
    if (memory->change_count > 0) {
        json_t *array = json_array();
        for (int i = 0; i < memory->change_count; i++) {
            json_array_append_new(array, pair(memory->changes[i].at.s, memory->changes[i].delta));
        }
        json_object_set_new(object, "mv", array);
    }
    if (memory->member_count > 0) {
        json_t *array = json_array();
        for (int i = 0; i < memory->member_count; i++) {
            json_array_append_new(array, json_string(memory->members[i]));
        }
        json_object_set_new(object, "m", array);
    }
    if (memory->binding_count > 0) {
        json_t *array = json_array();
        for (int i = 0; i < memory->binding_count; i++) {
            json_array_append_new(array, binding_json(&memory->bindings[i]));
        }
        json_object_set_new(object, "p", array);
    }
}

json_t *memory_to_json(const struct memory *memory)
{
    json_t *object = json_object();
    put_int(object, "v", MEMORY_VERSION);
    if (memory->has_evaluated) {
        put_int(object, "t", memory->evaluated.s);
    }
    put_flag(object, "w", memory->waiting);
    put_int(object, "d", memory->desired);
    put_int(object, "b", memory->baseline);
    put_flag(object, "a", memory->above);
    put_flag(object, "ms", memory->metric_scaling);
    put_flag(object, "st", memory->still);
    put_flag(object, "mu", memory->muted);
    put_flag(object, "dr", memory->dry_run);
    json_object_set_new(object, "r", pair(memory->min_size, memory->max_size));
    put_request(object, memory);
    put_contest(object, &memory->contest);
    put_int(object, "n", memory->sequence);
    if (memory->edge != REASON_NONE) {
        put_text(object, "e", reason_word(memory->edge));
    }
    put_lists(object, memory);
    return object;
}
