/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "build.h"
#include "store/observe.h"

struct scene {
    struct store *store;
    struct arena arena;
    struct observe_input input;
    struct observation seen;
};

static void scene_init(struct scene *scene, int replicas)
{
    memset(scene, 0, sizeof(*scene));
    scene->store = store_new();
    struct made made[] = {make_group("g", "edge"), make_deployment("edge", replicas),
                          make_replica_set("edge-1", "edge", replicas),
                          make_machine("m", "zone-a")};
    put(scene->store, STORE_GROUP, &made[0]);
    put(scene->store, STORE_DEPLOYMENT, &made[1]);
    put(scene->store, STORE_REPLICA_SET, &made[2]);
    put(scene->store, STORE_NODE, &made[3]);
    scene->input.now.s = 1000;
    scene->input.note.uid = "";
}

static void look(struct scene *scene)
{
    const struct group_view *view = store_get(scene->store, STORE_GROUP, "demo", "g");
    scene->input.store = scene->store;
    scene->input.group = &view->group;
    observe(&scene->input, &scene->arena, &scene->seen);
}

static void scene_clear(struct scene *scene)
{
    arena_clear(&scene->arena);
    store_free(scene->store);
}

static struct pod_view *add_pod(struct scene *scene, const char *name)
{
    struct made made = make_pod(name, "edge-1");
    struct pod_view *pod = made.object;
    put(scene->store, STORE_POD, &made);
    return pod;
}

Test(observe, pods_that_go_have_ended_or_sit_on_lost_machines_are_no_nodes)
{
    struct scene scene;
    scene_init(&scene, 5);
    add_pod(&scene, "a");
    add_pod(&scene, "b")->meta.deleting = true;
    add_pod(&scene, "c")->phase = "Failed";
    add_pod(&scene, "d")->node_name = "gone";
    struct made lost = make_machine("silent", "zone-b");
    ((struct node_view *)lost.object)->lost = true;
    put(scene.store, STORE_NODE, &lost);
    add_pod(&scene, "e")->node_name = "silent";
    look(&scene);
    cr_assert_eq(scene.seen.observed.node_count, 1);
    cr_assert_str_eq(scene.seen.observed.nodes[0].name, "a");
    cr_assert_str_eq(scene.seen.observed.nodes[0].zone, "zone-a");
    cr_assert_eq(scene.seen.observed.replicas, 5);
    scene_clear(&scene);
}

Test(observe, a_ready_pod_is_in_service_without_load_balancers)
{
    struct scene scene;
    scene_init(&scene, 2);
    add_pod(&scene, "a");
    struct pod_view *starting = add_pod(&scene, "b");
    starting->ready = false;
    starting->ready_changed.s = 60;
    look(&scene);
    cr_assert(scene.seen.observed.nodes[0].in_service);
    cr_assert_eq(scene.seen.node_views[0].state, NODE_STATE_IN_SERVICE);
    cr_assert_not(scene.seen.observed.nodes[1].in_service);
    cr_assert_eq(scene.seen.node_views[1].state, NODE_STATE_WARMING);
    scene_clear(&scene);
}

Test(observe, an_attached_load_balancer_must_have_the_pod)
{
    struct scene scene;
    scene_init(&scene, 1);
    add_pod(&scene, "a");
    struct balancer_state state = {.name = "public", .service = "edge-lb", .attached = true};
    scene.input.balancers = &state;
    scene.input.balancer_count = 1;
    look(&scene);
    cr_assert_not(scene.seen.observed.nodes[0].in_service);

    struct made made = make(sizeof(struct slice_view), "demo", "slice");
    struct slice_view *slice = made.object;
    struct label *labels = ARENA_ARRAY(&made.arena, struct label, 2);
    struct endpoint_view *endpoint = ARENA_NEW(&made.arena, struct endpoint_view);
    labels[0] = (struct label){LABEL_SLICE_SERVICE, "edge-lb"};
    labels[1] = (struct label){LABEL_SLICE_MANAGED_BY, SLICE_MANAGER};
    endpoint->ready = true;
    endpoint->target_uid = "uid-a";
    slice->meta.labels = labels;
    slice->meta.label_count = 2;
    slice->endpoints = endpoint;
    slice->endpoint_count = 1;
    put(scene.store, STORE_SLICE, &made);
    look(&scene);
    cr_assert(scene.seen.observed.nodes[0].in_service);

    state.attached = false;
    look(&scene);
    cr_assert(scene.seen.observed.nodes[0].in_service, "one that failed counts for nobody");
    scene_clear(&scene);
}

Test(observe, a_pod_that_was_ready_and_is_not_is_unhealthy)
{
    struct scene scene;
    scene_init(&scene, 1);
    struct pod_view *pod = add_pod(&scene, "a");
    pod->ready = false;
    pod->ready_changed.s = 900;
    look(&scene);
    cr_assert_not(scene.seen.observed.nodes[0].healthy);
    cr_assert_eq(scene.seen.node_views[0].state, NODE_STATE_UNHEALTHY);
    cr_assert_eq(scene.seen.observed.nodes[0].unhealthy_since.s, 900);
    scene_clear(&scene);
}

/* ---- rivals ---- */

Test(observe, of_two_groups_on_one_deployment_the_older_acts)
{
    struct scene scene;
    scene_init(&scene, 1);
    struct made older = make_group("a-younger-name", "edge");
    ((struct group_view *)older.object)->meta.created.s = 10;
    put(scene.store, STORE_GROUP, &older);
    look(&scene);
    cr_assert(scene.seen.workload.taken);
    cr_assert(strstr(scene.seen.workload.taken_by, "a-younger-name"));
    cr_assert_eq(scene.seen.observed.target_error, TARGET_TAKEN);
    store_remove(scene.store, STORE_GROUP, "demo", "a-younger-name");
    look(&scene);
    cr_assert_not(scene.seen.workload.taken);
    scene_clear(&scene);
}

