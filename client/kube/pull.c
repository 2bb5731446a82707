/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects by their tables. Recursion goes as deep as tables are nested and never deeper than
 * the limit; everything that no table names is stepped over in a loop (pull_token.c).
 */
#include "kube/pull.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "kube/pull_priv.h"

/* ---- where we are, for the sentence ---- */

void cursor_enter(struct pull_cursor *c, const char *name, int index)
{
    if (c->path_len < PULL_PATH_MAX) {
        c->path[c->path_len] = (struct pull_step){name, index};
    }
    c->path_len++;
}

void cursor_leave(struct pull_cursor *c)
{
    c->path_len--;
}

static void print_path(const struct pull_cursor *c, char *out, size_t size)
{
    size_t used = 0;
    int len = c->path_len < PULL_PATH_MAX ? c->path_len : PULL_PATH_MAX;
    out[0] = '\0';
    for (int i = 0; i < len && used < size; i++) {
        const struct pull_step *step = &c->path[i];
        int n = step->name == NULL
                    ? snprintf(out + used, size - used, "[%d]", step->index)
                    : snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ".", step->name);
        used += n < 0 ? 0 : (size_t)n;
    }
}

bool cursor_fail(struct pull_cursor *c, const char *format, ...)
{
    char path[256];
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    print_path(c, path, sizeof(path));
    (void)err_set(c->err, ERR_GARBLED, 0, "%s%s%s", path, path[0] == '\0' ? "" : ": ", sentence);
    return false;
}

bool cursor_expected(struct pull_cursor *c, const char *wanted)
{
    skip_blanks(c);
    char b = c->at < c->end ? *c->at : '\0';
    const char *found = c->at == c->end        ? "the end"
                        : b == '"'             ? "text"
                        : b == '{'             ? "an object"
                        : b == '['             ? "a list"
                        : b == 't' || b == 'f' ? "true or false"
                        : b == 'n'             ? "null"
                        : b == '-'             ? "a number"
                        : b >= '0' && b <= '9' ? "a number"
                                               : "something that is not JSON";
    return cursor_fail(c, "expected %s, found %s", wanted, found);
}

bool cursor_has_room(struct pull_cursor *c, size_t count, size_t size)
{
    size_t ceiling = c->arena->ceiling_bytes == 0 ? (size_t)64 << 20 : c->arena->ceiling_bytes;
    size_t left = c->arena->used_bytes > ceiling ? 0 : ceiling - c->arena->used_bytes;
    if (size != 0 && count > left / size) {
        return cursor_fail(c, "%zu elements are too many", count);
    }
    return true;
}

/* ---- objects ---- */

static void preset_field(const struct pull_field *field, char *at)
{
    switch (field->type) {
    case PULL_TEXT:
    case PULL_DECIMAL:
    case PULL_INT_OR_TEXT:
        *(const char **)at = field->preset_text == NULL ? "" : field->preset_text;
        break;
    case PULL_INT:
    case PULL_ENUM:
    case PULL_ENUM_SET: *(int *)at = (int)field->preset; break;
    case PULL_INT64: *(int64_t *)at = field->preset; break;
    case PULL_BOOL: *(bool *)at = field->preset != 0; break;
    case PULL_RAW: *(struct pull_raw *)at = (struct pull_raw){"", 0}; break;
    case PULL_OBJECT: preset_object(field->table, at); break;
    case PULL_TIME:
    case PULL_CONVERT:
    case PULL_PRESENT:
    case PULL_COUNT:
    case PULL_MAP:
    case PULL_ARRAY:
    case PULL_TEXT_ARRAY:
    case PULL_ENUM_ARRAY: break; /* zeroed memory is right */
    }
}

void preset_object(const struct pull_table *table, char *object)
{
    for (int i = 0; i < table->field_count; i++) {
        preset_field(&table->fields[i], object + table->fields[i].at);
    }
    if (table->start != NULL) {
        table->start(object);
    }
}

static bool is_key(const struct pull_field *field, struct str key)
{
    return field->name[0] == (key.len == 0 ? '\0' : key.ptr[0]) && str_is(key, field->name);
}

/* Reads the value here by one row. */
static bool take_row(struct pull_cursor *c, const struct pull_field *field, char *object)
{
    cursor_enter(c, field->name, 0);
    if (!take_null(c)) {
        if (!take_field(c, field, object)) {
            return false;
        }
        if (field->present_at != 0) {
            *(bool *)(object + field->present_at) = true;
        }
    }
    cursor_leave(c);
    return true;
}

/* Reads the value of key by every row that names it, or steps over it. */
static bool take_member(struct pull_cursor *c, const struct pull_table *table, struct str key,
                        char *object, uint64_t *seen)
{
    const char *value = c->at;
    bool known = false;
    int deepest;
    for (int i = 0; i < table->field_count; i++) {
        if (!is_key(&table->fields[i], key)) {
            continue;
        }
        if ((*seen >> i & 1) != 0) {
            return cursor_fail(c, "%s is there twice", table->fields[i].name);
        }
        *seen |= (uint64_t)1 << i;
        c->at = value;
        known = true;
        if (!take_row(c, &table->fields[i], object)) {
            return false;
        }
    }
    if (known) {
        return true;
    }
    if (c->refuse_unknown) {
        return cursor_fail(c, "there is no field %.*s here", (int)(key.len < 80 ? key.len : 80),
                           key.ptr);
    }
    return skip_value(c, &deepest) ? true : cursor_expected(c, "a value");
}

