/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a document beside the schema table of its kind. The table names each field by a path such
 * as "spec.metrics[].name" ("{}" for the values of a free map); the walk carries that path and, for
 * complaints, the place in the file.
 */
#include "cli/schema.h"

#include <stdio.h>
#include <string.h>

#include "cli/place.h"
#include "crd_gen.h"

#define PATH_MAX_BYTES 200
#define KEYS_MAX 64 /* fields of one object in the schema */

struct walk {
    const char *kind;
    char path[PATH_MAX_BYTES]; /* in the schema */
};

static int check_value(struct walk *walk, const struct crd_field *field, const struct place *place,
                       const struct doc *doc, struct err *err);

static const struct crd_field *find_field(const char *kind, const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(crd_fields); i++) {
        if (strcmp(crd_fields[i].path, path) == 0 && strcmp(crd_fields[i].kind, kind) == 0) {
            return &crd_fields[i];
        }
    }
    return NULL;
}

/* ---- scalars ---- */

static int code_points(const struct doc *doc)
{
    int count = 0;
    for (size_t i = 0; i < doc->len; i++) {
        count += ((unsigned char)doc->text[i] & 0xC0) != 0x80;
    }
    return count;
}

static int check_choice(const struct crd_field *field, const struct place *place,
                        const struct doc *doc, struct err *err)
{
    char all[240] = "";
    int count = 0;
    for (; field->choices[count] != NULL; count++) {
        if (strcmp(field->choices[count], doc->text) == 0) {
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s\"%s\"", count == 0 ? "" : ", ",
                 field->choices[count]);
    }
    const char *near = nearest_word(doc->text, field->choices, count);
    return place_fail(place, doc->line, err,
                      "Unsupported value: \"%.40s\": supported values: %s%s%s%s", doc->text, all,
                      near == NULL ? "" : ", did you mean ", near == NULL ? "" : near,
                      near == NULL ? "" : "?");
}

/* "Invalid value: SHOWN: spec.x in body SENTENCE" */
static int fail_invalid(const struct place *place, const struct doc *doc, const char *shown,
                        const char *sentence, struct err *err)
{
    char path[160];
    (void)place_path(place, path, sizeof path);
    return place_fail(place, doc->line, err, "Invalid value: %.48s: %s in body %s", shown, path,
                      sentence);
}

static int check_string(const struct crd_field *field, const struct place *place,
                        const struct doc *doc, struct err *err)
{
    char sentence[80];
    int count = code_points(doc);
    if (memchr(doc->text, '\0', doc->len) != NULL) {
        return place_fail(place, doc->line, err, "holds a NUL character, remove it");
    }
    if (count < field->min_length) {
        snprintf(sentence, sizeof sentence, "should be at least %d chars long", field->min_length);
        return fail_invalid(place, doc, count == 0 ? "\"\"" : doc->text, sentence, err);
    }
    if (field->max_length > 0 && count > field->max_length) {
        return place_fail(place, doc->line, err,
                          "Too long: may not be more than %d bytes, shorten it", field->max_length);
    }
    return field->choices == NULL ? 0 : check_choice(field, place, doc, err);
}

static int fail_range(const struct crd_field *field, const struct place *place,
                      const struct doc *doc, bool below, struct err *err)
{
    char sentence[80];
    snprintf(sentence, sizeof sentence, "should be %s than or equal to %lld",
             below ? "greater" : "less", below ? field->min : field->max);
    return fail_invalid(place, doc, doc->text, sentence, err);
}

/* "must be of type integer: "string"" */
static int fail_type(const struct crd_field *field, const struct place *place,
                     const struct doc *doc, struct err *err)
{
    static const char *const found[] = {
        [DOC_NULL] = "\"null\"",   [DOC_BOOL] = "\"boolean\"", [DOC_NUMBER] = "\"number\"",
        [DOC_TEXT] = "\"string\"", [DOC_LIST] = "\"array\"",   [DOC_MAP] = "\"object\"",
    };
    char sentence[120];
    const char *type = strcmp(field->type, "quantity") == 0 ? "integer,string" : field->type;
    snprintf(sentence, sizeof sentence, "must be of type %s: %s%s", type, found[doc->type],
             strcmp(field->type, "string") == 0 ? ", put it in quotes" : "");
    return fail_invalid(place, doc, found[doc->type], sentence, err);
}

