/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <criterion/criterion.h>
#include <string.h>

void scene_init(struct scene *scene)
{
    memset(scene, 0, sizeof(*scene));
    scene->group.meta = (struct meta){.name = "edge", .ns = "demo", .uid = "uid-edge"};
    scene->balancer = (struct load_balancer){.name = "public",
                                             .service = "edge-lb",
                                             .server_group = "Default",
                                             .port = 8080,
                                             .weight = 50};
    scene->group.load_balancers = &scene->balancer;
    scene->group.load_balancer_count = 1;
    scene->port = (struct port_view){.name = "http", .port = 8080, .protocol = "TCP"};
    scene->container = (struct container_view){
        .name = "gateway", .readiness_probe = true, .ports = &scene->port, .port_count = 1};
    scene->deployment.meta = (struct meta){
        .name = "edge", .ns = "demo", .uid = "uid-deployment", .resource_version = "77"};
    scene->deployment.containers = &scene->container;
    scene->deployment.container_count = 1;
    scene->deployment.replicas = 3;
    scene->listener = (struct service_port_view){
        .name = "web", .port = 80, .target_port = 8080, .target_port_name = "", .protocol = "TCP"};
    scene->service.meta = (struct meta){.name = "edge-lb", .ns = "demo"};
    scene->service.ipv4 = true;
    scene->service.ports = &scene->listener;
    scene->service.port_count = 1;
    scene->check = (struct balancer_input){.group = &scene->group,
                                           .balancer = &scene->balancer,
                                           .service = &scene->service,
                                           .deployment = &scene->deployment};
    scene->now = 1000;
}

void scene_clear(struct scene *scene)
{
    arena_clear(&scene->arena);
}

struct pod_view *scene_add_pod(struct scene *scene)
{
    int number = scene->pod_count++;
    struct pod_view *pod = &scene->pods[number];
    const char **ips = ARENA_ARRAY(&scene->arena, const char *, 1);
    ips[0] = arena_printf(&scene->arena, "10.244.%d.%d", number / 250, number % 250 + 1);
    pod->meta = (struct meta){.name = arena_printf(&scene->arena, "edge-%04d", number),
                              .ns = "demo",
                              .uid = arena_printf(&scene->arena, "uid-%04d", number)};
    pod->node_name = "zone-a-1";
    pod->ips = ips;
    pod->ip_count = 1;
    pod->ready = true;
    pod->ready_changed.s = 500;
    scene->pod_list[number] = pod;
    return pod;
}

static const char *zone_of(const void *arg, const char *machine)
{
    (void)arg;
    return strcmp(machine, "zone-a-1") == 0 ? "zone-a" : "";
}

void scene_plan(struct scene *scene)
{
    scene->check.slices = scene->slices;
    scene->check.slice_count = scene->slice_count;
    balancer_check(&scene->check, &scene->arena, &scene->checked);
    struct slices_input input = {
        .group = &scene->group,
        .checks = &scene->checked,
        .pods = scene->pod_list,
        .pod_count = scene->pod_count,
        .slices = scene->slices,
        .slice_count = scene->slice_count,
        .zone_of = zone_of,
        .now = {scene->now},
        .shard_max = scene->shard_max,
    };
    plan_init(&scene->plan, &scene->arena);
    slices_plan(&scene->plan, &input, &scene->result);
}

json_t *step_body(const struct act_step *step)
{
    json_t *body = json_loadb(step->request.body, step->request.body_len, 0, NULL);
    cr_assert_not_null(body);
    return body;
}

int step_count(const struct act_plan *plan)
{
    int count = 0;
    for (const struct act_step *step = plan->first; step != NULL; step = step->next) {
        count++;
    }
    return count;
}

/* ---- an API server for slices ---- */

static const char *text_at(struct scene *scene, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? arena_dup(&scene->arena, text) : "";
}

static const struct label *labels_of(struct scene *scene, json_t *map, int *ret_count)
{
    struct label *labels = ARENA_ARRAY(&scene->arena, struct label, json_object_size(map) + 1);
    const char *key;
    json_t *value;
    int count = 0;
    json_object_foreach(map, key, value)
    {
        labels[count++] = (struct label){arena_dup(&scene->arena, key),
                                         arena_dup(&scene->arena, json_string_value(value))};
    }
    *ret_count = count;
    return labels;
}

static struct endpoint_view endpoint_of(struct scene *scene, const json_t *json)
{
    const json_t *conditions = json_object_get(json, "conditions");
    const char **addresses = ARENA_ARRAY(&scene->arena, const char *, 1);
    addresses[0] = arena_dup(
        &scene->arena, json_string_value(json_array_get(json_object_get(json, "addresses"), 0)));
    return (struct endpoint_view){
        .addresses = addresses,
        .address_count = 1,
        .ready = json_is_true(json_object_get(conditions, "ready")),
        .serving = json_is_true(json_object_get(conditions, "serving")),
        .terminating = json_is_true(json_object_get(conditions, "terminating")),
        .zone = text_at(scene, json, "zone"),
        .node_name = text_at(scene, json, "nodeName"),
        .target_uid = text_at(scene, json_object_get(json, "targetRef"), "uid"),
    };
}

static const struct slice_view *slice_of(struct scene *scene, const json_t *json)
{
    struct slice_view *slice = ARENA_NEW(&scene->arena, struct slice_view);
    struct owner_view *owner = ARENA_NEW(&scene->arena, struct owner_view);
    struct port_view *port = ARENA_NEW(&scene->arena, struct port_view);
    const json_t *metadata = json_object_get(json, "metadata");
    const json_t *list = json_object_get(json, "endpoints");
    const json_t *ports = json_array_get(json_object_get(json, "ports"), 0);
    struct endpoint_view *endpoints =
        ARENA_ARRAY(&scene->arena, struct endpoint_view, json_array_size(list) + 1);
    slice->meta.name = text_at(scene, metadata, "name");
    slice->meta.ns = "demo";
    slice->meta.uid = arena_printf(&scene->arena, "uid-%s", slice->meta.name);
    slice->meta.labels =
        labels_of(scene, json_object_get(metadata, "labels"), &slice->meta.label_count);
    slice->meta.annotations =
        labels_of(scene, json_object_get(metadata, "annotations"), &slice->meta.annotation_count);
    owner->uid =
        text_at(scene, json_array_get(json_object_get(metadata, "ownerReferences"), 0), "uid");
    slice->owners = owner;
    slice->owner_count = 1;
    *port = (struct port_view){text_at(scene, ports, "name"),
                               (int)json_integer_value(json_object_get(ports, "port")),
                               text_at(scene, ports, "protocol")};
    slice->ports = port;
    slice->port_count = 1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        endpoints[i] = endpoint_of(scene, json_array_get(list, i));
    }
    slice->endpoints = endpoints;
    slice->endpoint_count = (int)json_array_size(list);
    return slice;
}

void scene_carry_out(struct scene *scene)
{
    for (const struct act_step *step = scene->plan.first; step != NULL; step = step->next) {
        int at = 0;
        while (at < scene->slice_count &&
               strcmp(scene->slices[at]->meta.name, step->request.resource.name) != 0) {
            at++;
        }
        if (step->request.verb == VERB_DELETE) {
            cr_assert_lt(at, scene->slice_count);
            scene->slices[at] = scene->slices[--scene->slice_count];
            continue;
        }
        cr_assert_eq(step->request.verb, VERB_APPLY);
        json_t *body = step_body(step);
        scene->slices[at] = slice_of(scene, body);
        scene->slice_count += at == scene->slice_count;
        json_decref(body);
    }
}
