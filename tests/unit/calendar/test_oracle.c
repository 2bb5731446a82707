/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random expressions in random zones against a naive twin, which looks at the clock minute by
 * minute and takes as due each minute at which it shows a named time that it never showed before,
 * or has just jumped over one. For real zones the clock is glibc's localtime, in a child process
 * that sets TZ; for zones no government would make it is the list they were made from. The twin
 * keeps its own sets, so the parser, the sets, the zones and the jumps are all checked at once.
 *
 * SLUICE_CALENDAR_ORACLE=all looks at every zone and every change of its clocks from 2000 to 2037.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "fixture.h"
#include "tzif.h"

#define WARM_UP_MINUTES (3 * 1440) /* enough for any repeat to be known as one */
#define WINDOW_MINUTES (4 * 1440)
#define MINUTES (WARM_UP_MINUTES + WINDOW_MINUTES)
#define CRONS_A_WINDOW 8
#define SAMPLED_ZONES 40
#define SAMPLED_WINDOWS 3
#define ZONES_MAX 1000

/* --- Expressions, as text and as the sets the text means --- */

struct twin {
    char text[400];
    bool sets[5][60];
    bool is_open[5];
};

static const int lows[5] = {0, 0, 1, 1, 0};
static const int highs[5] = {59, 23, 31, 12, 7};

static void add_item(struct twin *twin, int field, struct dice *dice)
{
    char *end = twin->text + strlen(twin->text);
    int low = lows[field];
    int high = highs[field];
    int a = low + dice_below(dice, high - low + 1);
    int b = a + dice_below(dice, high - a + 1);
    int step = 1 + dice_below(dice, 9);
    switch (dice_below(dice, 5)) {
    case 0:
        sprintf(end, "%d", a);
        b = a;
        step = 1;
        break;
    case 1:
        sprintf(end, "%d-%d", a, b);
        step = 1;
        break;
    case 2: sprintf(end, "%d-%d/%d", a, b, step); break;
    case 3:
        sprintf(end, "%d/%d", a, step);
        b = high;
        break;
    default:
        sprintf(end, "*/%d", step);
        twin->is_open[field] = twin->is_open[field] || step == 1;
        a = low;
        b = high == 7 ? 6 : high;
        break;
    }
    for (int v = a; v <= b; v += step) {
        twin->sets[field][high == 7 ? v % 7 : v] = true;
    }
}

static void add_field(struct twin *twin, int field, struct dice *dice)
{
    bool is_open = dice_below(dice, 10) < (field >= 2 ? 7 : 2);
    if (is_open) {
        strcat(twin->text, dice_below(dice, 2) == 0 ? "*" : "?");
        memset(twin->sets[field], 1, sizeof(twin->sets[field]));
        twin->is_open[field] = true;
    } else {
        for (int items = 1 + dice_below(dice, 3); items > 0; items--) {
            add_item(twin, field, dice);
            strcat(twin->text, items > 1 ? "," : "");
        }
    }
    strcat(twin->text, " ");
}

static struct twin twin_roll(struct dice *dice)
{
    struct twin twin = {.text = ""};
    for (int field = 0; field < 5; field++) {
        add_field(&twin, field, dice);
    }
    return twin;
}

static bool twin_matches(const struct twin *twin, int64_t local_minute)
{
    struct civil c = civil_at((struct wall){local_minute * 60}, 0);
    bool by_day = twin->sets[2][c.day];
    bool by_weekday = twin->sets[4][c.weekday];
    bool both = !twin->is_open[2] && !twin->is_open[4];
    return twin->sets[0][c.minute] && twin->sets[1][c.hour] && twin->sets[3][c.month] &&
           (both ? by_day || by_weekday : by_day && by_weekday);
}

/* --- What a clock shows, minute by minute --- */

/* What the clock shows at t, in minutes since 1970 on it. */
typedef int64_t (*clock_fn)(const void *arg, int64_t t);

struct seen {
    int64_t start_s;
    int64_t local[MINUTES]; /* what the clock shows, in minutes */
    int64_t fresh[MINUTES]; /* the latest it had shown before */
    bool again[MINUTES];    /* it shows this once more later */
};

/* As glibc has it, in the zone of TZ; only in the child. */
static int64_t glibc_clock(const void *arg, int64_t t)
{
    (void)arg;
    time_t then = (time_t)t;
    struct tm tm;
    localtime_r(&then, &tm);
    return days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 1440 + tm.tm_hour * 60 +
           tm.tm_min;
}

