/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Borrowed text: a pointer and a length, no NUL promised. Lives as long as what it points into.
 * Nouns hold `const char *` (owned by their arena); parsers hold struct str.
 */

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

struct str str_of(const char *text); /* NULL gives the empty text */
bool str_is(struct str text, const char *other);
bool str_starts(struct str text, const char *prefix);
/* Cuts `text` at the first `separator`: returns what is before it, leaves what is after it. */
struct str str_cut(struct str *text, char separator);
struct str str_trim(struct str text);
/* Decimal digits with an optional '-'; false on anything else or overflow. */
bool str_to_int64(struct str text, int64_t *ret_value);

/*
 * Bytes of the well-formed UTF-8 character that text begins with, 1 to 4; 0 if there is none
 * (overlong, surrogate, beyond U+10FFFF, cut short, or text is empty).
 */
size_t str_utf8_len(struct str text);

/* strcmp that takes NULL as "". */
int text_compare(const char *a, const char *b);
bool text_is(const char *a, const char *b);

#endif
