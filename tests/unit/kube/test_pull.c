/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/pull.h"

enum color { RED, GREEN, BLUE };

static const char *const COLORS[] = {"Red", "Green", "Blue", NULL};
static const char *const KEPT_KEYS[] = {"ours.dev/", "exact", NULL};

struct leaf {
    const char *name;
    int weight;
};

struct part {
    bool set;
    int number;
};

struct thing {
    struct object_id id;
    int replicas, preset_int;
    int64_t big;
    bool flag, preset_flag, has_flag, has_spec, deleting;
    const char *decimal, *either, *text, *preset_text;
    struct wall time;
    enum color color;
    unsigned set;
    const enum color *colors;
    int color_count;
    long long converted;
    struct part part;
    const struct leaf *leaves;
    int leaf_count;
    const char *const *words;
    int word_count;
    const struct pull_pair *labels;
    int label_count;
    const struct pull_pair *notes;
    int note_count;
    int counted;
    struct pull_raw raw;
    bool finished;
};

static int convert_twice(void *at, struct str text, bool is_text, struct arena *arena,
                         struct err *err)
{
    int64_t value = 0;
    if (is_text || !str_to_int64(text, &value)) {
        return err_set(err, ERR_GARBLED, 0, "cannot be doubled");
    }
    *(long long *)at = value * 2;
    return 0;
}

static enum pull_verdict finish_leaf(void *object, struct arena *arena, struct err *err)
{
    const struct leaf *leaf = object;
    if (leaf->weight == 13) {
        (void)err_set(err, ERR_GARBLED, 0, "bad luck");
        return PULL_REFUSE;
    }
    return leaf->weight < 0 ? PULL_DROP : PULL_KEEP;
}

static enum pull_verdict finish_thing(void *object, struct arena *arena, struct err *err)
{
    ((struct thing *)object)->finished = true;
    return PULL_KEEP;
}

static void start_thing(void *object)
{
    ((struct thing *)object)->converted = -1;
}

static const struct pull_field LEAF[] = {
    PULL("name", TEXT, struct leaf, name),
    PULL("weight", INT, struct leaf, weight, .preset = 7, .min = -5, .max = 100),
};
static const struct pull_table LEAF_TABLE = PULL_TABLE_FINISH(struct leaf, LEAF, finish_leaf);
static const struct pull_field PART[] = {PULL("number", INT, struct part, number)};
static const struct pull_table PART_TABLE = PULL_TABLE(struct part, PART);
static const struct pull_field META[] = {
    PULL("name", TEXT, struct thing, id.name),
    PULL("namespace", TEXT, struct thing, id.ns),
    PULL("uid", TEXT, struct thing, id.uid),
    PULL("resourceVersion", TEXT, struct thing, id.resource_version),
    PULL("deletionTimestamp", PRESENT, struct thing, deleting),
    PULL_MANY("labels", MAP, struct thing, labels, label_count),
    PULL_MANY("annotations", MAP, struct thing, notes, note_count, .names = KEPT_KEYS),
};
static const struct pull_table META_TABLE = PULL_TABLE(struct thing, META);
static const struct pull_field SPEC[] = {
    PULL("replicas", INT, struct thing, replicas),
    PULL("presetInt", INT, struct thing, preset_int, .preset = 42),
    PULL("big", INT64, struct thing, big),
    PULL("flag", BOOL, struct thing, flag, .present_at = offsetof(struct thing, has_flag)),
    PULL("presetFlag", BOOL, struct thing, preset_flag, .preset = true),
    PULL("decimal", DECIMAL, struct thing, decimal),
    PULL("either", INT_OR_TEXT, struct thing, either),
    PULL("text", TEXT, struct thing, text),
    PULL("presetText", TEXT, struct thing, preset_text, .preset_text = "UTC"),
    PULL("time", TIME, struct thing, time),
    PULL("color", ENUM, struct thing, color, .names = COLORS, .preset = BLUE),
    PULL("set", ENUM_SET, struct thing, set, .names = COLORS),
    PULL_MANY("colors", ENUM_ARRAY, struct thing, colors, color_count, .names = COLORS),
    PULL("twice", CONVERT, struct thing, converted, .convert = convert_twice),
    PULL("part", OBJECT, struct thing, part, .table = &PART_TABLE,
         .present_at = offsetof(struct thing, part.set)),
    PULL_MANY("leaves", ARRAY, struct thing, leaves, leaf_count, .table = &LEAF_TABLE),
    PULL("leaves", COUNT, struct thing, counted),
    PULL_MANY("words", TEXT_ARRAY, struct thing, words, word_count),
    PULL("raw", RAW, struct thing, raw, .max = 64),
};
static const struct pull_table SPEC_TABLE = PULL_TABLE(struct thing, SPEC);
static const struct pull_field THING[] = {
    PULL_INSIDE("metadata", META_TABLE),
    PULL_INSIDE("spec", SPEC_TABLE),
    PULL("spec", PRESENT, struct thing, has_spec),
};
static const struct pull_table THING_TABLE =
    PULL_TABLE_HOOKS(struct thing, THING, start_thing, finish_thing);

