/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte is copied at most once: only a line that began in an earlier chunk is collected, all
 * others are handed out where they lie.
 */
#include "kube/lines.h"

#include <string.h>

void lines_init(struct lines *lines, size_t ceiling_bytes)
{
    *lines = (struct lines){0};
    buf_init(&lines->part, ceiling_bytes == 0 ? LINES_DEFAULT_CEILING_BYTES : ceiling_bytes);
}

void lines_clear(struct lines *lines)
{
    size_t ceiling_bytes = lines->part.ceiling_bytes;
    buf_clear(&lines->part);
    lines_init(lines, ceiling_bytes);
}

void lines_feed(struct lines *lines, const char *bytes, size_t len)
{
    lines->rest = (struct str){bytes, len};
}

/* Adds to the line under way; one that gets too long is dropped up to its end. */
static void add_part(struct lines *lines, struct str piece)
{
    if (lines->dropping || piece.len == 0) {
        return;
    }
    buf_add(&lines->part, piece.ptr, piece.len);
    if (lines->part.overflow) {
        buf_reset(&lines->part);
        lines->dropping = true;
        lines->too_long++;
    }
}

/* The line that ends with `piece`; empty if there is none to hand out. */
static struct str end_line(struct lines *lines, struct str piece)
{
    struct str line = piece;
    if (lines->part.len > 0 || lines->dropping || piece.len > lines->part.ceiling_bytes) {
        add_part(lines, piece);
        line = (struct str){buf_text(&lines->part), lines->part.len};
        lines->part_is_given = true;
    }
    lines->dropping = false;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

bool lines_next(struct lines *lines, struct str *ret_line)
{
    for (;;) {
        if (lines->part_is_given) {
            buf_reset(&lines->part);
            lines->part_is_given = false;
        }
        struct str *rest = &lines->rest;
        const char *newline = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
        if (newline == NULL) {
            add_part(lines, *rest);
            *rest = (struct str){0};
            return false;
        }
        size_t len = (size_t)(newline - rest->ptr);
        struct str line = end_line(lines, (struct str){rest->ptr, len});
        rest->ptr += len + 1;
        rest->len -= len + 1;
        if (line.len > 0) {
            *ret_line = line;
            return true;
        }
    }
}
