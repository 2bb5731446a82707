/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_LISTING_H
#define CALENDAR_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "calendar/window.h"

/*
 * What is coming: the firings of many rules as one list, in order of time, then policy name, then
 * place in the list; and its two forms, a table and JSON lines. The core of `sluice calendar`.
 *
 * Rules
 *  1. The rules are borrowed until the last event was read; events point into them.
 *  2. A point rule gives `fire`; a window gives `start` for every start and `end` only where
 *     nothing of the same rule holds it on.
 *  3. A suspended rule is listed, with the note "suspended" in place of any other.
 */

struct listing_rule {
    const char *policy;
    const char *name;
    struct window_rule when; /* a point rule uses `start` alone */
    bool is_window;
    bool is_suspended;
    bool is_adjust; /* amount is a change, not a number of nodes */
    int64_t amount;
};

enum listing_event_kind {
    LISTING_FIRE,
    LISTING_START,
    LISTING_END,
};

struct listing_event {
    const struct listing_rule *rule;
    enum listing_event_kind kind;
    struct firing firing;
};

struct listing_cursor; /* private */

struct listing {
    const struct listing_rule *rules;
    size_t count;
    struct wall until;              /* inclusive */
    struct listing_cursor *cursors; /* private; in the arena */
};

/* Starts at the first event after `from`; until is inclusive. Lives in the arena. */
void listing_init(struct listing *listing, const struct listing_rule *rules, size_t count,
                  struct wall from, struct wall until, struct arena *arena);
/* The next event; false when there is none up to `until`. */
bool listing_next(struct listing *listing, struct listing_event *ret_event);

/*
 * Adds one line: {"policy":..,"rule":..,"event":..,"due":..,"local":..,"nodes":N,"note":null}
 * ("adjust" in place of "nodes" if that is what the rule has).
 */
void listing_json(const struct listing_event *event, struct buf *out);
/* Adds a table with a head line and aligned columns. */
void listing_table(const struct listing_event *events, size_t count, struct buf *out);

/* "fire", "start", "end". */
const char *listing_event_word(enum listing_event_kind kind);
/* "gap", "repeat", "suspended" or NULL. */
const char *listing_note(const struct listing_event *event);

#endif
