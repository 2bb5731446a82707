/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_LINES_H
#define KUBE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * A watch is one JSON object a line. Chunks of any size in, whole lines out; pure.
 *
 *     lines_feed(&lines, bytes, len);
 *     struct str line;
 *     while (lines_next(&lines, &line)) { ... }
 *
 * Rules
 *  1. Lines end with '\n' only (JSON text cannot hold a raw one); a '\r' before it is dropped, and
 *     so are empty lines.
 *  2. A line lies in the chunk or in the buffer: it lives until the next lines_feed, and the bytes
 *     given to lines_feed must live as long as lines_next is called for them.
 *  3. All lines are taken before the next lines_feed.
 *  4. A line longer than the ceiling is dropped and counted in `too_long`; the next one is whole.
 *  5. What follows the last '\n' when the stream ends is no line: nothing has to be called for it.
 */

#define LINES_DEFAULT_CEILING_BYTES ((size_t)16 << 20)

struct lines {
    struct buf part;    /* a line that began in an earlier chunk */
    struct str rest;    /* of the chunk being taken apart */
    size_t too_long;    /* lines dropped so far */
    bool dropping;      /* inside a line that is too long */
    bool part_is_given; /* the last line handed out was in `part` */
};

/* ceiling_bytes 0 = 16 MiB. */
void lines_init(struct lines *lines, size_t ceiling_bytes);
void lines_clear(struct lines *lines);
void lines_feed(struct lines *lines, const char *bytes, size_t len);
bool lines_next(struct lines *lines, struct str *ret_line);

#endif
