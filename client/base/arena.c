/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain of blocks, each twice the size of the one before, so that a small object costs one small
 * block and a large one few. Blocks are allocated zeroed and never reused: nothing has to be
 * cleared when memory is handed out.
 *
 * Past the ceiling, memory is still real (overlapping spares would turn a pointer of one caller
 * into text of another): the flag is what counts, and who feeds an arena stops when it is up.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define DEFAULT_CEILING_BYTES ((size_t)64 << 20)
#define FIRST_BLOCK_BYTES ((size_t)448)
#define LARGEST_BLOCK_BYTES ((size_t)64 << 10)

struct arena_block {
    struct arena_block *older;
    size_t used;
    size_t cap;
    max_align_t bytes[]; /* cap bytes */
};

void arena_init(struct arena *arena, size_t ceiling_bytes)
{
    *arena = (struct arena){.ceiling_bytes = ceiling_bytes};
}

void arena_clear(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block != NULL;) {
        struct arena_block *older = block->older;
        mem_free(block);
        block = older;
    }
    arena->blocks = NULL;
    arena->used_bytes = 0;
    arena->full = false;
}

bool arena_is_full(const struct arena *arena)
{
    return arena->full;
}

static void add_block(struct arena *arena, size_t need)
{
    size_t cap = arena->blocks == NULL ? FIRST_BLOCK_BYTES : arena->blocks->cap * 2;
    if (cap > LARGEST_BLOCK_BYTES) {
        cap = LARGEST_BLOCK_BYTES;
    }
    if (cap < need) {
        cap = need;
    }
    struct arena_block *block = mem_new(1, sizeof(struct arena_block) + cap);
    block->cap = cap;
    block->older = arena->blocks;
    arena->blocks = block;
}

static void count_bytes(struct arena *arena, size_t bytes)
{
    size_t ceiling = arena->ceiling_bytes == 0 ? DEFAULT_CEILING_BYTES : arena->ceiling_bytes;
    arena->used_bytes += bytes;
    if (arena->used_bytes > ceiling) {
        arena->full = true;
    }
    if (arena->used_bytes > arena->peak_bytes) {
        arena->peak_bytes = arena->used_bytes;
    }
}

static void *take_bytes(struct arena *arena, size_t bytes, size_t align)
{
    struct arena_block *block = arena->blocks;
    size_t at = block == NULL ? 0 : (block->used + align - 1) / align * align;
    if (block == NULL || at > block->cap || block->cap - at < bytes) {
        add_block(arena, bytes);
        block = arena->blocks;
        at = 0;
    }
    count_bytes(arena, at + bytes - block->used); /* the gap counts too */
    block->used = at + bytes;
    return (char *)block->bytes + at;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    BUG_IF(size != 0 && count > (SIZE_MAX / 4) / size, "arena: %zu x %zu bytes", count, size);
    size_t bytes = count * size;
    return take_bytes(arena, bytes == 0 ? 1 : bytes, _Alignof(max_align_t));
}

char *arena_dup(struct arena *arena, const char *text)
{
    return arena_dup_n(arena, text, strlen(text));
}

char *arena_dup_n(struct arena *arena, const char *text, size_t len)
{
    BUG_IF(len > SIZE_MAX / 4, "arena: text of %zu bytes", len);
    char *copy = take_bytes(arena, len + 1, 1);
    if (len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    BUG_IF(len < 0, "arena: bad format %s", format);
    char *text = take_bytes(arena, (size_t)len + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}
