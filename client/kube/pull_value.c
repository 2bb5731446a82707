/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value, as its row says. Arrays are counted before they are read, so that they lie in memory
 * exactly as long as they are.
 */
#include <limits.h>
#include <string.h>

#include "base/bug.h"
#include "base/time.h"
#include "kube/pull_priv.h"

/* A text that outlives the input. */
static const char *keep_text(struct pull_cursor *c, struct str text)
{
    return text.len == 0 ? "" : arena_dup_n(c->arena, text.ptr, text.len);
}

static bool take_kept_text(struct pull_cursor *c, const char **ret_text)
{
    struct str text;
    if (!take_text(c, &text)) {
        return false;
    }
    *ret_text = keep_text(c, text);
    return true;
}

static bool take_whole_number(struct pull_cursor *c, const struct pull_field *field, int64_t min,
                              int64_t max, int64_t *ret_value)
{
    struct str number;
    const char *start = c->at;
    skip_blanks(c);
    if (c->at < c->end && *c->at != '-' && (*c->at < '0' || *c->at > '9')) {
        return cursor_expected(c, "a whole number");
    }
    if (!take_number(c, &number)) {
        return false;
    }
    int64_t value = 0;
    if (memchr(number.ptr, '.', number.len) != NULL ||
        memchr(number.ptr, 'e', number.len) != NULL ||
        memchr(number.ptr, 'E', number.len) != NULL) {
        c->at = start;
        return cursor_fail(c, "expected a whole number, found %.*s",
                           (int)(number.len < 40 ? number.len : 40), number.ptr);
    }
    if (field->min != 0 || field->max != 0) {
        min = field->min;
        max = field->max;
    }
    if (!str_to_int64(number, &value) || value < min || value > max) {
        return cursor_fail(c, "%.*s is not in %lld to %lld",
                           (int)(number.len < 40 ? number.len : 40), number.ptr, (long long)min,
                           (long long)max);
    }
    *ret_value = value;
    return true;
}

static bool take_int(struct pull_cursor *c, const struct pull_field *field, char *at)
{
    int64_t value = 0;
    if (!take_whole_number(c, field, INT_MIN, INT_MAX, &value)) {
        return false;
    }
    *(int *)at = (int)value;
    return true;
}

static bool take_time(struct pull_cursor *c, char *at)
{
    struct str text;
    if (!take_text(c, &text)) {
        return false;
    }
    if (!wall_parse(text, (struct wall *)at)) {
        return cursor_fail(c, "expected a time like 2026-03-02T03:00:00Z, found \"%.*s\"",
                           (int)(text.len < 60 ? text.len : 60), text.ptr);
    }
    return true;
}

/* A number or a text, as a text. */
static bool take_scalar(struct pull_cursor *c, struct str *ret_text, bool *ret_is_text)
{
    skip_blanks(c);
    *ret_is_text = c->at < c->end && *c->at == '"';
    if (*ret_is_text) {
        return take_text(c, ret_text);
    }
    if (c->at < c->end && (*c->at == 't' || *c->at == 'f')) {
        bool value;
        if (!take_bool(c, &value)) {
            return false;
        }
        *ret_text = value ? STR("true") : STR("false");
        return true;
    }
    return take_number(c, ret_text);
}

static bool take_int_or_text(struct pull_cursor *c, char *at)
{
    struct str text;
    bool is_text;
    skip_blanks(c);
    if (c->at < c->end && (*c->at == 't' || *c->at == 'f')) {
        return cursor_expected(c, "a number or text");
    }
    if (!take_scalar(c, &text, &is_text)) {
        return false;
    }
    *(const char **)at = keep_text(c, text);
    return true;
}

static bool take_converted(struct pull_cursor *c, const struct pull_field *field, char *at)
{
    struct str text;
    bool is_text;
    struct err err = {0};
    if (!take_scalar(c, &text, &is_text)) {
        return false;
    }
    if (field->convert(at, text, is_text, c->arena, &err) != 0) {
        return cursor_fail(c, "%s", err.text);
    }
    return true;
}

