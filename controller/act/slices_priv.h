/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_SLICES_PRIV_H
#define ACT_SLICES_PRIV_H

#include "act/slices.h"

/* Shared by slices.c (who stands where) and slice_object.c (one slice as an object). */

struct slice_endpoint {
    const struct pod_view *pod;
    const char *address;
    const char *zone;
    bool ready, serving, terminating;
    int shard; /* -1 = not placed yet */
};

/* One slice as it should be. */
struct slice_want {
    const char *name;
    const struct group *group;
    const struct load_balancer *balancer;
    const char *port_name;
    const char *protocol;
    const struct slice_endpoint *const *endpoints; /* sorted by pod name */
    int endpoint_count;
};

/* The complete object, a new reference. */
json_t *slice_object(const struct slice_want *want, struct arena *arena);
/* Whether a slice is already as it should be. */
bool slice_matches(const struct slice_want *want, const struct slice_view *slice,
                   struct arena *arena);

#endif
