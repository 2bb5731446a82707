/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_CRON_H
#define CALENDAR_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

/*
 * One cron expression as sets of bits: which minutes, hours, days, months and weekdays of a local
 * clock it names. It knows no time zone; calendar/firing.h puts the two together.
 *
 * Grammar: minute hour day month weekday, parted by white space. A field is a list of items:
 *     *  ?  a  a-b            everything, everything, one value, a range
 *     *\/n  a-b/n  a/n         every n-th of it; a/n runs from a to the field's end
 * Months and weekdays have names (JAN, MON, any case). Weekdays run 0-7, both ends are Sunday; a
 * range ending in SUN or 7 runs to 7 (FRI-SUN is 5-7), any other backward range is refused.
 * Instead of five fields: @hourly @daily @midnight @weekly @monthly @yearly @annually.
 *
 * Rules
 *  1. A day is named by both day and weekday, unless both are restricted: then either is enough
 *     ("0 0 13 * 5" is every 13th and every Friday). A field is unrestricted if one of its items
 *     is a bare * or ?, or either of them with /1.
 *  2. A value type: no ownership. Zeroed it names nothing and never fires.
 */

/* struct err .code of an expression that is well formed and names no day that exists. */
#define CRON_NEVER_FIRES 1
/* struct err .code of a range whose first value is the larger. */
#define CRON_RUNS_BACKWARD 2

struct cron {
    uint64_t minutes; /* bit m: minute m, 0-59 */
    uint32_t hours;   /* bit h: hour h, 0-23 */
    uint32_t days;    /* bit d: day d of the month, 1-31 */
    uint16_t months;  /* bit m: month m, 1-12 */
    uint8_t weekdays; /* bit w: weekday w, 0 = Sunday */
    bool either_day;  /* day and weekday are both restricted: one of them is enough */
};

/*
 * Reads an expression. Fails with ERR_REFUSED and a sentence that names the field, what is wrong
 * and what to write instead; code is CRON_NEVER_FIRES for 30 February and its like,
 * CRON_RUNS_BACKWARD for a range such as 5-3, else 0.
 */
int cron_parse(struct str text, struct cron *ret_cron, struct err *err) MUST_CHECK;

/* Does it name the minute c lies in? The weekday is worked out from the date. */
bool cron_matches(const struct cron *cron, struct civil c);

/* Bit d is set for each day d of that month that it names. */
uint32_t cron_month_days(const struct cron *cron, int year, int month);

/* Do both name the same minutes of every day? */
bool cron_equals(const struct cron *a, const struct cron *b);

#endif
