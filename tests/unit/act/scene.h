/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_ACT_SCENE_H
#define UNIT_ACT_SCENE_H

#include "act/slices.h"
#include "model/views.h"

/*
 * A group "edge" in "demo" with one load balancer "public" on Service "edge-lb", port 8080, and
 * everything that its preconditions ask for. Tests change what they are about.
 */

enum { SCENE_PODS = 2500 };

struct scene {
    struct arena arena;
    struct group group;
    struct load_balancer balancer;
    struct deployment_view deployment;
    struct container_view container;
    struct port_view port;
    struct service_view service;
    struct service_port_view listener;
    struct balancer_input check;
    struct balancer_check checked;
    struct pod_view pods[SCENE_PODS];
    const struct pod_view *pod_list[SCENE_PODS];
    int pod_count;
    const struct slice_view *slices[16];
    int slice_count;
    int64_t now;
    int shard_max;
    struct act_plan plan;
    struct slices_result result;
};

void scene_init(struct scene *scene);
void scene_clear(struct scene *scene);
/* A ready pod with an address of its own. */
struct pod_view *scene_add_pod(struct scene *scene);
/* Judges the load balancer and plans its slices. */
void scene_plan(struct scene *scene);
/* Does what the plan says to the slices of the scene, as the API server would. */
void scene_carry_out(struct scene *scene);
/* The JSON body of a step; borrowed, freed by scene_clear's arena never: decref it. */
json_t *step_body(const struct act_step *step);
int step_count(const struct act_plan *plan);

#endif