static struct arena arena;
static struct err err;

static void clear_arena(void)
{
    arena_clear(&arena);
}

TestSuite(pull, .fini = clear_arena);

static const struct thing *decoded(const char *json)
{
    void *object = NULL;
    int rc = pull_decode(&THING_TABLE, str_of(json), NULL, &arena, &object, &err);
    cr_assert_eq(rc, 0, "%s: %s", json, err.text);
    return object;
}

static void assert_spec_refused(const char *spec, const char *sentence)
{
    char json[4096];
    void *object = NULL;
    snprintf(json, sizeof(json), "{\"spec\":{%s}}", spec);
    cr_assert_eq(pull_decode(&THING_TABLE, str_of(json), NULL, &arena, &object, &err), -1, "%s",
                 json);
    cr_assert_eq(err.kind, ERR_GARBLED);
    cr_assert_str_eq(err.text, sentence);
}

Test(pull, the_table_is_right)
{
    pull_table_check(&THING_TABLE);
}

Test(pull, an_empty_object_gives_the_presets_and_no_null_text)
{
    const struct thing *t = decoded(" { } ");
    cr_assert_str_eq(t->id.name, "");
    cr_assert_str_eq(t->id.resource_version, "");
    cr_assert_str_eq(t->text, "");
    cr_assert_str_eq(t->preset_text, "UTC");
    cr_assert_str_eq(t->raw.text, "");
    cr_assert_eq(t->raw.len, 0);
    cr_assert_eq(t->preset_int, 42);
    cr_assert(t->preset_flag && !t->flag && !t->has_flag && !t->has_spec && !t->part.set);
    cr_assert_eq(t->color, BLUE);
    cr_assert_eq(t->converted, -1);
    cr_assert_null(t->leaves);
    cr_assert(t->finished);
}

Test(pull, null_counts_as_absent)
{
    const struct thing *t = decoded("{\"spec\":{\"presetInt\":null,\"flag\":null,\"leaves\":null,"
                                    "\"part\":null,\"time\":null,\"raw\":null,\"twice\":null}}");
    cr_assert_eq(t->preset_int, 42);
    cr_assert(!t->has_flag && t->has_spec && !t->part.set);
    cr_assert_eq(t->raw.len, 0);
    cr_assert_not(decoded("{\"spec\":null}")->has_spec);
}

