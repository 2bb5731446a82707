/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_UPCOMING_H
#define LOOP_UPCOMING_H

#include "base/arena.h"
#include "model/policy.h"
#include "status/status.h"

/*
 * What the calendar of some policies holds next: for status and its NEXT column.
 */

/*
 * The next firings and window starts of all rules that are not suspended, soonest first, at most
 * `max` and at most UPCOMING_DAYS ahead; returns how many. Texts point into the policies.
 */
int upcoming_list(const struct policy *const *policies, int count, struct wall now,
                  struct arena *arena, struct upcoming *ret_list, int max);

/* Some rule can never fire again because of what it says: 30 February, an unknown zone. */
bool upcoming_never_fires(const struct policy *policy, struct wall now);
/* There are rules, all of them name one instant, and all of these have passed. */
bool upcoming_is_expired(const struct policy *policy, struct wall now);

#define UPCOMING_DAYS 400

#endif
