/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plain YAML scalar means to Kubernetes: YAML 1.1 as its Go reader takes it. Numbers are
 * respelled for JSON digit by digit, never by way of a double.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/document_priv.h"

static const struct {
    const char *words[10];
    enum doc_type type;
    const char *spelling;
} WORDS[] = {
    {{"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", NULL}, DOC_BOOL, "true"},
    {{"true", "True", "TRUE", NULL}, DOC_BOOL, "true"},
    {{"n", "N", "no", "No", "NO", "off", "Off", "OFF", NULL}, DOC_BOOL, "false"},
    {{"false", "False", "FALSE", NULL}, DOC_BOOL, "false"},
    {{"", "~", "null", "Null", "NULL", NULL}, DOC_NULL, ""},
    {{".nan", ".NaN", ".NAN", NULL}, DOC_NUMBER, "NaN"},
    {{".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", NULL}, DOC_NUMBER, "Inf"},
    {{"-.inf", "-.Inf", "-.INF", NULL}, DOC_NUMBER, "-Inf"},
};

static bool is_word(struct str text, enum doc_type *ret_type, struct buf *ret_spelling)
{
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        for (int w = 0; WORDS[i].words[w] != NULL; w++) {
            if (str_is(text, WORDS[i].words[w])) {
                *ret_type = WORDS[i].type;
                buf_add_text(ret_spelling, WORDS[i].spelling);
                return true;
            }
        }
    }
    return false;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* 0x1F, 0o17, 017, 0b11 after the sign: up to 64 bits. */
static bool read_based(struct str digits, uint64_t *ret_value)
{
    static const struct {
        const char *prefix;
        int base;
    } bases[] = {{"0x", 16}, {"0X", 16}, {"0o", 8}, {"0O", 8}, {"0b", 2}, {"0B", 2}, {"0", 8}};
    int base = 0;
    for (size_t i = 0; i < ARRAY_LEN(bases) && base == 0; i++) {
        size_t len = strlen(bases[i].prefix);
        if (digits.len > len && memcmp(digits.ptr, bases[i].prefix, len) == 0) {
            base = bases[i].base;
            digits = (struct str){digits.ptr + len, digits.len - len};
        }
    }
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = digit_of(digits.ptr[i]);
        if (digit >= base || value > (UINT64_MAX - 15) / 16) {
            return false;
        }
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *ret_value = value;
    return base != 0;
}

static struct str take_digits(struct str *text)
{
    size_t len = 0;
    while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9') {
        len++;
    }
    struct str digits = {text->ptr, len};
    *text = (struct str){text->ptr + len, text->len - len};
    return digits;
}

static bool take_one(struct str *text, const char *chars)
{
    if (text->len == 0 || text->ptr[0] == '\0' || strchr(chars, text->ptr[0]) == NULL) {
        return false;
    }
    *text = (struct str){text->ptr + 1, text->len - 1};
    return true;
}

/* [0-9]+ or [0-9]*.[0-9]* with an exponent, respelled as JSON wants it. */
static bool spell_decimal(struct str text, bool negative, struct buf *out)
{
    struct str whole = take_digits(&text);
    struct str fraction = {"", 0};
    if (take_one(&text, ".")) {
        fraction = take_digits(&text);
    }
    if (whole.len + fraction.len == 0) {
        return false;
    }
    while (whole.len > 1 && whole.ptr[0] == '0') {
        whole = (struct str){whole.ptr + 1, whole.len - 1};
    }
    buf_add_text(out, negative ? "-" : "");
    buf_add(out, whole.len == 0 ? "0" : whole.ptr, whole.len == 0 ? 1 : whole.len);
    if (fraction.len > 0) {
        buf_add_text(out, ".");
        buf_add(out, fraction.ptr, fraction.len);
    }
    if (take_one(&text, "eE")) {
        const char *sign = text.len > 0 && text.ptr[0] == '-' ? "e-" : "e";
        (void)take_one(&text, "+-");
        struct str exponent = take_digits(&text);
        if (exponent.len == 0) {
            return false;
        }
        buf_add_text(out, sign);
        buf_add(out, exponent.ptr, exponent.len);
    }
    return text.len == 0;
}

static bool spell_number(struct str text, struct buf *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct str digits = text;
    (void)take_one(&digits, "+-");
    uint64_t value = 0;
    if (read_based(digits, &value)) {
        buf_printf(out, "%s%" PRIu64, negative ? "-" : "", value);
        return true;
    }
    return spell_decimal(digits, negative, out);
}

/* Copies the text without `_`, which YAML 1.1 allows between digits. */
static void add_without_underscores(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') {
            buf_add(out, &text.ptr[i], 1);
        }
    }
}

enum doc_type yaml_plain_type(struct str text, struct buf *ret_spelling)
{
    enum doc_type type = DOC_TEXT;
    if (is_word(text, &type, ret_spelling)) {
        return type;
    }
    if (text.len > 64 || memchr("0123456789+-.", text.ptr[0], 13) == NULL) {
        return DOC_TEXT;
    }
    CLEANUP(buf_clear) struct buf plain = {0};
    add_without_underscores(text, &plain);
    if (spell_number((struct str){buf_text(&plain), plain.len}, ret_spelling)) {
        return DOC_NUMBER;
    }
    return DOC_TEXT;
}
