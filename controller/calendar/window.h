/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_WINDOW_H
#define CALENDAR_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "calendar/firing.h"

/*
 * A rule that holds for a while: from each start to its end. A function of the clock alone:
 * nothing is remembered, so nothing is lost by a restart.
 *
 * Each start s has its own end: s + duration_s, in elapsed seconds whatever the clocks do, or the
 * first firing of the end expression strictly after s. The window is active at t if for some
 * start s <= t < end(s).
 *
 * Rules
 *  1. Starts of one rule may overlap: the window then is active from the first to the latest end.
 *     A start at the very instant of an end carries on: there is no end.
 *  2. Excluded days concern starts only. The end expression is read in the zone of the start.
 *  3. Pure and total; an end that never comes is FIRING_END_S.
 */

struct window_rule {
    struct firing_rule start;
    int64_t duration_s; /* elapsed seconds; 0 = `end` decides */
    struct cron end;    /* used if duration_s is 0 */
};

struct window {
    struct wall start; /* earliest start that is still in force */
    struct wall end;   /* latest end of the starts so far; a start before it may move it */
};

enum window_event {
    WINDOW_RAMP,  /* a ramp towards the next start begins */
    WINDOW_START, /* a start */
    WINDOW_END,   /* the window ends, no other start holding it */
};

struct window_edge {
    struct wall at;
    enum window_event event;
};

/* Is the window active at now? ret_window (may be NULL) is written only then. */
bool window_active(const struct window_rule *rule, struct wall now, struct window *ret_window);

/* The end of the start at s, whether s is one or not. */
struct firing window_end_of(const struct window_rule *rule, struct wall s);

/*
 * Is now within ramp_s before a start? elapsed_s: seconds since the ramp began, 0 to ramp_s - 1;
 * ret_start: the start it leads to. A ramp_s of 0 or less: never.
 */
bool window_ramp(const struct window_rule *rule, int64_t ramp_s, struct wall now,
                 int64_t *ret_elapsed_s, struct wall *ret_start);

/*
 * The next instant after now, up to until, at which the window may change: the nearest of the next
 * start, the end of what is active now, the next begin of a ramp (ramp_s > 0). Cheap: an end that
 * a later start will put off is reported as it stands now. At one instant START hides END hides
 * RAMP.
 */
bool window_next_edge(const struct window_rule *rule, int64_t ramp_s, struct wall now,
                      struct wall until, struct window_edge *ret_edge);

/*
 * The next true end with after < end <= until: nothing holds the window on at that instant. For
 * listings: for starts so dense that no end comes it looks at WINDOW_CHASE_MAX of them and gives
 * up.
 */
bool window_next_end(const struct window_rule *rule, struct wall after, struct wall until,
                     struct firing *ret_end);

#define WINDOW_CHASE_MAX 20000

#endif
