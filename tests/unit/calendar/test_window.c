/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/window.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"

/* "2026-03-02T11:00:00Z 2026-03-02T13:00:00Z", or "" when the window is not active. */
static const char *active(const struct window_rule *rule, const char *now)
{
    static char text[2 * WALL_TEXT_SIZE];
    struct window window = {0};
    char start[WALL_TEXT_SIZE];
    char end[WALL_TEXT_SIZE];
    text[0] = '\0';
    if (window_active(rule, at(now), &window)) {
        snprintf(text, sizeof(text), "%s %s", wall_text(window.start, start),
                 wall_text(window.end, end));
    }
    return text;
}

static const char *next_edge(const struct window_rule *rule, int64_t ramp_s, const char *now,
                             const char *until)
{
    static const char *const words[] = {"ramp", "start", "end"};
    static char text[2 * WALL_TEXT_SIZE];
    struct window_edge edge = {0};
    char when[WALL_TEXT_SIZE];
    text[0] = '\0';
    if (window_next_edge(rule, ramp_s, at(now), at(until), &edge)) {
        snprintf(text, sizeof(text), "%s %s", words[edge.event], wall_text(edge.at, when));
    }
    return text;
}

static const char *next_end(const struct window_rule *rule, const char *after, const char *until)
{
    static char text[2 * WALL_TEXT_SIZE];
    struct firing end = {0};
    text[0] = '\0';
    if (window_next_end(rule, at(after), at(until), &end)) {
        wall_text(end.due, text);
    }
    return text;
}

#define expect_text(given, wanted)                                                                 \
    do {                                                                                           \
        const char *text = (given);                                                                \
        cr_expect(strcmp(text, wanted) == 0, "%s", text);                                          \
    } while (0)

static struct window_rule lasting(const char *cron_text, int64_t duration_s)
{
    return (struct window_rule){.start = {.cron = cron(cron_text)}, .duration_s = duration_s};
}

static struct window_rule until_cron(const char *cron_text, const char *end_text)
{
    return (struct window_rule){.start = {.cron = cron(cron_text)}, .end = cron(end_text)};
}

Test(window, is_active_from_its_start_to_just_before_its_end)
{
    struct window_rule rule = lasting("0 11 * * *", 7200);
    expect_text(active(&rule, "2026-03-02T10:59:59Z"), "");
    expect_text(active(&rule, "2026-03-02T11:00:00Z"), "2026-03-02T11:00:00Z 2026-03-02T13:00:00Z");
    expect_text(active(&rule, "2026-03-02T12:59:59Z"), "2026-03-02T11:00:00Z 2026-03-02T13:00:00Z");
    expect_text(active(&rule, "2026-03-02T13:00:00Z"), "");
    cr_expect(window_active(&rule, at("2026-03-02T12:00:00Z"), NULL));
}

Test(window, end_cron_ends_at_its_first_firing_after_the_start)
{
    struct window_rule rule = until_cron("0 22 * * *", "0 6 * * *");
    expect_text(active(&rule, "2026-03-02T21:59:59Z"), "");
    expect_text(active(&rule, "2026-03-03T05:59:59Z"), "2026-03-02T22:00:00Z 2026-03-03T06:00:00Z");
    expect_text(active(&rule, "2026-03-03T06:00:00Z"), "");
}

/* KEDA's old trap: starts on weekdays, ends daily. It must not run until Sunday night. */
Test(window, ends_more_often_than_starts_are_harmless)
{
    struct window_rule rule = until_cron("0 8 * * 1-5", "0 20 * * *");
    expect_text(active(&rule, "2026-03-06T12:00:00Z"), "2026-03-06T08:00:00Z 2026-03-06T20:00:00Z");
    expect_text(active(&rule, "2026-03-06T20:00:00Z"), "");
    expect_text(active(&rule, "2026-03-07T12:00:00Z"), "");
}

Test(window, a_start_at_the_instant_of_an_end_carries_on)
{
    struct window_rule rule = until_cron("0 8,20 * * *", "0 20 * * *");
    expect_text(active(&rule, "2026-03-06T20:00:00Z"), "2026-03-06T20:00:00Z 2026-03-07T20:00:00Z");
    rule = lasting("0 0 * * *", 86400);
    expect_text(active(&rule, "2026-03-06T00:00:00Z"), "2026-03-06T00:00:00Z 2026-03-07T00:00:00Z");
    expect_text(next_end(&rule, "2026-03-06T00:00:00Z", "2026-04-06T00:00:00Z"), "");
}

