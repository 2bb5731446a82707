/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fixture.h"
#include "tzif.h"

/* What the zone's clocks show at an instant. */
static const char *shows(const char *zone_name, const char *instant)
{
    static char local[WALL_TEXT_SIZE];
    struct wall t = at(instant);
    return wall_text_offset(t, zone_offset_at(zone(zone_name), t), local);
}

#define expect_shows(zone_name, instant, local)                                                    \
    cr_expect(strcmp(shows(zone_name, instant), local) == 0, "%s at %s shows %s", zone_name,       \
              instant, shows(zone_name, instant))

Test(zone, knows_well_known_clocks)
{
    expect_shows("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00");
    expect_shows("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00");
    expect_shows("Europe/Berlin", "2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00");
    expect_shows("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00");
    expect_shows("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59-05:00");
    expect_shows("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00");
    expect_shows("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00-05:00");
    expect_shows("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:30:00+10:30");
    expect_shows("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00+11:00");
    expect_shows("Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00+05:45");
    expect_shows("Asia/Kathmandu", "1985-12-31T18:29:59Z", "1985-12-31T23:59:59+05:30");
    expect_shows("Asia/Kathmandu", "1985-12-31T18:30:00Z", "1986-01-01T00:15:00+05:45");
    expect_shows("Asia/Shanghai", "2026-07-01T00:00:00Z", "2026-07-01T08:00:00+08:00");
    fixture_clear();
}

