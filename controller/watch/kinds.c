/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds, and the tables that are too small for a file of their own.
 */
#include "watch/kinds.h"

#include "watch/tables_priv.h"

/* ---- ScalingActivity ---- */

static const struct pull_field ACTIVITY_OWNERS[] = {
    PULL_MANY("ownerReferences", ARRAY, struct activity_view, owners, owner_count,
              .table = &OWNER_TABLE),
};
static const struct pull_table ACTIVITY_OWNERS_TABLE =
    PULL_TABLE(struct activity_view, ACTIVITY_OWNERS);

static const struct pull_field ACTIVITY_SPEC[] = {
    PULL("groupName", TEXT, struct activity_view, group_name)};
static const struct pull_table ACTIVITY_SPEC_TABLE =
    PULL_TABLE(struct activity_view, ACTIVITY_SPEC);

static const struct pull_field ACTIVITY_STATUS[] = {
    PULL("cause", TEXT, struct activity_view, cause),
    PULL("from", INT, struct activity_view, from),
    PULL("to", INT, struct activity_view, to),
    PULL("start", TIME, struct activity_view, start),
    PULL("end", TIME, struct activity_view, end,
         .present_at = offsetof(struct activity_view, has_end)),
    PULL("result", TEXT, struct activity_view, result),
};
static const struct pull_table ACTIVITY_STATUS_TABLE =
    PULL_TABLE(struct activity_view, ACTIVITY_STATUS);

static const struct pull_field ACTIVITY[] = {
    PULL("metadata", OBJECT, struct activity_view, meta, .table = &META_TABLE),
    PULL_INSIDE("metadata", ACTIVITY_OWNERS_TABLE),
    PULL_INSIDE("spec", ACTIVITY_SPEC_TABLE),
    PULL_INSIDE("status", ACTIVITY_STATUS_TABLE),
};
const struct pull_table ACTIVITY_TABLE = PULL_TABLE(struct activity_view, ACTIVITY);

/* ---- HorizontalPodAutoscaler, ScaledObject: both have spec.scaleTargetRef ---- */

static const struct pull_field SCALE_TARGET[] = {
    PULL("apiVersion", TEXT, struct scaler_view, target_api_version),
    PULL("kind", TEXT, struct scaler_view, target_kind),
    PULL("name", TEXT, struct scaler_view, target_name),
};
static const struct pull_table SCALE_TARGET_TABLE = PULL_TABLE(struct scaler_view, SCALE_TARGET);

static const struct pull_field SCALER_SPEC[] = {PULL_INSIDE("scaleTargetRef", SCALE_TARGET_TABLE)};
static const struct pull_table SCALER_SPEC_TABLE = PULL_TABLE(struct scaler_view, SCALER_SPEC);

static const struct pull_field SCALER[] = {
    PULL("metadata", OBJECT, struct scaler_view, meta, .table = &META_TABLE),
    PULL_INSIDE("spec", SCALER_SPEC_TABLE),
};
const struct pull_table SCALER_TABLE = PULL_TABLE(struct scaler_view, SCALER);

/* ---- kinds ---- */

#define SLUICE_API "/apis/sluice.dev/v1alpha1"

/* clang-format off: one line a kind */
const struct kind KIND_SCALING_GROUP = {
    "ScalingGroup", SLUICE_API, "scalinggroups", &GROUP_TABLE, sizeof(struct group_view),
    true,           false};
const struct kind KIND_SCALING_POLICY = {"ScalingPolicy",
                                         SLUICE_API,
                                         "scalingpolicies",
                                         &POLICY_TABLE,
                                         sizeof(struct policy_view),
                                         true,
                                         false};
const struct kind KIND_SCALING_ACTIVITY = {"ScalingActivity",
                                           SLUICE_API,
                                           "scalingactivities",
                                           &ACTIVITY_TABLE,
                                           sizeof(struct activity_view),
                                           true,
                                           false};
const struct kind KIND_DEPLOYMENT = {"Deployment",
                                     "/apis/apps/v1",
                                     "deployments",
                                     &DEPLOYMENT_TABLE,
                                     sizeof(struct deployment_view),
                                     true,
                                     false};
const struct kind KIND_REPLICA_SET = {"ReplicaSet",
                                      "/apis/apps/v1",
                                      "replicasets",
                                      &REPLICA_SET_TABLE,
                                      sizeof(struct replica_set_view),
                                      true,
                                      false};
const struct kind KIND_POD = {"Pod", "/api/v1", "pods", &POD_TABLE, sizeof(struct pod_view),
                              true,  false};
const struct kind KIND_NODE = {"Node", "/api/v1", "nodes", &NODE_TABLE, sizeof(struct node_view),
                               false,  false};
const struct kind KIND_SERVICE = {
    "Service", "/api/v1", "services", &SERVICE_TABLE, sizeof(struct service_view), true, false};
const struct kind KIND_ENDPOINT_SLICE = {"EndpointSlice",
                                         "/apis/discovery.k8s.io/v1",
                                         "endpointslices",
                                         &SLICE_TABLE,
                                         sizeof(struct slice_view),
                                         true,
                                         false};
const struct kind KIND_ENDPOINTS = {
    "Endpoints", "/api/v1", "endpoints", &ENDPOINTS_TABLE, sizeof(struct endpoints_view),
    true,        false};
const struct kind KIND_AUTOSCALER = {"HorizontalPodAutoscaler",
                                     "/apis/autoscaling/v2",
                                     "horizontalpodautoscalers",
                                     &SCALER_TABLE,
                                     sizeof(struct scaler_view),
                                     true,
                                     false};
const struct kind KIND_SCALED_OBJECT = {"ScaledObject",
                                        "/apis/keda.sh/v1alpha1",
                                        "scaledobjects",
                                        &SCALER_TABLE,
                                        sizeof(struct scaler_view),
                                        true,
                                        true};
/* clang-format on */
