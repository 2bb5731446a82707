/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following owner references through the store. Pods are gathered replica set by replica set and
 * sorted by name at the end, so that a rollout does not reorder them.
 */
#include "store/links.h"

#include <stdlib.h>
#include <string.h>

const struct owner_view *links_controller(const struct owner_view *owners, int count)
{
    for (int i = 0; i < count; i++) {
        if (owners[i].controller) {
            return &owners[i];
        }
    }
    return NULL;
}

const struct replica_set_view *links_replica_set_of(const struct store *store,
                                                    const struct pod_view *pod)
{
    const struct owner_view *owner = links_controller(pod->owners, pod->owner_count);
    if (owner == NULL || strcmp(owner->kind, "ReplicaSet") != 0) {
        return NULL;
    }
    const struct replica_set_view *set =
        store_get(store, STORE_REPLICA_SET, pod->meta.ns, owner->name);
    return set != NULL && strcmp(set->meta.uid, owner->uid) == 0 ? set : NULL;
}

bool links_scales_deployment(const struct scaler_view *scaler)
{
    const char *api = scaler->target_api_version;
    bool apps = api[0] == '\0' || strncmp(api, "apps/", 5) == 0;
    bool deployment =
        scaler->target_kind[0] == '\0' || strcmp(scaler->target_kind, "Deployment") == 0;
    return apps && deployment;
}

int links_replica_sets(const struct store *store, const struct deployment_view *deployment,
                       struct arena *arena, const struct replica_set_view *const **ret_sets)
{
    const void *const *objects;
    int count =
        store_list(store, STORE_REPLICA_SET, STORE_BY_OWNER, deployment->meta.uid, arena, &objects);
    const struct replica_set_view **sets =
        ARENA_ARRAY(arena, const struct replica_set_view *, (size_t)count + 1);
    for (int i = 0; i < count; i++) {
        sets[i] = objects[i];
    }
    *ret_sets = sets;
    return count;
}

static int compare_pods(const void *a, const void *b)
{
    const struct pod_view *const *left = a;
    const struct pod_view *const *right = b;
    return strcmp((*left)->meta.name, (*right)->meta.name);
}

int links_pods(const struct store *store, const struct deployment_view *deployment,
               struct arena *arena, const struct pod_view *const **ret_pods)
{
    const struct replica_set_view *const *sets;
    int set_count = links_replica_sets(store, deployment, arena, &sets);
    int count = 0;
    const void *const **lists = ARENA_ARRAY(arena, const void *const *, (size_t)set_count + 1);
    int *counts = ARENA_ARRAY(arena, int, (size_t)set_count + 1);
    for (int i = 0; i < set_count; i++) {
        counts[i] =
            store_list(store, STORE_POD, STORE_BY_OWNER, sets[i]->meta.uid, arena, &lists[i]);
        count += counts[i];
    }
    const struct pod_view **pods = ARENA_ARRAY(arena, const struct pod_view *, (size_t)count + 1);
    int filled = 0;
    for (int i = 0; i < set_count; i++) {
        for (int j = 0; j < counts[i]; j++) {
            pods[filled++] = lists[i][j];
        }
    }
    qsort(pods, (size_t)count, sizeof(pods[0]), compare_pods);
    *ret_pods = pods;
    return count;
}
