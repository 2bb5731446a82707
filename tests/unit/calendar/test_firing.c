/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "fixture.h"

#define expect_text(given, wanted)                                                                 \
    do {                                                                                           \
        const char *text = (given);                                                                \
        cr_expect(strcmp(text, wanted) == 0, "%s", text);                                          \
    } while (0)

Test(firing, after_is_exclusive_and_until_inclusive)
{
    struct firing_rule rule = {.cron = cron("0 11 * * *")};
    expect_text(firings(&rule, "2026-03-01T11:00:00Z", "2026-03-02T11:00:00Z"),
                "2026-03-02T11:00:00+00:00");
    expect_text(firings(&rule, "2026-03-01T10:59:59Z", "2026-03-02T10:59:59Z"),
                "2026-03-01T11:00:00+00:00");
    expect_text(firings(&rule, "2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z"), "");
    expect_text(firings(&rule, "2026-03-03T11:00:00Z", "2026-03-01T11:00:00Z"), "");
}

Test(firing, local_time_is_the_zone_s)
{
    struct firing_rule rule = cron_rule("0 11 * * *", "Asia/Shanghai");
    struct firing f = {0};
    cr_assert(firing_next(&rule, at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"), &f));
    cr_expect_eq(f.due.s, at("2026-03-02T03:00:00Z").s);
    cr_expect_eq(f.offset_s, 8 * 3600);
    rule = cron_rule("30 5 * * *", "Asia/Kathmandu");
    expect_text(next_firings(&rule, "2026-03-01T23:45:00Z", 1), "2026-03-03T05:30:00+05:45");
    fixture_clear();
}

Test(firing, a_skipped_time_fires_when_the_gap_ends)
{
    struct firing_rule rule = cron_rule("30 2 * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
                "2026-03-28T02:30:00+01:00, 2026-03-29T03:00:00+02:00 gap, "
                "2026-03-30T02:30:00+02:00");
    rule = cron_rule("30 2 * * *", "America/New_York");
    expect_text(firings(&rule, "2026-03-08T00:00:00Z", "2026-03-09T12:00:00Z"),
                "2026-03-08T03:00:00-04:00 gap, 2026-03-09T02:30:00-04:00");
    fixture_clear();
}

Test(firing, several_skipped_times_are_one_firing)
{
    struct firing_rule rule = cron_rule("*/20 2 * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-03-29T00:00:00Z", "2026-03-29T23:59:59Z"),
                "2026-03-29T03:00:00+02:00 gap");
    fixture_clear();
}

Test(firing, a_regular_time_at_the_end_of_the_gap_is_the_same_firing)
{
    struct firing_rule rule = cron_rule("0 * * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
                "2026-03-29T03:00:00+02:00 gap, 2026-03-29T04:00:00+02:00");
    rule = cron_rule("0 3 * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
                "2026-03-29T03:00:00+02:00");
    fixture_clear();
}

Test(firing, a_repeated_time_fires_the_first_time_only)
{
    struct firing_rule rule = cron_rule("30 2 * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
                "2026-10-25T02:30:00+02:00 repeat, 2026-10-26T02:30:00+01:00");
    rule = cron_rule("30 1 * * *", "America/New_York");
    expect_text(firings(&rule, "2026-11-01T00:00:00Z", "2026-11-02T12:00:00Z"),
                "2026-11-01T01:30:00-04:00 repeat, 2026-11-02T01:30:00-05:00");
    fixture_clear();
}

Test(firing, an_hourly_rule_skips_the_repeated_hour)
{
    struct firing_rule rule = cron_rule("0 * * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2026-10-24T22:30:00Z", "2026-10-25T02:00:00Z"),
                "2026-10-25T01:00:00+02:00, 2026-10-25T02:00:00+02:00 repeat, "
                "2026-10-25T03:00:00+01:00");
    fixture_clear();
}

