/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/document.h"

static struct arena arena;

/* The first document as JSON text, or the complaint. */
static const char *read_one(const char *text)
{
    struct doc_stream stream = {0};
    struct err err = {0};
    struct buf json = {0};
    if (doc_read("f", str_of(text), &arena, &stream, &err) != 0) {
        return arena_dup(&arena, err.text);
    }
    if (stream.count == 0) {
        return "";
    }
    doc_write_json(stream.docs[0], &json);
    const char *copy = arena_dup(&arena, buf_text(&json));
    buf_clear(&json);
    return copy;
}

static int count_of(const char *text)
{
    struct doc_stream stream = {0};
    struct err err = {0};
    cr_assert_eq(doc_read("f", str_of(text), &arena, &stream, &err), 0, "%s", err.text);
    return stream.count;
}

static void expect(const char *text, const char *wanted)
{
    const char *is = read_one(text);
    cr_expect_str_eq(is, wanted, "%s\n  gives %s\n  not   %s", text, is, wanted);
}

/* The complaint begins so. */
static void refuse(const char *text, const char *wanted)
{
    const char *is = read_one(text);
    cr_expect(strncmp(is, wanted, strlen(wanted)) == 0, "%s\n  gives %s\n  not   %s...", text, is,
              wanted);
}

static void clear(void)
{
    arena_clear(&arena);
}

TestSuite(document, .fini = clear);

Test(document, plain_scalars_mean_what_kubectl_takes_them_for)
{
    expect("a: yes", "{\"a\":true}");
    expect("a: [on, Off, y, N, True, FALSE]", "{\"a\":[true,false,true,false,true,false]}");
    expect("a: \"yes\"", "{\"a\":\"yes\"}");
    expect("a: [~, null, ]", "{\"a\":[null,null]}");
    expect("a:", "{\"a\":null}");
    expect("a: [0x1F, 0o17, 017, 0b11, 08, 1_000, +5]", "{\"a\":[31,15,15,3,8,1000,5]}");
    expect("a: [-0x10, -7, 0, 00]", "{\"a\":[-16,-7,0,0]}");
    expect("a: [1.5, .5, 5., 2e3, 1e-3, 5.0]", "{\"a\":[1.5,0.5,5,2000,1e-3,5]}");
    expect("a: 123456789012345678901234567890", "{\"a\":123456789012345678901234567890}");
    expect("a: [2026-12-25, 1:30, 1.2.3, 0xZZ, 5O, e3, -, .]",
           "{\"a\":[\"2026-12-25\",\"1:30\",\"1.2.3\",\"0xZZ\",\"5O\",\"e3\",\"-\",\".\"]}");
    expect("a: !!str 5", "{\"a\":\"5\"}");
    expect("a: 2026-03-02T03:00:00Z", "{\"a\":\"2026-03-02T03:00:00Z\"}");
}

Test(document, what_is_no_number_stays_nameable)
{
    expect("a: [NaN, .nan, .inf, -.Inf]", "{\"a\":[\"NaN\",\"NaN\",\"Inf\",\"-Inf\"]}");
    expect("{\"a\": [NaN, Inf, -Inf, Infinity]}", "{\"a\":[\"NaN\",\"Inf\",\"-Inf\",\"Inf\"]}");
}

Test(document, json_is_read_as_it_is_written)
{
    expect("{\"a\":\t{\"b\": [1, -2.50, 1e5, true, null, \"x\"]}}",
           "{\"a\":{\"b\":[1,-2.50,100000,true,null,\"x\"]}}");
    expect("[]", "[]");
    expect("{\"a\":\"\\u00e4\\ud83d\\ude00\\ud800\\n\\u0000\"}",
           "{\"a\":\"\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbd\\u000a\\u0000\"}");
    expect("{a: 1, b: [x]}", "{\"a\":1,\"b\":[\"x\"]}"); /* YAML in flow style */
    cr_expect_eq(count_of("{\"a\":1}\n{\"a\":2}{\"a\":3}\n---\n{\"a\":4}\n"), 4);
    cr_expect_eq(count_of("{\"a\":1}\n---\nb: 2\n"), 2);
}

Test(document, empty_documents_are_left_out)
{
    cr_expect_eq(count_of(""), 0);
    cr_expect_eq(count_of("---\n# nothing\n---\na: 1\n---\n"), 1);
    cr_expect_eq(count_of("a: 1\n---\nb: 2\n...\n---\nc: 3\n"), 3);
}

Test(document, everything_has_its_line)
{
    struct doc_stream stream = {0};
    struct err err = {0};
    static const char text[] =
        "# one\na: 1\n---\nspec:\n  list:\n  - name: x\n  - name: y\n    z: 1\n";
    cr_assert_eq(doc_read("f", str_of(text), &arena, &stream, &err), 0);
    const struct doc *doc = stream.docs[1];
    cr_expect_eq(doc_line(doc, "spec"), 4);
    cr_expect_eq(doc_line(doc, "spec.list[1].z"), 8);
    cr_expect_eq(doc_line(doc, "spec.list[1].absent"), 7, "the deepest part there is");
    cr_expect_eq(doc_line(doc, "spec.list[7].name"), 5);
    cr_expect_eq(doc_line(doc, "nothing.here"), 4);
    cr_expect_str_eq(doc_text(doc_get(doc, "spec")->entries[0].value->entries[0].value, "name"),
                     "x");
}