Test(window, overlapping_starts_hold_from_the_first_to_the_latest_end)
{
    struct window_rule rule = lasting("0 8-10 * * *", 5400);
    expect_text(active(&rule, "2026-03-06T09:15:00Z"), "2026-03-06T08:00:00Z 2026-03-06T10:30:00Z");
    expect_text(active(&rule, "2026-03-06T09:30:00Z"), "2026-03-06T09:00:00Z 2026-03-06T10:30:00Z");
    expect_text(active(&rule, "2026-03-06T11:29:59Z"), "2026-03-06T10:00:00Z 2026-03-06T11:30:00Z");
    expect_text(active(&rule, "2026-03-06T11:30:00Z"), "");
    expect_text(next_end(&rule, "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z"),
                "2026-03-06T11:30:00Z");
}

/* 23:00 on 28 March in Berlin; 02:00-03:00 is skipped, so four hours end at 04:00 local. */
Test(window, duration_is_elapsed_time_across_a_change_of_clocks)
{
    struct window_rule rule = {.start = cron_rule("0 23 * * *", "Europe/Berlin"),
                               .duration_s = 4 * 3600};
    expect_text(active(&rule, "2026-03-29T01:30:00Z"), "2026-03-28T22:00:00Z 2026-03-29T02:00:00Z");
    fixture_clear();
}

Test(window, end_cron_is_read_in_the_zone_of_the_start)
{
    struct window_rule rule = {.start = cron_rule("0 22 * * *", "Asia/Shanghai"),
                               .end = cron("0 6 * * *")};
    expect_text(active(&rule, "2026-03-02T15:00:00Z"), "2026-03-02T14:00:00Z 2026-03-02T22:00:00Z");
    fixture_clear();
}

Test(window, excluded_days_concern_starts_only)
{
    int32_t day = 0;
    cr_assert(firing_day_parse(STR("2026-03-03"), &day));
    struct window_rule rule = until_cron("0 22 * * *", "0 6 * * *");
    rule.start.excluded = &day;
    rule.start.excluded_count = 1;
    expect_text(active(&rule, "2026-03-03T05:00:00Z"), "2026-03-02T22:00:00Z 2026-03-03T06:00:00Z");
    expect_text(active(&rule, "2026-03-03T06:00:00Z"), "");
    expect_text(active(&rule, "2026-03-03T23:00:00Z"), "");
}

Test(window, one_instant_may_start_a_window)
{
    struct window_rule rule = {.start = at_rule("2026-12-01T09:00:00Z"), .duration_s = 60};
    expect_text(active(&rule, "2026-12-01T09:00:59Z"), "2026-12-01T09:00:00Z 2026-12-01T09:01:00Z");
    expect_text(active(&rule, "2026-12-01T09:01:00Z"), "");
    rule = (struct window_rule){.start = at_rule("2026-12-01T09:00:00Z"), .end = cron("0 0 * * 0")};
    expect_text(active(&rule, "2026-12-05T00:00:00Z"), "2026-12-01T09:00:00Z 2026-12-06T00:00:00Z");
    expect_text(active(&rule, "2026-12-06T00:00:00Z"), "");
}

Test(window, a_rule_without_an_end_lasts_for_ever)
{
    struct window_rule rule = {.start = at_rule("2026-12-01T09:00:00Z")};
    struct window window = {0};
    cr_expect(window_active(&rule, at("2090-01-01T00:00:00Z"), &window));
    cr_expect_eq(window.end.s, FIRING_END_S);
    cr_expect(!window_active(&rule, at("2026-12-01T08:59:59Z"), &window));
}

Test(window, ramps_count_seconds_before_the_start)
{
    struct window_rule rule = lasting("0 11 * * *", 7200);
    int64_t elapsed_s = -1;
    struct wall start = {0};
    cr_expect(!window_ramp(&rule, 600, at("2026-03-02T10:49:59Z"), &elapsed_s, &start));
    cr_expect(window_ramp(&rule, 600, at("2026-03-02T10:50:00Z"), &elapsed_s, &start));
    cr_expect_eq(elapsed_s, 0);
    cr_expect_eq(start.s, at("2026-03-02T11:00:00Z").s);
    cr_expect(window_ramp(&rule, 600, at("2026-03-02T10:59:59Z"), &elapsed_s, &start));
    cr_expect_eq(elapsed_s, 599);
    cr_expect(!window_ramp(&rule, 600, at("2026-03-02T11:00:00Z"), &elapsed_s, &start));
    cr_expect(!window_ramp(&rule, 0, at("2026-03-02T10:59:59Z"), &elapsed_s, &start));
    cr_expect(!window_ramp(&rule, -5, at("2026-03-02T10:59:59Z"), &elapsed_s, &start));
}

