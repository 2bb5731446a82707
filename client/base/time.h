/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * The two times, as types, so that mixing them does not compile. Pure arithmetic: nothing here
 * reads a clock (base/clock.h does).
 */

struct wall {
    int64_t s; /* seconds since 1970-01-01T00:00:00Z, leap seconds not counted */
};

struct mono {
    int64_t ms; /* milliseconds since an arbitrary start; never goes back */
};

/* A calendar date and time without a zone (proleptic Gregorian). */
struct civil {
    int year;
    int month;   /* 1-12 */
    int day;     /* 1-31 */
    int hour;    /* 0-23 */
    int minute;  /* 0-59 */
    int second;  /* 0-59 */
    int weekday; /* 0 = Sunday; an output only */
};

#define WALL_TEXT_SIZE 40

/* Days since 1970-01-01 of a date, and back. Any year from -9999 to 9999. */
int64_t days_from_civil(int year, int month, int day);
/* The civil time `offset_s` seconds east of UTC at t. */
struct civil civil_at(struct wall t, int offset_s);
/* The instant at which a clock `offset_s` seconds east of UTC shows c. */
struct wall civil_to_wall(struct civil c, int offset_s);

/*
 * RFC 3339, with Z or an offset, 'T' in either case. Fractions of a second are cut, never rounded.
 * false on anything else, on dates that do not exist, and on years outside 1 to 9999.
 */
bool wall_parse(struct str text, struct wall *ret_t);
/* "2026-03-02T03:00:00Z" into out[WALL_TEXT_SIZE]; returns out. */
char *wall_text(struct wall t, char *out);
/* "2026-03-02T11:00:00+08:00" into out[WALL_TEXT_SIZE]; returns out. */
char *wall_text_offset(struct wall t, int offset_s, char *out);
/* "2026-03-02T03:00:00.000000Z" (metav1.MicroTime) into out[WALL_TEXT_SIZE]; returns out. */
char *wall_text_micro(struct wall t, char *out);

#endif
