/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <string.h>

struct str str_of(const char *text)
{
    return text == NULL ? (struct str){"", 0} : (struct str){text, strlen(text)};
}

bool str_is(struct str text, const char *other)
{
    struct str second = str_of(other);
    return text.len == second.len && (text.len == 0 || memcmp(text.ptr, second.ptr, text.len) == 0);
}

bool str_starts(struct str text, const char *prefix)
{
    struct str start = str_of(prefix);
    return start.len == 0 || (text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0);
}

struct str str_cut(struct str *text, char separator)
{
    struct str before = *text;
    const char *at = text->len == 0 ? NULL : memchr(text->ptr, separator, text->len);
    if (at == NULL) {
        if (text->ptr != NULL) {
            text->ptr += text->len;
        }
        text->len = 0;
        return before;
    }
    before.len = (size_t)(at - text->ptr);
    text->ptr = at + 1;
    text->len -= before.len + 1;
    return before;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str str_trim(struct str text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

bool str_to_int64(struct str text, int64_t *ret_value)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = negative ? 1 : 0;
    if (at == text.len) {
        return false;
    }
    int64_t value = 0; /* counted downwards: the negative side is one longer */
    for (; at < text.len; at++) {
        int digit = text.ptr[at] - '0';
        if (digit < 0 || digit > 9 || value < INT64_MIN / 10 || value * 10 < INT64_MIN + digit) {
            return false;
        }
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *ret_value = negative ? value : -value;
    return true;
}

size_t str_utf8_len(struct str text)
{
    const unsigned char *c = (const unsigned char *)text.ptr;
    if (text.len == 0) {
        return 0;
    }
    if (c[0] < 0x80) {
        return 1;
    }
    size_t len = c[0] >= 0xc2 && c[0] <= 0xdf   ? 2
                 : c[0] >= 0xe0 && c[0] <= 0xef ? 3
                 : c[0] >= 0xf0 && c[0] <= 0xf4 ? 4
                                                : 0;
    if (len == 0 || len > text.len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool bad = (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
               (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f);
    return bad ? 0 : len;
}

int text_compare(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

bool text_is(const char *a, const char *b)
{
    return text_compare(a, b) == 0;
}
