/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of JSON. What is stepped over is only searched for quotes and brackets, eight bytes
 * at a time inside strings; what is read is checked to the letter.
 */
#include <string.h>

#include "kube/pull_priv.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* Nonzero if one of the eight bytes is `byte`. */
static uint64_t has_byte(uint64_t word, unsigned char byte)
{
    uint64_t x = word ^ (ONES * byte);
    return (x - ONES) & ~x & HIGHS;
}

const char *find_quote(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        if ((has_byte(word, '"') | has_byte(word, '\\')) != 0) {
            break;
        }
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
}

/* First byte in [at, end) that is not printable ASCII, or is a backslash; or end. */
static const char *find_odd(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        uint64_t control = (word - ONES * 0x20) & ~word & HIGHS;
        if (((word & HIGHS) | control | has_byte(word, '\\')) != 0) {
            break;
        }
        at += 8;
    }
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '\\') {
        at++;
    }
    return at;
}

void skip_blanks(struct pull_cursor *c)
{
    while (c->at < c->end &&
           (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')) {
        c->at++;
    }
}

bool take_byte(struct pull_cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static bool is_delimiter(char b)
{
    return b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t' ||
           b == ':';
}

/* true, false, null as a whole word. */
static bool take_word(struct pull_cursor *c, const char *word)
{
    skip_blanks(c);
    size_t len = strlen(word);
    size_t left = (size_t)(c->end - c->at);
    if (left < len || memcmp(c->at, word, len) != 0 || (left > len && !is_delimiter(c->at[len]))) {
        return false;
    }
    c->at += len;
    return true;
}

bool take_null(struct pull_cursor *c)
{
    return take_word(c, "null");
}

bool take_bool(struct pull_cursor *c, bool *ret_value)
{
    if (take_word(c, "true")) {
        *ret_value = true;
        return true;
    }
    if (take_word(c, "false")) {
        *ret_value = false;
        return true;
    }
    return cursor_expected(c, "true or false");
}

bool take_raw_text(struct pull_cursor *c, struct str *ret_raw)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != '"') {
        return false;
    }
    const char *start = c->at + 1;
    const char *at = start;
    for (;;) {
        at = find_quote(at, c->end);
        if (at == c->end) {
            return false;
        }
        if (*at == '"') {
            break;
        }
        if (c->end - at < 2) {
            return false;
        }
        at += 2; /* a backslash and what it escapes */
    }
    *ret_raw = (struct str){start, (size_t)(at - start)};
    c->at = at + 1;
    return true;
}

/* Steps over an object or a list without recursion: one bit a level says which bracket closes it.
 */
