/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a POSIX TZ rule and works out the changes around an instant: those of the four years that
 * can matter are put in order, and the instant lies between two of them. A change that is undone
 * at the same instant leaves no span, which is how daylight saving time fills a whole year.
 */
#include "calendar/footer.h"

#define DAY_S 86400
#define CHANGE_MAX_HOURS 167
#define OFFSET_MAX_HOURS 24
#define YEARS_SEEN 4

/* The text not yet read. Readers return false, and that is the end of it. */
struct rest {
    struct str text;
};

static char peek(const struct rest *rest)
{
    return rest->text.len > 0 ? rest->text.ptr[0] : '\0';
}

static void skip(struct rest *rest)
{
    rest->text.ptr++;
    rest->text.len--;
}

static bool take(struct rest *rest, char wanted)
{
    if (peek(rest) != wanted) {
        return false;
    }
    skip(rest);
    return true;
}

static bool read_number(struct rest *rest, int low, int high, int *ret_value)
{
    int value = 0;
    int digits = 0;
    while (peek(rest) >= '0' && peek(rest) <= '9') {
        value = value * 10 + (peek(rest) - '0');
        if (++digits > 3) {
            return false;
        }
        skip(rest);
    }
    *ret_value = value;
    return digits > 0 && value >= low && value <= high;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool read_time(struct rest *rest, int max_hours, int *ret_s)
{
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    int sign = peek(rest) == '-' ? -1 : 1;
    if (peek(rest) == '-' || peek(rest) == '+') {
        skip(rest);
    }
    if (!read_number(rest, 0, max_hours, &hours)) {
        return false;
    }
    if (take(rest, ':')) {
        if (!read_number(rest, 0, 59, &minutes)) {
            return false;
        }
        if (take(rest, ':') && !read_number(rest, 0, 59, &seconds)) {
            return false;
        }
    }
    *ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_quotable(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

/* An abbreviation, which we have no use for: CEST or <+0330>. */
static bool read_name(struct rest *rest)
{
    bool is_quoted = take(rest, '<');
    int len = 0;
    while (is_quoted ? is_quotable(peek(rest)) : is_letter(peek(rest))) {
        skip(rest);
        len++;
    }
    return len >= 3 && (!is_quoted || take(rest, '>'));
}

static bool read_day(struct rest *rest, struct footer_change *change)
{
    if (take(rest, 'M')) {
        change->kind = FOOTER_MONTH_WEEKDAY;
        return read_number(rest, 1, 12, &change->month) && take(rest, '.') &&
               read_number(rest, 1, 5, &change->week) && take(rest, '.') &&
               read_number(rest, 0, 6, &change->day);
    }
    if (take(rest, 'J')) {
        change->kind = FOOTER_DAY_OF_365;
        return read_number(rest, 1, 365, &change->day);
    }
    change->kind = FOOTER_DAY_FROM_ZERO;
    return read_number(rest, 0, 365, &change->day);
}

static bool read_change(struct rest *rest, struct footer_change *change)
{
    change->time_s = 2 * 3600;
    return take(rest, ',') && read_day(rest, change) &&
           (!take(rest, '/') || read_time(rest, CHANGE_MAX_HOURS, &change->time_s));
}

static bool read_footer(struct rest *rest, struct footer *footer)
{
    int west_s = 0;
    if (!read_name(rest) || !read_time(rest, OFFSET_MAX_HOURS, &west_s)) {
        return false;
    }
    footer->standard_s = -west_s;
    footer->daylight_s = footer->standard_s + 3600;
    footer->has_daylight = peek(rest) != '\0';
    if (!footer->has_daylight) {
        return rest->text.len == 0;
    }
    if (!read_name(rest)) {
        return false;
    }
    if (peek(rest) != ',') {
        if (!read_time(rest, OFFSET_MAX_HOURS, &west_s)) {
            return false;
        }
        footer->daylight_s = -west_s;
    }
    return read_change(rest, &footer->start) && read_change(rest, &footer->end) &&
           rest->text.len == 0;
}

bool footer_parse(struct str text, struct footer *ret_footer)
{
    struct rest rest = {text};
    struct footer footer = {0};
    if (!read_footer(&rest, &footer)) {
        return false;
    }
    *ret_footer = footer;
    return true;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01 of the w-th weekday of a month. */
static int64_t nth_weekday(int year, const struct footer_change *change)
{
    int next_year = change->month == 12 ? year + 1 : year;
    int64_t first = days_from_civil(year, change->month, 1);
    int64_t next = days_from_civil(next_year, change->month % 12 + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = first + (change->day - weekday + 7) % 7 + (int64_t)7 * (change->week - 1);
    return day < next ? day : day - 7;
}

static int64_t change_day(int year, const struct footer_change *change)
{
    int64_t new_year = days_from_civil(year, 1, 1);
    switch (change->kind) {
    case FOOTER_MONTH_WEEKDAY: return nth_weekday(year, change);
    case FOOTER_DAY_OF_365:
        return new_year + change->day - 1 + (is_leap(year) && change->day >= 60 ? 1 : 0);
    case FOOTER_DAY_FROM_ZERO: return new_year + change->day;
    }
    return new_year;
}

struct change {
    int64_t at;
    int offset_s; /* from then on */
    bool is_start;
};

/* By time; at one instant the start comes last, so that it is what holds. */
static bool change_before(const struct change *a, const struct change *b)
{
    return a->at != b->at ? a->at < b->at : !a->is_start && b->is_start;
}

static void changes_insert(struct change *changes, int count, struct change change)
{
    int i = count;
    while (i > 0 && change_before(&change, &changes[i - 1])) {
        changes[i] = changes[i - 1];
        i--;
    }
    changes[i] = change;
}

static int64_t new_year_s(int year)
{
    return days_from_civil(year, 1, 1) * DAY_S;
}

struct zone_span footer_span_at(const struct footer *footer, struct wall t)
{
    struct change changes[2 * YEARS_SEEN];
    int count = 0;
    int first_year = civil_at(t, footer->standard_s).year - 2;
    struct zone_span span = {{ZONE_FIRST_S}, {ZONE_END_S}, footer->standard_s};
    if (!footer->has_daylight) {
        return span;
    }
    for (int year = first_year; year < first_year + YEARS_SEEN; year++) {
        int64_t start = change_day(year, &footer->start) * DAY_S + footer->start.time_s;
        int64_t end = change_day(year, &footer->end) * DAY_S + footer->end.time_s;
        changes_insert(changes, count++,
                       (struct change){start - footer->standard_s, footer->daylight_s, true});
        changes_insert(changes, count++,
                       (struct change){end - footer->daylight_s, footer->standard_s, false});
    }
    /* If the year after these has the next change, it comes no earlier than this. */
    span.end.s = new_year_s(first_year + YEARS_SEEN) - (int64_t)10 * DAY_S;
    for (int i = 0; i < count; i++) {
        if (changes[i].at > t.s) {
            span.end.s = changes[i].at;
            break;
        }
        span.start.s = changes[i].at;
        span.offset_s = changes[i].offset_s;
    }
    return span;
}
