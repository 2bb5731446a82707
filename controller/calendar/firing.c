/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a cron expression and a zone together. Time is walked span by span of one offset. To each
 * span belong the local times that fall into it and were not shown before it ("fresh" is where
 * they begin), so a repeated hour belongs to the earlier span and a skipped one to the start of
 * the later. Inside a span the local clock runs evenly and walk.c does the rest.
 */
#include "calendar/firing.h"

#include "calendar/walk.h"

#define DAY_S 86400
#define REACH_S (INT64_C(2) * ZONE_OFFSET_MAX_S) /* how far two clocks can be apart */
#define FIRING_BEFORE_S (-1)                     /* the instant before the first anything is due */

static struct wall clamp(struct wall t)
{
    t.s = t.s < FIRING_BEFORE_S ? FIRING_BEFORE_S : t.s > FIRING_END_S ? FIRING_END_S : t.s;
    return t;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first minute that begins at or after a local second. */
static int64_t minute_from(int64_t local_s)
{
    return floor_div(local_s + 59, 60);
}

/* A span and the local times that are due in it. Local times are seconds since 1970 on the clock.
 */
struct stretch {
    struct zone_span span;
    int64_t fresh; /* earlier local times were due in earlier spans */
};

static int64_t local_start(const struct stretch *s)
{
    return s->span.start.s + s->span.offset_s;
}

static int64_t local_end(const struct stretch *s)
{
    return s->span.end.s + s->span.offset_s;
}

/* The stretch t lies in. No span but the ones shortly before it can have shown its local times. */
static struct stretch stretch_at(const struct zone *zone, struct wall t)
{
    struct stretch s = {.span = zone_span_at(zone, t)};
    struct wall start = s.span.start;
    s.fresh = start.s > ZONE_FIRST_S ? INT64_MIN : local_start(&s);
    while (start.s > ZONE_FIRST_S && start.s + REACH_S > s.span.start.s) {
        struct zone_span earlier = zone_span_at(zone, (struct wall){start.s - 1});
        s.fresh = max64(s.fresh, earlier.end.s + earlier.offset_s);
        start = earlier.start;
    }
    return s;
}

static struct stretch stretch_after(const struct zone *zone, const struct stretch *before)
{
    struct stretch s = {.span = zone_span_at(zone, before->span.end)};
    s.fresh = max64(before->fresh, local_end(before));
    return s;
}

static struct walk walk_of(const struct firing_rule *rule)
{
    return (struct walk){&rule->cron, rule->excluded, rule->excluded_count};
}

/* Does a local time that the clock jumped over fire at the start of the stretch? */
static bool gap_fires(const struct walk *walk, const struct stretch *s)
{
    int64_t ignored = 0;
    return s->fresh < local_start(s) &&
           walk_next(walk, minute_from(s->fresh), minute_from(local_start(s)), &ignored);
}

/* The local minutes of the stretch that exist and whose instants lie in from..until. */
struct minutes {
    int64_t from;
    int64_t to; /* exclusive */
};

static struct minutes minutes_of(const struct stretch *s, int64_t from, int64_t until)
{
    int64_t first = max64(max64(s->fresh, local_start(s)), from + s->span.offset_s);
    int64_t end = until + 1 < s->span.end.s ? until + 1 + s->span.offset_s : local_end(s);
    return (struct minutes){minute_from(first), minute_from(end)};
}

/* The firing of a local minute that exists in the stretch. */
static struct firing firing_of(const struct firing_rule *rule, const struct stretch *s,
                               int64_t minute)
{
    int64_t local = minute * 60;
    struct firing f = {.due = {local - s->span.offset_s}, .offset_s = s->span.offset_s};
    bool is_near_end = local > local_end(s) - REACH_S;
    struct civil civil = civil_at((struct wall){local}, 0);
    if (is_near_end && zone_locate(rule->zone, civil).fit == ZONE_REPEAT) {
        f.note = FIRING_REPEAT;
    }
    return f;
}

static struct firing firing_at_gap(const struct stretch *s)
{
    return (struct firing){s->span.start, s->span.offset_s, FIRING_GAP};
}

/* The first firing of the stretch in from..until. */
static bool stretch_first(const struct firing_rule *rule, const struct stretch *s, int64_t from,
                          int64_t until, struct firing *ret_firing)
{
    struct walk walk = walk_of(rule);
    int64_t minute = 0;
    if (from <= s->span.start.s && s->span.start.s <= until && gap_fires(&walk, s)) {
        *ret_firing = firing_at_gap(s);
        return true;
    }
    struct minutes range = minutes_of(s, from, until);
    if (!walk_next(&walk, range.from, range.to, &minute)) {
        return false;
    }
    *ret_firing = firing_of(rule, s, minute);
    return true;
}

/* The last firing of the stretch in from..until. */
static bool stretch_last(const struct firing_rule *rule, const struct stretch *s, int64_t from,
                         int64_t until, struct firing *ret_firing)
{
    struct walk walk = walk_of(rule);
    int64_t minute = 0;
    struct minutes range = minutes_of(s, max64(from, s->span.start.s + 1), until);
    if (walk_last(&walk, range.from, range.to, &minute)) {
        *ret_firing = firing_of(rule, s, minute);
        return true;
    }
    return s->span.start.s >= from &&
           stretch_first(rule, s, s->span.start.s, s->span.start.s, ret_firing);
}

/* How many firings the stretch has in from..until. */
static int64_t stretch_count(const struct firing_rule *rule, const struct stretch *s, int64_t from,
                             int64_t until)
{
    struct walk walk = walk_of(rule);
    struct minutes range = minutes_of(s, from, until);
    int64_t count = walk_count(&walk, range.from, range.to);
    if (from <= s->span.start.s && s->span.start.s <= until && gap_fires(&walk, s)) {
        struct minutes start = minutes_of(s, s->span.start.s, s->span.start.s);
        count += 1 - walk_count(&walk, start.from, start.to); /* they are one firing */
    }
    return count;
}

static bool cron_next(const struct firing_rule *rule, int64_t from, int64_t until,
                      struct firing *ret_firing)
{
    struct stretch s = stretch_at(rule->zone, (struct wall){from});
    while (!stretch_first(rule, &s, from, until, ret_firing)) {
        if (s.span.end.s > until) {
            return false;
        }
        s = stretch_after(rule->zone, &s);
    }
    return true;
}

static bool cron_last(const struct firing_rule *rule, int64_t from, int64_t until,
                      struct firing *ret_firing)
{
    struct stretch s = stretch_at(rule->zone, (struct wall){until});
    while (!stretch_last(rule, &s, from, until, ret_firing)) {
        if (s.span.start.s <= from) {
            return false;
        }
        s = stretch_at(rule->zone, (struct wall){s.span.start.s - 1});
    }
    return true;
}

static int64_t cron_count(const struct firing_rule *rule, int64_t from, int64_t until)
{
    struct stretch s = stretch_at(rule->zone, (struct wall){from});
    int64_t count = stretch_count(rule, &s, from, until);
    while (s.span.end.s <= until) {
        s = stretch_after(rule->zone, &s);
        count += stretch_count(rule, &s, from, until);
    }
    return count;
}

/* The one firing of a rule that names an instant. */
static bool at_fires(const struct firing_rule *rule, int64_t from, int64_t until,
                     struct firing *ret_firing)
{
    int64_t at = rule->at.s;
    if (at < from || at > until) {
        return false;
    }
    int offset_s = zone_offset_at(rule->zone, rule->at);
    *ret_firing = (struct firing){.due = rule->at, .offset_s = offset_s};
    return !walk_has_day(rule->excluded, rule->excluded_count, floor_div(at + offset_s, DAY_S));
}

bool firing_next(const struct firing_rule *rule, struct wall after, struct wall until,
                 struct firing *ret_firing)
{
    struct firing found = {0};
    int64_t from = clamp(after).s + 1;
    int64_t to = clamp(until).s;
    if (from > to || !(rule->kind == FIRING_AT ? at_fires(rule, from, to, &found)
                                               : cron_next(rule, from, to, &found))) {
        return false;
    }
    *ret_firing = found;
    return true;
}

bool firing_last(const struct firing_rule *rule, struct wall after, struct wall until,
                 struct firing *ret_firing, int64_t *ret_count)
{
    struct firing found = {0};
    int64_t from = clamp(after).s + 1;
    int64_t to = clamp(until).s;
    bool is_at = rule->kind == FIRING_AT;
    bool fires = from <= to &&
                 (is_at ? at_fires(rule, from, to, &found) : cron_last(rule, from, to, &found));
    if (fires && ret_firing != NULL) {
        *ret_firing = found;
    }
    if (ret_count != NULL) {
        *ret_count = !fires ? 0 : is_at ? 1 : cron_count(rule, from, to);
    }
    return fires;
}

bool firing_is_due(const struct firing_rule *rule, struct wall t)
{
    struct firing ignored = {0};
    return t.s >= 0 && firing_next(rule, (struct wall){t.s - 1}, t, &ignored);
}

const char *firing_note_word(enum firing_note note)
{
    switch (note) {
#define FIRING_WORD(name, word)                                                                    \
    case FIRING_##name: return word[0] == '\0' ? NULL : word;
        FIRING_NOTES(FIRING_WORD)
#undef FIRING_WORD
    }
    return NULL;
}

bool firing_day_parse(struct str text, int32_t *ret_day)
{
    char stamp[] = "0000-00-00T00:00:00Z";
    struct wall midnight = {0};
    if (text.len != 10) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        stamp[i] = text.ptr[i];
    }
    if (!wall_parse((struct str){stamp, sizeof(stamp) - 1}, &midnight)) {
        return false;
    }
    *ret_day = (int32_t)floor_div(midnight.s, DAY_S);
    return true;
}

void firing_days_sort(int32_t *days, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        int32_t day = days[i];
        size_t at = i;
        while (at > 0 && days[at - 1] > day) {
            days[at] = days[at - 1];
            at--;
        }
        days[at] = day;
    }
}
