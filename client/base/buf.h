/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Growing bytes with a ceiling. Going past the ceiling sets `overflow`, drops the bytes and stays
 * so: check once at the end. The bytes are always followed by a NUL that is not counted.
 * A zeroed struct buf is empty with the default ceiling of 16 MiB.
 */

struct buf {
    char *ptr; /* NULL while nothing was added: use buf_text */
    size_t len;
    size_t cap;           /* private */
    size_t ceiling_bytes; /* 0 = 16 MiB */
    bool overflow;        /* sticky until buf_clear */
};

void buf_init(struct buf *buf, size_t ceiling_bytes);
/* Frees; leaves a usable empty buffer with the same ceiling. */
void buf_clear(struct buf *buf);
/* Forgets the bytes, keeps the memory. */
void buf_reset(struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* Removes the first n bytes. */
void buf_drop_front(struct buf *buf, size_t n);
/* Never NULL. */
const char *buf_text(const struct buf *buf);
/* The caller owns the text and frees it with mem_free; the buffer is empty afterwards. */
char *buf_take(struct buf *buf);

#endif
