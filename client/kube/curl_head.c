/* SPDX-License-Identifier: Apache-2.0 */
/* The three headers of an answer that mean something to us. */
#include <strings.h>

#include "base/str.h"
#include "kube/curl_priv.h"

#define HEADER_BYTES ((size_t)4096)

void head_reset(struct head_lines *head)
{
    head->retry_after_s = -1;
    head->warning.ceiling_bytes = head->content_type.ceiling_bytes = HEADER_BYTES;
    buf_reset(&head->warning);
    buf_reset(&head->content_type);
}

void head_clear(struct head_lines *head)
{
    buf_clear(&head->warning);
    buf_clear(&head->content_type);
}

static bool is_named(struct str name, const char *wanted)
{
    struct str other = str_of(wanted);
    return name.len == other.len && strncasecmp(name.ptr, other.ptr, name.len) == 0;
}

/* 299 - "text \"quoted\"" */
static void read_warning(struct buf *out, struct str value)
{
    if (!str_starts(value, "299 ") || out->len > 0) {
        return;
    }
    str_cut(&value, '"');
    for (size_t i = 0; i < value.len && value.ptr[i] != '"'; i++) {
        i += value.ptr[i] == '\\' && i + 1 < value.len ? 1 : 0;
        buf_add(out, value.ptr + i, 1);
    }
}

void head_line(struct head_lines *head, const char *line, size_t len)
{
    struct str value = {line, len};
    struct str name = str_trim(str_cut(&value, ':'));
    value = str_trim(value);
    int64_t seconds = 0;
    if (is_named(name, "retry-after") && str_to_int64(value, &seconds) && seconds >= 0 &&
        seconds <= INT32_MAX) {
        head->retry_after_s = (int)seconds;
    } else if (is_named(name, "warning")) {
        read_warning(&head->warning, value);
    } else if (is_named(name, "content-type")) {
        buf_reset(&head->content_type);
        buf_add(&head->content_type, value.ptr, value.len);
    }
}
