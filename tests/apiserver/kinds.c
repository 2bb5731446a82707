/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/kinds.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

static const struct api_kind kinds[] = {
    {"/api/v1", "pods", "Pod", true, true, NULL, NULL, NULL},
    {"/api/v1", "services", "Service", true, true, NULL, NULL, NULL},
    {"/api/v1", "endpoints", "Endpoints", true, false, NULL, NULL, NULL},
    {"/api/v1", "nodes", "Node", false, true, NULL, NULL, NULL},
    {"/api/v1", "namespaces", "Namespace", false, true, NULL, NULL, NULL},
    {"/api/v1", "configmaps", "ConfigMap", true, false, NULL, NULL, NULL},
    {"/api/v1", "podtemplates", "PodTemplate", true, false, NULL, NULL, NULL},
    {"/apis/apps/v1", "deployments", "Deployment", true, true, "spec.replicas", "status.replicas",
     NULL},
    {"/apis/apps/v1", "replicasets", "ReplicaSet", true, true, "spec.replicas", "status.replicas",
     NULL},
    {"/apis/discovery.k8s.io/v1", "endpointslices", "EndpointSlice", true, false, NULL, NULL, NULL},
    {"/apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, true,
     NULL, NULL, NULL},
    {"/apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", true, true, NULL, NULL,
     NULL},
    {"/apis/coordination.k8s.io/v1", "leases", "Lease", true, false, NULL, NULL, NULL},
    {"/apis/events.k8s.io/v1", "events", "Event", true, false, NULL, NULL, NULL},
    {"/apis/sluice.dev/v1alpha1", "scalinggroups", "ScalingGroup", true, true, "spec.desiredSize",
     "status.current", "status.selector"},
    {"/apis/sluice.dev/v1alpha1", "scalingpolicies", "ScalingPolicy", true, true, NULL, NULL, NULL},
    {"/apis/sluice.dev/v1alpha1", "scalingactivities", "ScalingActivity", true, false, NULL, NULL,
     NULL},
};

const struct api_kind *api_kind_find(const char *api, const char *plural)
{
    const struct api_kind *kind = api_kind_of_plural(plural);
    return kind != NULL && strcmp(kind->api, api) == 0 ? kind : NULL;
}

const struct api_kind *api_kind_of_plural(const char *plural)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].plural, plural) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
