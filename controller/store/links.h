/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_LINKS_H
#define STORE_LINKS_H

#include "model/views.h"
#include "store/store.h"

/*
 * The links between stored objects: who owns whom, who scales whom. Names alone are never trusted:
 * an owner is the object of that name only if its uid is the one in the reference.
 */

/* The owner that controls an object, or NULL. */
const struct owner_view *links_controller(const struct owner_view *owners, int count);
/* The replica set that made a pod, if it is stored, or NULL. */
const struct replica_set_view *links_replica_set_of(const struct store *store,
                                                    const struct pod_view *pod);
/* Whether an autoscaler scales a Deployment of apps. */
bool links_scales_deployment(const struct scaler_view *scaler);

/* The replica sets of a Deployment, by name. */
int links_replica_sets(const struct store *store, const struct deployment_view *deployment,
                       struct arena *arena, const struct replica_set_view *const **ret_sets);
/* The pods of a Deployment's replica sets, by name: all of them, whatever their state. */
int links_pods(const struct store *store, const struct deployment_view *deployment,
               struct arena *arena, const struct pod_view *const **ret_pods);

#endif
