/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/time.h"
#include "cli/document.h"
#include "model/number.h"

/*
 * Where in a file we are, so that every complaint reads `FILE:LINE: field: what is wrong, what to
 * do`; and strict reading of small maps by a table: a key that no row names is refused with the
 * nearest spelling. For the documents that are the command line's own (Observation, Delete,
 * OperatorConfig); the API's objects are read by watch/ and checked by cli/schema.h.
 */

struct place {
    const char *file;
    const struct place *parent; /* NULL at the top of a document; outlives this one */
    const char *key;            /* NULL = an index of a list */
    int index;
};

/* One key or one index further on. */
struct place place_key(const struct place *place, const char *key);
struct place place_index(const struct place *place, int index);

/* "spec.metrics[0].name" into out, cut to size; "" at the top. Returns its length. */
size_t place_path(const struct place *place, char *out, size_t size);

/* Fills err with ERR_REFUSED "FILE:LINE: PATH: ..." and returns -1. */
int place_fail(const struct place *place, int line, struct err *err, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* The same for a key that is not known; names the nearest of `known` (count texts), if any is near.
 */
int place_fail_unknown(const struct place *place, const struct doc_entry *entry,
                       const char *const *known, int count, struct err *err);

/* The text of known[] that is nearest to `word` in spelling, or NULL if none is near. */
const char *nearest_word(const char *word, const char *const *known, int count);

/* "text", "a number", "a list", ... for complaints. */
const char *doc_type_word(enum doc_type type);

/* row type, C type of the member, what is taken */
#define FIELD_TYPES(X)                                                                             \
    X(TEXT, const char *, "text without NUL")                                                      \
    X(BOOL, bool, "true or false")                                                                 \
    X(INT, int, "a whole number from min to max")                                                  \
    X(TIME, struct wall, "RFC 3339")                                                               \
    X(NUMBER, struct number, "a number or quantity; NaN and Inf too, bare or quoted")              \
    X(WORD, int, "one of `words`; its index")                                                      \
    X(LIST, const struct doc *, "a list, handed on")                                               \
    X(MAP, const struct doc *, "a map, handed on")                                                 \
    X(ANY, const struct doc *, "anything, handed on")

enum field_type {
#define FIELD_ENUM(name, c_type, what) FIELD_##name,
    FIELD_TYPES(FIELD_ENUM)
#undef FIELD_ENUM
};

struct field {
    const char *name;
    enum field_type type;
    size_t at;
    bool required;
    size_t has_at; /* 0, or the offset of a bool that becomes true when the key is there */
    const char *const *words; /* WORD: NULL at the end */
    int min, max;
};

#define FIELD(name_, type_, struct_, member_, ...)                                                 \
    {                                                                                              \
        .name = (name_), .type = FIELD_##type_, .at = offsetof(struct_, member_), __VA_ARGS__      \
    }

/*
 * Reads the map into `object`, whose members hold their defaults; a key with null counts as
 * absent. What is not a map, holds an unknown key, lacks a required one or has a value that does
 * not fit is refused.
 */
int fields_read(const struct place *place, const struct doc *doc, const struct field *fields,
                int count, void *object, struct err *err) MUST_CHECK;

/* Reads one scalar as a number (see FIELD_NUMBER). */
int number_read(const struct place *place, const struct doc *doc, struct number *ret_number,
                struct err *err) MUST_CHECK;

#endif
