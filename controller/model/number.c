/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and prints exact numbers. A text becomes digits, a power of ten or of two, and a sign;
 * only then is it put together, in 128 bits, so that no step rounds. Digits beyond a billionth
 * are cut as they are read.
 */
#include "model/number.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define NANO_DIGITS 9
#define NANO_MAX ((int128)NUMBER_MAX_UNITS * NANO)
#define EXPONENT_MAX 99 /* an exponent beyond this is all zero or too large anyway */
#define SIGNIFICANT_MAX 36

struct suffix {
    const char *text;
    int ten; /* power of ten */
    int two; /* power of two */
};

/* "a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei)" */
static const struct suffix SUFFIXES[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* What stands before the suffix: value = digits * 10^-scale. */
struct mantissa {
    uint128 digits;
    int scale; /* digits read after the point, less those dropped before it */
    bool any;  /* at least one digit */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct number number_state(enum number_state state)
{
    return (struct number){.state = state};
}

struct number number_of(int64_t units)
{
    if (units > NUMBER_MAX_UNITS || units < -NUMBER_MAX_UNITS) {
        return number_state(NUMBER_TOO_LARGE);
    }
    return (struct number){.state = units < 0 ? NUMBER_NEGATIVE : NUMBER_OK,
                           .nano = (int128)units * NANO};
}

static bool text_matches(struct str text, const char *lower)
{
    size_t len = strlen(lower);
    if (text.len != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];
        char folded = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (folded != lower[i]) {
            return false;
        }
    }
    return true;
}

/* More than 36 significant digits only move the scale: the value is beyond every bound or cut. */
static struct mantissa read_mantissa(struct str *text)
{
    struct mantissa m = {0};
    bool point = false;
    int significant = 0;
    size_t i = 0;
    for (; i < text->len && (is_digit(text->ptr[i]) || (text->ptr[i] == '.' && !point)); i++) {
        if (text->ptr[i] == '.') {
            point = true;
            continue;
        }
        m.any = true;
        if (significant < SIGNIFICANT_MAX) {
            m.digits *= 10;
            m.digits += (unsigned)(text->ptr[i] - '0');
            significant += m.digits > 0 ? 1 : 0;
            m.scale += point ? 1 : 0;
        } else if (!point) {
            m.scale--;
        }
        if (m.scale < -10000) {
            m.scale = -10000;
        }
    }
    text->ptr += i;
    text->len -= i;
    return m;
}

/* "e3", "E-2": an exponent. A lone "E" is the suffix exa. */
static bool read_exponent(struct str text, int *ret_ten)
{
    if (text.len < 2 || (text.ptr[0] != 'e' && text.ptr[0] != 'E')) {
        return false;
    }
    size_t i = 1;
    bool minus = text.ptr[1] == '-';
    i += minus || text.ptr[1] == '+' ? 1 : 0;
    if (i == text.len) {
        return false;
    }
    int value = 0;
    for (; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) {
            return false;
        }
        value = value * 10 + (text.ptr[i] - '0');
        value = value > EXPONENT_MAX ? EXPONENT_MAX : value;
    }
    *ret_ten = minus ? -value : value;
    return true;
}

static bool read_suffix(struct str text, int *ret_ten, int *ret_two)
{
    for (size_t i = 0; i < ARRAY_LEN(SUFFIXES); i++) {
        if (str_is(text, SUFFIXES[i].text)) {
            *ret_ten = SUFFIXES[i].ten;
            *ret_two = SUFFIXES[i].two;
            return true;
        }
    }
    *ret_two = 0;
    return read_exponent(text, ret_ten);
}

/* digits * 10^ten * 2^two, in billionths; false when beyond the bound. Digits are cut last. */
static bool scale_up(uint128 digits, int ten, int two, uint128 *ret_nano)
{
    const uint128 bound = (uint128)NANO_MAX;
    uint128 value = digits;
    if (two > 0) {
        if (value >> (127 - two) != 0) {
            return false;
        }
        value <<= two;
    }
    for (; ten > 0 && value > 0; ten--) {
        if (value > bound) {
            return false;
        }
        value *= 10;
    }
    for (; ten < 0 && value > 0; ten++) {
        value /= 10;
    }
    *ret_nano = value;
    return value <= bound;
}