static void look(struct seen *seen, int64_t start_s, clock_fn clock, const void *arg)
{
    int64_t latest = clock(arg, start_s) - 1;
    seen->start_s = start_s;
    for (int i = 0; i < MINUTES; i++) {
        seen->local[i] = clock(arg, start_s + i * 60);
        seen->fresh[i] = latest;
        seen->again[i] = false;
        for (int j = i - 1; seen->local[i] <= latest && j >= 0; j--) {
            if (seen->local[j] == seen->local[i] && seen->local[j] > seen->fresh[j]) {
                seen->again[j] = true;
                break;
            }
        }
        latest = seen->local[i] > latest ? seen->local[i] : latest;
    }
}

/* What is due at minute i; false if nothing is. */
static bool naive_firing(const struct twin *twin, const struct seen *seen, int i,
                         struct firing *ret_firing)
{
    bool is_gap = false;
    for (int64_t m = seen->fresh[i] + 1; m < seen->local[i] && !is_gap; m++) {
        is_gap = twin_matches(twin, m);
    }
    bool is_regular = seen->local[i] > seen->fresh[i] && twin_matches(twin, seen->local[i]);
    *ret_firing = (struct firing){
        .due = {seen->start_s + i * 60},
        .offset_s = (int)(seen->local[i] * 60 - seen->start_s - i * 60),
        .note = is_gap           ? FIRING_GAP
                : seen->again[i] ? FIRING_REPEAT
                                 : FIRING_PLAIN,
    };
    return is_gap || is_regular;
}

static bool firing_equals(const struct firing *a, const struct firing *b)
{
    return a->due.s == b->due.s && a->offset_s == b->offset_s && a->note == b->note;
}

static bool complain(const char *zone_name, const struct twin *twin, const char *what,
                     const struct firing *wanted, const struct firing *got)
{
    char a[WALL_TEXT_SIZE];
    char b[WALL_TEXT_SIZE];
    fprintf(stderr, "%s \"%s\" %s: wanted %s (%d), ours %s (%d)\n", zone_name, twin->text, what,
            wall_text_offset(wanted->due, wanted->offset_s, a), (int)wanted->note,
            wall_text_offset(got->due, got->offset_s, b), (int)got->note);
    return false;
}

static bool agrees(const char *zone_name, const struct firing_rule *rule, const struct twin *twin,
                   const struct seen *seen)
{
    struct wall from = {seen->start_s + WARM_UP_MINUTES * 60 - 1};
    struct wall until = {seen->start_s + (MINUTES - 1) * 60};
    struct wall t = from;
    struct firing wanted = {0};
    struct firing got = {0};
    struct firing last = {0};
    int64_t count = 0;
    int64_t counted = 0;
    for (int i = WARM_UP_MINUTES; i < MINUTES - 1440; i++) {
        if (naive_firing(twin, seen, i, &wanted)) {
            if (!firing_next(rule, t, until, &got) || !firing_equals(&wanted, &got)) {
                return complain(zone_name, twin, "next", &wanted, &got);
            }
            t = got.due;
            last = got;
            count++;
        }
    }
    until.s -= (int64_t)1440 * 60;
    if (firing_next(rule, t, until, &got)) {
        return complain(zone_name, twin, "one too many", &last, &got);
    }
    got = (struct firing){0};
    firing_last(rule, from, until, &got, &counted);
    if (!firing_equals(&last, &got) || counted != count) {
        return complain(zone_name, twin, "last", &last, &got);
    }
    return true;
}

/* Some expressions in the days around an instant, of which seen->start_s was looked at before. */
static bool window_agrees(const char *zone_name, const struct zone *z, const struct seen *seen,
                          struct dice *dice)
{
    for (int i = 0; i < CRONS_A_WINDOW; i++) {
        struct twin twin = twin_roll(dice);
        struct err err = {0};
        struct firing_rule rule = {.zone = z};
        if (cron_parse(str_of(twin.text), &rule.cron, &err) != 0) {
            if (err.code != CRON_NEVER_FIRES) {
                fprintf(stderr, "%s\n", err.text);
                return false;
            }
        } else if (!agrees(zone_name, &rule, &twin, seen)) {
            return false;
        }
    }
    return true;
}

static int64_t window_start(int64_t middle_s)
{
    return (middle_s / 60 - WARM_UP_MINUTES - 1440) * 60;
}

/* --- Real zones --- */