Test(document, aliases_and_merges_are_expanded)
{
    expect("a: &x {p: 1, q: 2}\nb: *x\n", "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":2}}");
    expect("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n",
           "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}");
    expect("a: &x {p: 1}\nc: &y {p: 2, r: 3}\nb: {<<: [*x, *y]}\n",
           "{\"a\":{\"p\":1},\"c\":{\"p\":2,\"r\":3},\"b\":{\"p\":1,\"r\":3}}");
    expect("\"<<\": 1", "{\"<<\":1}");
    refuse("a: *nowhere", "f:1: document: the alias *nowhere names no anchor");
    refuse("a: &x [*x]", "f:1: document: the alias *x names no anchor");
    refuse("a: &x 1\n---\nb: *x", "f:3: document: the alias *x names no anchor");
    refuse("<<: 5", "f:1: document: << takes a mapping");
}

Test(document, keys_must_be_unique_text)
{
    refuse("a: 1\nb: 2\na: 3\n", "f:3: document: the key a stands twice (first in line 1)");
    refuse("{\"a\":1,\n\"a\":2}", "f:2: document: the key a stands twice (first in line 1)");
    refuse("? [a]\n: 1\n", "f:1: document: a key must be plain text");
    refuse("\"a\\0b\": 1", "f:1: document: a key holds a NUL");
    refuse("{\"a\\u0000b\": 1}", "f:1: document: a key holds a NUL");
}

Test(document, what_cannot_be_read_is_refused_with_its_line)
{
    refuse("a: 1\nb: [1,\n", "f:3: document: not valid YAML");
    refuse("a: 1\n b: 2\n", "f:2: document: not valid YAML");
    refuse("a: \xff\n", "f:1: document: not valid YAML");
    refuse("a: !custom x", "f:1: document: the tag !custom is not supported");
    refuse("{\"a\": 1,\n \"b\" 2}", "f:2: document: a colon is missing");
    refuse("{\"a\": \"\xc3\x28\"}", "f:1: document: not UTF-8");
    refuse("{\"a\": \"x", "f:1: document: a string is not closed");
}

/* n copies of `piece` after `head`. */
static char *repeat(const char *head, const char *piece, int n)
{
    struct buf text;
    buf_init(&text, (size_t)64 << 20);
    buf_add_text(&text, head);
    for (int i = 0; i < n; i++) {
        buf_add_text(&text, piece);
    }
    char *copy = arena_dup(&arena, buf_text(&text));
    buf_clear(&text);
    return copy;
}

Test(document, ceilings_hold)
{
    refuse(repeat("", "[", 50000), "f:1: document: nested too deeply");
    refuse(repeat("", "[\n", 50000), "f:65: document: nested too deeply");
    refuse(repeat("", "- ", 50000), "f:1: document: nested too deeply");
    refuse(repeat("{\"a\":", "[", 50000), "f:1: document: nested too deeply");
    refuse(repeat("a: ", "x", DOC_BYTES_MAX), "f:1: document: larger than 8 MiB");
    struct arena large = arena; /* the ceiling of values comes before that of memory */
    refuse(repeat("[", "0,", DOC_NODES_MAX + 1), "f:1: document: more than 1000000 values");
    (void)large;
}

Test(document, a_bomb_of_aliases_is_refused_before_it_is_walked)
{
    struct buf text = {0};
    buf_add_text(&text, "a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c <= 'y'; c++) {
        buf_printf(&text, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1,
                   c - 1, c - 1, c - 1, c - 1, c - 1);
    }
    refuse(buf_text(&text), "f:8: document: too large once its aliases are expanded");
    buf_clear(&text);
    /* The same by many documents, each of which would pass. */
    struct buf many = {0};
    for (int i = 0; i < 1000; i++) {
        buf_add_text(&many, "a: &a [xxxxxxxxxx,xxxxxxxxxxx,xxxxxxxxx]\n");
        for (char c = 'b'; c <= 'f'; c++) {
            buf_printf(&many, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1,
                       c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
        }
        buf_add_text(&many, "---\n");
    }
    cr_expect(strstr(read_one(buf_text(&many)), "too large once all aliases") != NULL);
    buf_clear(&many);
}

Test(document, cut_or_changed_anywhere_it_crashes_nothing)
{
    static const char text[] =
        "a: &x {p: \"q\\u00e4\", r: [1, 2.5, ~]}\nb:\n  - <<: *x\n    'c': |\n      text\n"
        "---\n{\"d\": [true, {\"e\": \"\\ud83d\\ude00\"}], \"f\": -1e5}\n";
    static const char bytes[] = {'{', '"', '\n', '*', '&', '\0', '\x80', ':', '[', '\t'};
    char copy[sizeof text];
    for (size_t i = 0; i < sizeof text; i++) {
        struct doc_stream stream = {0};
        struct err err = {0};
        (void)(doc_read("f", (struct str){text, i}, &arena, &stream, &err) == 0);
        memcpy(copy, text, sizeof text);
        copy[i] = bytes[i % sizeof bytes];
        (void)(doc_read("f", (struct str){copy, sizeof text - 1}, &arena, &stream, &err) == 0);
        const char *json = text + 83 + (i % 40);
        (void)(doc_read("f", str_of(json), &arena, &stream, &err) == 0);
    }
}
