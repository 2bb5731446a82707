/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_ACTIVITIES_H
#define ACT_ACTIVITIES_H

#include "act/plan.h"
#include "model/group.h"
#include "model/views.h"

/*
 * The ScalingActivity objects of a group: one POST each, one PATCH that ends it, and the oldest
 * deleted beyond a limit.
 *
 * How it works: the list in the group's status, written before anything else, says which
 * activities there are; the objects are made to follow it. So a process that dies between the two
 * is made good by the next one, and a name that exists already is as good as made.
 *
 * Rules
 *  1. An object is made only while it is among the newest `limit`.
 *  2. The objects given have seen our last write: who calls waits for that.
 */

/* One activity of the list in status, newest first. */
struct activity_mark {
    int64_t sequence;
    const char *name; /* "edge-00000012" */
    bool ended;
    json_t *object;    /* what to POST; borrowed; NULL = not to be made */
    json_t *end_patch; /* what to PATCH when it has ended; borrowed; NULL while it runs */
};

struct activities_input {
    const struct group *group;
    const struct activity_mark *marks;
    int mark_count;
    const struct activity_view *const *objects; /* of the group, sorted by name */
    int object_count;
    int limit;     /* objects kept: the group's historyLimit, or less when there are too many */
    int prune_max; /* at most so many deletions a turn */
};

void activities_plan(struct act_plan *plan, const struct activities_input *input);

#endif