/* In the repeated hour: what was due in it the first time is not due again. */
Test(firing, starting_inside_the_repeated_hour_fires_nothing_of_it)
{
    struct firing_rule rule = cron_rule("*/30 * * * *", "Europe/Berlin");
    expect_text(next_firings(&rule, "2026-10-25T01:10:00Z", 1), "2026-10-25T03:00:00+01:00");
    fixture_clear();
}

Test(firing, half_an_hour_is_enough_for_a_gap_and_a_repeat)
{
    struct firing_rule rule = cron_rule("15 2 * * *", "Australia/Lord_Howe");
    expect_text(firings(&rule, "2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z"),
                "2026-10-04T02:30:00+11:00 gap, 2026-10-05T02:15:00+11:00");
    rule = cron_rule("*/15 1 * * *", "Australia/Lord_Howe");
    expect_text(firings(&rule, "2026-04-04T13:59:00Z", "2026-04-04T16:00:00Z"),
                "2026-04-05T01:00:00+11:00, 2026-04-05T01:15:00+11:00, "
                "2026-04-05T01:30:00+11:00 repeat, 2026-04-05T01:45:00+11:00 repeat");
    fixture_clear();
}

Test(firing, a_skipped_day_fires_once_at_the_next)
{
    struct firing_rule rule = cron_rule("0 12 * * *", "Pacific/Apia");
    expect_text(firings(&rule, "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z"),
                "2011-12-29T12:00:00-10:00, 2011-12-31T00:00:00+14:00 gap, "
                "2011-12-31T12:00:00+14:00, 2012-01-01T12:00:00+14:00");
    rule = cron_rule("0 12 30 12 *", "Pacific/Apia");
    expect_text(firings(&rule, "2011-01-01T00:00:00Z", "2012-12-31T00:00:00Z"),
                "2011-12-31T00:00:00+14:00 gap, 2012-12-30T12:00:00+14:00");
    fixture_clear();
}

Test(firing, ramadan_moves_clocks_both_ways)
{
    struct firing_rule rule = cron_rule("30 2 * * *", "Africa/Casablanca");
    expect_text(firings(&rule, "2026-02-14T12:00:00Z", "2026-02-16T12:00:00Z"),
                "2026-02-15T02:30:00+01:00 repeat, 2026-02-16T02:30:00+00:00");
    expect_text(firings(&rule, "2026-03-21T12:00:00Z", "2026-03-23T12:00:00Z"),
                "2026-03-22T03:00:00+01:00 gap, 2026-03-23T02:30:00+01:00");
    fixture_clear();
}

/* The clock jumps at midnight: the day begins at one. */
Test(firing, midnight_may_be_skipped)
{
    struct firing_rule rule = cron_rule("0 0 * * *", "America/Santiago");
    expect_text(firings(&rule, "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z"),
                "2026-09-06T01:00:00-03:00 gap, 2026-09-07T00:00:00-03:00");
    fixture_clear();
}

Test(firing, rules_of_the_far_future_hold)
{
    struct firing_rule rule = cron_rule("30 2 * * *", "Europe/Berlin");
    expect_text(firings(&rule, "2100-03-27T12:00:00Z", "2100-03-29T12:00:00Z"),
                "2100-03-28T03:00:00+02:00 gap, 2100-03-29T02:30:00+02:00");
    fixture_clear();
}

Test(firing, leap_days_are_found_across_a_century)
{
    struct firing_rule rule = {.cron = cron("0 0 29 2 *")};
    expect_text(next_firings(&rule, "2096-02-29T00:00:00Z", 2),
                "2104-02-29T00:00:00+00:00, 2108-02-29T00:00:00+00:00");
}

Test(firing, time_ends)
{
    struct firing_rule rule = {.cron = cron("0 0 * * *")};
    struct firing f = {0};
    struct wall last = {FIRING_END_S};
    cr_expect(firing_next(&rule, (struct wall){FIRING_END_S - 1}, (struct wall){INT64_MAX}, &f));
    cr_expect_eq(f.due.s, FIRING_END_S);
    cr_expect(!firing_next(&rule, last, (struct wall){INT64_MAX}, &f));
    cr_expect(!firing_next(&rule, (struct wall){INT64_MAX}, (struct wall){INT64_MAX}, &f));
    cr_expect(firing_next(&rule, (struct wall){INT64_MIN}, (struct wall){INT64_MAX}, &f));
    cr_expect_eq(f.due.s, 0);
    cr_expect(!firing_next(&rule, (struct wall){INT64_MIN}, (struct wall){-1}, &f));
    cr_expect(!firing_is_due(&rule, (struct wall){INT64_MIN}));
    cr_expect(firing_is_due(&rule, (struct wall){0}));
}

