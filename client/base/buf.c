/* SPDX-License-Identifier: Apache-2.0 */
/* Doubles as it grows; one byte beyond the content always holds the NUL. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define DEFAULT_CEILING_BYTES ((size_t)16 << 20)
#define FIRST_CAP 64

void buf_init(struct buf *buf, size_t ceiling_bytes)
{
    *buf = (struct buf){.ceiling_bytes = ceiling_bytes};
}

void buf_clear(struct buf *buf)
{
    mem_free(buf->ptr);
    buf_init(buf, buf->ceiling_bytes);
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
    if (buf->ptr != NULL) {
        buf->ptr[0] = '\0';
    }
}

/* Makes room for len more bytes and the NUL; false if that is beyond the ceiling. */
static bool make_room(struct buf *buf, size_t len)
{
    size_t ceiling = buf->ceiling_bytes == 0 ? DEFAULT_CEILING_BYTES : buf->ceiling_bytes;
    if (buf->overflow || len > ceiling || buf->len > ceiling - len) {
        buf->overflow = true;
        return false;
    }
    size_t need = buf->len + len + 1;
    if (need > buf->cap) {
        size_t cap = buf->cap == 0 ? FIRST_CAP : buf->cap;
        while (cap < need) {
            cap *= 2;
        }
        buf->ptr = mem_grow(buf->ptr, cap, 1);
        buf->cap = cap;
    }
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!make_room(buf, len)) {
        return;
    }
    if (len > 0) {
        memcpy(buf->ptr + buf->len, bytes, len);
    }
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    BUG_IF(len < 0, "buf: bad format %s", format);
    if (!make_room(buf, (size_t)len)) {
        return;
    }
    va_start(args, format);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

void buf_drop_front(struct buf *buf, size_t n)
{
    BUG_IF(n > buf->len, "buf: dropping %zu of %zu bytes", n, buf->len);
    if (n == 0) {
        return;
    }
    memmove(buf->ptr, buf->ptr + n, buf->len - n + 1);
    buf->len -= n;
}

const char *buf_text(const struct buf *buf)
{
    return buf->ptr == NULL ? "" : buf->ptr;
}

char *buf_take(struct buf *buf)
{
    char *text = buf->ptr == NULL ? mem_dup("") : buf->ptr;
    buf_init(buf, buf->ceiling_bytes);
    return text;
}