Test(zone, knows_strange_clocks)
{
    expect_shows("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59-10:00");
    expect_shows("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00");
    expect_shows("Africa/Casablanca", "2026-02-15T01:59:59Z", "2026-02-15T02:59:59+01:00");
    expect_shows("Africa/Casablanca", "2026-02-15T02:00:00Z", "2026-02-15T02:00:00+00:00");
    expect_shows("Africa/Casablanca", "2026-03-22T02:00:00Z", "2026-03-22T03:00:00+01:00");
    expect_shows("Europe/Dublin", "2026-07-01T00:00:00Z", "2026-07-01T01:00:00+01:00");
    expect_shows("Europe/Dublin", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00");
    expect_shows("Antarctica/Troll", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00");
    expect_shows("Etc/GMT+12", "2026-01-01T00:00:00Z", "2025-12-31T12:00:00-12:00");
    fixture_clear();
}

/* After 2037 only the footer speaks. */
Test(zone, goes_on_by_the_footer)
{
    expect_shows("Europe/Berlin", "2100-03-28T00:59:59Z", "2100-03-28T01:59:59+01:00");
    expect_shows("Europe/Berlin", "2100-03-28T01:00:00Z", "2100-03-28T03:00:00+02:00");
    expect_shows("Europe/Berlin", "9999-10-31T01:00:00Z", "9999-10-31T02:00:00+01:00");
    expect_shows("Australia/Sydney", "2100-12-31T23:00:00Z", "2101-01-01T10:00:00+11:00");
    expect_shows("Asia/Jerusalem", "2100-03-25T23:59:59Z", "2100-03-26T01:59:59+02:00");
    expect_shows("Asia/Jerusalem", "2100-03-26T00:00:00Z", "2100-03-26T03:00:00+03:00");
    expect_shows("America/Nuuk", "2100-03-28T01:00:00Z", "2100-03-28T00:00:00-01:00");
    fixture_clear();
}

static struct civil local(int year, int month, int day, int hour, int minute)
{
    return (struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute};
}

static void expect_place(const char *zone_name, struct civil c, const char *instant,
                         enum zone_fit fit)
{
    struct zone_place place = zone_locate(zone(zone_name), c);
    char text[WALL_TEXT_SIZE];
    cr_expect(place.at.s == at(instant).s, "%s: %s", zone_name, wall_text(place.at, text));
    cr_expect(place.fit == fit, "%s %s: fit %d", zone_name, instant, place.fit);
    cr_expect(place.offset_s == zone_offset_at(zone(zone_name), place.at));
}

Test(zone, locates_local_times_once_in_a_gap_and_in_a_repeat)
{
    expect_place("Europe/Berlin", local(2026, 3, 29, 1, 59), "2026-03-29T00:59:00Z", ZONE_ONCE);
    expect_place("Europe/Berlin", local(2026, 3, 29, 2, 0), "2026-03-29T01:00:00Z", ZONE_GAP);
    expect_place("Europe/Berlin", local(2026, 3, 29, 2, 59), "2026-03-29T01:00:00Z", ZONE_GAP);
    expect_place("Europe/Berlin", local(2026, 3, 29, 3, 0), "2026-03-29T01:00:00Z", ZONE_ONCE);
    expect_place("Europe/Berlin", local(2026, 10, 25, 1, 59), "2026-10-24T23:59:00Z", ZONE_ONCE);
    expect_place("Europe/Berlin", local(2026, 10, 25, 2, 0), "2026-10-25T00:00:00Z", ZONE_REPEAT);
    expect_place("Europe/Berlin", local(2026, 10, 25, 2, 59), "2026-10-25T00:59:00Z", ZONE_REPEAT);
    expect_place("Europe/Berlin", local(2026, 10, 25, 3, 0), "2026-10-25T02:00:00Z", ZONE_ONCE);
    expect_place("Pacific/Apia", local(2011, 12, 30, 12, 0), "2011-12-30T10:00:00Z", ZONE_GAP);
    expect_place("Pacific/Apia", local(2011, 12, 31, 0, 0), "2011-12-30T10:00:00Z", ZONE_ONCE);
    expect_place("Australia/Lord_Howe", local(2026, 10, 4, 2, 15), "2026-10-03T15:30:00Z",
                 ZONE_GAP);
    expect_place("Australia/Lord_Howe", local(2026, 4, 5, 1, 45), "2026-04-04T14:45:00Z",
                 ZONE_REPEAT);
    fixture_clear();
}

/* Monrovia's clocks were 44 minutes and 30 seconds behind until 7 January 1972. */
Test(zone, a_gap_may_end_within_a_minute)
{
    expect_place("Africa/Monrovia", local(1972, 1, 7, 0, 10), "1972-01-07T00:44:30Z", ZONE_GAP);
    fixture_clear();
}

Test(zone, null_is_utc)
{
    cr_expect_eq(zone_offset_at(NULL, at("2026-07-01T00:00:00Z")), 0);
    cr_expect_eq(zone_offset_at(zone_utc(), at("2026-07-01T00:00:00Z")), 0);
    cr_expect_eq(zone_locate(NULL, local(2026, 7, 1, 0, 0)).at.s, at("2026-07-01T00:00:00Z").s);
    cr_expect_eq(zone_civil_at(NULL, at("2026-07-01T00:00:00Z")).weekday, 3);
}

Test(zone, ends_of_time_are_answered)
{
    const struct zone *berlin = zone("Europe/Berlin");
    cr_expect_eq(zone_span_at(berlin, (struct wall){INT64_MIN}).start.s, ZONE_FIRST_S);
    cr_expect_eq(zone_span_at(berlin, (struct wall){INT64_MAX}).end.s, ZONE_END_S);
    cr_expect_eq(zone_span_at(berlin, (struct wall){INT64_MAX}).offset_s, 3600);
    zone_locate(berlin, local(9999, 12, 31, 23, 59));
    zone_locate(berlin, local(-9999, 1, 1, 0, 0));
    fixture_clear();
}

Test(zone, reads_all_versions)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct tzif_shape s = {
        .at = {-100, 1000}, .count = 2, .index = {1, 2}, .types = 3, .offset_s = {0, 3600, -7200}};
    for (int i = 0; i < 4; i++) {
        s.version = "\0"
                    "234"[i];
        s.footer = s.version == 0 ? NULL : "";
        const struct zone *z = tzif_zone(&s, &arena);
        cr_expect_eq(zone_offset_at(z, (struct wall){-101}), 0);
        cr_expect_eq(zone_offset_at(z, (struct wall){-100}), 3600);
        cr_expect_eq(zone_offset_at(z, (struct wall){999}), 3600);
        cr_expect_eq(zone_offset_at(z, (struct wall){1000}), -7200);
        cr_expect_eq(zone_offset_at(z, (struct wall){INT64_C(99999999999)}), -7200);
    }
}

Test(zone, a_footer_alone_rules_always)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct tzif_shape s = {.version = '2', .types = 1, .footer = "EST5EDT,M3.2.0,M11.1.0"};
    const struct zone *z = tzif_zone(&s, &arena);
    cr_expect_eq(zone_offset_at(z, at("2026-01-01T00:00:00Z")), -5 * 3600);
    cr_expect_eq(zone_offset_at(z, at("2026-07-01T00:00:00Z")), -4 * 3600);
    cr_expect_eq(zone_offset_at(z, at("1970-07-01T00:00:00Z")), -4 * 3600);
}

