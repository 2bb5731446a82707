/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and queries. A text from outside never becomes more than one segment or one value: what a
 * segment may not hold is refused, everything unusual is escaped.
 */
#include <string.h>

#include "base/str.h"
#include "kube/request.h"

static bool is_unreserved(unsigned char b)
{
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '-' ||
           b == '.' || b == '_' || b == '~';
}

static void add_escaped(struct buf *out, const char *text)
{
    for (const unsigned char *b = (const unsigned char *)text; *b != '\0'; b++) {
        if (is_unreserved(*b)) {
            buf_add(out, b, 1);
        } else {
            buf_printf(out, "%%%02X", *b);
        }
    }
}

bool path_segment_is_safe(const char *text)
{
    if (text_is(text, "") || text_is(text, ".") || text_is(text, "..")) {
        return false;
    }
    for (const unsigned char *b = (const unsigned char *)text; *b != '\0'; b++) {
        if (*b == '/' || *b == '%' || *b < ' ' || *b == 0x7f) {
            return false;
        }
    }
    return true;
}

static int add_segment(struct buf *out, const char *what, const char *text, struct err *err)
{
    if (!path_segment_is_safe(text)) {
        return err_set(err, ERR_REFUSED, 0, "\"%s\" cannot be a %s: no request was sent", text,
                       what);
    }
    buf_add(out, "/", 1);
    add_escaped(out, text);
    return 0;
}

/* "/api/v1", "/apis/GROUP/VERSION" */
static int add_api(struct buf *out, const char *api, struct err *err)
{
    struct str rest = str_of(api);
    str_cut(&rest, '/');
    if (api == NULL || api[0] != '/' || rest.len == 0) {
        return err_set(err, ERR_REFUSED, 0, "\"%s\" is no API path: no request was sent",
                       api == NULL ? "" : api);
    }
    while (rest.len > 0) {
        char segment[256];
        struct str piece = str_cut(&rest, '/');
        size_t len = piece.len < sizeof(segment) - 1 ? piece.len : 0;
        memcpy(segment, piece.ptr, len);
        segment[len] = '\0';
        if (add_segment(out, "part of an API path", segment, err) != 0) {
            return -1;
        }
    }
    return 0;
}

int resource_path(const struct resource *resource, struct buf *out, struct err *err)
{
    bool has_ns = !text_is(resource->ns, "");
    bool has_name = !text_is(resource->name, "");
    if (resource->namespaced && has_name && !has_ns) {
        return err_set(err, ERR_REFUSED, 0, "%s \"%s\" needs a namespace: no request was sent",
                       resource->plural, resource->name);
    }
    if (!has_name && !text_is(resource->subresource, "")) {
        return err_set(err, ERR_REFUSED, 0, "%s of no %s: no request was sent",
                       resource->subresource, resource->plural);
    }
    if (add_api(out, resource->api, err) != 0) {
        return -1;
    }
    if (has_ns) {
        buf_add_text(out, "/namespaces");
    }
    if ((has_ns && add_segment(out, "namespace", resource->ns, err) != 0) ||
        add_segment(out, "resource", resource->plural, err) != 0 ||
        (has_name && add_segment(out, "name", resource->name, err) != 0) ||
        (!text_is(resource->subresource, "") &&
         add_segment(out, "subresource", resource->subresource, err) != 0)) {
        return -1;
    }
    return 0;
}

void query_add(struct buf *path, const char *key, const char *value)
{
    bool first = strchr(buf_text(path), '?') == NULL;
    buf_add(path, first ? "?" : "&", 1);
    add_escaped(path, key);
    buf_add(path, "=", 1);
    add_escaped(path, value);
}
