/* SPDX-License-Identifier: Apache-2.0 */
/* The names under which node states are shown and counted. */
#include "model/outcome.h"

#include "base/bug.h"

const char *node_state_name(enum node_state state)
{
    static const char *const names[NODE_STATE_COUNT] = {
        [NODE_STATE_PENDING] = "Pending",      [NODE_STATE_WARMING] = "Warming",
        [NODE_STATE_IN_SERVICE] = "InService", [NODE_STATE_DRAINING] = "Draining",
        [NODE_STATE_DRAINED] = "Drained",      [NODE_STATE_STANDBY] = "Standby",
        [NODE_STATE_UNHEALTHY] = "Unhealthy",  [NODE_STATE_DETACHED] = "Detached",
    };
    BUG_IF((unsigned)state >= NODE_STATE_COUNT, "node state %d has no name", (int)state);
    return names[state];
}
