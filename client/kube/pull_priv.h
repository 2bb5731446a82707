/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_PULL_PRIV_H
#define KUBE_PULL_PRIV_H

#include "kube/pull.h"

/*
 * A position in JSON text that lies in memory whole, and the steps that move it: shared by the
 * decoder (pull.c), its values (pull_value.c) and its tokens (pull_token.c).
 */

#define PULL_PATH_MAX 64

struct pull_step {
    const char *name; /* borrowed from a table; NULL = an array index */
    int index;
};

struct pull_cursor {
    const char *at, *end;
    struct arena *arena;
    struct err *err; /* set once, by cursor_fail */
    int depth_max;
    int depth;
    bool refuse_unknown;
    struct pull_step path[PULL_PATH_MAX];
    int path_len;
};

/* Sets err to "path: sentence" and returns false. */
bool cursor_fail(struct pull_cursor *c, const char *format, ...) PRINTF_LIKE(2, 3);
/* "expected WANTED, found text" by what stands here; returns false. */
bool cursor_expected(struct pull_cursor *c, const char *wanted);
void cursor_enter(struct pull_cursor *c, const char *name, int index);
void cursor_leave(struct pull_cursor *c);

/* ---- tokens: pull_token.c; none looks beyond c->end ---- */

void skip_blanks(struct pull_cursor *c);
/* Steps over `wanted` after blanks; false, without an error, if something else stands here. */
bool take_byte(struct pull_cursor *c, char wanted);
/* Steps over `null`; false, without an error, if something else stands here. */
bool take_null(struct pull_cursor *c);
/* Steps over any value. ret_deepest: brackets open at most. False, without an error: no value. */
bool skip_value(struct pull_cursor *c, int *ret_deepest);
/* The raw content of a string, quotes stepped over; unchecked. False, without an error: none. */
bool take_raw_text(struct pull_cursor *c, struct str *ret_raw);
/* A checked string: borrowed from the input, or unescaped into the arena. False: err is set. */
bool take_text(struct pull_cursor *c, struct str *ret_text);
/* A number by JSON's grammar, as its text. False: err is set. */
bool take_number(struct pull_cursor *c, struct str *ret_number);
bool take_bool(struct pull_cursor *c, bool *ret_value);

/* First quote or backslash in [at, end), or end. */
const char *find_quote(const char *at, const char *end);

/* ---- values: pull_value.c ---- */

/* Reads the value here as the row says. False: err is set. */
bool take_field(struct pull_cursor *c, const struct pull_field *field, char *object);

/* ---- objects: pull.c ---- */

/* Zeroed memory of the table's struct becomes one with nothing read. */
void preset_object(const struct pull_table *table, char *object);
/* Reads the object here. False: err is set. */
bool take_object(struct pull_cursor *c, const struct pull_table *table, char *object,
                 enum pull_verdict *ret_verdict);
/* Whether count items of size bytes may still come from the arena; false: err is set. */
bool cursor_has_room(struct pull_cursor *c, size_t count, size_t size);

#endif
