/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"

Test(time, days_walk_one_by_one_through_nine_thousand_years)
{
    int64_t day = days_from_civil(-500, 1, 1);
    int64_t last = days_from_civil(9999, 12, 31);
    int year = -500;
    int month = 1;
    int dom = 1;
    for (; day <= last; day++) {
        struct civil c = civil_at((struct wall){day * 86400}, 0);
        cr_assert(c.year == year && c.month == month && c.day == dom);
        cr_assert_eq(days_from_civil(c.year, c.month, c.day), day);
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++dom > lengths[month - 1] + (month == 2 ? leap : 0)) {
            dom = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

/* Model: the C library. */
Test(time, random_instants_agree_with_gmtime)
{
    srand(5);
    for (int i = 0; i < 100000; i++) {
        int64_t s = ((int64_t)rand() << 7) * (rand() % 2 ? 1 : -1) / 2 + rand() % 86400;
        if (s < -62000000000 || s > 253000000000) {
            continue;
        }
        time_t t = (time_t)s;
        struct tm tm;
        gmtime_r(&t, &tm);
        struct civil c = civil_at((struct wall){s}, 0);
        cr_assert(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday);
        cr_assert(c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec);
        cr_assert_eq(c.weekday, tm.tm_wday);
        cr_assert_eq(civil_to_wall(c, 0).s, s);
        char text[WALL_TEXT_SIZE];
        struct wall back = {0};
        cr_assert(wall_parse(str_of(wall_text((struct wall){s}, text)), &back));
        cr_assert_eq(back.s, s);
        int offset_s = (rand() % 2000 - 1000) * 60 % 86340;
        cr_assert(wall_parse(str_of(wall_text_offset((struct wall){s}, offset_s, text)), &back));
        cr_assert_eq(back.s, s);
    }
}

Test(time, texts_are_as_promised)
{
    char out[WALL_TEXT_SIZE];
    struct wall t = {1772420400};
    cr_assert_str_eq(wall_text(t, out), "2026-03-02T03:00:00Z");
    cr_assert_str_eq(wall_text_offset(t, 8 * 3600, out), "2026-03-02T11:00:00+08:00");
    cr_assert_str_eq(wall_text_offset(t, -(3 * 3600 + 1800), out), "2026-03-01T23:30:00-03:30");
    cr_assert_str_eq(wall_text_micro(t, out), "2026-03-02T03:00:00.000000Z");
}

Test(time, parse_takes_what_rfc_3339_allows)
{
    static const struct {
        const char *text;
        int64_t s;
    } rows[] = {
        {"2026-03-02T03:00:00Z", 1772420400},
        {"2026-03-02t03:00:00Z", 1772420400},
        {"2026-03-02T11:00:00+08:00", 1772420400},
        {"2026-03-01T23:30:00-03:30", 1772420400},
        {"2026-03-02T03:00:00.999999Z", 1772420400},
        {"2026-03-02T03:00:00.9Z", 1772420400},
        {"1969-12-31T23:59:59.9Z", -1},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"0001-01-01T00:00:00Z", -62135596800},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wall t = {0};
        cr_assert(wall_parse(str_of(rows[i].text), &t), "%s", rows[i].text);
        cr_assert_eq(t.s, rows[i].s, "%s", rows[i].text);
    }
}

Test(time, parse_refuses_the_rest)
{
    static const char *const rows[] = {
        "",
        "2026",
        "2026-03-02",
        "2026-03-02 03:00:00Z",
        "2026-03-02T03:00:00",
        "2026-3-2T03:00:00Z",
        "2026-03-02T03:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T03:60:00Z",
        "2026-03-02T03:00:60Z",
        "2026-02-29T03:00:00Z",
        "1900-02-29T03:00:00Z",
        "2026-13-01T03:00:00Z",
        "2026-00-01T03:00:00Z",
        "2026-01-00T03:00:00Z",
        "2026-01-32T03:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-03-02T03:00:00.Z",
        "2026-03-02T03:00:00+8:00",
        "2026-03-02T03:00:00+0800",
        "2026-03-02T03:00:00+24:00",
        "2026-03-02T03:00:00+08:60",
        "2026-03-02T03:00:00Z ",
        " 2026-03-02T03:00:00Z",
        "2026-03-02T03:00:00ZZ",
        "-026-03-02T03:00:00Z",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wall t = {7};
        cr_assert_not(wall_parse(str_of(rows[i]), &t), "%s", rows[i]);
        cr_assert_eq(t.s, 7);
    }
}

Test(time, instants_beyond_our_years_do_not_overflow)
{
    char out[WALL_TEXT_SIZE];
    cr_assert_str_eq(wall_text((struct wall){INT64_MAX}, out), "9999-12-31T23:59:59Z");
    wall_text_offset((struct wall){INT64_MIN}, -3600, out);
    wall_text_micro((struct wall){INT64_MIN}, out);
    cr_assert_eq(civil_at((struct wall){INT64_MIN}, 0).year, -9999);
}