/* The index of the text here in names. */
static bool take_name(struct pull_cursor *c, const char *const *names, int *ret_index)
{
    struct str text;
    if (!take_text(c, &text)) {
        return false;
    }
    for (int i = 0; names[i] != NULL; i++) {
        if (str_is(text, names[i])) {
            *ret_index = i;
            return true;
        }
    }
    CLEANUP(buf_clear) struct buf list = {.ceiling_bytes = 200};
    for (int i = 0; names[i] != NULL; i++) {
        buf_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    return cursor_fail(c, "\"%.*s\" is none of %s", (int)(text.len < 60 ? text.len : 60), text.ptr,
                       buf_text(&list));
}

/* Counts the elements of the list here, without moving. */
static bool count_elements(struct pull_cursor *c, int *ret_count)
{
    const char *start = c->at;
    int count = 0;
    int deepest;
    bool good = take_byte(c, '[');
    if (!good) {
        return cursor_expected(c, "a list");
    }
    if (!take_byte(c, ']')) {
        do {
            good = skip_value(c, &deepest) && count < INT_MAX;
            count++;
        } while (good && take_byte(c, ','));
        good = good && take_byte(c, ']');
    }
    if (!good) {
        return cursor_fail(c, "a list that is not JSON");
    }
    c->at = start;
    *ret_count = count;
    return true;
}

/* What reads the element `index` of an array of `count`; at points to its memory. */
typedef bool (*element_fn)(struct pull_cursor *c, const struct pull_field *field, char *at,
                           bool *ret_keep);

/* Reads a list of fixed-size elements. */
static bool take_elements(struct pull_cursor *c, const struct pull_field *field, char *object,
                          size_t size, element_fn take_element)
{
    int count = 0;
    if (!count_elements(c, &count) || !cursor_has_room(c, (size_t)count, size)) {
        return false;
    }
    char *elements = count == 0 ? NULL : arena_alloc(c->arena, (size_t)count, size);
    int kept = 0;
    take_byte(c, '[');
    for (int i = 0; i < count; i++) {
        bool keep = true;
        char *at = elements + (size_t)kept * size;
        cursor_enter(c, NULL, i);
        if (!take_element(c, field, at, &keep)) {
            return false;
        }
        cursor_leave(c);
        if (keep) {
            kept++;
        } else {
            memset(at, 0, size);
        }
        take_byte(c, ',');
    }
    take_byte(c, ']');
    *(const void **)(object + field->at) = kept == 0 ? NULL : elements;
    if (field->count_at != 0) {
        *(int *)(object + field->count_at) = kept;
    }
    return true;
}

static bool take_object_element(struct pull_cursor *c, const struct pull_field *field, char *at,
                                bool *ret_keep)
{
    enum pull_verdict verdict = PULL_KEEP;
    preset_object(field->table, at);
    if (!take_null(c) && !take_object(c, field->table, at, &verdict)) {
        return false;
    }
    *ret_keep = verdict != PULL_DROP;
    return true;
}

static bool take_text_element(struct pull_cursor *c, const struct pull_field *field, char *at,
                              bool *ret_keep)
{
    return take_kept_text(c, (const char **)at);
}

static bool take_name_element(struct pull_cursor *c, const struct pull_field *field, char *at,
                              bool *ret_keep)
{
    return take_name(c, field->names, (int *)at);
}

/* An array of names, as bits. */
static bool take_name_set(struct pull_cursor *c, const struct pull_field *field, char *at)
{
    unsigned set = 0;
    int count = 0;
    if (!count_elements(c, &count)) {
        return false;
    }
    take_byte(c, '[');
    for (int i = 0; i < count; i++) {
        int index = 0;
        cursor_enter(c, NULL, i);
        if (!take_name(c, field->names, &index)) {
            return false;
        }
        cursor_leave(c);
        set |= 1u << index;
        take_byte(c, ',');
    }
    take_byte(c, ']');
    *(unsigned *)at = set;
    return true;
}

static bool key_is_wanted(const char *const *names, struct str key)
{
    if (names == NULL) {
        return true;
    }
    for (int i = 0; names[i] != NULL; i++) {
        size_t len = strlen(names[i]);
        bool prefix = len > 0 && names[i][len - 1] == '/';
        if (prefix ? str_starts(key, names[i]) : str_is(key, names[i])) {
            return true;
        }
    }
    return false;
}

/*
 * One walk over the members of a map. With pairs NULL it only counts the wanted ones.
 */
static bool walk_map(struct pull_cursor *c, const struct pull_field *field, struct pull_pair *pairs,
                     int *ret_count)
{
    int count = 0;
    int deepest;
    struct str key;
    if (!take_byte(c, '{')) {
        return cursor_expected(c, "an object");
    }
    if (take_byte(c, '}')) {
        *ret_count = 0;
        return true;
    }
    do {
        if (!take_text(c, &key)) {
            return false;
        }
        if (!take_byte(c, ':')) {
            return cursor_expected(c, "':'");
        }
        bool wanted = key_is_wanted(field->names, key);
        if (wanted && pairs != NULL) {
            pairs[count].key = keep_text(c, key);
            pairs[count].value = "";
            if (!take_null(c) && !take_kept_text(c, &pairs[count].value)) {
                return false;
            }
        } else if (!skip_value(c, &deepest)) {
            return cursor_expected(c, "a value");
        }
        count += wanted ? 1 : 0;
    } while (take_byte(c, ','));
    *ret_count = count;
    return take_byte(c, '}') ? true : cursor_expected(c, "',' or '}'");
}

static bool take_map(struct pull_cursor *c, const struct pull_field *field, char *object)
{
    const char *start = c->at;
    int count = 0;
    if (!walk_map(c, field, NULL, &count) ||
        !cursor_has_room(c, (size_t)count, sizeof(struct pull_pair))) {
        return false;
    }
    if (count > 0) {
        struct pull_pair *pairs = ARENA_ARRAY(c->arena, struct pull_pair, (size_t)count);
        c->at = start;
        if (!walk_map(c, field, pairs, &count)) {
            return false;
        }
        *(const struct pull_pair **)(object + field->at) = pairs;
    }
    if (field->count_at != 0) {
        *(int *)(object + field->count_at) = count;
    }
    return true;
}

static bool take_raw(struct pull_cursor *c, const struct pull_field *field, char *at)
{
    int deepest = 0;
    skip_blanks(c);
    const char *start = c->at;
    if (!skip_value(c, &deepest)) {
        return cursor_expected(c, "a value");
    }
    size_t len = (size_t)(c->at - start);
    size_t ceiling = field->max > 0 ? (size_t)field->max : PULL_DEFAULT_RAW_BYTES;
    if (len > ceiling) {
        return cursor_fail(c, "%zu bytes are more than %zu", len, ceiling);
    }
    if (c->depth + deepest > c->depth_max) {
        return cursor_fail(c, "nested deeper than %d", c->depth_max);
    }
    *(struct pull_raw *)at = (struct pull_raw){arena_dup_n(c->arena, start, len), len};
    return true;
}

static bool take_present(struct pull_cursor *c, char *at)
{
    int deepest;
    if (!skip_value(c, &deepest)) {
        return cursor_expected(c, "a value");
    }
    *(bool *)at = true;
    return true;
}

static bool take_count(struct pull_cursor *c, char *at)
{
    int deepest;
    return count_elements(c, (int *)at) && skip_value(c, &deepest);
}

bool take_field(struct pull_cursor *c, const struct pull_field *field, char *object)
{
    char *at = object + field->at;
    enum pull_verdict ignored = PULL_KEEP;
    struct str text;
    switch (field->type) {
    case PULL_TEXT: return take_kept_text(c, (const char **)at);
    case PULL_INT: return take_int(c, field, at);
    case PULL_INT64: return take_whole_number(c, field, INT64_MIN, INT64_MAX, (int64_t *)at);
    case PULL_BOOL: return take_bool(c, (bool *)at);
    case PULL_DECIMAL:
        if (!take_number(c, &text)) {
            return false;
        }
        *(const char **)at = keep_text(c, text);
        return true;
    case PULL_INT_OR_TEXT: return take_int_or_text(c, at);
    case PULL_TIME: return take_time(c, at);
    case PULL_ENUM: return take_name(c, field->names, (int *)at);
    case PULL_ENUM_SET: return take_name_set(c, field, at);
    case PULL_ENUM_ARRAY: return take_elements(c, field, object, sizeof(int), take_name_element);
    case PULL_CONVERT: return take_converted(c, field, at);
    case PULL_PRESENT: return take_present(c, at);
    case PULL_OBJECT: return take_object(c, field->table, at, &ignored);
    case PULL_ARRAY:
        return take_elements(c, field, object, field->table->size, take_object_element);
    case PULL_TEXT_ARRAY:
        return take_elements(c, field, object, sizeof(const char *), take_text_element);
    case PULL_MAP: return take_map(c, field, object);
    case PULL_COUNT: return take_count(c, at);
    case PULL_RAW: return take_raw(c, field, at);
    }
    BUG_IF(true, "pull: no such type %d", (int)field->type);
    return false;
}