static int check_integer(const struct crd_field *field, const struct place *place,
                         const struct doc *doc, struct err *err)
{
    int64_t value = 0;
    struct str text = {doc->text, doc->len};
    if (strpbrk(doc->text, ".eENI") != NULL) {
        return fail_type(field, place, doc, err);
    }
    bool fits = str_to_int64(text, &value);
    bool below = fits ? value < field->min : doc->text[0] == '-';
    if (field->has_range && (!fits || below || value > field->max)) {
        return fail_range(field, place, doc, below, err);
    }
    return fits ? 0 : fail_type(field, place, doc, err);
}

static int check_number(const struct crd_field *field, const struct place *place,
                        const struct doc *doc, struct err *err)
{
    struct number number = number_parse((struct str){doc->text, doc->len});
    if (number.state != NUMBER_OK && number.state != NUMBER_NEGATIVE &&
        number.state != NUMBER_TOO_LARGE) {
        return fail_type(field, place, doc, err);
    }
    bool large = number.state == NUMBER_TOO_LARGE;
    bool below = large ? doc->text[0] == '-' : number.nano < (int128)field->min * NANO;
    if (field->has_range && (large || below || number.nano > (int128)field->max * NANO)) {
        return fail_range(field, place, doc, below, err);
    }
    return 0;
}

/* ---- collections ---- */

/* The text that must be unique among the entries of a list; NULL = this entry has none. */
static const char *unique_text(const struct crd_field *field, const struct doc *item)
{
    const struct doc *value = field->unique_key == NULL ? item : doc_get(item, field->unique_key);
    return value != NULL && value->type == DOC_TEXT ? value->text : NULL;
}

static int fail_twice(const struct crd_field *field, const struct place *place,
                      const struct doc *item, int line, struct err *err)
{
    const char *text = unique_text(field, item);
    if (field->unique_key == NULL) {
        return place_fail(place, line, err, "Duplicate value: \"%.63s\", keep one", text);
    }
    return place_fail(place, line, err, "Duplicate value: {\"%s\":\"%.63s\"}, keep one",
                      field->unique_key, text);
}

/* Lists are short by now: their maxItems has been looked at. */
static int check_unique(const struct crd_field *field, const struct place *place,
                        const struct doc *doc, struct err *err)
{
    for (int i = 0; i < doc->count; i++) {
        const char *text = unique_text(field, doc->entries[i].value);
        for (int k = 0; text != NULL && k < i; k++) {
            const char *other = unique_text(field, doc->entries[k].value);
            if (other != NULL && strcmp(text, other) == 0) {
                struct place at = place_index(place, i);
                return fail_twice(field, &at, doc->entries[i].value, doc->entries[i].line, err);
            }
        }
    }
    return 0;
}

/* Goes one step down in the schema path; *ret_field is NULL if there is no such field. */
static bool push(struct walk *walk, const char *step, size_t *ret_before,
                 const struct crd_field **ret_field)
{
    size_t used = *ret_before = strlen(walk->path);
    int n = snprintf(walk->path + used, sizeof walk->path - used, "%s", step);
    bool fits = n >= 0 && used + (size_t)n < sizeof walk->path;
    *ret_field = fits ? find_field(walk->kind, walk->path) : NULL;
    return *ret_field != NULL;
}

static void pop(struct walk *walk, size_t before)
{
    walk->path[before] = '\0';
}

