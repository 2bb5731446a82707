/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of documents: building them under their ceilings, finding things in them, printing them
 * as JSON. The two readers are document_yaml.c and document_json.c.
 *
 * Sharing makes an alias cheap, and a few lines of aliases of aliases a tree that is too large to
 * walk. So each node knows its weight with everything below it expanded, and a collection whose
 * weight passes the ceiling is refused before anybody walks it.
 */
#include "cli/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/document_priv.h"
#include "model/number.h"

int doc_fail(struct doc_builder *builder, int line, struct err *err, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    builder->error_line = line;
    return err_set(err, ERR_REFUSED, 0, "%s:%d: document: %s", builder->file, line, text);
}

void doc_entries_add(struct doc_entries *entries, const char *key, int line,
                     const struct doc *value)
{
    if (entries->count == entries->cap) {
        entries->cap = entries->cap == 0 ? 8 : entries->cap * 2;
        entries->items = mem_grow(entries->items, (size_t)entries->cap, sizeof *entries->items);
    }
    entries->items[entries->count++] = (struct doc_entry){.key = key, .line = line, .value = value};
}

void doc_entries_clear(struct doc_entries *entries)
{
    mem_free(entries->items);
    *entries = (struct doc_entries){0};
}

static int new_node(struct doc_builder *builder, enum doc_type type, int line, struct doc **ret_doc,
                    struct err *err)
{
    if (builder->nodes >= DOC_NODES_MAX) {
        builder->is_over = true;
        return doc_fail(builder, line, err, "more than %d values in one file, split it",
                        DOC_NODES_MAX);
    }
    builder->nodes++;
    struct doc *doc = ARENA_NEW(builder->arena, struct doc);
    *doc = (struct doc){.type = type, .line = line, .text = "", .weight = 1};
    *ret_doc = doc;
    return 0;
}

/* 2e3 and 5.0 are whole numbers, as they are after kubectl has made JSON of them. */
static struct str plain_whole(struct doc_builder *builder, struct str text)
{
    const char *spelling = arena_dup_n(builder->arena, text.ptr, text.len);
    const char *point = strchr(spelling, '.');
    struct number number = number_parse(text);
    bool whole = number.state == NUMBER_OK || number.state == NUMBER_NEGATIVE;
    bool fits = point == NULL || strspn(point + 1, "0123456789") <= 9;
    if (!whole || !fits || strstr(spelling, "e-") != NULL || strstr(spelling, "E-") != NULL ||
        number.nano % NANO != 0) {
        return text;
    }
    return str_of(arena_printf(builder->arena, "%lld", (long long)(number.nano / NANO)));
}

int doc_new_scalar(struct doc_builder *builder, enum doc_type type, struct str text, int line,
                   const struct doc **ret_doc, struct err *err)
{
    struct doc *doc = NULL;
    if (new_node(builder, type, line, &doc, err) != 0) {
        return -1;
    }
    if (type == DOC_NUMBER &&
        (memchr(text.ptr, '.', text.len) != NULL || memchr(text.ptr, 'e', text.len) != NULL ||
         memchr(text.ptr, 'E', text.len) != NULL)) {
        text = plain_whole(builder, text);
    }
    doc->text = arena_dup_n(builder->arena, text.ptr == NULL ? "" : text.ptr, text.len);
    doc->len = text.len;
    doc->weight += text.len;
    *ret_doc = doc;
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct doc_entry *const *x = a;
    const struct doc_entry *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);
    if (order != 0) {
        return order;
    }
    return *x < *y ? -1 : 1; /* the same array: its order is that of the file */
}

static int refuse_duplicates(struct doc_builder *builder, const struct doc *doc, struct err *err)
{
    if (doc->count < 2) {
        return 0;
    }
    const struct doc_entry **sorted = mem_new((size_t)doc->count, sizeof *sorted);
    for (int i = 0; i < doc->count; i++) {
        sorted[i] = &doc->entries[i];
    }
    qsort(sorted, (size_t)doc->count, sizeof *sorted, compare_entries);
    int result = 0;
    for (int i = 1; i < doc->count && result == 0; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) {
            result = doc_fail(builder, sorted[i]->line, err,
                              "the key %.64s stands twice (first in line %d), remove one",
                              sorted[i]->key, sorted[i - 1]->line);
        }
    }
    mem_free(sorted);
    return result;
}

