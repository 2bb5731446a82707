/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What anybody may store in an API server: each decoder refuses it or reads it, and never crashes
 * (run with sanitizers).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fixture.h"
#include "kube/pull.h"

/* Decodes len bytes that end exactly where their memory ends. */
static bool survives(const struct kind *kind, const char *text, size_t len)
{
    struct arena arena = {0};
    struct err err = {0};
    void *object = NULL;
    char *exact = mem_new(len + (len == 0), 1);
    memcpy(exact, text, len);
    int result = pull_decode(kind->table, (struct str){exact, len}, NULL, &arena, &object, &err);
    cr_expect(result == 0 || (err.kind == ERR_GARBLED && err.text[0] != '\0'), "%s", err.text);
    mem_free(exact);
    arena_clear(&arena);
    return result == 0;
}

static const char *compact(char *text)
{
    char *out = text;
    bool inside = false;
    for (const char *c = text; *c != '\0'; c++) {
        inside ^= *c == '"' && (c == text || c[-1] != '\\');
        if (inside || (*c != ' ' && *c != '\n')) {
            *out++ = *c;
        }
    }
    *out = '\0';
    return text;
}

/* Every byte of the first two thousand, every fifth of what follows: a suite has ten seconds. */
static size_t stride(size_t at)
{
    return at < 2000 ? 1 : 5;
}

Test(hostile, an_object_cut_at_any_byte_is_refused)
{
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        char *text = fixture_text(KIND_FIXTURES[i].name);
        size_t len = strlen(compact(text));
        for (size_t cut = 0; cut < len; cut += stride(cut)) {
            cr_expect(!survives(KIND_FIXTURES[i].kind, text, cut), "%s cut at %zu",
                      KIND_FIXTURES[i].name, cut);
        }
        cr_expect(survives(KIND_FIXTURES[i].kind, text, len), "%s", KIND_FIXTURES[i].name);
        mem_free(text);
    }
}

/* Each byte of a fixture in turn becomes another one: any outcome but a crash is right. */
Test(hostile, a_changed_byte_crashes_nothing)
{
    static const char bytes[] = {'"', '{', ']', '\\', '0', '\0', '\x80', 'n', ',', '-'};
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        char *text = fixture_text(KIND_FIXTURES[i].name);
        size_t len = strlen(compact(text));
        for (size_t at = 0; at < len; at += stride(at)) {
            char before = text[at];
            text[at] = bytes[at % sizeof bytes];
            (void)survives(KIND_FIXTURES[i].kind, text, len);
            text[at] = before;
        }
        mem_free(text);
    }
}

/* Puts `value` in the place of the value of every key of a fixture, one after the other. */
static void replace_each_value(const struct kind_fixture *fixture, const char *value)
{
    char *text = fixture_text(fixture->name);
    (void)compact(text);
    for (char *key = strstr(text, "\":"); key != NULL; key = strstr(key + 1, "\":")) {
        struct buf changed = {0};
        char *start = key + 2;
        char *end = start;
        int depth = 0;
        for (bool inside = false; *end != '\0'; end++) {
            inside ^= *end == '"' && end[-1] != '\\';
            depth += !inside && (*end == '{' || *end == '[');
            if (!inside && depth == 0 && (*end == ',' || *end == '}' || *end == ']')) {
                break;
            }
            depth -= !inside && (*end == '}' || *end == ']');
        }
        buf_add(&changed, text, (size_t)(start - text));
        buf_add_text(&changed, value);
        buf_add_text(&changed, end);
        (void)survives(fixture->kind, buf_text(&changed), changed.len);
        buf_clear(&changed);
    }
    mem_free(text);
}

Test(hostile, a_value_of_any_other_type_is_an_error_of_that_object)
{
    static const char *const values[] = {"null",
                                         "7",
                                         "\"x\"",
                                         "[]",
                                         "{}",
                                         "true",
                                         "-1e99",
                                         "99999999999999999999999",
                                         "[[1,\"a\"],{}]",
                                         "{\"a\":{\"b\":[1]}}",
                                         "\"\\u0000\"",
                                         "\"\\ud800\""};
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            replace_each_value(&KIND_FIXTURES[i], values[v]);
        }
    }
}

Test(hostile, deep_nesting_is_refused_wherever_it_stands)
{
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        struct buf deep = {0};
        for (int k = 0; k < 100000; k++) {
            buf_add_text(&deep, "[");
        }
        cr_expect(!survives(KIND_FIXTURES[i].kind, buf_text(&deep), deep.len));
        struct buf inside = {0};
        buf_printf(&inside, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"x\":");
        buf_add(&inside, buf_text(&deep), deep.len);
        cr_expect(!survives(KIND_FIXTURES[i].kind, buf_text(&inside), inside.len));
        buf_clear(&deep);
        buf_clear(&inside);
    }
}

Test(hostile, a_name_with_a_nul_is_refused)
{
    static const char text[] = "{\"metadata\":{\"name\":\"a\\u0000b\"}}";
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        cr_expect(!survives(KIND_FIXTURES[i].kind, text, sizeof text - 1));
    }
}

Test(hostile, a_quarter_megabyte_of_annotation_is_stepped_over)
{
    struct buf text = {0};
    buf_add_text(&text, "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"other\":\"");
    for (int i = 0; i < 262144; i++) {
        buf_add_text(&text, "x");
    }
    buf_add_text(&text, "\"}}}");
    struct arena arena = {0};
    struct err err = {0};
    const struct pod_view *pod = text_object(&KIND_POD, buf_text(&text), &arena, &err);
    cr_assert(pod != NULL, "%s", err.text);
    cr_expect(pod->meta.annotation_count == 0 && arena.used_bytes < 8192, "%zu", arena.used_bytes);
    arena_clear(&arena);
    buf_clear(&text);
}
