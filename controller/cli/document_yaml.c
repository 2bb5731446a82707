/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads YAML into documents, event by event with libyaml, which has no ceilings of its own: depth,
 * number of values and the weight of expanded aliases are watched here while events come.
 *
 * Collections under way stand on a stack of frames. An anchor is known once its value is complete,
 * so that no alias can name a tree it is part of.
 */
#include <string.h>

#include <yaml.h>

#include "base/map.h"
#include "base/mem.h"
#include "cli/document_priv.h"

struct frame {
    bool map;
    int line;
    char *anchor; /* to be defined when the frame closes; NULL = none */
    struct doc_entries entries;
    struct doc_entries merges; /* values of `<<` keys */
    bool has_key;              /* a key was read, its value is next */
    const char *key;
    int key_line;
    bool key_merges; /* that key is a plain `<<` */
};

struct reader {
    struct doc_builder *builder;
    yaml_parser_t parser;
    struct frame frames[DOC_DEPTH_MAX];
    int depth;
    struct map anchors; /* name -> const struct doc * of this document */
};

/* ---- scalars ---- */

static bool is_plain(const yaml_event_t *event)
{
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* The type an explicit tag asks for; false: a tag we do not know. */
static bool read_tag(const char *tag, bool *ret_resolve)
{
    if (tag == NULL) {
        return true;
    }
    *ret_resolve = strcmp(tag, YAML_INT_TAG) == 0 || strcmp(tag, YAML_FLOAT_TAG) == 0 ||
                   strcmp(tag, YAML_BOOL_TAG) == 0 || strcmp(tag, YAML_NULL_TAG) == 0;
    return *ret_resolve || strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0;
}

static int read_scalar(struct reader *reader, const yaml_event_t *event, int line,
                       const struct doc **ret_doc, struct err *err)
{
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    bool resolve = is_plain(event);
    if (!read_tag((const char *)event->data.scalar.tag, &resolve)) {
        return doc_fail(reader->builder, line, err, "the tag %.40s is not supported, remove it",
                        (const char *)event->data.scalar.tag);
    }
    if (!resolve) {
        return doc_new_scalar(reader->builder, DOC_TEXT, text, line, ret_doc, err);
    }
    CLEANUP(buf_clear) struct buf spelling = {0};
    enum doc_type type = yaml_plain_type(text, &spelling);
    if (type != DOC_TEXT) {
        text = (struct str){buf_text(&spelling), spelling.len};
    }
    return doc_new_scalar(reader->builder, type, text, line, ret_doc, err);
}

/* ---- the stack ---- */

static int set_key(struct reader *reader, struct frame *frame, const yaml_event_t *event, int line,
                   struct err *err)
{
    struct str key = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(key.ptr, '\0', key.len) != NULL) {
        return doc_fail(reader->builder, line, err, "a key holds a NUL character, remove it");
    }
    frame->key = arena_dup_n(reader->builder->arena, key.ptr, key.len);
    frame->key_line = line;
    frame->key_merges = is_plain(event) && str_is(key, "<<");
    frame->has_key = true;
    return 0;
}

/* Puts a complete value where it belongs. */
static int place(struct reader *reader, const struct doc *doc, int line, struct err *err)
{
    if (reader->depth == 0) {
        return doc->type == DOC_NULL ? 0 : doc_finish(reader->builder, doc, err);
    }
    struct frame *frame = &reader->frames[reader->depth - 1];
    if (!frame->map) {
        doc_entries_add(&frame->entries, "", line, doc);
        return 0;
    }
    doc_entries_add(frame->key_merges ? &frame->merges : &frame->entries, frame->key,
                    frame->key_line, doc);
    frame->has_key = false;
    return 0;
}

static void define(struct reader *reader, const char *anchor, const struct doc *doc)
{
    if (anchor != NULL) {
        (void)map_put(&reader->anchors, anchor, (void *)(uintptr_t)doc);
    }
}

static int open_frame(struct reader *reader, bool map, const yaml_char_t *anchor, int line,
                      struct err *err)
{
    if (reader->depth >= DOC_DEPTH_MAX) {
        return doc_fail(reader->builder, line, err, "nested too deeply (64 levels), flatten it");
    }
    reader->frames[reader->depth++] = (struct frame){
        .map = map,
        .line = line,
        .anchor = anchor == NULL ? NULL : mem_dup((const char *)anchor),
    };
    return 0;
}

static void clear_frame(struct frame *frame)
{
    doc_entries_clear(&frame->entries);
    doc_entries_clear(&frame->merges);
    mem_free(frame->anchor);
    frame->anchor = NULL;
}

/* ---- merge keys ---- */