static bool skip_brackets(struct pull_cursor *c, int *ret_deepest)
{
    uint64_t is_list = 0;
    int depth = 0;
    int deepest = 0;
    for (; c->at < c->end;) {
        char b = *c->at;
        if (b == '"') {
            struct str raw;
            if (!take_raw_text(c, &raw)) {
                return false;
            }
            continue;
        }
        c->at++;
        if (b == '{' || b == '[') {
            if (depth < 64) {
                is_list =
                    b == '[' ? is_list | (uint64_t)1 << depth : is_list & ~((uint64_t)1 << depth);
            }
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if (b == '}' || b == ']') {
            depth--;
            if (depth < 64 && ((is_list >> depth & 1) != 0) != (b == ']')) {
                return false;
            }
            if (depth == 0) {
                *ret_deepest = deepest;
                return true;
            }
        }
    }
    return false;
}

bool skip_value(struct pull_cursor *c, int *ret_deepest)
{
    struct str raw;
    skip_blanks(c);
    *ret_deepest = 0;
    if (c->at == c->end) {
        return false;
    }
    if (*c->at == '"') {
        return take_raw_text(c, &raw);
    }
    if (*c->at == '{' || *c->at == '[') {
        return skip_brackets(c, ret_deepest);
    }
    const char *start = c->at;
    while (c->at < c->end && !is_delimiter(*c->at) && *c->at != '"' && *c->at != '{' &&
           *c->at != '[') {
        c->at++;
    }
    return c->at > start;
}

static int hex_digit(char b)
{
    return b >= '0' && b <= '9'   ? b - '0'
           : b >= 'a' && b <= 'f' ? b - 'a' + 10
           : b >= 'A' && b <= 'F' ? b - 'A' + 10
                                  : -1;
}

/* Four hex digits at `at`, or -1. */
static int32_t hex_unit(const char *at, const char *end)
{
    int32_t unit = 0;
    if (end - at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

static char *put_utf8(char *out, int32_t rune)
{
    if (rune < 0x80) {
        *out++ = (char)rune;
        return out;
    }
    if (rune < 0x800) {
        *out++ = (char)(0xc0 | rune >> 6);
    } else {
        if (rune < 0x10000) {
            *out++ = (char)(0xe0 | rune >> 12);
        } else {
            *out++ = (char)(0xf0 | rune >> 18);
            *out++ = (char)(0x80 | (rune >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (rune >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (rune & 0x3f));
    return out;
}

/* \uXXXX or a pair of surrogates at *at (behind the 'u'). -1: no character. */
static int32_t take_rune(const char **at, const char *end)
{
    int32_t rune = hex_unit(*at, end);
    if (rune < 0 || (rune >= 0xdc00 && rune <= 0xdfff)) {
        return -1;
    }
    *at += 4;
    if (rune < 0xd800 || rune > 0xdbff) {
        return rune;
    }
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') {
        return -1;
    }
    int32_t low = hex_unit(*at + 2, end);
    if (low < 0xdc00 || low > 0xdfff) {
        return -1;
    }
    *at += 6;
    return 0x10000 + (rune - 0xd800) * 0x400 + (low - 0xdc00);
}

/* The character behind a backslash at *at. -1: none; a NUL is none, C text cannot hold it. */
static int32_t take_escape(const char **at, const char *end)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    char b = *at < end ? *(*at)++ : '\0';
    if (b == 'u') {
        int32_t rune = take_rune(at, end);
        return rune == 0 ? -1 : rune;
    }
    const char *letter = b == '\0' ? NULL : strchr(letters, b);
    return letter == NULL ? -1 : means[letter - letters];
}

/* Steps over well-formed UTF-8 that is neither control character nor backslash. */
static const char *plain_end(const char *at, const char *end)
{
    for (;;) {
        at = find_odd(at, end);
        if (at == end || (unsigned char)*at < 0x80) {
            return at;
        }
        size_t len = str_utf8_len((struct str){at, (size_t)(end - at)});
        if (len == 0) {
            return at;
        }
        at += len;
    }
}

bool take_text(struct pull_cursor *c, struct str *ret_text)
{
    struct str raw;
    skip_blanks(c);
    if (c->at == c->end || *c->at != '"') {
        return cursor_expected(c, "text");
    }
    if (!take_raw_text(c, &raw)) {
        return cursor_fail(c, "text without an end");
    }
    const char *end = raw.ptr + raw.len;
    const char *plain = plain_end(raw.ptr, end);
    if (plain == end) {
        *ret_text = raw;
        return true;
    }
    char *text = arena_alloc(c->arena, raw.len + 1, 1); /* escapes only get shorter */
    char *out = text;
    for (const char *at = raw.ptr; at < end;) {
        memcpy(out, at, (size_t)(plain - at));
        out += plain - at;
        at = plain;
        if (at == end) {
            break;
        }
        if (*at != '\\') {
            return cursor_fail(c, "text holds a control character or broken UTF-8 (byte 0x%02x)",
                               (unsigned)(unsigned char)*at);
        }
        at++;
        int32_t rune = take_escape(&at, end);
        if (rune < 0) {
            return cursor_fail(c, "text holds an escape that stands for no character");
        }
        out = put_utf8(out, rune);
        plain = plain_end(at, end);
    }
    *ret_text = (struct str){text, (size_t)(out - text)};
    return true;
}

static bool take_digits(struct pull_cursor *c)
{
    const char *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        c->at++;
    }
    return c->at > start;
}

static bool at_byte(const struct pull_cursor *c, char b)
{
    return c->at < c->end && *c->at == b;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? */
static bool take_number_grammar(struct pull_cursor *c)
{
    if (at_byte(c, '-')) {
        c->at++;
    }
    if (at_byte(c, '0')) {
        c->at++;
    } else if (!take_digits(c)) {
        return false;
    }
    if (at_byte(c, '.')) {
        c->at++;
        if (!take_digits(c)) {
            return false;
        }
    }
    if (at_byte(c, 'e') || at_byte(c, 'E')) {
        c->at++;
        if (at_byte(c, '-') || at_byte(c, '+')) {
            c->at++;
        }
        if (!take_digits(c)) {
            return false;
        }
    }
    return c->at == c->end || is_delimiter(*c->at);
}

bool take_number(struct pull_cursor *c, struct str *ret_number)
{
    skip_blanks(c);
    const char *start = c->at;
    if (!take_number_grammar(c)) {
        c->at = start;
        return cursor_expected(c, "a number");
    }
    *ret_number = (struct str){start, (size_t)(c->at - start)};
    return true;
}
