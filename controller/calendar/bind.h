/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_BIND_H
#define CALENDAR_BIND_H

#include "base/arena.h"
#include "calendar/tzload.h"
#include "model/policy.h"

/*
 * From the texts of a policy to rules that can be asked when they fire: fills the `firing` and
 * `end_firing` pointers of its schedules and blackouts from cron text, instant, zone name and
 * excluded dates.
 *
 * Rules
 *  1. Everything made lives in `arena`, zones excepted: they live as long as `zones`. After
 *     zones_changed, bind again with the new reading.
 *  2. What cannot be resolved (no such zone, no such cron) becomes NULL: that rule is invalid, the
 *     others are not touched. Nothing fails.
 */

void calendar_bind(struct policy *policy, struct zones *zones, struct arena *arena);

#endif