Test(observe, an_autoscaler_on_the_target_is_named)
{
    struct scene scene;
    scene_init(&scene, 1);
    struct made made = make(sizeof(struct scaler_view), "demo", "their-hpa");
    struct scaler_view *scaler = made.object;
    scaler->target_api_version = "apps/v1";
    scaler->target_kind = "Deployment";
    scaler->target_name = "edge";
    put(scene.store, STORE_AUTOSCALER, &made);
    look(&scene);
    cr_assert(strstr(scene.seen.workload.taken_by, "HorizontalPodAutoscaler their-hpa"));
    scene_clear(&scene);
}

/* ---- the writer of the count ---- */

static void write_count(struct scene *scene, const char *manager, const char *operation, int value,
                        int64_t at)
{
    struct made made = make_deployment("edge", value);
    struct deployment_view *deployment = made.object;
    struct field_writer *writer = ARENA_NEW(&made.arena, struct field_writer);
    *writer = (struct field_writer){.manager = manager,
                                    .operation = operation,
                                    .subresource = "scale",
                                    .time = {at},
                                    .replicas = true};
    deployment->replica_writers = writer;
    deployment->replica_writer_count = 1;
    put(scene->store, STORE_DEPLOYMENT, &made);
}

Test(observe, at_first_sight_nobody_is_foreign)
{
    struct scene scene;
    scene_init(&scene, 3);
    write_count(&scene, "kubectl", "Update", 3, 500);
    look(&scene);
    cr_assert_not(scene.seen.adopted);
    cr_assert_not(scene.seen.observed.writer.set);
    scene_clear(&scene);
}

Test(observe, another_writer_is_named_once_it_changed_the_count)
{
    struct scene scene;
    scene_init(&scene, 3);
    scene.input.note = (struct count_note){.known = true, .uid = "uid-edge", .value = 3};
    write_count(&scene, "sluice", "Apply", 3, 500);
    look(&scene);
    cr_assert(scene.seen.adopted);
    cr_assert_not(scene.seen.observed.writer.set);
    write_count(&scene, "kubectl", "Update", 9, 600);
    look(&scene);
    cr_assert(scene.seen.observed.writer.set);
    cr_assert_str_eq(scene.seen.observed.writer.manager, "kubectl");
    cr_assert_eq(scene.seen.observed.writer.value, 9);
    scene.input.note.value = 9;
    look(&scene);
    cr_assert_not(scene.seen.observed.writer.set, "told once");
    scene_clear(&scene);
}

Test(observe, after_a_restart_only_a_write_after_the_last_decision_is_foreign)
{
    struct scene scene;
    scene_init(&scene, 3);
    scene.input.note = (struct count_note){.uid = "", .has_memory = true, .decided_at = {550}};
    write_count(&scene, "kubectl", "Update", 3, 500);
    look(&scene);
    cr_assert_not(scene.seen.observed.writer.set, "killed between intent and adoption");
    write_count(&scene, "kubectl", "Update", 9, 600);
    look(&scene);
    cr_assert(scene.seen.observed.writer.set);
    scene_clear(&scene);
}

/* ---- launches ---- */

static struct pod_view *pending_pod(struct scene *scene)
{
    struct pod_view *pod = add_pod(scene, "late");
    pod->ready = false;
    pod->ready_changed.s = 0;
    pod->phase = "Pending";
    return pod;
}

Test(observe, a_launch_fails_after_its_timeout_and_not_before)
{
    struct scene scene;
    scene_init(&scene, 1);
    struct pod_view *pod = pending_pod(&scene);
    pod->scheduled = false;
    pod->node_name = "";
    pod->unscheduled_reason = "Unschedulable";
    pod->unscheduled_message = "0/6 nodes are available";
    scene.input.now.s = 649;
    look(&scene);
    cr_assert_not(scene.seen.observed.launch_failing);
    cr_assert(scene.seen.has_wake);
    cr_assert_eq(scene.seen.wake.s, 650);
    scene.input.now.s = 650;
    look(&scene);
    cr_assert(scene.seen.observed.launch_failing);
    cr_assert_str_eq(scene.seen.workload.launch_cause, "Unschedulable");
    cr_assert(strstr(scene.seen.workload.launch_message, "0/6 nodes"));
    scene_clear(&scene);
}

Test(observe, an_image_that_does_not_come_is_the_cause)
{
    struct scene scene;
    scene_init(&scene, 1);
    struct pod_view *pod = pending_pod(&scene);
    pod->waiting_reason = "ImagePullBackOff";
    look(&scene);
    cr_assert_str_eq(scene.seen.workload.launch_cause, "ImagePull");
    scene_clear(&scene);
}

Test(observe, two_replica_sets_with_pods_are_a_rollout)
{
    struct scene scene;
    scene_init(&scene, 2);
    look(&scene);
    cr_assert_not(scene.seen.observed.rollout);
    struct made made = make_replica_set("edge-2", "edge", 1);
    put(scene.store, STORE_REPLICA_SET, &made);
    look(&scene);
    cr_assert(scene.seen.observed.rollout);
    scene_clear(&scene);
}

Test(observe, a_missing_deployment_is_a_target_error)
{
    struct scene scene;
    scene_init(&scene, 2);
    store_remove(scene.store, STORE_DEPLOYMENT, "demo", "edge");
    look(&scene);
    cr_assert_eq(scene.seen.observed.target_error, TARGET_NOT_FOUND);
    cr_assert_not(scene.seen.workload.found);
    cr_assert_eq(scene.seen.observed.node_count, 0);
    scene_clear(&scene);
}
