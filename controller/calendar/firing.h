/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_FIRING_H
#define CALENDAR_FIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"
#include "base/time.h"
#include "calendar/cron.h"
#include "calendar/zone.h"

/*
 * When a rule fires. A rule names local times (a cron expression) or one instant; a firing is the
 * instant at which one of them comes true on the clocks of the rule's zone.
 *
 * How it works: a local time is due at the first instant at which the local clock shows it or a
 * later time. From this follows what happens when clocks are changed (Berlin, 2026):
 *     "30 2 * * *"  29 March    02:30 does not exist: due at 03:00+02:00, noted as gap
 *     "0 * * * *"   29 March    02:00 and 03:00 are one firing, at 03:00+02:00, noted as gap
 *     "30 2 * * *"  25 October  02:30 exists twice: due at 02:30+02:00 only, noted as repeat
 *     "0 * * * *"   25 October  02:00+02:00, then 03:00+01:00: the repeated hour is skipped
 *
 * Rules
 *  1. Nothing fires before 1970 or after FIRING_END_S.
 *  2. A local time is left out if its own date, not that of the instant it moved to, is excluded.
 *  3. Pure and total. Work grows with the spans of offset between the two ends asked for, not
 *     with the minutes: ten years of "* * * * *" are counted within a millisecond.
 *  4. The rule is borrowed during the call; zone and days must outlive it.
 */

#define FIRING_END_S                                                                               \
    (ZONE_END_S - INT64_C(4) * 86400) /* last instant anything is due: 9999-12-28 */

enum firing_kind {
    FIRING_CRON,
    FIRING_AT,
};

struct firing_rule {
    enum firing_kind kind;
    struct cron cron;        /* FIRING_CRON */
    struct wall at;          /* FIRING_AT */
    const struct zone *zone; /* of the cron, the excluded days and `local`; NULL = UTC */
    const int32_t *excluded; /* local dates as days since 1970-01-01, ascending */
    size_t excluded_count;
};

/* name, word in the calendar */
#define FIRING_NOTES(X)                                                                            \
    X(PLAIN, "")                                                                                   \
    X(GAP, "gap")       /* stands (also) for a local time that does not exist */                   \
    X(REPEAT, "repeat") /* its local time comes again and will not fire then */

enum firing_note {
#define FIRING_ENUM(name, word) FIRING_##name,
    FIRING_NOTES(FIRING_ENUM)
#undef FIRING_ENUM
};

struct firing {
    struct wall due;
    int offset_s; /* in force at due; wall_text_offset(due, offset_s) is the local time */
    enum firing_note note;
};

/* The first firing with after < due <= until. */
bool firing_next(const struct firing_rule *rule, struct wall after, struct wall until,
                 struct firing *ret_firing);

/*
 * The latest firing with after < due <= until, and how many there are in all: 0 and false, or at
 * least 1 and true. Either result may be NULL; without a count it stops at the first it finds.
 */
bool firing_last(const struct firing_rule *rule, struct wall after, struct wall until,
                 struct firing *ret_firing, int64_t *ret_count);

/* Is something due at exactly t? */
bool firing_is_due(const struct firing_rule *rule, struct wall t);

/* "gap", "repeat" or NULL. */
const char *firing_note_word(enum firing_note note);

/* "2026-12-25" as days since 1970-01-01; false for anything else and dates that do not exist. */
bool firing_day_parse(struct str text, int32_t *ret_day);

/* Sorts days for `excluded`. In place, no allocation. */
void firing_days_sort(int32_t *days, size_t count);

#endif
