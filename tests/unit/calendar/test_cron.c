/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"

struct pair {
    const char *given;
    const char *same_as;
};

static void expect_same(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cron a = cron(pairs[i].given);
        struct cron b = cron(pairs[i].same_as);
        cr_expect(cron_equals(&a, &b), "\"%s\" is not \"%s\"", pairs[i].given, pairs[i].same_as);
    }
}

static struct err refusal(struct str text)
{
    struct err err = {0};
    struct cron untouched = {.minutes = 7};
    cr_expect(cron_parse(text, &untouched, &err) == -1, "accepted: %.*s", (int)text.len, text.ptr);
    cr_expect(untouched.minutes == 7);
    cr_expect(err.kind == ERR_REFUSED);
    return err;
}

struct refused {
    const char *given;
    const char *says;
};

static void expect_refused(const struct refused *rows, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        struct err err = refusal(str_of(rows[i].given));
        cr_expect(strstr(err.text, rows[i].says) != NULL, "\"%s\": %s", rows[i].given, err.text);
        cr_expect(err.code == code, "\"%s\": code %d", rows[i].given, err.code);
    }
}

Test(cron, reads_lists_ranges_and_steps)
{
    static const struct pair rows[] = {
        {"1,2,3 * * * *", "1-3 * * * *"},
        {"*/15 * * * *", "0,15,30,45 * * * *"},
        {"?/15 * * * *", "0,15,30,45 * * * *"},
        {"10-30/10 * * * *", "10,20,30 * * * *"},
        {"50/4 * * * *", "50,54,58 * * * *"},
        {"0 20/1 * * *", "0 20-23 * * *"},
        {"0 0 29/1 * *", "0 0 29-31 * *"},
        {"0 0 1 10/2 *", "0 0 1 10,12 *"},
        {"5,1-3,40/10 * * * *", "1,2,3,5,40,50 * * * *"},
        {"*/90 * * * *", "0 * * * *"},
        {"00 09 * * *", "0 9 * * *"},
        {"59 23 31 12 6", "59 23 31 DEC SAT"},
    };
    expect_same(rows, sizeof(rows) / sizeof(rows[0]));
}

Test(cron, parts_fields_at_any_white_space)
{
    static const struct pair rows[] = {
        {"  0\t9   * * *\n", "0 9 * * *"},
        {"0 9 ? * ?", "0 9 * * *"},
    };
    expect_same(rows, sizeof(rows) / sizeof(rows[0]));
}

Test(cron, names_months_and_weekdays_in_any_case)
{
    static const struct pair rows[] = {
        {"0 0 1 jan,Feb,MAR,aPR *", "0 0 1 1-4 *"},
        {"0 0 1 MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC *", "0 0 1 5-12 *"},
        {"0 0 1 jan-dec/3 *", "0 0 1 1,4,7,10 *"},
        {"0 0 * * sun,mon,Tue,WED,thu", "0 0 * * 0-4"},
        {"0 0 * * MON-fri", "0 0 * * 1-5"},
        {"0 0 * * SAT", "0 0 * * 6"},
    };
    expect_same(rows, sizeof(rows) / sizeof(rows[0]));
}

Test(cron, takes_seven_for_sunday)
{
    static const struct pair rows[] = {
        {"0 0 * * 7", "0 0 * * 0"},
        {"0 0 * * 0,7", "0 0 * * SUN"},
        {"0 0 * * 5-7", "0 0 * * 0,5,6"},
        {"0 0 * * FRI-SUN", "0 0 * * 5,6,0"},
        {"0 0 * * 6-Sun", "0 0 * * 0,6"},
        {"0 0 * * 7-7", "0 0 * * 0"},
        {"0 0 * * 1-7/2", "0 0 * * 1,3,5,0"},
        {"0 0 * * 5/1", "0 0 * * 5,6,0"},
        {"0 0 * * SUN-TUE", "0 0 * * 0-2"},
        {"0 0 * * SUN-SUN", "0 0 * * 0-6"},
        {"0 0 * * MON-SUN/3", "0 0 * * 1,4,0"},
    };
    expect_same(rows, sizeof(rows) / sizeof(rows[0]));
}

