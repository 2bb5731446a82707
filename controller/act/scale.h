/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_SCALE_H
#define ACT_SCALE_H

#include "act/plan.h"
#include "model/decision.h"
#include "model/group.h"
#include "model/views.h"

/*
 * The count of the workload: server-side apply to deployments/scale, with the uid and the
 * resourceVersion that the decision was made on, so that a count decided on an old view is refused
 * (409) and never written (behaviour.md section 7).
 *
 * Rules
 *  1. Nothing is written while the count is the wanted one and already ours.
 *  2. On adoption the count found is applied once, so that a manifest that later drops `replicas`
 *     leaves it alone.
 *  3. A suspended Launch or Terminate, dryRun and a pause hold the count; so does a decision
 *     without `replicas`.
 */

struct scale_input {
    const struct group *group;
    const struct deployment_view *deployment; /* NULL = nothing to do */
    const struct decision *decision;
    bool adopted; /* the count is ours already */
    bool taken;   /* another group or autoscaler acts on it */
    bool paused;  /* the group's pause holds now */
};

/* Adds the step, if one is needed. Returns whether it did. */
bool scale_plan(struct act_plan *plan, const struct scale_input *input);

#endif
