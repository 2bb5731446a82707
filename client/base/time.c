/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar arithmetic in days and seconds since 1970. Years are shifted to start in March, so the
 * leap day is the last of the year; 400 years are one era of 146,097 days.
 */
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_S 86400
#define ERA_DAYS 146097
#define ERA_YEARS 400
#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define MIN_YEAR (-9999)
#define MAX_YEAR 9999

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = floor_div(y, ERA_YEARS);
    int64_t year_of_era = y - era * ERA_YEARS;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

static void civil_from_days(int64_t days, struct civil *ret_c)
{
    int64_t shifted = days + DAYS_TO_1970;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    ret_c->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    ret_c->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    ret_c->year = (int)(year_of_era + era * ERA_YEARS + (ret_c->month <= 2 ? 1 : 0));
    ret_c->weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7);
}

/* Keeps t within the years we promise, so that no sum below can overflow. */
static int64_t clamp_s(int64_t s)
{
    int64_t low = days_from_civil(MIN_YEAR, 1, 1) * DAY_S;
    int64_t high = days_from_civil(MAX_YEAR, 12, 31) * DAY_S + DAY_S - 1;
    return s < low ? low : s > high ? high : s;
}

struct civil civil_at(struct wall t, int offset_s)
{
    int64_t local = clamp_s(t.s) + offset_s;
    int64_t days = floor_div(local, DAY_S);
    int second_of_day = (int)(local - days * DAY_S);
    struct civil c = {
        .hour = second_of_day / 3600,
        .minute = second_of_day / 60 % 60,
        .second = second_of_day % 60,
    };
    civil_from_days(days, &c);
    return c;
}

struct wall civil_to_wall(struct civil c, int offset_s)
{
    int64_t days = days_from_civil(c.year, c.month, c.day);
    int64_t second_of_day = (int64_t)c.hour * 3600 + (int64_t)c.minute * 60 + c.second;
    return (struct wall){.s = days * DAY_S + second_of_day - offset_s};
}

static int days_in_month(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : lengths[month - 1];
}

/* Takes exactly `count` digits off the front. */
static bool take_digits(struct str *text, int count, int *ret_value)
{
    int value = 0;
    if (text->len < (size_t)count) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        int digit = text->ptr[i] - '0';
        if (digit < 0 || digit > 9) {
            return false;
        }
        value = value * 10 + digit;
    }
    text->ptr += count;
    text->len -= (size_t)count;
    *ret_value = value;
    return true;
}

static bool take_char(struct str *text, char wanted)
{
    if (text->len == 0 || text->ptr[0] != wanted) {
        return false;
    }
    text->ptr++;
    text->len--;
    return true;
}

static bool take_date(struct str *text, struct civil *c)
{
    return take_digits(text, 4, &c->year) && take_char(text, '-') &&
           take_digits(text, 2, &c->month) && take_char(text, '-') &&
           take_digits(text, 2, &c->day) && c->year >= 1 && c->month >= 1 && c->month <= 12 &&
           c->day >= 1 && c->day <= days_in_month(c->year, c->month);
}

static bool take_clock(struct str *text, struct civil *c)
{
    return take_digits(text, 2, &c->hour) && take_char(text, ':') &&
           take_digits(text, 2, &c->minute) && take_char(text, ':') &&
           take_digits(text, 2, &c->second) && c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

/* ".5", ".000000": read and dropped. Nothing there is fine too. */
static bool take_fraction(struct str *text)
{
    int digit = 0;
    if (!take_char(text, '.')) {
        return true;
    }
    if (!take_digits(text, 1, &digit)) {
        return false;
    }
    while (take_digits(text, 1, &digit)) {
    }
    return true;
}

static bool take_offset(struct str *text, int *ret_offset_s)
{
    int hours = 0;
    int minutes = 0;
    if (take_char(text, 'Z')) {
        *ret_offset_s = 0;
        return true;
    }
    bool west = text->len > 0 && text->ptr[0] == '-';
    if (!take_char(text, west ? '-' : '+') || !take_digits(text, 2, &hours) ||
        !take_char(text, ':') || !take_digits(text, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *ret_offset_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

bool wall_parse(struct str text, struct wall *ret_t)
{
    struct civil c = {0};
    int offset_s = 0;
    if (!take_date(&text, &c) || !(take_char(&text, 'T') || take_char(&text, 't')) ||
        !take_clock(&text, &c) || !take_fraction(&text) || !take_offset(&text, &offset_s) ||
        text.len != 0) {
        return false;
    }
    *ret_t = civil_to_wall(c, offset_s);
    return true;
}

static char *print_civil(struct civil c, const char *tail, char *out)
{
    snprintf(out, WALL_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%s", c.year, c.month, c.day, c.hour,
             c.minute, c.second, tail);
    return out;
}

char *wall_text(struct wall t, char *out)
{
    return print_civil(civil_at(t, 0), "Z", out);
}

char *wall_text_offset(struct wall t, int offset_s, char *out)
{
    int minutes = offset_s / 60; /* RFC 3339 has no seconds here: cut for both, same instant */
    char tail[16];
    snprintf(tail, sizeof(tail), "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60 % 100,
             abs(minutes) % 60);
    return print_civil(civil_at(t, minutes * 60), tail, out);
}

char *wall_text_micro(struct wall t, char *out)
{
    return print_civil(civil_at(t, 0), ".000000Z", out);
}