Test(zone, the_footer_begins_at_the_last_transition)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct tzif_shape s = {.version = '2',
                           .at = {1767225600}, /* 2026-01-01 */
                           .count = 1,
                           .index = {0},
                           .types = 1,
                           .offset_s = {-18000},
                           .footer = "EST5EDT,M3.2.0,M11.1.0"};
    const struct zone *z = tzif_zone(&s, &arena);
    cr_expect_eq(zone_offset_at(z, at("2025-07-01T00:00:00Z")), -5 * 3600);
    cr_expect_eq(zone_offset_at(z, at("2026-07-01T00:00:00Z")), -4 * 3600);
}

struct rule_case {
    const char *rule;
    const char *instant;
    int offset_s;
};

Test(zone, reads_every_form_of_footer)
{
    static const struct rule_case rows[] = {
        {"UTC0", "2026-07-01T00:00:00Z", 0},
        {"<+0330>-3:30", "2026-07-01T00:00:00Z", 12600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", 7200},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800},
        {"AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0}, /* J60 is always 1 March */
        {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600},
        {"AAA0BBB,59/0,300/0", "2028-02-28T23:59:59Z", 0}, /* 59 is 29 February in leap years */
        {"AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600},
        {"AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z", 3600},
        {"AAA0BBB-2:00:01,M4.1.0,M10.1.0", "2026-07-01T00:00:00Z", 7201},
        /* Daylight saving time all year (RFC 8536, 3.3.1). */
        {"AAA3EDT4,0/0,J365/23", "2026-01-01T02:59:59Z", -14400},
        {"AAA3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400},
        {"AAA3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -14400},
        {"AAA3EDT4,0/0,J365/23", "2028-12-31T12:00:00Z", -14400},
        {"AAA0BBB,J365/167,J1/-167", "2026-12-30T00:00:00Z", 0},
    };
    CLEANUP(arena_clear) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct tzif_shape s = {.version = '3', .types = 1, .footer = rows[i].rule};
        int offset_s = zone_offset_at(tzif_zone(&s, &arena), at(rows[i].instant));
        cr_expect(offset_s == rows[i].offset_s, "%s at %s: %d", rows[i].rule, rows[i].instant,
                  offset_s);
    }
}

Test(zone, refuses_broken_footers)
{
    static const char *const rows[] = {
        "X0",
        "UTC",
        "UTC25",
        "UTC0:60",
        "UTC0X",
        "<UTC0",
        "AAA0BBB",
        "AAA0BBB,M3.2.0",
        "AAA0BBB,M13.2.0,M11.1.0",
        "AAA0BBB,M3.6.0,M11.1.0",
        "AAA0BBB,M3.2.7,M11.1.0",
        "AAA0BBB,J0,J365",
        "AAA0BBB,J1,J366",
        "AAA0BBB,0,366",
        "AAA0BBB,0/168,1",
        "AAA0BBB,0,1 ",
        "AAA0BBB,0,1,",
        "AAA0BBB,,",
        "AAA0000BBB,0,1",
        "<ab>0",
        "A1A0",
    };
    CLEANUP(arena_clear) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct zone *z = NULL;
        struct err err = {0};
        struct tzif_shape s = {.version = '2', .types = 1, .footer = rows[i]};
        struct tzif f = tzif_make(&s);
        cr_expect(tzif_parse(&f, &arena, &z, &err) == -1, "accepted %s", rows[i]);
        cr_expect(err.kind == ERR_GARBLED && z == NULL);
    }
}

static void expect_garbled(const struct tzif_shape *s, const char *what)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    const struct zone *z = NULL;
    struct err err = {0};
    struct tzif f = tzif_make(s);
    cr_expect(tzif_parse(&f, &arena, &z, &err) == -1, "accepted: %s", what);
    cr_expect(z == NULL && err.text[0] != '\0');
}

Test(zone, refuses_files_that_break_the_format)
{
    const struct tzif_shape good = {.version = '2',
                                    .at = {1, 2},
                                    .count = 2,
                                    .index = {0, 1},
                                    .types = 2,
                                    .offset_s = {0, 60},
                                    .footer = ""};
    struct tzif_shape s = good;
    s.at[1] = 1;
    expect_garbled(&s, "transitions at one instant");
    s = good;
    s.index[1] = 2;
    expect_garbled(&s, "a type that is not there");
    s = good;
    s.offset_s[1] = 93600;
    expect_garbled(&s, "an offset of 26 hours");
    s = good;
    s.offset_s[1] = -90000;
    expect_garbled(&s, "an offset of -25 hours");
    s = good;
    s.footer = NULL;
    expect_garbled(&s, "no footer");
    s = good;
    s.types = 0;
    s.count = 0;
    expect_garbled(&s, "no types");
    s = good;
    s.leaps = 1;
    expect_garbled(&s, "leap seconds");
}

Test(zone, refuses_every_file_that_is_cut_short)
{
    struct tzif_shape s = {.version = '2', .at = {1}, .count = 1, .types = 1, .footer = "UTC0"};
    struct tzif whole = tzif_make(&s);
    for (size_t len = 0; len < whole.len; len++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        const struct zone *z = NULL;
        struct err err = {0};
        struct tzif f = whole;
        f.len = len;
        cr_expect(tzif_parse(&f, &arena, &z, &err) == -1, "%zu of %zu bytes", len, whole.len);
    }
}

/* Asks everything of a zone that parsed: whatever its bytes said, each answer must make sense. */
static void expect_sane(const struct zone *z)
{
    int spans = 0;
    struct wall t = at("1999-12-01T00:00:00Z");
    struct firing f = {0};
    struct firing_rule rule = {.cron = cron("*/7 1-5 * * *"), .zone = z};
    while (t.s < at("2002-01-01T00:00:00Z").s) {
        struct zone_span span = zone_span_at(z, t);
        cr_assert(span.start.s <= t.s && span.end.s > t.s);
        cr_assert(abs(span.offset_s) <= ZONE_OFFSET_MAX_S);
        t = span.end;
        spans++;
    }
    cr_assert(spans < 3000);
    cr_assert(firing_next(&rule, at("2000-01-01T00:00:00Z"), (struct wall){FIRING_END_S}, &f));
    int64_t count = 0;
    firing_last(&rule, at("2000-01-01T00:00:00Z"), at("2000-02-01T00:00:00Z"), &f, &count);
    cr_assert(count <= 31 * 60);
}

Test(zone, hostile_bytes_never_do_harm)
{
    struct tzif_shape s = {.version = '2',
                           .at = {946684800, 946688400, 960000000, 970000000},
                           .count = 4,
                           .index = {0, 1, 2, 1},
                           .types = 3,
                           .offset_s = {0, 3600, -43200},
                           .footer = "EST5EDT,M3.2.0/-1:30,J300/20"};
    struct tzif good = tzif_make(&s);
    struct dice dice = {2};
    int parsed = 0;
    for (int i = 0; i < 20000; i++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        const struct zone *z = NULL;
        struct err err = {0};
        struct tzif f = good;
        for (int changes = 1 + dice_below(&dice, 4); changes > 0; changes--) {
            f.bytes[dice_below(&dice, (int)f.len)] = (unsigned char)dice_roll(&dice);
        }
        if (tzif_parse(&f, &arena, &z, &err) == 0) {
            parsed++;
            expect_sane(z);
        }
    }
    cr_expect(parsed > 1000, "only %d parsed: the test tests nothing", parsed);
}

Test(zone, random_bytes_are_refused)
{
    struct dice dice = {3};
    for (int i = 0; i < 20000; i++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        const struct zone *z = NULL;
        struct err err = {0};
        struct tzif f = {.len = (size_t)dice_below(&dice, 300)};
        for (size_t j = 0; j < f.len; j++) {
            f.bytes[j] = (unsigned char)(dice_below(&dice, 3) == 0 ? dice_roll(&dice) : 0);
        }
        memcpy(f.bytes, "TZif2", 5);
        if (tzif_parse(&f, &arena, &z, &err) == 0) {
            expect_sane(z);
        }
    }
}

Test(zone, a_file_beyond_the_ceiling_is_refused)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    const struct zone *z = NULL;
    struct err err = {0};
    unsigned char *bytes = calloc(ZONE_FILE_MAX_BYTES + 1, 1);
    cr_expect(zone_parse(bytes, ZONE_FILE_MAX_BYTES + 1, &arena, &z, &err) == -1);
    free(bytes);
}
