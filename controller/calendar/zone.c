/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads TZif (RFC 8536) into a short table of changes of offset, and answers from it. Names,
 * daylight flags and the marks of where a transition came from are checked and thrown away: only
 * offsets matter to us. Every count is checked against the bytes that are there before it is used.
 */
#include "calendar/zone.h"

#include <stdbool.h>
#include <string.h>

#include "calendar/footer.h"

#define HEADER_BYTES 44
#define TRANSITIONS_MAX 2000
#define TYPES_MAX 256
#define NAMES_MAX 2048
#define OFFSET_LOW_S (-89999) /* the bounds of RFC 8536 */
#define OFFSET_HIGH_S 93599

/* From `at` on clocks are offset_s ahead of UTC. */
struct change {
    int64_t at;
    int offset_s;
};

struct zone {
    int first_offset_s; /* before the first change */
    struct change *changes;
    size_t count;
    bool has_footer; /* the footer rules from the last change on, or always if there is none */
    struct footer footer;
};

/* The counts of one header; all sizes in items. */
struct counts {
    size_t ut_marks;
    size_t standard_marks;
    size_t leaps;
    size_t transitions;
    size_t types;
    size_t name_chars;
    size_t time_bytes; /* of one time: 4 in the first block, 8 in the second */
};

static const struct zone utc = {0};

const struct zone *zone_utc(void)
{
    return &utc;
}

