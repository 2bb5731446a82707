/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_ZONE_H
#define CALENDAR_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/time.h"

/*
 * A time zone: how far its clocks are ahead of UTC, at every instant. Read from TZif (RFC 8536),
 * the files of the system's tzdata; calendar/tzload.h finds them.
 *
 * How it works: time falls into spans of one offset. Explicit spans come from the file; after the
 * last of them its footer, a POSIX TZ rule, makes two a year for ever.
 *
 *     Europe/Berlin 2026   span start (UTC)      offset   local clock at its ends
 *                          2025-10-26T01:00Z     +01:00   from 02:00 ... to 02:00
 *                          2026-03-29T01:00Z     +02:00   from 03:00     (02:00-03:00: a gap)
 *
 * Rules
 *  1. Immutable. A parsed zone lives in the arena it was parsed into; zone_utc() lives for ever.
 *  2. Every function takes NULL as UTC, cannot fail and ends for every zone that parsed.
 *  3. Time runs from ZONE_FIRST_S to ZONE_END_S; instants outside count as the nearest inside.
 */

#define ZONE_FIRST_S INT64_C(-377705116800) /* -9999-01-01T00:00:00Z */
#define ZONE_END_S INT64_C(253402300800)    /* 10000-01-01T00:00:00Z, exclusive */
#define ZONE_OFFSET_MAX_S 93600             /* no clock is further from UTC: 26 hours */
#define ZONE_FILE_MAX_BYTES 65536           /* the largest file that is read */

struct zone;

/* A stretch of time of one offset: start <= t < end. Neighbours may have the same offset. */
struct zone_span {
    struct wall start;
    struct wall end;
    int offset_s; /* seconds east of UTC */
};

enum zone_fit {
    ZONE_ONCE,   /* the local time exists once */
    ZONE_GAP,    /* it does not exist: clocks jumped over it */
    ZONE_REPEAT, /* it exists again later: clocks went back */
};

struct zone_place {
    struct wall at; /* the first instant at which the local clock shows the time, or a later one */
    int offset_s;   /* in force at that instant */
    enum zone_fit fit;
};

const struct zone *zone_utc(void);

/*
 * Reads a TZif file, versions 1 to 4. Fails with ERR_GARBLED for bytes that are none or break the
 * format, ERR_REFUSED for one that counts leap seconds. Borrows bytes only during the call.
 */
int zone_parse(const void *bytes, size_t len, struct arena *arena, const struct zone **ret_zone,
               struct err *err) MUST_CHECK;

struct zone_span zone_span_at(const struct zone *zone, struct wall t);
int zone_offset_at(const struct zone *zone, struct wall t);
/* What the zone's clocks show at t. */
struct civil zone_civil_at(const struct zone *zone, struct wall t);
/* Where a local time falls; its weekday is ignored. */
struct zone_place zone_locate(const struct zone *zone, struct civil local);

#endif