Test(pull, every_type_reads_what_it_says)
{
    const struct thing *t = decoded(
        "{\"kind\":\"Thing\",\"metadata\":{\"name\":\"a\",\"namespace\":\"b\",\"uid\":\"u\","
        "\"resourceVersion\":\"12\",\"deletionTimestamp\":\"2026-03-02T03:00:00Z\","
        "\"managedFields\":[{\"fieldsV1\":{\"f:spec\":{\"x\":[1,{}]}}}],"
        "\"labels\":{\"app\":\"edge\",\"tier\":null},"
        "\"annotations\":{\"ours.dev/a\":\"1\",\"other\":\"{\\\"x\\\":2}\",\"exact\":\"2\","
        "\"exactly\":\"3\"}},"
        "\"spec\":{\"replicas\":-2147483648,\"big\":9223372036854775807,\"flag\":false,"
        "\"decimal\":1e999,\"either\":8080,\"text\":\"q\\u00e9\\n\\ud83d\\ude00\\/\","
        "\"time\":\"2026-03-02T11:00:00+08:00\",\"color\":\"Green\",\"set\":[\"Blue\",\"Red\"],"
        "\"colors\":[\"Blue\",\"Blue\",\"Red\"],\"twice\":21,\"part\":{\"number\":3},"
        "\"leaves\":[{\"name\":\"x\",\"weight\":1},{\"name\":\"gone\",\"weight\":-1},{},null],"
        "\"words\":[\"one\",\"\",\"two\"],\"raw\":{\"a\": [1,\"}\"]}}}");
    cr_assert_str_eq(t->id.name, "a");
    cr_assert_str_eq(t->id.ns, "b");
    cr_assert_str_eq(t->id.uid, "u");
    cr_assert_str_eq(t->id.resource_version, "12");
    cr_assert(t->deleting && t->has_flag && !t->flag && t->part.set);
    cr_assert_eq(t->label_count, 2);
    cr_assert_str_eq(t->labels[0].key, "app");
    cr_assert_str_eq(t->labels[0].value, "edge");
    cr_assert_str_eq(t->labels[1].value, "");
    cr_assert_eq(t->note_count, 2);
    cr_assert_str_eq(t->notes[0].key, "ours.dev/a");
    cr_assert_str_eq(t->notes[1].value, "2");
    cr_assert_eq(t->replicas, INT32_MIN);
    cr_assert_eq(t->big, INT64_MAX);
    cr_assert_str_eq(t->decimal, "1e999");
    cr_assert_str_eq(t->either, "8080");
    cr_assert_str_eq(t->text, "q\xc3\xa9\n\xf0\x9f\x98\x80/");
    cr_assert_eq(t->time.s, 1772420400);
    cr_assert_eq(t->color, GREEN);
    cr_assert_eq(t->set, 1u << BLUE | 1u << RED);
    cr_assert(t->color_count == 3 && t->colors[1] == BLUE && t->colors[2] == RED);
    cr_assert_eq(t->converted, 42);
    cr_assert_eq(t->part.number, 3);
    cr_assert_eq(t->leaf_count, 3);
    cr_assert_eq(t->counted, 4);
    cr_assert_str_eq(t->leaves[0].name, "x");
    cr_assert_str_eq(t->leaves[1].name, "");
    cr_assert_eq(t->leaves[1].weight, 7);
    cr_assert_eq(t->leaves[2].weight, 7);
    cr_assert(t->word_count == 3 && strcmp(t->words[2], "two") == 0);
    cr_assert_str_eq(t->raw.text, "{\"a\": [1,\"}\"]}");
    cr_assert_eq(t->raw.len, strlen(t->raw.text));
    cr_assert_str_eq(decoded("{\"spec\":{\"either\":\"http\"}}")->either, "http");
}

Test(pull, escaped_keys_are_the_same_keys)
{
    cr_assert_eq(decoded("{\"sp\\u0065c\":{\"replic\\u0061s\":3}}")->replicas, 3);
}

