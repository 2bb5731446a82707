/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_OBSERVE_PRIV_H
#define STORE_OBSERVE_PRIV_H

#include "store/observe.h"

/* Shared by the files of observe. Units and rules: observe.h. */

/* nodes.c: fills observed.nodes, node_views, pods; all of the Deployment's pods are given. */
void observe_nodes(const struct observe_input *input, const struct pod_view *const *pods,
                   int pod_count, struct arena *arena, struct observation *seen);

/* launch.c: fills workload.launch_*, observed.launch_failing and the wake. */
void observe_launches(const struct observe_input *input, struct arena *arena,
                      struct observation *seen);

/* rivals.c: a sentence naming who else acts on the target, "" = nobody. */
const char *observe_rivals(const struct store *store, const struct group *group,
                           struct arena *arena);

#endif
