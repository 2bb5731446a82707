/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/listing.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fixture.h"

#define EVENTS_MAX 50

/* The listing as JSON lines. */
static const char *json(const struct listing_rule *rules, size_t count, const char *from,
                        const char *until, struct buf *out)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct listing listing = {0};
    struct listing_event event = {0};
    listing_init(&listing, rules, count, at(from), at(until), &arena);
    for (int i = 0; i < EVENTS_MAX && listing_next(&listing, &event); i++) {
        listing_json(&event, out);
    }
    return buf_text(out);
}

static const char *table(const struct listing_rule *rules, size_t count, const char *from,
                         const char *until, struct buf *out)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct listing listing = {0};
    struct listing_event events[EVENTS_MAX];
    size_t seen = 0;
    listing_init(&listing, rules, count, at(from), at(until), &arena);
    while (seen < EVENTS_MAX && listing_next(&listing, &events[seen])) {
        seen++;
    }
    listing_table(events, seen, out);
    return buf_text(out);
}

#define expect_text(given, wanted)                                                                 \
    do {                                                                                           \
        const char *text = (given);                                                                \
        cr_expect(strcmp(text, wanted) == 0, "%s", text);                                          \
    } while (0)

static struct listing_rule point(const char *policy, const char *name, const char *cron_text,
                                 int64_t nodes)
{
    return (struct listing_rule){.policy = policy,
                                 .name = name,
                                 .when = {.start = {.cron = cron(cron_text)}},
                                 .amount = nodes};
}

Test(listing, a_firing_has_every_field_in_order)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rule = point("lunch", "up", "0 11 * * *", 7);
    rule.when.start.zone = zone("Asia/Shanghai");
    expect_text(json(&rule, 1, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out),
                "{\"policy\":\"lunch\",\"rule\":\"up\",\"event\":\"fire\","
                "\"due\":\"2026-03-02T03:00:00Z\",\"local\":\"2026-03-02T11:00:00+08:00\","
                "\"nodes\":7,\"note\":null}\n");
    fixture_clear();
}

Test(listing, a_window_starts_and_ends_with_its_change)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rule = point("lunch", "night", "0 22 * * *", 2);
    rule.is_window = true;
    rule.is_adjust = true;
    rule.when.end = cron("0 6 * * *");
    expect_text(json(&rule, 1, "2026-03-02T03:00:00Z", "2026-03-03T06:00:00Z", &out),
                "{\"policy\":\"lunch\",\"rule\":\"night\",\"event\":\"end\","
                "\"due\":\"2026-03-02T06:00:00Z\",\"local\":\"2026-03-02T06:00:00+00:00\","
                "\"adjust\":2,\"note\":null}\n"
                "{\"policy\":\"lunch\",\"rule\":\"night\",\"event\":\"start\","
                "\"due\":\"2026-03-02T22:00:00Z\",\"local\":\"2026-03-02T22:00:00+00:00\","
                "\"adjust\":2,\"note\":null}\n"
                "{\"policy\":\"lunch\",\"rule\":\"night\",\"event\":\"end\","
                "\"due\":\"2026-03-03T06:00:00Z\",\"local\":\"2026-03-03T06:00:00+00:00\","
                "\"adjust\":2,\"note\":null}\n");
}

Test(listing, notes_tell_of_changed_clocks_and_suspension)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rules[2] = {point("a", "x", "30 2 * * *", 1),
                                    point("b", "y", "30 2 * * *", 1)};
    rules[0].when.start.zone = zone("Europe/Berlin");
    rules[1].when.start.zone = zone("Europe/Berlin");
    rules[1].is_suspended = true;
    const char *text = json(rules, 2, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", &out);
    cr_expect(
        strstr(text, "\"local\":\"2026-03-29T03:00:00+02:00\",\"nodes\":1,\"note\":\"gap\"}") !=
        NULL);
    cr_expect(strstr(text, "\"nodes\":1,\"note\":\"suspended\"}") != NULL);
    buf_reset(&out);
    text = json(rules, 1, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", &out);
    cr_expect(strstr(text, "\"note\":\"repeat\"") != NULL);
    fixture_clear();
}

Test(listing, events_are_in_order_of_time_policy_and_list)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rules[4] = {
        point("b", "first", "0 12 * * *", 1), point("b", "second", "0 12 * * *", 2),
        point("a", "late", "0 12 * * *", 3), point("c", "early", "0 11 * * *", 4)};
    expect_text(table(rules, 4, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out),
                "DUE                    LOCAL                       POLICY   RULE     EVENT   "
                "NODES   NOTE\n"
                "2026-03-02T11:00:00Z   2026-03-02T11:00:00+00:00   c        early    fire    4\n"
                "2026-03-02T12:00:00Z   2026-03-02T12:00:00+00:00   a        late     fire    3\n"
                "2026-03-02T12:00:00Z   2026-03-02T12:00:00+00:00   b        first    fire    1\n"
                "2026-03-02T12:00:00Z   2026-03-02T12:00:00+00:00   b        second   fire    2\n");
}

Test(listing, the_table_shows_changes_with_a_sign)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rules[3] = {point("p", "up", "0 1 * * *", 2),
                                    point("p", "down", "0 2 * * *", -12),
                                    point("p", "zero", "0 3 * * *", 0)};
    rules[0].is_adjust = true;
    rules[1].is_adjust = true;
    rules[2].is_suspended = true;
    expect_text(
        table(rules, 3, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out),
        "DUE                    LOCAL                       POLICY   RULE   EVENT   NODES   NOTE\n"
        "2026-03-02T01:00:00Z   2026-03-02T01:00:00+00:00   p        up     fire    +2\n"
        "2026-03-02T02:00:00Z   2026-03-02T02:00:00+00:00   p        down   fire    -12\n"
        "2026-03-02T03:00:00Z   2026-03-02T03:00:00+00:00   p        zero   fire    0       "
        "suspended\n");
}

Test(listing, an_empty_table_has_its_head)
{
    CLEANUP(buf_clear) struct buf out = {0};
    expect_text(table(NULL, 0, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out),
                "DUE   LOCAL   POLICY   RULE   EVENT   NODES   NOTE\n");
}

Test(listing, overlapping_starts_end_once)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rule = point("p", "w", "0 8-9 * * *", 2);
    rule.is_window = true;
    rule.when.duration_s = 5400;
    expect_text(
        table(&rule, 1, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out),
        "DUE                    LOCAL                       POLICY   RULE   EVENT   NODES   NOTE\n"
        "2026-03-02T08:00:00Z   2026-03-02T08:00:00+00:00   p        w      start   2\n"
        "2026-03-02T09:00:00Z   2026-03-02T09:00:00+00:00   p        w      start   2\n"
        "2026-03-02T10:30:00Z   2026-03-02T10:30:00+00:00   p        w      end     2\n");
}

Test(listing, hostile_names_stay_text)
{
    CLEANUP(buf_clear) struct buf out = {0};
    struct listing_rule rule = point("a\"b\\c", "\x1b[31m\n", "0 1 * * *", INT64_MIN);
    const char *text = json(&rule, 1, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out);
    cr_expect(strstr(text, "{\"policy\":\"a\\\"b\\\\c\",\"rule\":\"\\u001b[31m\\u000a\"") == text,
              "%s", text);
    buf_reset(&out);
    text = table(&rule, 1, "2026-03-02T00:00:00Z", "2026-03-02T23:00:00Z", &out);
    cr_expect(strstr(text, "?[31m?") != NULL && strstr(text, "-9223372036854775808") != NULL, "%s",
              text);
}
