/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_HISTORY_H
#define LOOP_HISTORY_H

#include <jansson.h>

#include "act/activities.h"
#include "model/decision.h"

/*
 * From the list of activities in a group's status to the marks that act/activities.h follows: the
 * bodies of the objects that should exist. Read from the status that was written and from nothing
 * else, so that a new process comes to the same objects as the one that died.
 */

struct history {
    struct activity_mark *marks; /* newest first */
    int count;
};

/*
 * `decision` is that of this turn, NULL = none; it belongs to the activities that began with it.
 * history_clear releases the bodies.
 */
void history_read(const json_t *status, const struct group *group, const struct decision *decision,
                  struct arena *arena, struct history *ret_history);
void history_clear(struct history *history);

#endif