int doc_new_collection(struct doc_builder *builder, enum doc_type type,
                       const struct doc_entries *entries, int line, const struct doc **ret_doc,
                       struct err *err)
{
    struct doc *doc = NULL;
    if (new_node(builder, type, line, &doc, err) != 0) {
        return -1;
    }
    struct doc_entry *items = ARENA_ARRAY(builder->arena, struct doc_entry, (size_t)entries->count);
    for (int i = 0; i < entries->count; i++) {
        items[i] = entries->items[i];
        doc->weight += items[i].value->weight + strlen(items[i].key);
        if (doc->weight > DOC_WEIGHT_MAX) {
            builder->is_over = true;
            return doc_fail(builder, line, err,
                            "too large once its aliases are expanded, write it out or split it");
        }
    }
    doc->entries = items;
    doc->count = entries->count;
    *ret_doc = doc;
    return type == DOC_MAP ? refuse_duplicates(builder, doc, err) : 0;
}

int doc_finish(struct doc_builder *builder, const struct doc *doc, struct err *err)
{
    builder->weight += doc->weight;
    if (builder->weight > DOC_WEIGHT_MAX) {
        builder->is_over = true;
        return doc_fail(builder, doc->line, err,
                        "too large once all aliases are expanded, split the file");
    }
    doc_entries_add(&builder->docs, "", doc->line, doc);
    return 0;
}

/* Forgets what a reader that failed has made; the memory goes with the arena. */
static void start_over(struct doc_builder *builder)
{
    builder->docs.count = 0;
    builder->weight = 0;
    builder->nodes = 0;
}

/* `{` or `[` begins both JSON and YAML in flow style; a quote after it makes JSON likely. */
static bool looks_like_json(struct str text, bool *ret_likely)
{
    struct str rest = str_trim(text);
    bool opens = rest.len > 0 && (rest.ptr[0] == '{' || rest.ptr[0] == '[');
    if (opens) {
        rest = str_trim((struct str){rest.ptr + 1, rest.len - 1});
        *ret_likely = rest.len > 0 && rest.ptr[0] == '"';
    }
    return opens;
}

/* A file that begins as JSON may still be YAML in flow style: the reader that got further, knows.
 */
static int read_either(struct doc_builder *builder, struct str text, struct err *err)
{
    bool likely = false;
    if (!looks_like_json(text, &likely)) {
        return doc_read_yaml(builder, text, err);
    }
    struct err json_err = {0};
    if (doc_read_json(builder, text, &json_err) == 0) {
        return 0;
    }
    int json_line = builder->error_line;
    if (builder->is_over) {
        *err = json_err;
        return -1;
    }
    start_over(builder);
    if (doc_read_yaml(builder, text, err) == 0) {
        return 0;
    }
    if (likely || json_line >= builder->error_line) {
        *err = json_err;
    }
    return -1;
}

int doc_read(const char *file, struct str text, struct arena *arena, struct doc_stream *ret_stream,
             struct err *err)
{
    struct doc_builder builder = {.file = file, .arena = arena};
    if (text.len > DOC_BYTES_MAX) {
        return doc_fail(&builder, 1, err, "larger than %d MiB, split it",
                        DOC_BYTES_MAX / (1024 * 1024));
    }
    int result = read_either(&builder, text, err);
    if (result == 0 && arena_is_full(arena)) {
        result = doc_fail(&builder, 1, err, "needs too much memory, split it");
    }
    if (result == 0) {
        ret_stream->docs = ARENA_ARRAY(arena, const struct doc *, (size_t)builder.docs.count);
        ret_stream->count = builder.docs.count;
        for (int i = 0; i < builder.docs.count; i++) {
            ret_stream->docs[i] = builder.docs.items[i].value;
        }
    }
    doc_entries_clear(&builder.docs);
    return result;
}

