/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_FOOTER_H
#define CALENDAR_FOOTER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/str.h"
#include "base/time.h"
#include "calendar/zone.h"

/*
 * The last line of a TZif file: a POSIX TZ rule, such as CET-1CEST,M3.5.0,M10.5.0/3, which says
 * what clocks do in all the years after the file's last transition. Private to this room.
 *
 * Rules
 *  1. A value type. Zeroed it is UTC.
 *  2. As in RFC 8536 times of change run from -167 to 167 hours, and daylight saving time may fill
 *     the whole year.
 */

enum footer_day_kind {
    FOOTER_MONTH_WEEKDAY, /* Mm.w.d: the w-th weekday d of month m, w = 5 is the last */
    FOOTER_DAY_OF_365,    /* Jn: 1-365, 29 February is never counted */
    FOOTER_DAY_FROM_ZERO, /* n: 0-365, 29 February is counted */
};

/* When in a year clocks change, on the clock that was in force until then. */
struct footer_change {
    enum footer_day_kind kind;
    int month;
    int week;
    int day;
    int time_s; /* seconds after the day's midnight; may be negative or beyond the day */
};

struct footer {
    int standard_s; /* offsets east of UTC */
    int daylight_s;
    bool has_daylight;
    struct footer_change start; /* of daylight saving time */
    struct footer_change end;
};

/* false if text is no such rule. */
bool footer_parse(struct str text, struct footer *ret_footer) MUST_CHECK;

/* The span t lies in, as if the rule had always been in force. */
struct zone_span footer_span_at(const struct footer *footer, struct wall t);

#endif
