/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Many allocations with one end. An object and all its strings live in one arena, as do all
 * temporaries of one turn; nobody frees a field.
 *
 * Rules
 *  1. Born with a ceiling in bytes. Going past it sets `full`; the allocation then comes from a
 *     private spare that keeps the caller safe but is worth nothing: who feeds an arena from the
 *     outside checks arena_is_full() at the end and refuses the input (ERR_GARBLED).
 *     A single allocation never returns NULL.
 *  2. Memory is zeroed, aligned for any type, and lives until arena_clear.
 *  3. A zeroed struct arena is a valid empty one with the default ceiling of 64 MiB.
 */

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first; private */
    size_t ceiling_bytes;       /* 0 = 64 MiB */
    size_t used_bytes;          /* handed out since the last clear */
    size_t peak_bytes;          /* most ever handed out, for tests */
    bool full;                  /* the ceiling was met; sticky until arena_clear */
};

void arena_init(struct arena *arena, size_t ceiling_bytes);
/* Frees everything; leaves a usable empty arena with the same ceiling. */
void arena_clear(struct arena *arena);
bool arena_is_full(const struct arena *arena);

/* Zeroed memory for count items of size bytes. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* Copies of text, NUL-terminated. */
char *arena_dup(struct arena *arena, const char *text);
char *arena_dup_n(struct arena *arena, const char *text, size_t len);
/* snprintf into the arena; numbers and strings only. */
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

#endif