Test(window, edges_come_in_order)
{
    struct window_rule rule = lasting("0 11 * * *", 7200);
    const char *until = "2026-03-09T00:00:00Z";
    expect_text(next_edge(&rule, 600, "2026-03-02T00:00:00Z", until), "ramp 2026-03-02T10:50:00Z");
    expect_text(next_edge(&rule, 600, "2026-03-02T10:50:00Z", until), "start 2026-03-02T11:00:00Z");
    expect_text(next_edge(&rule, 600, "2026-03-02T11:00:00Z", until), "end 2026-03-02T13:00:00Z");
    expect_text(next_edge(&rule, 600, "2026-03-02T13:00:00Z", until), "ramp 2026-03-03T10:50:00Z");
    expect_text(next_edge(&rule, 0, "2026-03-02T13:00:00Z", until), "start 2026-03-03T11:00:00Z");
    expect_text(next_edge(&rule, 0, "2026-03-02T13:00:00Z", "2026-03-03T10:59:59Z"), "");
    expect_text(next_edge(&rule, 600, "2026-03-02T13:00:00Z", "2026-03-03T10:49:59Z"), "");
}

Test(window, a_start_hides_an_end_at_the_same_instant)
{
    struct window_rule rule = lasting("0 * * * *", 3600);
    expect_text(next_edge(&rule, 0, "2026-03-02T00:30:00Z", "2026-03-09T00:00:00Z"),
                "start 2026-03-02T01:00:00Z");
}

Test(window, endless_chases_end)
{
    struct window_rule rule = lasting("* * * * *", 61);
    struct firing end = {0};
    cr_expect(
        !window_next_end(&rule, at("2026-03-02T00:00:00Z"), (struct wall){FIRING_END_S}, &end));
    rule = lasting("* * * * 1", 120); /* all Monday long */
    expect_text(next_end(&rule, "2026-03-02T00:00:00Z", "2026-03-31T00:00:00Z"),
                "2026-03-03T00:01:00Z");
}

Test(window, extreme_numbers_are_answered)
{
    struct window_rule rule = lasting("0 0 * * *", INT64_MAX);
    struct window window = {0};
    struct window_edge edge = {0};
    struct firing end = {0};
    int64_t elapsed_s = 0;
    static const int64_t instants[] = {INT64_MIN,    INT64_MIN + 1, -1,       0, 1,
                                       FIRING_END_S, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
        for (size_t j = 0; j < ARRAY_LEN(instants); j++) {
            struct wall now = {instants[i]};
            struct wall until = {instants[j]};
            window_active(&rule, now, &window);
            window_next_edge(&rule, INT64_MAX, now, until, &edge);
            window_next_edge(&rule, instants[j], now, until, &edge);
            window_ramp(&rule, INT64_MAX, now, &elapsed_s, &now);
            window_next_end(&rule, now, until, &end);
            window_end_of(&rule, now);
            rule.duration_s = instants[j];
        }
    }
}

/* The definition itself: some start s <= t < end(s). */
static bool naively_active(const struct window_rule *rule, struct wall t, struct wall from)
{
    struct firing start = {0};
    for (struct wall after = from; firing_next(&rule->start, after, t, &start); after = start.due) {
        if (window_end_of(rule, start.due).due.s > t.s) {
            return true;
        }
    }
    return false;
}

Test(window, agrees_with_its_definition)
{
    static const char *const starts[] = {"0 8-10 * * *", "30 1 * * 1-5", "*/20 22 * * *",
                                         "0 0 1 * *"};
    static const char *const ends[] = {"0 20 * * *", "*/45 * * * *", "0 0 * * 0", "30 10 * * *"};
    struct dice dice = {5};
    for (int i = 0; i < 400; i++) {
        struct window_rule rule =
            until_cron(starts[dice_below(&dice, 4)], ends[dice_below(&dice, 4)]);
        rule.start.zone = zone("Europe/Berlin");
        rule.duration_s = dice_below(&dice, 2) == 0 ? 0 : 60 + dice_below(&dice, 200000);
        struct wall from = at("2026-03-01T00:00:00Z");
        struct wall t = {from.s + 12 * 86400 + dice_below(&dice, 30 * 86400)};
        struct window window = {0};
        bool is_active = window_active(&rule, t, &window);
        cr_assert_eq(is_active, naively_active(&rule, t, from), "case %d", i);
        if (is_active) {
            cr_assert(window.start.s <= t.s && t.s < window.end.s);
            cr_assert(window_end_of(&rule, window.start).due.s > t.s);
        }
        /* Nothing changes before the next edge. */
        struct window_edge edge = {0};
        if (window_next_edge(&rule, 0, t, (struct wall){FIRING_END_S}, &edge)) {
            struct wall before = {edge.at.s - 1};
            cr_assert_eq(window_active(&rule, before, NULL), is_active);
            cr_assert_eq(window_active(&rule, edge.at, NULL), edge.event == WINDOW_START);
        }
        /* A true end: on before, off at it. */
        struct firing end = {0};
        if (window_next_end(&rule, t, (struct wall){t.s + 40 * 86400}, &end)) {
            cr_assert(window_active(&rule, (struct wall){end.due.s - 1}, NULL));
            cr_assert(!window_active(&rule, end.due, NULL));
        }
    }
    fixture_clear();
}
