/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_KINDS_H
#define WATCH_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/views.h"

/*
 * Every kind the operator watches: where the API server keeps it and how one object of it becomes
 * a noun. A lister is given a kind and hands out objects of `size` bytes that begin with their
 * struct meta; the type is the one named in the comment.
 */

struct pull_table; /* kube/pull.h */

struct kind {
    const char *name;               /* "ScalingGroup" */
    const char *api;                /* "/apis/sluice.dev/v1alpha1" or "/api/v1" */
    const char *plural;             /* "scalinggroups" */
    const struct pull_table *table; /* how an item is decoded */
    size_t size;                    /* of the struct it is decoded into */
    bool namespaced;
    bool optional; /* the API may not be installed: a 404 of its list is an empty list */
};

extern const struct kind KIND_SCALING_GROUP;    /* struct group_view */
extern const struct kind KIND_SCALING_POLICY;   /* struct policy_view */
extern const struct kind KIND_SCALING_ACTIVITY; /* struct activity_view */
extern const struct kind KIND_DEPLOYMENT;       /* struct deployment_view */
extern const struct kind KIND_REPLICA_SET;      /* struct replica_set_view */
extern const struct kind KIND_POD;              /* struct pod_view */
extern const struct kind KIND_NODE;             /* struct node_view */
extern const struct kind KIND_SERVICE;          /* struct service_view */
extern const struct kind KIND_ENDPOINT_SLICE;   /* struct slice_view */
extern const struct kind KIND_ENDPOINTS;        /* struct endpoints_view */
extern const struct kind KIND_AUTOSCALER;       /* struct scaler_view, autoscaling/v2 */
extern const struct kind KIND_SCALED_OBJECT;    /* struct scaler_view, keda.sh/v1alpha1 */

#endif
