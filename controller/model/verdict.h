/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "model/decision.h"
#include "model/group.h"
#include "model/memory.h"
#include "model/observed.h"
#include "model/policy.h"

/*
 * What goes into a decision and what comes out of it (decide/decide.h): the nouns that loop/,
 * decide/ and status/ hand to each other.
 */

struct decide_input {
    int max_group_size; /* the operator's ceiling, --max-group-size */
    const struct group *group;
    const struct policy *const *policies; /* those bound to it, not deleting, sorted by name */
    int policy_count;
    const struct observed *observed;
    const struct memory *memory; /* NULL = first sight */
    struct wall now;
};

struct decide_output {
    struct decision decision;
    const struct memory *memory;       /* what the next decision is given */
    const struct activity *activities; /* new ones, in order of sequence */
    int activity_count;
    const struct binding_view *bindings; /* one for each policy, same order */
    bool failing;                        /* some metric is unreadable */
    bool fallback_active;
    bool has_request; /* the last request, for status.lastRequest */
    int request_value;
    struct wall request_time;
    enum reason contested;         /* FOREIGN_WRITER, CONTESTED_HOLD or SOLE_WRITER */
    const char *contested_message; /* manager, value and time; "" with SOLE_WRITER */
    bool above_maximum;            /* more nodes exist than the range allows: held */
    enum reason limited;           /* of ScalingLimited: TOO_FEW_NODES, TOO_MANY_NODES,
                                    * RATE_LIMITED, RANGE_CLAMPED, SCHEDULE_CLAMPED (True)
                                    * or DESIRED_WITHIN_RANGE (False) */
    const char *limited_message;   /* a sentence with the numbers */
    bool has_wake;
    struct wall wake; /* next instant at which the clock alone may change the
                       * decision: firing, window edge, ramp step, hold or cooldown end */
};

#endif
