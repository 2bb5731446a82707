/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jumps from month to month: cron_month_days gives a month's days as bits, and within a day the
 * hours and minutes are bits too, so the next minute is a few shifts away.
 */
#include "calendar/walk.h"

#define DAY_MINUTES 1440
#define DAY_S 86400
#define BELOW(n) ((UINT64_C(1) << (n)) - 1) /* bits 0 to n - 1; n below 64 */

static int lowest_bit(uint64_t bits)
{
    int at = 0;
    while ((bits & 1) == 0) {
        bits >>= 1;
        at++;
    }
    return at;
}

static int highest_bit(uint64_t bits)
{
    int at = -1;
    while (bits != 0) {
        bits >>= 1;
        at++;
    }
    return at;
}

static int count_bits(uint64_t bits)
{
    int count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

/* The day a minute lies in, and the minute of that day. */
static int64_t day_of(int64_t minute, int *ret_minute_of_day)
{
    int64_t rest = minute % DAY_MINUTES;
    rest = rest < 0 ? rest + DAY_MINUTES : rest;
    *ret_minute_of_day = (int)rest;
    return (minute - rest) / DAY_MINUTES;
}

/* Where in the sorted list the first day >= `day` is. */
static size_t first_from(const int32_t *days, size_t count, int64_t day)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (days[middle] < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool walk_has_day(const int32_t *days, size_t count, int64_t day)
{
    size_t at = first_from(days, count, day);
    return at < count && days[at] == day;
}

/* A month that is being looked at. */
struct month {
    int year;
    int month;
    int64_t zeroth; /* day 1 is zeroth + 1, in days since 1970-01-01 */
};

static struct month month_make(int year, int month)
{
    return (struct month){year, month, days_from_civil(year, month, 1) - 1};
}

static struct month month_after(struct month m)
{
    return m.month == 12 ? month_make(m.year + 1, 1) : month_make(m.year, m.month + 1);
}

static struct month month_before(struct month m)
{
    return m.month == 1 ? month_make(m.year - 1, 12) : month_make(m.year, m.month - 1);
}

static struct month month_of(int64_t day)
{
    struct civil c = civil_at((struct wall){day * DAY_S}, 0);
    return month_make(c.year, c.month);
}

/* Days of the month that are named and lie in first..last, excluded ones too. */
static uint32_t named_days(const struct walk *walk, struct month m, int64_t first, int64_t last)
{
    uint64_t days = cron_month_days(walk->cron, m.year, m.month);
    if (first > m.zeroth) {
        days = first - m.zeroth > 31 ? 0 : days & ~BELOW(first - m.zeroth);
    }
    if (last < m.zeroth + 31) {
        days = last < m.zeroth ? 0 : days & BELOW(last - m.zeroth + 1);
    }
    return (uint32_t)days;
}

/* The first day in first..last that is named and not excluded. */
static bool next_day(const struct walk *walk, int64_t first, int64_t last, int64_t *ret_day)
{
    for (struct month m = month_of(first); m.zeroth < last; m = month_after(m)) {
        uint32_t days = named_days(walk, m, first, last);
        for (; days != 0; days &= days - 1) {
            int64_t day = m.zeroth + lowest_bit(days);
            if (!walk_has_day(walk->excluded, walk->excluded_count, day)) {
                *ret_day = day;
                return true;
            }
        }
    }
    return false;
}

/* The last day in first..last that is named and not excluded. */
static bool last_day(const struct walk *walk, int64_t first, int64_t last, int64_t *ret_day)
{
    for (struct month m = month_of(last); m.zeroth + 31 >= first; m = month_before(m)) {
        uint32_t days = named_days(walk, m, first, last);
        while (days != 0) {
            int bit = highest_bit(days);
            if (!walk_has_day(walk->excluded, walk->excluded_count, m.zeroth + bit)) {
                *ret_day = m.zeroth + bit;
                return true;
            }
            days &= ~(UINT32_C(1) << bit);
        }
    }
    return false;
}

/* How many days in first..last are named and not excluded. */
static int64_t count_days(const struct walk *walk, int64_t first, int64_t last)
{
    int64_t count = 0;
    for (struct month m = month_of(first); m.zeroth < last; m = month_after(m)) {
        count += count_bits(named_days(walk, m, first, last));
    }
    size_t at = first_from(walk->excluded, walk->excluded_count, first);
    for (; at < walk->excluded_count && walk->excluded[at] <= last; at++) {
        int64_t day = walk->excluded[at];
        bool is_double = at > 0 && walk->excluded[at - 1] == day;
        count -= !is_double && named_days(walk, month_of(day), day, day) != 0 ? 1 : 0;
    }
    return count;
}

/* The first minute of the day >= from, or -1. */
static int next_in_day(const struct cron *cron, int from)
{
    int hour = from / 60;
    if (hour > 23 || cron->minutes == 0) {
        return -1;
    }
    if ((cron->hours >> hour & 1) != 0 && (cron->minutes & ~BELOW(from % 60)) != 0) {
        return hour * 60 + lowest_bit(cron->minutes & ~BELOW(from % 60));
    }
    uint64_t later = cron->hours & ~BELOW(hour + 1);
    return later == 0 ? -1 : lowest_bit(later) * 60 + lowest_bit(cron->minutes);
}

/* The last minute of the day < to, or -1. */
static int last_in_day(const struct cron *cron, int to)
{
    int hour = to / 60;
    if (cron->minutes == 0) {
        return -1;
    }
    if (hour <= 23 && (cron->hours >> hour & 1) != 0 && (cron->minutes & BELOW(to % 60)) != 0) {
        return hour * 60 + highest_bit(cron->minutes & BELOW(to % 60));
    }
    uint64_t earlier = cron->hours & BELOW(hour);
    return earlier == 0 ? -1 : highest_bit(earlier) * 60 + highest_bit(cron->minutes);
}

/* How many minutes of a day before `to` are named; to = 1440: all of them. */
static int count_in_day(const struct cron *cron, int to)
{
    int hour = to / 60;
    int count = count_bits(cron->hours & BELOW(hour)) * count_bits(cron->minutes);
    if ((cron->hours & ~BELOW(hour) & BELOW(hour + 1)) != 0) {
        count += count_bits(cron->minutes & BELOW(to % 60));
    }
    return count;
}

bool walk_next(const struct walk *walk, int64_t from, int64_t to, int64_t *ret_minute)
{
    int minute = 0;
    int64_t day = day_of(from, &minute);
    if (from >= to) {
        return false;
    }
    int found = next_in_day(walk->cron, minute);
    bool is_today = found >= 0 && next_day(walk, day, day, &day);
    if (!is_today) {
        int ignored = 0;
        found = next_in_day(walk->cron, 0);
        if (found < 0 || !next_day(walk, day + 1, day_of(to - 1, &ignored), &day)) {
            return false;
        }
    }
    if (day * DAY_MINUTES + found >= to) {
        return false;
    }
    *ret_minute = day * DAY_MINUTES + found;
    return true;
}

bool walk_last(const struct walk *walk, int64_t from, int64_t to, int64_t *ret_minute)
{
    int minute = 0;
    int64_t day = day_of(to, &minute);
    if (from >= to) {
        return false;
    }
    int found = last_in_day(walk->cron, minute);
    bool is_today = found >= 0 && last_day(walk, day, day, &day);
    if (!is_today) {
        int ignored = 0;
        found = last_in_day(walk->cron, DAY_MINUTES);
        if (found < 0 || !last_day(walk, day_of(from, &ignored), day - 1, &day)) {
            return false;
        }
    }
    if (day * DAY_MINUTES + found < from) {
        return false;
    }
    *ret_minute = day * DAY_MINUTES + found;
    return true;
}

/* How many minutes before `to` are named, counted from the start of base_day. */
static int64_t count_until(const struct walk *walk, int64_t base_day, int64_t to)
{
    int minute = 0;
    int64_t day = day_of(to, &minute);
    int64_t count = count_days(walk, base_day, day - 1) * count_in_day(walk->cron, DAY_MINUTES);
    return count + count_days(walk, day, day) * count_in_day(walk->cron, minute);
}

int64_t walk_count(const struct walk *walk, int64_t from, int64_t to)
{
    int minute = 0;
    int64_t base_day = day_of(from, &minute);
    if (from >= to) {
        return 0;
    }
    return count_until(walk, base_day, to) - count_until(walk, base_day, from);
}