Test(cron, knows_the_macros)
{
    static const struct pair rows[] = {
        {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
        {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
        {"@annually", "0 0 1 1 *"},
    };
    expect_same(rows, sizeof(rows) / sizeof(rows[0]));
}

static bool on(const char *text, int year, int month, int day)
{
    struct cron c = cron(text);
    return cron_matches(&c, (struct civil){.year = year, .month = month, .day = day});
}

/* 2026-03-13 was a Friday, 2026-03-20 too, 2026-04-13 a Monday. */
Test(cron, either_day_is_enough_when_both_are_restricted)
{
    cr_expect(on("0 0 13 * 5", 2026, 3, 13));
    cr_expect(on("0 0 13 * 5", 2026, 3, 20));
    cr_expect(on("0 0 13 * 5", 2026, 4, 13));
    cr_expect(!on("0 0 13 * 5", 2026, 4, 14));
}

Test(cron, an_open_day_field_leaves_the_other_alone)
{
    cr_expect(on("0 0 * * 5", 2026, 3, 13));
    cr_expect(!on("0 0 * * 5", 2026, 4, 13));
    cr_expect(!on("0 0 ? * 5", 2026, 4, 13));
    cr_expect(on("0 0 13 * *", 2026, 4, 13));
    cr_expect(!on("0 0 13 * ?", 2026, 3, 20));
    cr_expect(!on("0 0 */1 * 5", 2026, 4, 13), "a step of 1 restricts nothing");
    cr_expect(!on("0 0 3,* * 5", 2026, 4, 13), "a bare * in a list opens the field");
}

Test(cron, a_step_or_a_full_range_is_a_restriction)
{
    cr_expect(on("0 0 */2 * 1", 2026, 3, 13), "13 is odd: by day");
    cr_expect(on("0 0 */2 * 1", 2026, 3, 16), "a Monday: by weekday");
    cr_expect(!on("0 0 */2 * 1", 2026, 3, 20));
    cr_expect(on("0 0 1-31 * 1", 2026, 3, 20));
    cr_expect(on("0 0 13 * 0-6", 2026, 3, 20));
}

Test(cron, matches_minute_hour_and_month)
{
    struct cron c = cron("30 11 * 6 *");
    struct civil june = {
        .year = 2026, .month = 6, .day = 1, .hour = 11, .minute = 30, .second = 59};
    cr_expect(cron_matches(&c, june));
    june.minute = 31;
    cr_expect(!cron_matches(&c, june));
    june.minute = 30;
    june.hour = 12;
    cr_expect(!cron_matches(&c, june));
    june.hour = 11;
    june.month = 7;
    cr_expect(!cron_matches(&c, june));
}

Test(cron, month_days_end_with_the_month)
{
    struct cron c = cron("0 0 28-31 * *");
    cr_expect_eq(cron_month_days(&c, 2026, 2), UINT32_C(1) << 28);
    cr_expect_eq(cron_month_days(&c, 2028, 2), UINT32_C(3) << 28);
    cr_expect_eq(cron_month_days(&c, 2026, 4), UINT32_C(7) << 28);
    cr_expect_eq(cron_month_days(&c, 2026, 12), UINT32_C(15) << 28);
}

Test(cron, month_days_agree_with_the_calendar_for_400_years)
{
    struct cron c = cron("0 0 * * 1,4");
    for (int year = 1970; year < 2370; year++) {
        for (int month = 1; month <= 12; month++) {
            uint32_t days = cron_month_days(&c, year, month);
            for (int day = 1; day <= 28; day++) {
                int64_t since = days_from_civil(year, month, day);
                int weekday = civil_at((struct wall){since * 86400}, 0).weekday;
                bool named = weekday == 1 || weekday == 4;
                cr_assert_eq((days >> day & 1) != 0, named, "%d-%d-%d", year, month, day);
            }
        }
    }
}

Test(cron, refusals_name_the_field_the_value_and_the_remedy)
{
    static const struct refused rows[] = {
        {"60 * * * *", "minute 60 is out of range; use 0 to 59"},
        {"* 24 * * *", "hour 24 is out of range; use 0 to 23"},
        {"* * 0 * *", "day 0 is out of range; use 1 to 31"},
        {"* * 32 * *", "day 32 is out of range; use 1 to 31"},
        {"* * * 0 *", "month 0 is out of range; use 1 to 12"},
        {"* * * 13 *", "month 13 is out of range; use 1 to 12"},
        {"* * * * 8", "weekday 8 is out of range; use 0 to 7"},
        {"99999999999999999999 * * * *", "minute 99999999999999999999 is out of range"},
        {"x * * * *", "minute \"x\" is not a value; use 0 to 59"},
        {"* * * FOO *", "month \"FOO\" is not a value; use 1 to 12 or JAN to DEC"},
        {"* * * * MONDAY", "weekday \"MONDAY\" is not a value; use 0 to 7 or SUN to SAT"},
        {"MON * * * *", "minute \"MON\" is not a value"},
        {"* * * MON *", "month \"MON\" is not a value"},
        {"-5 * * * *", "minute \"\" is not a value"},
        {"+5 * * * *", "minute \"+5\" is not a value"},
        {"5- * * * *", "minute \"\" is not a value"},
        {"1-2-3 * * * *", "minute \"2-3\" is not a value"},
        {"*-5 * * * *", "minute \"*\" is not a value"},
        {"** * * * *", "minute \"**\" is not a value"},
        {"1,,2 * * * *", "minute has an empty item"},
        {"1, * * * *", "minute has an empty item"},
        {", * * * *", "minute has an empty item"},
        {"*/0 * * * *", "minute step \"0\" is not a step; use a whole number from 1 to 999999"},
        {"*/ * * * *", "minute step \"\" is not a step"},
        {"*/-1 * * * *", "minute step \"-1\" is not a step"},
        {"*/x * * * *", "minute step \"x\" is not a step"},
        {"1/2/3 * * * *", "minute step \"2/3\" is not a step"},
        {"*/1000000 * * * *", "is not a step"},
        {"/5 * * * *", "minute \"\" is not a value"},
    };
    expect_refused(rows, sizeof(rows) / sizeof(rows[0]), 0);
}

Test(cron, backward_ranges_are_refused)
{
    static const struct refused rows[] = {
        {"0 22-6 * * *", "hour range 22-6 runs backwards; write it as two, such as 22-23,0-6"},
        {"30-10 * * * *", "minute range 30-10 runs backwards"},
        {"0 0 * NOV-FEB *", "such as 11-12,1-2"},
        {"0 0 * * SAT-MON", "weekday range SAT-MON runs backwards"},
        {"0 0 * * 5-0", "weekday range 5-0 runs backwards"},
        {"0 0 * * 7-1", "weekday range 7-1 runs backwards"},
    };
    expect_refused(rows, sizeof(rows) / sizeof(rows[0]), CRON_RUNS_BACKWARD);
}

Test(cron, the_wrong_number_of_fields_is_refused)
{
    static const struct refused rows[] = {
        {"", "0 fields where 5 are needed"},
        {"   ", "0 fields where 5 are needed"},
        {"* * * *", "4 fields where 5 are needed; write minute hour day month weekday"},
        {"0 0 9 * * *", "there is no field for seconds"},
        {"TZ=UTC 0 9 * * *", "set timeZone instead"},
        {"CRON_TZ=Asia/Tokyo 0 9 * * *", "set timeZone instead"},
    };
    expect_refused(rows, sizeof(rows) / sizeof(rows[0]), 0);
}

Test(cron, unknown_macros_are_refused)
{
    static const struct refused rows[] = {
        {"@every 5m", "@every has no fixed times; write them out"},
        {"@every", "@every has no fixed times"},
        {"@reboot", "@reboot is not known; use @hourly"},
        {"@daily @daily", "is not known"},
        {"@Daily", "is not known"},
        {"@", "is not known"},
    };
    expect_refused(rows, sizeof(rows) / sizeof(rows[0]), 0);
}

Test(cron, what_can_never_fire_is_refused_with_its_own_code)
{
    static const struct refused rows[] = {
        {"0 0 30 2 *", "never fires: no month it names has such a day"},
        {"0 0 31 FEB ?", "never fires"},
        {"0 0 31 2,4,6,9,11 *", "never fires"},
    };
    expect_refused(rows, sizeof(rows) / sizeof(rows[0]), CRON_NEVER_FIRES);
}

Test(cron, what_fires_rarely_is_accepted)
{
    cron("0 0 29 2 *");
    cron("0 0 31 2,3 *");
    cron("0 0 30 2 1"); /* every Monday of February */
}

Test(cron, foreign_text_in_a_refusal_is_harmless)
{
    char text[600];
    memset(text, 'a', sizeof(text));
    memcpy(text, "\x1b[31m\xff\"", 7);
    struct err err = refusal((struct str){text, sizeof(text)});
    cr_expect(strlen(err.text) < 200, "%s", err.text);
    for (const char *c = err.text; *c != '\0'; c++) {
        cr_expect(*c >= ' ' && *c <= '~');
    }
    refusal((struct str){"0 0 \0 * *", 9});
}

Test(cron, random_text_never_does_harm)
{
    static const char alphabet[] = "0123456789*/,-? @jJaAnNsSuUmMoO\t\n\xff";
    struct dice dice = {1};
    int accepted = 0;
    for (int i = 0; i < 100000; i++) {
        char text[40];
        size_t len = (size_t)dice_below(&dice, (int)sizeof(text));
        for (size_t j = 0; j < len; j++) {
            text[j] = i % 2 == 0 ? (char)dice_roll(&dice)
                                 : alphabet[dice_below(&dice, (int)sizeof(alphabet))];
        }
        struct cron c = {0};
        struct err err = {0};
        if (cron_parse((struct str){text, len}, &c, &err) == 0) {
            accepted++;
            cr_assert(c.minutes != 0 && c.hours != 0 && c.months != 0 && c.weekdays != 0);
            cr_assert(c.minutes >> 60 == 0 && c.hours >> 24 == 0 && (c.days & 1) == 0);
        }
    }
    cr_log_info("%d accepted", accepted);
}