const struct doc *doc_get(const struct doc *doc, const char *key)
{
    if (doc == NULL || doc->type != DOC_MAP) {
        return NULL;
    }
    for (int i = 0; i < doc->count; i++) {
        if (strcmp(doc->entries[i].key, key) == 0) {
            return doc->entries[i].value;
        }
    }
    return NULL;
}

const char *doc_text(const struct doc *doc, const char *key)
{
    const struct doc *value = doc_get(doc, key);
    return value == NULL || value->type == DOC_LIST || value->type == DOC_MAP ? "" : value->text;
}

static void write_string(const char *text, size_t len, struct buf *out)
{
    buf_add(out, "\"", 1);
    size_t run = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            run++;
            continue;
        }
        buf_add(out, text + i - run, run);
        run = 0;
        if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_add(out, text + len - run, run);
    buf_add(out, "\"", 1);
}

static void write_collection(const struct doc *doc, struct buf *out)
{
    bool map = doc->type == DOC_MAP;
    buf_add_text(out, map ? "{" : "[");
    for (int i = 0; i < doc->count; i++) {
        if (i > 0) {
            buf_add_text(out, ",");
        }
        if (map) {
            write_string(doc->entries[i].key, strlen(doc->entries[i].key), out);
            buf_add_text(out, ":");
        }
        doc_write_json(doc->entries[i].value, out);
    }
    buf_add_text(out, map ? "}" : "]");
}

static bool is_not_a_number(const struct doc *doc)
{
    return strpbrk(doc->text, "NI") != NULL; /* NaN, Inf, -Inf */
}

void doc_write_json(const struct doc *doc, struct buf *out)
{
    switch (doc->type) {
    case DOC_NULL: buf_add_text(out, "null"); break;
    case DOC_BOOL: buf_add_text(out, doc->text); break;
    case DOC_NUMBER:
        if (is_not_a_number(doc)) {
            write_string(doc->text, doc->len, out);
        } else {
            buf_add(out, doc->text, doc->len);
        }
        break;
    case DOC_TEXT: write_string(doc->text, doc->len, out); break;
    case DOC_LIST:
    case DOC_MAP: write_collection(doc, out); break;
    }
}

/* Takes the first part of a path: a key, or an index in brackets (then *ret_index is not -1). */
static struct str cut_step(struct str *path, int *ret_index)
{
    *ret_index = -1;
    if (path->len > 0 && path->ptr[0] == '.') {
        *path = (struct str){path->ptr + 1, path->len - 1};
    }
    if (path->len > 0 && path->ptr[0] == '[') {
        struct str inside = {path->ptr + 1, path->len - 1};
        struct str digits = str_cut(&inside, ']');
        int64_t index = 0;
        *ret_index = str_to_int64(digits, &index) && index < INT32_MAX ? (int)index : INT32_MAX;
        *path = inside;
        return digits;
    }
    size_t len = 0;
    while (len < path->len && path->ptr[len] != '.' && path->ptr[len] != '[') {
        len++;
    }
    struct str key = {path->ptr, len};
    *path = (struct str){path->ptr + len, path->len - len};
    return key;
}

static const struct doc_entry *find_step(const struct doc *doc, struct str key, int index)
{
    if (index >= 0) {
        return doc->type == DOC_LIST && index < doc->count ? &doc->entries[index] : NULL;
    }
    for (int i = 0; doc->type == DOC_MAP && i < doc->count; i++) {
        if (str_is(key, doc->entries[i].key)) {
            return &doc->entries[i];
        }
    }
    return NULL;
}

int doc_line(const struct doc *doc, const char *path)
{
    struct str rest = str_of(path);
    int line = doc->line;
    while (rest.len > 0) {
        int index = -1;
        struct str key = cut_step(&rest, &index);
        const struct doc_entry *entry = find_step(doc, key, index);
        if (entry == NULL) {
            break;
        }
        line = entry->line;
        doc = entry->value;
    }
    return line;
}
