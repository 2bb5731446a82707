/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads JSON values, one after another, into documents. Not jansson, for three reasons: lines are
 * kept, NaN and Inf may stand bare (they are what broken metric sources send), and numbers keep
 * the digits in which they were written.
 */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "cli/document_priv.h"

struct reader {
    struct doc_builder *builder;
    const char *at, *end;
    int line;
    int depth;
    struct buf text; /* of the string that is being read */
};

static int read_value(struct reader *reader, const struct doc **ret_doc, struct err *err);

static int fail(struct reader *reader, struct err *err, const char *what)
{
    return doc_fail(reader->builder, reader->line, err, "%s", what);
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4) != NULL) {
        reader->line += *reader->at == '\n';
        reader->at++;
    }
}

static bool take(struct reader *reader, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0) {
        return false;
    }
    reader->at += len;
    return true;
}

/* ---- strings ---- */

static void add_code_point(struct buf *out, unsigned code)
{
    char bytes[4];
    size_t len = 0;
    if (code < 0x80) {
        bytes[len++] = (char)code;
    } else if (code < 0x800) {
        bytes[len++] = (char)(0xC0 | (code >> 6));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        bytes[len++] = (char)(0xE0 | (code >> 12));
        bytes[len++] = (char)(0x80 | ((code >> 6) & 0x3F));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    } else {
        bytes[len++] = (char)(0xF0 | (code >> 18));
        bytes[len++] = (char)(0x80 | ((code >> 12) & 0x3F));
        bytes[len++] = (char)(0x80 | ((code >> 6) & 0x3F));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    }
    buf_add(out, bytes, len);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hex digits; -1 if they are none. */
static int take_hex4(struct reader *reader)
{
    int value = 0;
    if (reader->end - reader->at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(reader->at[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    reader->at += 4;
    return value;
}

/* After `\u`. A surrogate without its partner becomes U+FFFD, as it does in the API server. */
static int read_unicode(struct reader *reader, struct err *err)
{
    int first = take_hex4(reader);
    if (first < 0) {
        return fail(reader, err, "\\u needs four hexadecimal digits");
    }
    if (first < 0xD800 || first > 0xDFFF) {
        add_code_point(&reader->text, (unsigned)first);
        return 0;
    }
    const char *before = reader->at;
    int second = first < 0xDC00 && take(reader, "\\u") ? take_hex4(reader) : -1;
    if (second >= 0xDC00 && second <= 0xDFFF) {
        unsigned high = (unsigned)first - 0xD800;
        add_code_point(&reader->text, 0x10000 + high * 0x400 + ((unsigned)second - 0xDC00));
    } else {
        reader->at = before;
        add_code_point(&reader->text, 0xFFFD);
    }
    return 0;
}

static int read_escape(struct reader *reader, struct err *err)
{
    static const char codes[] = "\"\\/bfnrt";
    static const char bytes[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) {
        return fail(reader, err, "a string is not closed, add the quote");
    }
    char c = *reader->at++;
    if (c == 'u') {
        return read_unicode(reader, err);
    }
    const char *found = c == '\0' ? NULL : strchr(codes, c);
    if (found == NULL) {
        return fail(reader, err, "unknown escape in a string, write \\\\ for a backslash");
    }
    buf_add(&reader->text, &bytes[found - codes], 1);
    return 0;
}

/* How many bytes the UTF-8 sequence at `at` has; 0 if it is not well formed. */
static size_t utf8_len(const char *at, const char *end)
{
    unsigned char lead = (unsigned char)at[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (len == 0 || lead > 0xF4 || (size_t)(end - at) < len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    unsigned char next = len > 2 ? (unsigned char)at[1] : 0x80;
    bool too_short = (lead == 0xE0 && next < 0xA0) || (lead == 0xF0 && next < 0x90);
    bool surrogate = lead == 0xED && next > 0x9F;
    bool too_large = lead == 0xF4 && next > 0x8F;
    return len > 2 && (too_short || surrogate || too_large) ? 0 : len;
}

/* Reads into reader->text; the quote has been taken. */
static int read_string(struct reader *reader, struct err *err)
{
    buf_reset(&reader->text);
    while (reader->at < reader->end) {
        char c = *reader->at;
        if (c == '"') {
            reader->at++;
            return 0;
        }
        if (c == '\\') {
            reader->at++;
            if (read_escape(reader, err) != 0) {
                return -1;
            }
            continue;
        }
        size_t len = utf8_len(reader->at, reader->end);
        if (len == 0) {
            return fail(reader, err, "not UTF-8, save the file as UTF-8");
        }
        if ((unsigned char)c < 0x20) {
            return fail(reader, err, "a string holds a control character, escape it");
        }
        buf_add(&reader->text, reader->at, len);
        reader->at += len;
    }
    return fail(reader, err, "a string is not closed, add the quote");
}

static struct str string_read(const struct reader *reader)
{
    return (struct str){buf_text(&reader->text), reader->text.len};
}

/* ---- numbers ---- */

static bool take_digits(struct reader *reader)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        reader->at++;
    }
    return reader->at > start;
}

static bool take_number(struct reader *reader)
{
    (void)take(reader, "-");
    if (!take(reader, "0") && !take_digits(reader)) {
        return false;
    }
    if (take(reader, ".") && !take_digits(reader)) {
        return false;
    }
    if (take(reader, "e") || take(reader, "E")) {
        (void)(take(reader, "+") || take(reader, "-"));
        return take_digits(reader);
    }
    return true;
}

static int read_number(struct reader *reader, const struct doc **ret_doc, struct err *err)
{
    const char *start = reader->at;
    if (!take_number(reader)) {
        return fail(reader, err, "neither a value nor a number stands here");
    }
    struct str text = {start, (size_t)(reader->at - start)};
    return doc_new_scalar(reader->builder, DOC_NUMBER, text, reader->line, ret_doc, err);
}

/* ---- values ---- */

static const struct {
    const char *word;
    enum doc_type type;
    const char *text;
} WORDS[] = {
    {"true", DOC_BOOL, "true"},  {"false", DOC_BOOL, "false"},      {"null", DOC_NULL, ""},
    {"NaN", DOC_NUMBER, "NaN"},  {"Infinity", DOC_NUMBER, "Inf"},   {"Inf", DOC_NUMBER, "Inf"},
    {"+Inf", DOC_NUMBER, "Inf"}, {"-Infinity", DOC_NUMBER, "-Inf"}, {"-Inf", DOC_NUMBER, "-Inf"},
};

static int read_scalar(struct reader *reader, const struct doc **ret_doc, struct err *err)
{
    int line = reader->line;
    if (take(reader, "\"")) {
        if (read_string(reader, err) != 0) {
            return -1;
        }
        return doc_new_scalar(reader->builder, DOC_TEXT, string_read(reader), line, ret_doc, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        if (take(reader, WORDS[i].word)) {
            return doc_new_scalar(reader->builder, WORDS[i].type, str_of(WORDS[i].text), line,
                                  ret_doc, err);
        }
    }
    return read_number(reader, ret_doc, err);
}

/* `"key":` of a map; *ret_key is in the arena. */
static int read_key(struct reader *reader, const char **ret_key, struct err *err)
{
    if (!take(reader, "\"")) {
        return fail(reader, err, "a key in quotes is missing");
    }
    if (read_string(reader, err) != 0) {
        return -1;
    }
    struct str key = string_read(reader);
    if (memchr(key.ptr, '\0', key.len) != NULL) {
        return fail(reader, err, "a key holds a NUL character, remove it");
    }
    *ret_key = arena_dup_n(reader->builder->arena, key.ptr, key.len);
    skip_space(reader);
    return take(reader, ":") ? 0 : fail(reader, err, "a colon is missing after a key");
}

static int read_entry(struct reader *reader, bool map, struct doc_entries *entries, struct err *err)
{
    const char *key = "";
    int line = reader->line;
    if (map && read_key(reader, &key, err) != 0) {
        return -1;
    }
    skip_space(reader);
    const struct doc *value = NULL;
    if (read_value(reader, &value, err) != 0) {
        return -1;
    }
    doc_entries_add(entries, key, map ? line : value->line, value);
    skip_space(reader);
    return 0;
}

static int read_entries(struct reader *reader, bool map, struct doc_entries *entries,
                        struct err *err)
{
    const char *close = map ? "}" : "]";
    skip_space(reader);
    if (take(reader, close)) {
        return 0;
    }
    for (;;) {
        skip_space(reader);
        if (read_entry(reader, map, entries, err) != 0) {
            return -1;
        }
        if (take(reader, close)) {
            return 0;
        }
        if (!take(reader, ",")) {
            return fail(reader, err, map ? "a comma or } is missing" : "a comma or ] is missing");
        }
    }
}

static int read_collection(struct reader *reader, bool map, const struct doc **ret_doc,
                           struct err *err)
{
    int line = reader->line;
    if (reader->depth >= DOC_DEPTH_MAX) {
        return fail(reader, err, "nested too deeply (64 levels), flatten it");
    }
    struct doc_entries entries = {0};
    reader->depth++;
    int result = read_entries(reader, map, &entries, err);
    reader->depth--;
    if (result == 0) {
        result = doc_new_collection(reader->builder, map ? DOC_MAP : DOC_LIST, &entries, line,
                                    ret_doc, err);
    }
    doc_entries_clear(&entries);
    return result;
}

static int read_value(struct reader *reader, const struct doc **ret_doc, struct err *err)
{
    if (take(reader, "{")) {
        return read_collection(reader, true, ret_doc, err);
    }
    if (take(reader, "[")) {
        return read_collection(reader, false, ret_doc, err);
    }
    return read_scalar(reader, ret_doc, err);
}

static void skip_separators(struct reader *reader)
{
    do {
        skip_space(reader);
    } while (take(reader, "---"));
}

int doc_read_json(struct doc_builder *builder, struct str text, struct err *err)
{
    struct reader reader = {
        .builder = builder, .at = text.ptr, .end = text.ptr + text.len, .line = 1};
    int result = 0;
    skip_separators(&reader);
    while (result == 0 && reader.at < reader.end) {
        const struct doc *doc = NULL;
        result = read_value(&reader, &doc, err);
        if (result == 0) {
            result = doc_finish(builder, doc, err);
            skip_separators(&reader);
        }
    }
    buf_clear(&reader.text);
    return result;
}