static int check_list(struct walk *walk, const struct crd_field *field, const struct place *place,
                      const struct doc *doc, struct err *err)
{
    size_t before = 0;
    const struct crd_field *item = NULL;
    if (doc->count < field->min_items) {
        char sentence[64];
        snprintf(sentence, sizeof sentence, "should have at least %d items", field->min_items);
        return fail_invalid(place, doc, "0", sentence, err);
    }
    if (field->max_items > 0 && doc->count > field->max_items) {
        return place_fail(place, doc->line, err, "Too many: %d: must have at most %d items",
                          doc->count, field->max_items);
    }
    int result = 0;
    if (push(walk, "[]", &before, &item)) {
        for (int i = 0; i < doc->count && result == 0; i++) {
            struct place at = place_index(place, i);
            result = check_value(walk, item, &at, doc->entries[i].value, err);
        }
    }
    pop(walk, before);
    if (result == 0 && (field->is_set || field->unique_key != NULL)) {
        result = check_unique(field, place, doc, err);
    }
    return result;
}

/* The last part of a schema path if it is a direct field of `parent`, else NULL. */
static const char *child_name(const char *path, const char *parent)
{
    size_t len = strlen(parent);
    if (strncmp(path, parent, len) != 0 || path[len] != '.') {
        return NULL;
    }
    const char *name = path + len + 1;
    return strpbrk(name, ".[{") == NULL ? name : NULL;
}

static int fail_unknown(const struct walk *walk, const struct place *place,
                        const struct doc_entry *entry, struct err *err)
{
    const char *known[KEYS_MAX];
    int count = 0;
    for (size_t i = 0; i < ARRAY_LEN(crd_fields) && count < KEYS_MAX; i++) {
        const char *name = child_name(crd_fields[i].path, walk->path);
        if (name != NULL && strcmp(crd_fields[i].kind, walk->kind) == 0) {
            known[count++] = name;
        }
    }
    return place_fail_unknown(place, entry, known, count, err);
}

static int check_entry(struct walk *walk, const struct place *place, const struct doc_entry *entry,
                       bool free_map, struct err *err)
{
    char step[80];
    size_t before = 0;
    const struct crd_field *field = NULL;
    bool odd = strpbrk(entry->key, ".[{") != NULL || strlen(entry->key) > 64;
    snprintf(step, sizeof step, ".%.64s", odd ? "?" : entry->key);
    bool known = push(walk, free_map ? "{}" : step, &before, &field);
    struct place at = place_key(place, entry->key);
    int result = 0;
    if (known && entry->value->type != DOC_NULL) {
        result = check_value(walk, field, &at, entry->value, err);
    }
    pop(walk, before);
    return known ? result : fail_unknown(walk, place, entry, err);
}

static int check_required(const struct walk *walk, const struct place *place, const struct doc *doc,
                          struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(crd_fields); i++) {
        const struct crd_field *field = &crd_fields[i];
        const char *name = field->required && strcmp(field->kind, walk->kind) == 0
                               ? child_name(field->path, walk->path)
                               : NULL;
        const struct doc *value = name == NULL ? doc : doc_get(doc, name);
        if (value == NULL || (name != NULL && value->type == DOC_NULL)) {
            struct place at = place_key(place, name);
            return place_fail(&at, doc->line, err, "Required value, add it");
        }
    }
    return 0;
}

static int check_map(struct walk *walk, const struct crd_field *field, const struct place *place,
                     const struct doc *doc, struct err *err)
{
    size_t before = 0;
    const struct crd_field *values = NULL;
    bool free_map = push(walk, "{}", &before, &values);
    pop(walk, before);
    if (field->max_properties > 0 && doc->count > field->max_properties) {
        return place_fail(place, doc->line, err, "Too many: %d: must have at most %d items",
                          doc->count, field->max_properties);
    }
    for (int i = 0; i < doc->count; i++) {
        if (check_entry(walk, place, &doc->entries[i], free_map, err) != 0) {
            return -1;
        }
    }
    return check_required(walk, place, doc, err);
}

/* ---- any value ---- */

