/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in and out of JSON. json_string refuses a text that is not UTF-8, and a refused field would
 * silently be missing; therefore everything is cleaned first, byte sequence by byte sequence.
 */
#include "status/json_text.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"

/* Length of the valid UTF-8 sequence at `text`, 0 = broken. NUL ends the text, so no overrun. */
static size_t sequence_len(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead, second_min, second_max;
        size_t len;
    } forms[] = {
        {0xFF, 0xE0, 0xA0, 0xBF, 3}, /* no overlong forms */
        {0xFF, 0xED, 0x80, 0x9F, 3}, /* no surrogates */
        {0xF0, 0xE0, 0x80, 0xBF, 3}, {0xFF, 0xF0, 0x90, 0xBF, 4}, {0xFF, 0xF4, 0x80, 0x8F, 4},
    };
    if (text[0] < 0x80) {
        return 1;
    }
    if (text[0] >= 0xC2 && text[0] <= 0xDF) {
        return (text[1] & 0xC0) == 0x80 ? 2 : 0;
    }
    if (text[0] >= 0xF1 && text[0] <= 0xF3) {
        return (text[1] & 0xC0) == 0x80 && (text[2] & 0xC0) == 0x80 && (text[3] & 0xC0) == 0x80 ? 4
                                                                                                : 0;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if ((text[0] & forms[i].mask) != forms[i].lead) {
            continue;
        }
        if (text[1] < forms[i].second_min || text[1] > forms[i].second_max ||
            (text[2] & 0xC0) != 0x80 || (forms[i].len == 4 && (text[3] & 0xC0) != 0x80)) {
            return 0;
        }
        return forms[i].len;
    }
    return 0;
}

/* Adds text made safe; what would pass max_bytes is cut where the three dots still fit. */
static void add_clean(struct buf *out, const char *text, size_t max_bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t cut = 0;
    while (*at != '\0') {
        char shown[8];
        size_t used = sequence_len(at);
        size_t len = used;
        if (used == 0) {
            shown[0] = '\xEF'; /* U+FFFD */
            shown[1] = '\xBF';
            shown[2] = '\xBD';
            len = 3;
            used = 1;
        } else if (used == 1 && (*at < 0x20 || *at == 0x7F)) {
            static const char digits[] = "0123456789abcdef";
            shown[0] = '\\';
            shown[1] = 'x';
            shown[2] = digits[*at >> 4];
            shown[3] = digits[*at & 15];
            len = 4;
        } else {
            memcpy(shown, at, used);
        }
        if (out->len + 3 <= max_bytes) {
            cut = out->len;
        }
        if (out->len + len > max_bytes) {
            out->len = cut;
            buf_add_text(out, "...");
            return;
        }
        buf_add(out, shown, len);
        at += used;
    }
}

const char *text_clean(struct arena *arena, const char *text, size_t max_bytes)
{
    CLEANUP(buf_clear) struct buf out = {0};
    add_clean(&out, text != NULL ? text : "", max_bytes);
    return arena_dup_n(arena, buf_text(&out), out.len);
}

json_t *json_clean(const char *text)
{
    CLEANUP(buf_clear) struct buf out = {0};
    add_clean(&out, text != NULL ? text : "", TEXT_SHOWN_BYTES);
    return json_stringn(buf_text(&out), out.len);
}

void put_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_clean(text));
}

void put_int(json_t *object, const char *key, int64_t value)
{
    json_object_set_new(object, key, json_integer(value));
}

void put_bool(json_t *object, const char *key, bool value)
{
    json_object_set_new(object, key, json_boolean(value));
}

void put_time(json_t *object, const char *key, struct wall time)
{
    char text[WALL_TEXT_SIZE];
    json_object_set_new(object, key, json_string(wall_text(time, text)));
}

void put_range(json_t *object, const char *key, int min, int max)
{
    json_t *range = json_object();
    put_int(range, "min", min);
    put_int(range, "max", max);
    json_object_set_new(object, key, range);
}

const char *get_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

int64_t get_int(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

bool get_time(const json_t *object, const char *key, struct wall *ret_time)
{
    return wall_parse(str_of(get_text(object, key)), ret_time);
}
