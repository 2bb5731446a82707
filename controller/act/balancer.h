/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_BALANCER_H
#define ACT_BALANCER_H

#include "base/arena.h"
#include "model/group.h"
#include "model/outcome.h"
#include "model/views.h"

/*
 * May nodes be registered with this load balancer? The preconditions of behaviour.md section 2.3,
 * each with its own reason and a sentence that says how to mend it. Judged anew in every turn, so
 * each is mended without a restart.
 *
 * The listener: `port` of the load balancer is the port nodes listen on; it must be the targetPort
 * (a number, or the name of a container port) of one port of the Service, whose name and protocol
 * the endpoints then carry.
 */

struct balancer_input {
    const struct group *group;
    const struct load_balancer *balancer;
    const struct service_view *service;     /* NULL = there is none */
    const struct slice_view *const *slices; /* of that Service, whoever manages them */
    int slice_count;
    const struct endpoints_view *endpoints;   /* the old kind; NULL = there is none */
    const struct deployment_view *deployment; /* NULL = target not found: what needs it is passed */
};

struct balancer_check {
    struct balancer_state state; /* `registered`: the group's endpoints that are ready */
    const struct service_port_view *listener; /* NULL unless found */
};

void balancer_check(const struct balancer_input *input, struct arena *arena,
                    struct balancer_check *ret_check);

/* Whether a slice is one that the operator manages, for any group. */
bool balancer_owns_slice(const struct slice_view *slice);
/* Whether a slice is one that the operator manages for this group. */
bool balancer_is_of_group(const struct slice_view *slice, const struct group *group);

#endif