static bool type_fits(const char *wanted, enum doc_type found)
{
    static const struct {
        const char *name;
        enum doc_type first, second;
    } types[] = {
        {"string", DOC_TEXT, DOC_TEXT},     {"integer", DOC_NUMBER, DOC_NUMBER},
        {"number", DOC_NUMBER, DOC_NUMBER}, {"boolean", DOC_BOOL, DOC_BOOL},
        {"quantity", DOC_TEXT, DOC_NUMBER}, {"array", DOC_LIST, DOC_LIST},
        {"object", DOC_MAP, DOC_MAP},
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strcmp(types[i].name, wanted) == 0) {
            return found == types[i].first || found == types[i].second;
        }
    }
    return false;
}

static int check_value(struct walk *walk, const struct crd_field *field, const struct place *place,
                       const struct doc *doc, struct err *err)
{
    if (!type_fits(field->type, doc->type)) {
        return fail_type(field, place, doc, err);
    }
    switch (doc->type) {
    case DOC_LIST: return check_list(walk, field, place, doc, err);
    case DOC_MAP: return check_map(walk, field, place, doc, err);
    case DOC_TEXT: return check_string(field, place, doc, err);
    case DOC_NUMBER:
        if (strcmp(field->type, "number") == 0) {
            return check_number(field, place, doc, err);
        }
        return check_integer(field, place, doc, err);
    case DOC_BOOL:
    case DOC_NULL: break;
    }
    return 0;
}

/* ---- the document ---- */

static int check_metadata(const struct place *top, const struct doc *doc, struct err *err)
{
    const struct doc *metadata = doc_get(doc, "metadata");
    struct place at = place_key(top, "metadata");
    struct place name_at = place_key(&at, "name");
    const struct doc *name = doc_get(metadata, "name");
    if (name != NULL && name->type != DOC_TEXT) {
        return place_fail(&name_at, name->line, err, "must be text (put it in quotes), is %s",
                          doc_type_word(name->type));
    }
    if (name == NULL || name->len == 0) {
        return place_fail(&name_at, metadata == NULL ? doc->line : metadata->line, err,
                          "is missing, give the object a name");
    }
    bool fits = name->len <= 253 && name->text[0] != '-' && name->text[0] != '.' &&
                name->text[name->len - 1] != '-' && name->text[name->len - 1] != '.';
    for (size_t i = 0; i < name->len; i++) {
        char c = name->text[i];
        fits &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }
    if (!fits) {
        return place_fail(&name_at, name->line, err,
                          "\"%.63s\" is not a name that an object can have, use lower-case "
                          "letters, digits, '-' and '.', with a letter or digit at both ends",
                          name->text);
    }
    return 0;
}

static int check_top(const struct place *top, const struct doc *doc, struct err *err)
{
    static const char *const known[] = {"apiVersion", "kind", "metadata", "spec", "status"};
    const struct doc *version = doc_get(doc, "apiVersion");
    if (version == NULL || strcmp(version->text, "sluice.dev/v1alpha1") != 0) {
        struct place at = place_key(top, "apiVersion");
        return place_fail(&at, version == NULL ? doc->line : version->line, err,
                          "must be sluice.dev/v1alpha1");
    }
    for (int i = 0; i < doc->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ARRAY_LEN(known); k++) {
            is_known |= strcmp(doc->entries[i].key, known[k]) == 0;
        }
        if (!is_known) {
            return place_fail_unknown(top, &doc->entries[i], known, (int)ARRAY_LEN(known), err);
        }
    }
    return check_metadata(top, doc, err);
}

int schema_check(const char *file, const struct doc *doc, const char *kind, struct err *err)
{
    struct place top = {.file = file};
    if (check_top(&top, doc, err) != 0) {
        return -1;
    }
    const struct doc *spec = doc_get(doc, "spec");
    struct place at = place_key(&top, "spec");
    if (spec == NULL) {
        return place_fail(&at, doc->line, err, "Required value, add it");
    }
    struct walk walk = {.kind = kind, .path = "spec"};
    const struct crd_field *field = find_field(kind, "spec");
    return field == NULL ? 0 : check_value(&walk, field, &at, spec, err);
}