Test(firing, a_zeroed_rule_never_fires)
{
    struct firing_rule rule = {0};
    struct firing f = {0};
    int64_t count = 1;
    cr_expect(!firing_next(&rule, (struct wall){INT64_MIN}, (struct wall){INT64_MAX}, &f));
    cr_expect(!firing_last(&rule, (struct wall){0}, (struct wall){INT64_MAX}, &f, &count));
    cr_expect_eq(count, 0);
}

Test(firing, excluded_days_are_local_dates)
{
    int32_t days[2] = {0};
    cr_assert(firing_day_parse(STR("2026-03-03"), &days[0]));
    cr_assert(firing_day_parse(STR("2026-03-05"), &days[1]));
    struct firing_rule rule =
        cron_rule("0 1 * * *", "Asia/Shanghai"); /* 17:00 UTC the day before */
    rule.excluded = days;
    rule.excluded_count = 2;
    expect_text(firings(&rule, "2026-03-01T12:00:00Z", "2026-03-05T18:00:00Z"),
                "2026-03-02T01:00:00+08:00, 2026-03-04T01:00:00+08:00, 2026-03-06T01:00:00+08:00");
    fixture_clear();
}

/* 30 December 2011 did not exist in Apia; its firing moves to the 31st but keeps its date. */
Test(firing, a_moved_firing_is_excluded_by_its_own_date)
{
    int32_t skipped = 0;
    int32_t next = 0;
    cr_assert(firing_day_parse(STR("2011-12-30"), &skipped));
    cr_assert(firing_day_parse(STR("2011-12-31"), &next));
    struct firing_rule rule = cron_rule("0 12 * * *", "Pacific/Apia");
    rule.excluded_count = 1;
    rule.excluded = &skipped;
    expect_text(next_firings(&rule, "2011-12-29T22:00:00Z", 1), "2011-12-31T12:00:00+14:00");
    rule.excluded = &next;
    expect_text(next_firings(&rule, "2011-12-29T22:00:00Z", 2),
                "2011-12-31T00:00:00+14:00 gap, 2012-01-01T12:00:00+14:00");
    fixture_clear();
}

Test(firing, an_instant_fires_once)
{
    struct firing_rule rule = at_rule("2026-12-01T09:00:00+08:00");
    rule.zone = zone("Asia/Shanghai");
    expect_text(firings(&rule, "2026-12-01T00:59:59Z", "2027-01-01T00:00:00Z"),
                "2026-12-01T09:00:00+08:00");
    expect_text(firings(&rule, "2026-12-01T01:00:00Z", "2027-01-01T00:00:00Z"), "");
    expect_text(firings(&rule, "2026-01-01T00:00:00Z", "2026-12-01T00:59:59Z"), "");
    int64_t count = 0;
    cr_expect(
        firing_last(&rule, at("2026-01-01T00:00:00Z"), at("2026-12-01T01:00:00Z"), NULL, &count));
    cr_expect_eq(count, 1);
    int32_t day = 0;
    cr_assert(firing_day_parse(STR("2026-12-01"), &day));
    rule.excluded = &day;
    rule.excluded_count = 1;
    expect_text(next_firings(&rule, "2026-01-01T00:00:00Z", 1), "");
    fixture_clear();
}