Test(pull, what_does_not_fit_is_refused_with_its_path)
{
    assert_spec_refused("\"replicas\":\"5\"", "spec.replicas: expected a whole number, found text");
    assert_spec_refused("\"replicas\":5.5", "spec.replicas: expected a whole number, found 5.5");
    assert_spec_refused("\"replicas\":1e2", "spec.replicas: expected a whole number, found 1e2");
    assert_spec_refused("\"replicas\":2147483648",
                        "spec.replicas: 2147483648 is not in -2147483648 to 2147483647");
    assert_spec_refused("\"replicas\":007", "spec.replicas: expected a number, found a number");
    assert_spec_refused("\"big\":100000000000000000000",
                        "spec.big: 100000000000000000000 is not in -9223372036854775808 to "
                        "9223372036854775807");
    assert_spec_refused("\"leaves\":[{},{\"weight\":101}]",
                        "spec.leaves[1].weight: 101 is not in -5 to 100");
    assert_spec_refused("\"leaves\":[{\"weight\":13}]", "spec.leaves[0]: bad luck");
    assert_spec_refused("\"leaves\":{}", "spec.leaves: expected a list, found an object");
    assert_spec_refused("\"leaves\":[7]", "spec.leaves[0]: expected an object, found a number");
    assert_spec_refused("\"flag\":\"true\"", "spec.flag: expected true or false, found text");
    assert_spec_refused("\"flag\":truely",
                        "spec.flag: expected true or false, found true or false");
    assert_spec_refused("\"text\":\"\\u0000\"",
                        "spec.text: text holds an escape that stands for no character");
    assert_spec_refused("\"text\":\"\\ud83d\"",
                        "spec.text: text holds an escape that stands for no character");
    assert_spec_refused("\"text\":\"\\ude00\\ud83d\"",
                        "spec.text: text holds an escape that stands for no character");
    assert_spec_refused("\"text\":\"\\x41\"",
                        "spec.text: text holds an escape that stands for no character");
    assert_spec_refused("\"text\":\"a\tb\"", "spec.text: text holds a control character or broken "
                                             "UTF-8 (byte 0x09)");
    assert_spec_refused("\"text\":\"\xc3(\"", "spec.text: text holds a control character or broken "
                                              "UTF-8 (byte 0xc3)");
    assert_spec_refused("\"time\":\"noon\"", "spec.time: expected a time like "
                                             "2026-03-02T03:00:00Z, found \"noon\"");
    assert_spec_refused("\"color\":\"Pink\"", "spec.color: \"Pink\" is none of Red, Green, Blue");
    assert_spec_refused("\"set\":[\"Red\",\"x\"]",
                        "spec.set[1]: \"x\" is none of Red, Green, Blue");
    assert_spec_refused("\"twice\":\"21\"", "spec.twice: cannot be doubled");
    assert_spec_refused("\"words\":[\"a\",null]", "spec.words[1]: expected text, found null");
    assert_spec_refused("\"decimal\":NaN",
                        "spec.decimal: expected a number, found something that is not JSON");
    assert_spec_refused("\"raw\":\"0123456789012345678901234567890123456789012345678901234567890"
                        "123456789\"",
                        "spec.raw: 72 bytes are more than 64");
    assert_spec_refused("\"replicas\":1,\"replicas\":2", "spec: replicas is there twice");
    assert_spec_refused("\"replicas\":1 \"big\":2", "spec: expected ',' or '}', found text");
    assert_spec_refused("\"replicas\"", "spec: expected ':', found something that is not JSON");
}

Test(pull, unknown_keys_are_refused_only_on_demand)
{
    struct pull_limits strict = {.refuse_unknown = true};
    void *object;
    const char *json = "{\"spec\":{\"minsize\":1}}";
    (void)decoded(json);
    cr_assert_eq(pull_decode(&THING_TABLE, str_of(json), &strict, &arena, &object, &err), -1);
    cr_assert_str_eq(err.text, "spec: there is no field minsize here");
}

Test(pull, unnamed_parts_may_hold_what_we_could_not_read)
{
    cr_assert_eq(decoded("{\"status\":{\"a\":\"\\u0000\",\"b\":1e999,\"c\":[[{\"}\":\"\\\"]\"}]]},"
                         "\"spec\":{\"replicas\":4}}")
                     ->replicas,
                 4);
}

Test(pull, depth_is_limited_where_we_read_and_only_there)
{
    static char json[40000];
    void *object;
    memset(json, 0, sizeof(json));
    strcpy(json, "{\"other\":");
    memset(json + strlen(json), '[', 10000);
    memset(json + strlen(json), ']', 10000);
    strcat(json, "}");
    (void)decoded(json);
    memset(json, 0, sizeof(json));
    strcpy(json, "{\"spec\":{\"raw\":");
    memset(json + strlen(json), '[', 32);
    memset(json + strlen(json), ']', 32);
    strcat(json, "}}");
    (void)decoded(json);
    struct pull_limits shallow = {.depth = 20};
    cr_assert_eq(pull_decode(&THING_TABLE, str_of(json), &shallow, &arena, &object, &err), -1);
    cr_assert_str_eq(err.text, "spec.raw: nested deeper than 20");
}

