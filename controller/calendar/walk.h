/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_WALK_H
#define CALENDAR_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/cron.h"

/*
 * A cron expression on a clock that is never changed, with some dates left out: the next, the last
 * and the number of minutes it names. Private to this room; firing.c adds the zone.
 *
 * Minutes are counted from 1970-01-01T00:00 on that clock. Ranges are from <= m < to. Work grows
 * with the months looked at, not with the minutes.
 */

struct walk {
    const struct cron *cron;
    const int32_t *excluded; /* days since 1970-01-01, ascending */
    size_t excluded_count;
};

/* The first minute named in the range. */
bool walk_next(const struct walk *walk, int64_t from, int64_t to, int64_t *ret_minute);
/* The last minute named in the range. */
bool walk_last(const struct walk *walk, int64_t from, int64_t to, int64_t *ret_minute);
/* How many minutes are named in the range. */
int64_t walk_count(const struct walk *walk, int64_t from, int64_t to);

/* Is the day in a sorted list? */
bool walk_has_day(const int32_t *days, size_t count, int64_t day);

#endif
