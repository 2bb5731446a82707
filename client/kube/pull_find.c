/* SPDX-License-Identifier: Apache-2.0 */
/* Single members of a document that is otherwise left alone, and the frame of a watch event. */
#include <string.h>

#include "kube/pull_priv.h"

/* Steps to the value of the next member of the object c stands in; false at its end. */
static bool next_member(struct pull_cursor *c, char opener, struct str *ret_key)
{
    return take_byte(c, opener) && take_raw_text(c, ret_key) && take_byte(c, ':');
}

bool pull_find(struct str json, const char *key, struct str *ret_value)
{
    struct pull_cursor c = {.at = json.ptr, .end = json.ptr + json.len};
    struct str found;
    int deepest;
    for (char opener = '{'; json.len > 0 && next_member(&c, opener, &found); opener = ',') {
        skip_blanks(&c);
        const char *start = c.at;
        if (!skip_value(&c, &deepest)) {
            return false;
        }
        if (str_is(found, key)) {
            *ret_value = (struct str){start, (size_t)(c.at - start)};
            return true;
        }
    }
    return false;
}

const char *pull_find_text(struct str json, const char *key, struct arena *arena)
{
    struct err ignored;
    struct str value;
    struct str text;
    if (!pull_find(json, key, &value) || value.ptr[0] != '"') {
        return NULL;
    }
    struct pull_cursor c = {
        .at = value.ptr,
        .end = value.ptr + value.len,
        .arena = arena,
        .err = &ignored,
    };
    return take_text(&c, &text) ? arena_dup_n(arena, text.ptr, text.len) : NULL;
}

static const char *text_or_nothing(const char *text)
{
    return text == NULL ? "" : text;
}

struct object_id pull_id(struct str json, struct arena *arena)
{
    struct str meta = {"", 0};
    pull_find(json, "metadata", &meta);
    return (struct object_id){
        .name = text_or_nothing(pull_find_text(meta, "name", arena)),
        .ns = text_or_nothing(pull_find_text(meta, "namespace", arena)),
        .uid = text_or_nothing(pull_find_text(meta, "uid", arena)),
        .resource_version = text_or_nothing(pull_find_text(meta, "resourceVersion", arena)),
    };
}

static bool event_type_of(struct str value, enum event_type *ret_type)
{
    static const char *const names[] = {"\"ADDED\"", "\"MODIFIED\"", "\"DELETED\"", "\"BOOKMARK\"",
                                        "\"ERROR\""};
    for (int i = 0; i < 5; i++) {
        if (str_is(value, names[i])) {
            *ret_type = (enum event_type)i;
            return true;
        }
    }
    return false;
}

/* Steps over the members of the frame, keeping where type and object lie. */
static bool scan_frame(struct pull_cursor *c, struct str *type, struct str *object)
{
    struct str key;
    int deepest;
    if (!take_byte(c, '{')) {
        return false;
    }
    do {
        if (!take_raw_text(c, &key) || !take_byte(c, ':')) {
            return false;
        }
        skip_blanks(c);
        const char *start = c->at;
        if (!skip_value(c, &deepest)) {
            return false;
        }
        struct str value = {start, (size_t)(c->at - start)};
        if (str_is(key, "type")) {
            *type = value;
        } else if (str_is(key, "object")) {
            *object = value;
        }
    } while (take_byte(c, ','));
    if (!take_byte(c, '}')) {
        return false;
    }
    skip_blanks(c);
    return c->at == c->end;
}

int pull_event(struct str frame, struct pull_event *ret_event, struct err *err)
{
    struct str type = {"", 0};
    struct pull_event event = {.object = {"", 0}};
    struct pull_cursor c = {.at = frame.ptr, .end = frame.ptr + frame.len};
    if (!scan_frame(&c, &type, &event.object)) {
        return err_set(err, ERR_GARBLED, 0, "a watch event that is not one JSON object");
    }
    if (!event_type_of(type, &event.type)) {
        return err_set(err, ERR_GARBLED, 0, "a watch event of unknown type %.*s",
                       (int)(type.len < 40 ? type.len : 40), type.ptr);
    }
    if (event.object.len == 0 || event.object.ptr[0] != '{') {
        return err_set(err, ERR_GARBLED, 0, "a watch event without an object");
    }
    *ret_event = event;
    return 0;
}