static bool has_key(const struct doc_entries *entries, const char *key)
{
    for (int i = 0; i < entries->count; i++) {
        if (strcmp(entries->items[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static int merge_map(struct reader *reader, struct frame *frame, const struct doc *map, int line,
                     struct err *err)
{
    if (map->type != DOC_MAP) {
        return doc_fail(reader->builder, line, err, "<< takes a mapping or a list of mappings");
    }
    if (map->count + frame->entries.count > DOC_MERGE_KEYS_MAX) {
        return doc_fail(reader->builder, line, err, "<< brings more than %d keys, write them out",
                        DOC_MERGE_KEYS_MAX);
    }
    for (int i = 0; i < map->count; i++) {
        if (!has_key(&frame->entries, map->entries[i].key)) {
            doc_entries_add(&frame->entries, map->entries[i].key, map->entries[i].line,
                            map->entries[i].value);
        }
    }
    return 0;
}

/* `<<` brings the keys that are not there; the first of several mappings wins. */
static int merge(struct reader *reader, struct frame *frame, struct err *err)
{
    int result = 0;
    for (int i = 0; i < frame->merges.count && result == 0; i++) {
        const struct doc_entry *from = &frame->merges.items[i];
        if (from->value->type != DOC_LIST) {
            result = merge_map(reader, frame, from->value, from->line, err);
            continue;
        }
        for (int k = 0; k < from->value->count && result == 0; k++) {
            result = merge_map(reader, frame, from->value->entries[k].value, from->line, err);
        }
    }
    return result;
}

static int close_frame(struct reader *reader, struct err *err)
{
    struct frame *frame = &reader->frames[--reader->depth];
    const struct doc *doc = NULL;
    int result = merge(reader, frame, err);
    if (result == 0) {
        result = doc_new_collection(reader->builder, frame->map ? DOC_MAP : DOC_LIST,
                                    &frame->entries, frame->line, &doc, err);
    }
    if (result == 0) {
        define(reader, frame->anchor, doc);
        result = place(reader, doc, frame->line, err);
    }
    clear_frame(frame);
    return result;
}

/* ---- events ---- */

static bool wants_key(const struct reader *reader)
{
    const struct frame *top = reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;
    return top != NULL && top->map && !top->has_key;
}

static int take_scalar(struct reader *reader, const yaml_event_t *event, int line, struct err *err)
{
    if (wants_key(reader)) {
        return set_key(reader, &reader->frames[reader->depth - 1], event, line, err);
    }
    const struct doc *doc = NULL;
    if (read_scalar(reader, event, line, &doc, err) != 0) {
        return -1;
    }
    define(reader, (const char *)event->data.scalar.anchor, doc);
    return place(reader, doc, line, err);
}

static int take_alias(struct reader *reader, const yaml_event_t *event, int line, struct err *err)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct doc *doc = map_get(&reader->anchors, name);
    if (doc == NULL) {
        return doc_fail(reader->builder, line, err, "the alias *%.40s names no anchor above it",
                        name);
    }
    return place(reader, doc, line, err);
}

static int take_event(struct reader *reader, const yaml_event_t *event, struct err *err)
{
    int line = (int)event->start_mark.line + 1;
    bool opens = event->type == YAML_MAPPING_START_EVENT ||
                 event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_ALIAS_EVENT;
    if (opens && wants_key(reader)) {
        return doc_fail(reader->builder, line, err, "a key must be plain text");
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: map_clear(&reader->anchors); return 0;
    case YAML_SCALAR_EVENT: return take_scalar(reader, event, line, err);
    case YAML_ALIAS_EVENT: return take_alias(reader, event, line, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_frame(reader, false, event->data.sequence_start.anchor, line, err);
    case YAML_MAPPING_START_EVENT:
        return open_frame(reader, true, event->data.mapping_start.anchor, line, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_frame(reader, err);
    default: return 0;
    }
}

static int refuse_syntax(struct reader *reader, struct err *err)
{
    const yaml_parser_t *parser = &reader->parser;
    size_t line = parser->problem_mark.line > parser->context_mark.line ? parser->problem_mark.line
                                                                        : parser->context_mark.line;
    const char *problem = parser->problem == NULL ? "unreadable" : parser->problem;
    return doc_fail(reader->builder, (int)line + 1, err,
                    "not valid YAML (%s), check indentation and quotes", problem);
}

int doc_read_yaml(struct doc_builder *builder, struct str text, struct err *err)
{
    struct reader *reader = mem_new(1, sizeof *reader);
    reader->builder = builder;
    if (yaml_parser_initialize(&reader->parser) == 0) {
        mem_free(reader);
        return doc_fail(builder, 1, err, "no memory to read it");
    }
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text.ptr, text.len);
    int result = 0;
    for (bool more = true; more && result == 0;) {
        yaml_event_t event;
        if (yaml_parser_parse(&reader->parser, &event) == 0) {
            result = refuse_syntax(reader, err);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        result = take_event(reader, &event, err);
        yaml_event_delete(&event);
    }
    while (reader->depth > 0) {
        clear_frame(&reader->frames[--reader->depth]);
    }
    map_clear(&reader->anchors);
    yaml_parser_delete(&reader->parser);
    mem_free(reader);
    return result;
}