struct number number_parse(struct str text)
{
    bool minus = text.len > 0 && text.ptr[0] == '-';
    if (minus || (text.len > 0 && text.ptr[0] == '+')) {
        text.ptr++;
        text.len--;
    }
    if (text_matches(text, "nan")) {
        return number_state(NUMBER_NAN);
    }
    if (text_matches(text, "inf") || text_matches(text, "infinity")) {
        return number_state(NUMBER_INFINITE);
    }
    struct mantissa m = read_mantissa(&text);
    int ten = 0, two = 0;
    if (!m.any || !read_suffix(text, &ten, &two)) {
        return number_state(NUMBER_UNREADABLE);
    }
    uint128 nano = 0;
    if (!scale_up(m.digits, NANO_DIGITS + ten - m.scale, two, &nano)) {
        return number_state(NUMBER_TOO_LARGE);
    }
    struct number number = {.state = NUMBER_OK, .nano = (int128)nano};
    if (minus && nano > 0) {
        number.state = NUMBER_NEGATIVE;
        number.nano = -number.nano;
    }
    return number;
}

/* Decimal text of units and billionths, `decimals` of them at most, without trailing zeros. */
static char *print_decimal(int128 nano, int decimals, const char *suffix, char *out)
{
    bool minus = nano < 0;
    uint128 whole = (uint128)(minus ? -nano : nano);
    uint64_t units = (uint64_t)(whole / (uint128)NANO);
    uint64_t rest = (uint64_t)(whole % (uint128)NANO);
    char fraction[NANO_DIGITS + 1];
    snprintf(fraction, sizeof(fraction), "%09llu", (unsigned long long)(rest % (uint64_t)NANO));
    int used = decimals;
    while (used > 0 && fraction[used - 1] == '0') {
        used--;
    }
    fraction[used] = '\0';
    snprintf(out, NUMBER_TEXT_SIZE, "%s%llu%s%s%s", minus ? "-" : "", (unsigned long long)units,
             used > 0 ? "." : "", fraction, suffix);
    return out;
}

static bool has_value(struct number number)
{
    return number.state == NUMBER_OK || number.state == NUMBER_NEGATIVE;
}

char *number_text(struct number number, char *out)
{
    if (!has_value(number)) {
        snprintf(out, NUMBER_TEXT_SIZE, "null");
        return out;
    }
    return print_decimal(number.nano, NANO_DIGITS, "", out);
}

static const char *state_word(enum number_state state)
{
    switch (state) {
    case NUMBER_NAN: return "NaN";
    case NUMBER_INFINITE: return "Inf";
    case NUMBER_TOO_LARGE: return "too large";
    case NUMBER_UNREADABLE: return "unreadable";
    case NUMBER_OK:
    case NUMBER_NONE:
    case NUMBER_NEGATIVE: break;
    }
    return "none";
}

/* Rounds to the nearest 1/10^decimals, halves away from zero: for people only. */
static int128 round_nano(int128 nano, int decimals)
{
    int128 unit = 1;
    for (int i = decimals; i < NANO_DIGITS; i++) {
        unit *= 10;
    }
    int128 half = nano < 0 ? -unit / 2 : unit / 2;
    return (nano + half) / unit * unit;
}

char *number_short(struct number number, char *out)
{
    static const struct {
        int64_t units;
        const char *suffix;
    } SCALES[] = {{1000000000, "G"}, {1000000, "M"}, {1000, "k"}};

    if (!has_value(number)) {
        snprintf(out, NUMBER_TEXT_SIZE, "%s", state_word(number.state));
        return out;
    }
    int128 size = number.nano < 0 ? -number.nano : number.nano;
    for (size_t i = 0; i < ARRAY_LEN(SCALES); i++) {
        if (size >= (int128)SCALES[i].units * NANO) {
            return print_decimal(round_nano(number.nano / SCALES[i].units, 1), 1, SCALES[i].suffix,
                                 out);
        }
    }
    /* Three significant decimals: 63, 52.5, 0.25, 0.00125. */
    int decimals = size >= (int128)100 * NANO ? 0 : size >= (int128)10 * NANO ? 1 : 2;
    for (int128 floor = NANO; size > 0 && size < floor && decimals < NANO_DIGITS; floor /= 10) {
        decimals++;
    }
    return print_decimal(round_nano(number.nano, decimals), decimals, "", out);
}