Test(pull, documents_that_are_none_are_refused)
{
    static const char *const rows[] = {
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{",
        "}",
        "{}x",
        "{} {}",
        "{\"spec\"}",
        "{\"spec\":}",
        "{\"spec\":{}",
        "{\"spec\":{},}",
        "{,}",
        "{\"spec\":{]}",
        "{\"x\":{]}",
        "{\"x\":[}}",
        "{\"x\":\"}",
        "{\"x\":\"\\",
        "<html>",
        "{\"spec\":{\"words\":[\"a\" \"b\"]}}",
        "{\"spec\":{\"words\":[\"a\",]}}",
        "{\"spec\":{\"leaves\":[,{}]}}",
        "{\"x\":}",
        "{\"spec\":{\"labels\":{}}",
        "{spec:{}}",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *object = NULL;
        cr_assert_eq(pull_decode(&THING_TABLE, str_of(rows[i]), NULL, &arena, &object, &err), -1,
                     "%s", rows[i]);
        cr_assert_null(object);
    }
}

Test(pull, a_small_input_cannot_ask_for_much_memory)
{
    static char json[200000] = "{\"spec\":{\"leaves\":[{}";
    struct arena small;
    void *object;
    size_t len = strlen(json);
    while (len < sizeof(json) - 20) {
        memcpy(json + len, ",{}", 3);
        len += 3;
    }
    memcpy(json + len, "]}}", 4);
    arena_init(&small, 100000);
    cr_assert_eq(pull_decode(&THING_TABLE, str_of(json), NULL, &small, &object, &err), -1);
    cr_assert_leq(small.peak_bytes, 100000);
    arena_clear(&small);
}

Test(pull, an_item_beyond_its_limit_is_refused)
{
    struct pull_limits small = {.item_bytes = 10};
    void *object;
    cr_assert_eq(pull_decode(&THING_TABLE, STR("{\"a\":12345}"), &small, &arena, &object, &err),
                 -1);
    cr_assert_eq(pull_decode(&THING_TABLE, STR("{\"a\":1234}"), &small, &arena, &object, &err), 0);
}

/* No input may make it read outside or never end; the sanitizers judge. */
Test(pull, damaged_documents_never_hurt)
{
    const char *seed =
        "{\"metadata\":{\"name\":\"a\\u00e9\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"replicas\":5,"
        "\"leaves\":[{\"name\":\"x\",\"weight\":1},{}],\"words\":[\"a\",\"b\"],\"raw\":{\"a\":[]},"
        "\"time\":\"2026-03-02T03:00:00Z\",\"set\":[\"Red\"],\"twice\":4,\"flag\":true}}";
    size_t len = strlen(seed);
    srand(6);
    for (int round = 0; round < 30000; round++) {
        struct arena mine = {0};
        void *object;
        size_t cut = (size_t)rand() % (len + 1);
        char *copy = malloc(cut + 1); /* exactly as long as it is: reading on is seen */
        memcpy(copy, seed, cut);
        for (int hits = rand() % 4; hits > 0 && cut > 0; hits--) {
            copy[(size_t)rand() % cut] = "{}[]\",:\\u0n\x01\xff"[rand() % 13];
        }
        if (pull_decode(&THING_TABLE, (struct str){copy, cut}, NULL, &mine, &object, &err) == 0) {
            cr_assert_geq(((struct thing *)object)->leaf_count, 0);
        }
        struct pull_event event;
        (void)!pull_event((struct str){copy, cut}, &event, &err);
        (void)pull_id((struct str){copy, cut}, &mine);
        arena_clear(&mine);
        free(copy);
    }
}

Test(pull, find_borrows_a_member_of_the_outermost_object)
{
    struct str value = {0};
    struct str json = STR("{\"a\":{\"b\":1}, \"b\" : [2] ,\"c\":\"x\\ny\"}");
    cr_assert(pull_find(json, "b", &value));
    cr_assert(str_is(value, "[2]"));
    cr_assert_not(pull_find(json, "d", &value));
    cr_assert_not(pull_find(STR("[]"), "a", &value));
    cr_assert_str_eq(pull_find_text(json, "c", &arena), "x\ny");
    cr_assert_null(pull_find_text(json, "a", &arena));
}

Test(pull, an_event_is_read_in_any_order_of_its_keys)
{
    struct pull_event event;
    cr_assert_eq(pull_event(STR("{\"object\":{\"a\":1},\"type\":\"DELETED\"}"), &event, &err), 0);
    cr_assert_eq(event.type, EVENT_DELETED);
    cr_assert(str_is(event.object, "{\"a\":1}"));
    cr_assert_eq(pull_event(STR("{\"type\":\"NEW\",\"object\":{}}"), &event, &err), -1);
    cr_assert_eq(pull_event(STR("{\"type\":\"ADDED\"}"), &event, &err), -1);
    cr_assert_eq(pull_event(STR("{\"type\":\"ADDED\",\"object\":[]}"), &event, &err), -1);
    cr_assert_eq(pull_event(STR("garbage"), &event, &err), -1);
    cr_assert_eq(pull_event(STR(""), &event, &err), -1);
}