static bool sample_agrees(const char *name, const struct zone *z, struct seen *seen,
                          struct dice *dice)
{
    int64_t first = at("1973-01-01T00:00:00Z").s; /* the last offset of odd seconds ended in 1972 */
    for (int i = 0; i < SAMPLED_WINDOWS; i++) {
        int64_t t = first + (int64_t)(dice_roll(dice) % (uint64_t)(127 * INT64_C(31557600)));
        struct zone_span span = zone_span_at(z, (struct wall){t});
        bool has_change = i > 0 && span.end.s < at("2100-01-01T00:00:00Z").s;
        look(seen, window_start(has_change ? span.end.s : t), glibc_clock, NULL);
        if (!window_agrees(name, z, seen, dice)) {
            return false;
        }
    }
    return true;
}

static bool every_change_agrees(const char *name, const struct zone *z, struct seen *seen,
                                struct dice *dice)
{
    int64_t until = at("2038-01-01T00:00:00Z").s;
    struct zone_span span = zone_span_at(z, at("2000-01-01T00:00:00Z"));
    for (; span.end.s < until; span = zone_span_at(z, span.end)) {
        look(seen, window_start(span.end.s), glibc_clock, NULL);
        if (!window_agrees(name, z, seen, dice)) {
            return false;
        }
    }
    return true;
}

/* In a process of its own, because TZ is one for the whole of it. */
static bool child_agrees(const char *name, bool is_all, uint64_t seed)
{
    const struct zone *z = zone(name);
    pid_t pid = fork();
    if (pid == 0) {
        struct dice dice = {seed};
        struct seen *seen = mem_new(1, sizeof(*seen));
        setenv("TZ", name, 1);
        tzset();
        bool agree = sample_agrees(name, z, seen, &dice) &&
                     (!is_all || every_change_agrees(name, z, seen, &dice));
        mem_free(seen);
        _exit(agree ? 0 : 1);
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* The names of all zones and links, from tzdata's own list. */
static int zone_names(char names[ZONES_MAX][64])
{
    FILE *file = fopen(ZONES_DIR "/tzdata.zi", "r");
    char line[200];
    int count = 0;
    while (file != NULL && count < ZONES_MAX && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Z %63s", names[count]) == 1 ||
            sscanf(line, "L %*s %63s", names[count]) == 1) {
            count++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

Test(oracle, firings_are_those_of_a_naive_walk_with_glibc)
{
    static char names[ZONES_MAX][64];
    const char *wanted = getenv("SLUICE_CALENDAR_ORACLE");
    bool is_all = wanted != NULL && strcmp(wanted, "all") == 0;
    struct dice dice = {20260329};
    int count = zone_names(names);
    if (count == 0) {
        cr_skip_test("no " ZONES_DIR "/tzdata.zi: install tzdata");
    }
    for (int i = 0; i < (is_all ? count : SAMPLED_ZONES); i++) {
        const char *name = names[is_all ? i : dice_below(&dice, count)];
        cr_expect(child_agrees(name, is_all, dice_roll(&dice)), "%s", name);
    }
    fixture_clear();
}

/* --- Zones no government would make: many changes within hours --- */

static int64_t shape_clock(const void *arg, int64_t t)
{
    const struct tzif_shape *shape = arg;
    int offset_s = shape->offset_s[0];
    for (int i = 0; i < shape->count && shape->at[i] <= t; i++) {
        offset_s = shape->offset_s[shape->index[i]];
    }
    return (t + offset_s) / 60;
}

static struct tzif_shape wild_shape(int64_t start_s, struct dice *dice)
{
    struct tzif_shape shape = {.version = '2', .count = TZIF_CHANGES, .types = 4, .footer = ""};
    int64_t t = start_s + (int64_t)60 * dice_below(dice, WARM_UP_MINUTES);
    for (int i = 0; i < shape.types; i++) {
        shape.offset_s[i] = 60 * (dice_below(dice, i < 2 ? 120 : 1400) - 600);
    }
    for (int i = 0; i < shape.count; i++) {
        t += (int64_t)60 * (1 + dice_below(dice, dice_below(dice, 2) == 0 ? 90 : 1500));
        shape.at[i] = t;
        shape.index[i] = dice_below(dice, shape.types);
    }
    return shape;
}

Test(oracle, clocks_may_change_many_times_a_day)
{
    struct dice dice = {20261025};
    struct seen *seen = mem_new(1, sizeof(*seen));
    for (int i = 0; i < 100; i++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        int64_t start_s = at("2026-01-01T00:00:00Z").s;
        struct tzif_shape shape = wild_shape(start_s, &dice);
        const struct zone *z = tzif_zone(&shape, &arena);
        look(seen, start_s, shape_clock, &shape);
        cr_assert(window_agrees("wild", z, seen, &dice), "wild zone %d", i);
    }
    mem_free(seen);
}
