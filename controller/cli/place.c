/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complaints with their place, and strict maps.
 */
#include "cli/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KNOWN_MAX 128   /* rows of one table */
#define SPELLING_MAX 40 /* words longer than this are near nothing */

/* ---- places ---- */

struct place place_key(const struct place *place, const char *key)
{
    return (struct place){.file = place->file, .parent = place, .key = key};
}

struct place place_index(const struct place *place, int index)
{
    return (struct place){.file = place->file, .parent = place, .index = index};
}

size_t place_path(const struct place *place, char *out, size_t size)
{
    out[0] = '\0';
    if (place->parent == NULL) {
        return 0;
    }
    size_t used = place_path(place->parent, out, size);
    int n = place->key == NULL
                ? snprintf(out + used, size - used, "[%d]", place->index)
                : snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ".", place->key);
    size_t len = n < 0 ? used : used + (size_t)n;
    return len < size ? len : size - 1;
}

int place_fail(const struct place *place, int line, struct err *err, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char path[160];
    (void)place_path(place, path, sizeof path);
    return err_set(err, ERR_REFUSED, 0, "%s:%d: %s: %s", place->file, line,
                   path[0] == '\0' ? "document" : path, text);
}

/* ---- spelling ---- */

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters to add, drop or change to get from one word to the other, case aside. */
static int distance(const char *a, const char *b)
{
    int row[SPELLING_MAX + 1];
    int a_len = (int)strlen(a);
    int b_len = (int)strlen(b);
    if (a_len > SPELLING_MAX || b_len > SPELLING_MAX) {
        return SPELLING_MAX;
    }
    for (int j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (int i = 1; i <= a_len; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b_len; j++) {
            int above = row[j];
            int change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            row[j] = smallest(above + 1, row[j - 1] + 1, change);
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *nearest_word(const char *word, const char *const *known, int count)
{
    const char *best = NULL;
    int best_distance = (int)strlen(word) / 3 + 1;
    for (int i = 0; i < count; i++) {
        int d = distance(word, known[i]);
        if (d < best_distance || (d == best_distance && best == NULL)) {
            best = known[i];
            best_distance = d;
        }
    }
    return best;
}

int place_fail_unknown(const struct place *place, const struct doc_entry *entry,
                       const char *const *known, int count, struct err *err)
{
    char path[160];
    struct place at = place_key(place, entry->key);
    const char *near = nearest_word(entry->key, known, count);
    (void)place_path(&at, path, sizeof path);
    if (near == NULL) {
        return place_fail(&at, entry->line, err, "unknown field \"%s\", remove it", path);
    }
    return place_fail(&at, entry->line, err, "unknown field \"%s\", did you mean %s?", path, near);
}

/* ---- values ---- */

const char *doc_type_word(enum doc_type type)
{
    static const char *const words[] = {
        [DOC_NULL] = "null", [DOC_BOOL] = "true or false", [DOC_NUMBER] = "a number",
        [DOC_TEXT] = "text", [DOC_LIST] = "a list",        [DOC_MAP] = "a map",
    };
    return words[type];
}

static int fail_type(const struct place *place, const struct doc *doc, const char *wanted,
                     struct err *err)
{
    return place_fail(place, doc->line, err, "must be %s, is %s", wanted, doc_type_word(doc->type));
}

static struct str scalar_text(const struct doc *doc)
{
    return (struct str){doc->text, doc->len};
}

static int read_text(const struct place *place, const struct doc *doc, const char **at,
                     struct err *err)
{
    if (doc->type != DOC_TEXT) {
        return fail_type(place, doc,
                         doc->type == DOC_LIST || doc->type == DOC_MAP ? "text"
                                                                       : "text (put it in quotes)",
                         err);
    }
    if (memchr(doc->text, '\0', doc->len) != NULL) {
        return place_fail(place, doc->line, err, "holds a NUL character, remove it");
    }
    *at = doc->text;
    return 0;
}

static int read_int(const struct place *place, const struct doc *doc, const struct field *field,
                    int *at, struct err *err)
{
    int64_t value = 0;
    if (doc->type != DOC_NUMBER || !str_to_int64(scalar_text(doc), &value)) {
        return fail_type(place, doc, "a whole number", err);
    }
    if (value < field->min || value > field->max) {
        return place_fail(place, doc->line, err, "must be %d to %d, is %lld", field->min,
                          field->max, (long long)value);
    }
    *at = (int)value;
    return 0;
}

int number_read(const struct place *place, const struct doc *doc, struct number *ret_number,
                struct err *err)
{
    if (doc->type != DOC_NUMBER && doc->type != DOC_TEXT) {
        return fail_type(place, doc, "a number", err);
    }
    struct number number = number_parse(scalar_text(doc));
    if (number.state == NUMBER_UNREADABLE || number.state == NUMBER_NONE) {
        return place_fail(place, doc->line, err,
                          "must be a number (52.5, 2k, NaN, Inf), is \"%.40s\"", doc->text);
    }
    *ret_number = number;
    return 0;
}

static int read_word(const struct place *place, const struct doc *doc, const struct field *field,
                     int *at, struct err *err)
{
    char all[200] = "";
    for (int i = 0; field->words[i] != NULL; i++) {
        if (doc->type == DOC_TEXT && str_is(scalar_text(doc), field->words[i])) {
            *at = i;
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i == 0 ? "" : ", ", field->words[i]);
    }
    return place_fail(place, doc->line, err, "must be one of %s", all);
}

static int read_handed_on(const struct place *place, const struct doc *doc, enum doc_type wanted,
                          const struct doc **at, struct err *err)
{
    if (doc->type != wanted) {
        return fail_type(place, doc, doc_type_word(wanted), err);
    }
    *at = doc;
    return 0;
}

static int read_time(const struct place *place, const struct doc *doc, struct wall *at,
                     struct err *err)
{
    if (doc->type != DOC_TEXT || !wall_parse(scalar_text(doc), at)) {
        return place_fail(place, doc->line, err,
                          "must be a time in RFC 3339, such as 2026-03-02T03:00:00Z");
    }
    return 0;
}

static int read_value(const struct place *place, const struct doc *doc, const struct field *field,
                      void *at, struct err *err)
{
    switch (field->type) {
    case FIELD_TEXT: return read_text(place, doc, at, err);
    case FIELD_INT: return read_int(place, doc, field, at, err);
    case FIELD_TIME: return read_time(place, doc, at, err);
    case FIELD_NUMBER: return number_read(place, doc, at, err);
    case FIELD_WORD: return read_word(place, doc, field, at, err);
    case FIELD_LIST: return read_handed_on(place, doc, DOC_LIST, at, err);
    case FIELD_MAP: return read_handed_on(place, doc, DOC_MAP, at, err);
    case FIELD_ANY: *(const struct doc **)at = doc; return 0;
    case FIELD_BOOL: break;
    }
    if (doc->type != DOC_BOOL) {
        return fail_type(place, doc, "true or false", err);
    }
    *(bool *)at = str_is(scalar_text(doc), "true");
    return 0;
}

/* ---- maps ---- */

static const struct field *find_field(const struct field *fields, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static int fail_unknown_field(const struct place *place, const struct doc_entry *entry,
                              const struct field *fields, int count, struct err *err)
{
    const char *known[KNOWN_MAX];
    int known_count = count < KNOWN_MAX ? count : KNOWN_MAX;
    for (int i = 0; i < known_count; i++) {
        known[i] = fields[i].name;
    }
    return place_fail_unknown(place, entry, known, known_count, err);
}

static int read_entry(const struct place *place, const struct doc_entry *entry,
                      const struct field *fields, int count, void *object, struct err *err)
{
    const struct field *field = find_field(fields, count, entry->key);
    if (field == NULL) {
        return fail_unknown_field(place, entry, fields, count, err);
    }
    if (entry->value->type == DOC_NULL && field->type != FIELD_ANY) {
        return 0;
    }
    struct place at = place_key(place, entry->key);
    if (read_value(&at, entry->value, field, (char *)object + field->at, err) != 0) {
        return -1;
    }
    if (field->has_at != 0) {
        *(bool *)((char *)object + field->has_at) = true;
    }
    return 0;
}

int fields_read(const struct place *place, const struct doc *doc, const struct field *fields,
                int count, void *object, struct err *err)
{
    if (doc->type != DOC_MAP) {
        return fail_type(place, doc, "a map", err);
    }
    for (int i = 0; i < doc->count; i++) {
        if (read_entry(place, &doc->entries[i], fields, count, object, err) != 0) {
            return -1;
        }
    }
    for (int i = 0; i < count; i++) {
        const struct doc *value = fields[i].required ? doc_get(doc, fields[i].name) : doc;
        if (value == NULL || (fields[i].required && value->type == DOC_NULL)) {
            struct place at = place_key(place, fields[i].name);
            return place_fail(&at, doc->line, err, "is missing, add it");
        }
    }
    return 0;
}