Test(firing, last_is_the_latest_and_counts_all)
{
    struct firing_rule rule = cron_rule("*/30 * * * *", "Europe/Berlin");
    struct firing f = {0};
    int64_t count = 0;
    cr_assert(
        firing_last(&rule, at("2026-03-28T23:00:00Z"), at("2026-03-29T02:10:00Z"), &f, &count));
    cr_expect_eq(f.due.s, at("2026-03-29T02:00:00Z").s);
    cr_expect_eq(count, 6, "00:30 01:00 01:30 03:00 03:30 04:00");
    cr_assert(
        firing_last(&rule, at("2026-03-29T00:30:00Z"), at("2026-03-29T01:00:00Z"), &f, &count));
    cr_expect_eq(f.note, FIRING_GAP);
    cr_expect_eq(count, 1);
    cr_assert(
        firing_last(&rule, at("2026-10-24T23:00:00Z"), at("2026-10-25T02:00:00Z"), &f, &count));
    cr_expect_eq(count, 4, "01:30 02:00 02:30 and 03:00 an hour later");
    cr_assert(
        !firing_last(&rule, at("2026-10-25T00:30:00Z"), at("2026-10-25T01:59:59Z"), &f, &count));
    cr_expect_eq(count, 0);
    fixture_clear();
}

Test(firing, years_of_downtime_are_counted_at_once)
{
    struct firing_rule rule = cron_rule("* * * * *", "Europe/Berlin");
    struct firing f = {0};
    int64_t count = 0;
    struct timespec start = {0};
    struct timespec end = {0};
    clock_gettime(CLOCK_MONOTONIC, &start);
    cr_assert(
        firing_last(&rule, at("2016-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), &f, &count));
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* 3653 days, less the repeated hour of each autumn; the gap of spring takes none away. */
    cr_expect_eq(count, INT64_C(3653) * 1440 - 10 * 60);
    cr_expect_eq(f.due.s, at("2026-01-01T00:00:00Z").s);
    double ms =
        (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
    cr_expect(ms < 50, "%.1f ms", ms);
    fixture_clear();
}

Test(firing, next_and_last_and_count_agree)
{
    static const char *const crons[] = {"*/7 * * * *", "0 2 * * *",  "30 1-3 * * 0",
                                        "5 */6 1 * *", "0 0 29 2 1", "59 23 31 * *"};
    static const char *const zones[] = {"Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
                                        "UTC", "Africa/Casablanca"};
    struct dice dice = {4};
    for (int i = 0; i < 300; i++) {
        struct firing_rule rule =
            cron_rule(crons[dice_below(&dice, 6)], zones[dice_below(&dice, 5)]);
        int32_t days[3];
        struct wall from = {at("2010-01-01T00:00:00Z").s + dice_below(&dice, 600000000)};
        struct wall until = {from.s + dice_below(&dice, i % 2 == 0 ? 100000 : 10000000)};
        for (int j = 0; j < 3; j++) {
            days[j] = (int32_t)(from.s / 86400) + dice_below(&dice, 20);
        }
        firing_days_sort(days, 3);
        rule.excluded = days;
        rule.excluded_count = 3;
        int64_t walked = 0;
        int64_t count = 0;
        struct firing f = {0};
        struct firing last = {0};
        for (struct wall t = from; firing_next(&rule, t, until, &f); t = f.due) {
            cr_assert(f.due.s > t.s && f.due.s <= until.s);
            walked++;
        }
        cr_assert_eq(firing_last(&rule, from, until, &last, &count), walked > 0);
        cr_assert_eq(count, walked);
        cr_assert(walked == 0 || (last.due.s == f.due.s && last.note == f.note));
    }
    fixture_clear();
}

Test(firing, days_are_dates_that_exist)
{
    int32_t day = 0;
    cr_expect(firing_day_parse(STR("1970-01-01"), &day) && day == 0);
    cr_expect(firing_day_parse(STR("2028-02-29"), &day) && day == 21243);
    cr_expect(!firing_day_parse(STR("2026-02-29"), &day));
    cr_expect(!firing_day_parse(STR("2026-2-9"), &day));
    cr_expect(!firing_day_parse(STR("2026-12-25T"), &day));
    cr_expect(!firing_day_parse(STR("2026/12/25"), &day));
    cr_expect(!firing_day_parse(STR(""), &day));
    cr_expect_eq(day, 21243);
}