/* The key of a member: borrowed, or unescaped if it has to be. */
static bool take_key(struct pull_cursor *c, struct str *ret_key)
{
    if (!take_raw_text(c, ret_key)) {
        return cursor_expected(c, "a key in quotes");
    }
    if (ret_key->len > 0 && memchr(ret_key->ptr, '\\', ret_key->len) != NULL) {
        c->at = ret_key->ptr - 1;
        return take_text(c, ret_key);
    }
    return true;
}

static bool take_members(struct pull_cursor *c, const struct pull_table *table, char *object)
{
    uint64_t seen = 0;
    struct str key;
    if (take_byte(c, '}')) {
        return true;
    }
    do {
        skip_blanks(c);
        if (!take_key(c, &key)) {
            return false;
        }
        if (!take_byte(c, ':')) {
            return cursor_expected(c, "':'");
        }
        if (!take_member(c, table, key, object, &seen)) {
            return false;
        }
    } while (take_byte(c, ','));
    return take_byte(c, '}') ? true : cursor_expected(c, "',' or '}'");
}

bool take_object(struct pull_cursor *c, const struct pull_table *table, char *object,
                 enum pull_verdict *ret_verdict)
{
    struct err err = {0};
    if (!take_byte(c, '{')) {
        return cursor_expected(c, "an object");
    }
    if (++c->depth > c->depth_max) {
        return cursor_fail(c, "nested deeper than %d", c->depth_max);
    }
    if (!take_members(c, table, object)) {
        return false;
    }
    c->depth--;
    if (table->finish != NULL) {
        *ret_verdict = table->finish(object, c->arena, &err);
        if (*ret_verdict == PULL_REFUSE) {
            return cursor_fail(c, "%s", err.text);
        }
    }
    return true;
}

int pull_decode(const struct pull_table *table, struct str json, const struct pull_limits *limits,
                struct arena *arena, void **ret_object, struct err *err)
{
    struct pull_limits all = limits == NULL ? (struct pull_limits){0} : *limits;
    size_t item_bytes = all.item_bytes == 0 ? PULL_DEFAULT_ITEM_BYTES : all.item_bytes;
    if (json.len > item_bytes) {
        return err_set(err, ERR_GARBLED, 0, "%zu bytes are more than %zu", json.len, item_bytes);
    }
    struct pull_cursor c = {
        .at = json.ptr,
        .end = json.ptr + json.len,
        .arena = arena,
        .err = err,
        .depth_max = all.depth == 0 ? PULL_DEFAULT_DEPTH : all.depth,
        .refuse_unknown = all.refuse_unknown,
    };
    enum pull_verdict verdict = PULL_KEEP;
    char *object = arena_alloc(arena, 1, table->size);
    preset_object(table, object);
    if (!take_object(&c, table, object, &verdict)) {
        return -1;
    }
    skip_blanks(&c);
    if (c.at != c.end) {
        return err_set(err, ERR_GARBLED, 0, "something follows the end of the object");
    }
    if (arena_is_full(arena)) {
        return err_set(err, ERR_GARBLED, 0, "the object needs more than %zu bytes of memory",
                       arena->ceiling_bytes);
    }
    *ret_object = object;
    return 0;
}

/* ---- a table's own correctness ---- */

static size_t width_of(const struct pull_field *field)
{
    switch (field->type) {
    case PULL_TEXT:
    case PULL_DECIMAL:
    case PULL_INT_OR_TEXT:
    case PULL_ARRAY:
    case PULL_TEXT_ARRAY:
    case PULL_ENUM_ARRAY:
    case PULL_MAP: return sizeof(void *);
    case PULL_INT:
    case PULL_ENUM:
    case PULL_ENUM_SET:
    case PULL_COUNT: return sizeof(int);
    case PULL_INT64: return sizeof(int64_t);
    case PULL_BOOL:
    case PULL_PRESENT: return sizeof(bool);
    case PULL_TIME: return sizeof(struct wall);
    case PULL_RAW: return sizeof(struct pull_raw);
    case PULL_OBJECT:
    case PULL_CONVERT: break; /* any */
    }
    return 0;
}

static bool needs_names(enum pull_type type)
{
    return type == PULL_ENUM || type == PULL_ENUM_SET || type == PULL_ENUM_ARRAY;
}

void pull_table_check(const struct pull_table *table)
{
    BUG_IF(table->field_count > PULL_FIELDS_MAX, "pull: %d rows in a table", table->field_count);
    for (int i = 0; i < table->field_count; i++) {
        const struct pull_field *field = &table->fields[i];
        size_t width = width_of(field);
        bool nested = field->type == PULL_OBJECT || field->type == PULL_ARRAY;
        BUG_IF(width != 0 && field->width != 0 && field->width != width,
               "pull: %s: the member has %zu bytes, its type %zu", field->name, field->width,
               width);
        BUG_IF(nested && field->table == NULL, "pull: %s needs a table", field->name);
        BUG_IF(field->type == PULL_OBJECT && field->width != 0 &&
                   field->width != field->table->size,
               "pull: %s: the table is for another struct", field->name);
        BUG_IF(needs_names(field->type) && field->names == NULL, "pull: %s needs names",
               field->name);
        BUG_IF(field->type == PULL_CONVERT && field->convert == NULL, "pull: %s needs convert",
               field->name);
        BUG_IF(field->at + field->width > table->size, "pull: %s lies outside its struct",
               field->name);
        if (nested) {
            pull_table_check(field->table);
        }
    }
}