static uint64_t read_big_endian(const unsigned char *bytes, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* Two's complement of len bytes, without leaving defined behaviour. */
static int64_t read_signed(const unsigned char *bytes, size_t len)
{
    uint64_t value = read_big_endian(bytes, len);
    uint64_t sign = UINT64_C(1) << (8 * len - 1);
    if ((value & sign) == 0) {
        return (int64_t)value;
    }
    return -(int64_t)(~value & (sign - 1)) - 1;
}

static size_t block_bytes(const struct counts *c)
{
    return c->transitions * (c->time_bytes + 1) + c->types * 6 + c->name_chars +
           c->leaps * (c->time_bytes + 4) + c->standard_marks + c->ut_marks;
}

static int refuse(struct err *err, const char *what)
{
    return err_set(err, ERR_GARBLED, 0, "not a sound TZif file: %s; install tzdata anew", what);
}

/* Reads the header at the front of text and takes it off. */
static int header_read(struct str *text, size_t time_bytes, struct counts *ret_counts,
                       struct err *err)
{
    const unsigned char *bytes = (const unsigned char *)text->ptr;
    if (text->len < HEADER_BYTES || !str_starts(*text, "TZif")) {
        return refuse(err, "it does not start with a header");
    }
    struct counts c = {
        .ut_marks = read_big_endian(bytes + 20, 4),
        .standard_marks = read_big_endian(bytes + 24, 4),
        .leaps = read_big_endian(bytes + 28, 4),
        .transitions = read_big_endian(bytes + 32, 4),
        .types = read_big_endian(bytes + 36, 4),
        .name_chars = read_big_endian(bytes + 40, 4),
        .time_bytes = time_bytes,
    };
    if (c.transitions > TRANSITIONS_MAX || c.types > TYPES_MAX || c.name_chars > NAMES_MAX ||
        c.leaps > TRANSITIONS_MAX || (c.ut_marks != 0 && c.ut_marks != c.types) ||
        (c.standard_marks != 0 && c.standard_marks != c.types)) {
        return refuse(err, "its header has impossible counts");
    }
    text->ptr += HEADER_BYTES;
    text->len -= HEADER_BYTES;
    if (text->len < block_bytes(&c)) {
        return refuse(err, "it is cut short");
    }
    *ret_counts = c;
    return 0;
}

/* The offsets of all types; false if one is out of bounds. */
static bool types_read(const unsigned char *bytes, const struct counts *c, int *offsets)
{
    for (size_t i = 0; i < c->types; i++) {
        int64_t offset = read_signed(bytes + 6 * i, 4);
        if (offset < OFFSET_LOW_S || offset > OFFSET_HIGH_S || bytes[6 * i + 4] > 1 ||
            bytes[6 * i + 5] >= c->name_chars) {
            return false;
        }
        offsets[i] = (int)offset;
    }
    return true;
}

/* Appends a change unless it changes nothing; one before time begins sets the first offset. */
static void change_add(struct zone *zone, int64_t at, int offset_s)
{
    int last = zone->count > 0 ? zone->changes[zone->count - 1].offset_s : zone->first_offset_s;
    if (at <= ZONE_FIRST_S) {
        zone->first_offset_s = offset_s;
    } else if (at < ZONE_END_S && offset_s != last) {
        zone->changes[zone->count++] = (struct change){at, offset_s};
    }
}

/* The block at `bytes`; ret_last: when its last transition is, INT64_MIN if it has none. */
static int block_read(const unsigned char *bytes, const struct counts *c, struct arena *arena,
                      struct zone *zone, int64_t *ret_last, struct err *err)
{
    int offsets[TYPES_MAX] = {0};
    const unsigned char *indexes = bytes + c->transitions * c->time_bytes;
    const unsigned char *types = indexes + c->transitions;
    int64_t last = INT64_MIN;
    if (c->types == 0 || !types_read(types, c, offsets)) {
        return refuse(err, "a type of local time is out of bounds");
    }
    if (c->leaps != 0) {
        return err_set(err, ERR_REFUSED, 0,
                       "it counts leap seconds, which no other clock here does; use the zone "
                       "without right/");
    }
    zone->first_offset_s = offsets[0];
    zone->changes = ARENA_ARRAY(arena, struct change, c->transitions + 1);
    for (size_t i = 0; i < c->transitions; i++) {
        int64_t at = read_signed(bytes + i * c->time_bytes, c->time_bytes);
        if (indexes[i] >= c->types || (i > 0 && at <= last)) {
            return refuse(err, "its transitions are out of order or of no type");
        }
        change_add(zone, at, offsets[indexes[i]]);
        last = at;
    }
    *ret_last = last;
    return 0;
}

/* The footer: newline, a rule or nothing, newline. */
static int footer_read(struct str text, int64_t last, struct zone *zone, struct err *err)
{
    if (text.len == 0 || text.ptr[0] != '\n' || memchr(text.ptr + 1, '\n', text.len - 1) == NULL) {
        return refuse(err, "its last line is missing");
    }
    text.ptr++;
    text.len--;
    struct str rule = str_cut(&text, '\n');
    if (rule.len == 0 || last >= ZONE_END_S) {
        return 0;
    }
    if (!footer_parse(rule, &zone->footer)) {
        return refuse(err, "its last line is no POSIX TZ rule");
    }
    zone->has_footer = true;
    /* The rule takes over at the last transition, even if that did not change the offset. */
    if (last > ZONE_FIRST_S && (zone->count == 0 || zone->changes[zone->count - 1].at != last)) {
        zone->changes[zone->count++] =
            (struct change){last, footer_span_at(&zone->footer, (struct wall){last}).offset_s};
    }
    return 0;
}

static void block_skip(struct str *text, const struct counts *counts)
{
    text->ptr += block_bytes(counts);
    text->len -= block_bytes(counts);
}

static int zone_read(struct str text, struct arena *arena, struct zone *zone, struct err *err)
{
    struct counts counts = {0};
    int64_t last = 0;
    bool has_64_bits = text.len > 4 && text.ptr[4] != '\0'; /* version 2 and later */
    if (header_read(&text, 4, &counts, err) != 0) {
        return -1;
    }
    if (has_64_bits) { /* everything comes again in 64 bits: the first block is not for us */
        block_skip(&text, &counts);
        if (header_read(&text, 8, &counts, err) != 0) {
            return -1;
        }
    }
    const unsigned char *block = (const unsigned char *)text.ptr;
    if (block_read(block, &counts, arena, zone, &last, err) != 0) {
        return -1;
    }
    block_skip(&text, &counts);
    return has_64_bits ? footer_read(text, last, zone, err) : 0;
}

int zone_parse(const void *bytes, size_t len, struct arena *arena, const struct zone **ret_zone,
               struct err *err)
{
    struct zone *zone = ARENA_NEW(arena, struct zone);
    if (len > ZONE_FILE_MAX_BYTES) {
        return refuse(err, "it is too large");
    }
    if (zone_read((struct str){bytes, len}, arena, zone, err) != 0) {
        return -1;
    }
    if (arena_is_full(arena)) {
        return refuse(err, "no room for it");
    }
    *ret_zone = zone;
    return 0;
}

/* How many changes have happened by t. */
static size_t changes_until(const struct zone *zone, int64_t t)
{
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct wall clamp(struct wall t)
{
    t.s = t.s < ZONE_FIRST_S ? ZONE_FIRST_S : t.s >= ZONE_END_S ? ZONE_END_S - 1 : t.s;
    return t;
}

struct zone_span zone_span_at(const struct zone *zone, struct wall t)
{
    const struct zone *z = zone == NULL ? &utc : zone;
    t = clamp(t);
    size_t passed = changes_until(z, t.s);
    struct zone_span span = {{ZONE_FIRST_S}, {ZONE_END_S}, z->first_offset_s};
    if (z->has_footer && passed == z->count) {
        span = footer_span_at(&z->footer, t);
    } else if (passed > 0) {
        span.offset_s = z->changes[passed - 1].offset_s;
    }
    int64_t start = passed > 0 ? z->changes[passed - 1].at : ZONE_FIRST_S;
    int64_t end = passed < z->count ? z->changes[passed].at : ZONE_END_S;
    span.start.s = span.start.s > start ? span.start.s : start;
    span.end.s = span.end.s < end ? span.end.s : end;
    return span;
}

int zone_offset_at(const struct zone *zone, struct wall t)
{
    return zone_span_at(zone, t).offset_s;
}

struct civil zone_civil_at(const struct zone *zone, struct wall t)
{
    return civil_at(t, zone_offset_at(zone, t));
}

/* Does the local clock show `local` (seconds since 1970 on it) once more at or after t? */
static bool comes_again(const struct zone *zone, int64_t local, struct wall t)
{
    while (t.s < ZONE_END_S && t.s <= local + ZONE_OFFSET_MAX_S) {
        struct zone_span span = zone_span_at(zone, t);
        if (local >= span.start.s + span.offset_s && local < span.end.s + span.offset_s) {
            return true;
        }
        t = span.end;
    }
    return false;
}

struct zone_place zone_locate(const struct zone *zone, struct civil local)
{
    int64_t shown = civil_to_wall(local, 0).s;
    struct zone_span span = zone_span_at(zone, (struct wall){shown - ZONE_OFFSET_MAX_S});
    while (shown - span.offset_s >= span.end.s && span.end.s < ZONE_END_S) {
        span = zone_span_at(zone, span.end);
    }
    struct zone_place place = {{shown - span.offset_s}, span.offset_s, ZONE_ONCE};
    if (place.at.s < span.start.s) {
        place.at = span.start;
        place.fit = ZONE_GAP;
    } else if (comes_again(zone, shown, span.end)) {
        place.fit = ZONE_REPEAT;
    }
    place.at = clamp(place.at);
    return place;
}
