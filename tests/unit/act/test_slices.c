/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

static struct scene scene;

static void setup(void)
{
    scene_init(&scene);
}

static void teardown(void)
{
    scene_clear(&scene);
}

TestSuite(slices, .init = setup, .fini = teardown);

/* Plans, carries it out, and makes sure that nothing is left to do. */
static void settle(void)
{
    scene_plan(&scene);
    scene_carry_out(&scene);
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 0, "what was done once is done");
}

Test(slices, a_ready_pod_becomes_an_endpoint_with_all_that_belongs_to_it)
{
    scene_add_pod(&scene);
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 1);
    const struct act_step *step = scene.plan.first;
    cr_assert(step->request.force);
    cr_assert_str_eq(step->request.field_manager, "sluice");
    json_t *body = step_body(step);
    json_t *endpoint = json_array_get(json_object_get(body, "endpoints"), 0);
    json_t *labels = json_object_get(json_object_get(body, "metadata"), "labels");
    json_t *port = json_array_get(json_object_get(body, "ports"), 0);
    json_t *notes = json_object_get(json_object_get(body, "metadata"), "annotations");
    cr_assert_str_eq(json_string_value(json_object_get(labels, LABEL_SLICE_SERVICE)), "edge-lb");
    cr_assert_str_eq(json_string_value(json_object_get(labels, LABEL_SLICE_MANAGED_BY)),
                     "sluice.dev");
    cr_assert_str_eq(json_string_value(json_object_get(port, "name")), "web");
    cr_assert_str_eq(json_string_value(json_object_get(endpoint, "zone")), "zone-a");
    cr_assert_str_eq(json_string_value(json_object_get(notes, SLICE_ANNOTATION_WEIGHTS)),
                     "{\"10.244.0.1\":50}");
    cr_assert_str_eq(
        json_string_value(json_object_get(json_object_get(endpoint, "targetRef"), "uid")),
        "uid-0000");
    json_decref(body);
    scene_carry_out(&scene);
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 0);
    cr_assert_eq(scene.checked.state.registered, 1);
}

Test(slices, a_pod_that_is_not_ready_leaves_at_once)
{
    scene_add_pod(&scene);
    struct pod_view *sick = scene_add_pod(&scene);
    settle();
    sick->ready = false;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 1);
    cr_assert_str_eq(scene.slices[0]->endpoints[0].target_uid, "uid-0000");
}

Test(slices, a_pod_that_terminates_and_still_answers_serves_on)
{
    struct pod_view *pod = scene_add_pod(&scene);
    settle();
    pod->meta.deleting = true;
    settle();
    const struct endpoint_view *endpoint = &scene.slices[0]->endpoints[0];
    cr_assert(!endpoint->ready && endpoint->serving && endpoint->terminating);
    pod->ready = false;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 0);
}

Test(slices, a_pod_settles_before_it_is_registered)
{
    scene.balancer.settle_s = 600;
    scene_add_pod(&scene);
    scene_plan(&scene);
    cr_assert(scene.result.has_wake);
    cr_assert_eq(scene.result.wake.s, 1100);
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 0);
    scene.now = 1100;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 1);
}

Test(slices, a_pod_on_standby_is_not_registered)
{
    static const struct label STANDBY = {NODE_ANNOTATION_STANDBY, "true"};
    struct pod_view *pod = scene_add_pod(&scene);
    pod->meta.annotations = &STANDBY;
    pod->meta.annotation_count = 1;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 0);
}

Test(slices, a_weight_annotation_of_a_pod_goes_before_the_load_balancers)
{
    static const struct label WEIGHT = {NODE_ANNOTATION_WEIGHT, "7"};
    struct pod_view *pod = scene_add_pod(&scene);
    pod->meta.annotations = &WEIGHT;
    pod->meta.annotation_count = 1;
    settle();
    cr_assert_str_eq(meta_annotation(&scene.slices[0]->meta, SLICE_ANNOTATION_WEIGHTS),
                     "{\"10.244.0.1\":7}");
}

Test(slices, drift_is_repaired)
{
    scene_add_pod(&scene);
    settle();
    struct slice_view *drifted = (struct slice_view *)scene.slices[0];
    drifted->endpoint_count = 0;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 1);
}

Test(slices, thousands_are_sharded_and_one_change_writes_one_slice)
{
    for (int i = 0; i < 2400; i++) {
        scene_add_pod(&scene);
    }
    settle();
    cr_assert_eq(scene.slice_count, 3);
    scene.pods[5].ready = false;
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 1);
    scene_carry_out(&scene);
    scene_add_pod(&scene);
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 1, "the new one takes the free place");
}

Test(slices, a_load_balancer_taken_out_of_spec_loses_its_slices)
{
    scene_add_pod(&scene);
    settle();
    scene.group.load_balancer_count = 0;
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 1);
    cr_assert_eq(scene.plan.first->request.verb, VERB_DELETE);
    cr_assert_not_null(scene.plan.first->request.uid);
}

Test(slices, one_that_is_not_attached_gets_nobody_new_but_loses_who_is_gone)
{
    struct pod_view *first = scene_add_pod(&scene);
    scene_add_pod(&scene);
    settle();
    scene.container.readiness_probe = false; /* HealthCheckDisabled from now on */
    scene_add_pod(&scene);
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 0);
    first->ready = false;
    settle();
    cr_assert_eq(scene.slices[0]->endpoint_count, 1);
}

Test(slices, a_suspended_process_leaves_registrations_as_they_are)
{
    struct pod_view *pod = scene_add_pod(&scene);
    settle();
    scene.group.suspend = PROCESS_LOAD_BALANCER;
    pod->ready = false;
    scene_plan(&scene);
    cr_assert_eq(step_count(&scene.plan), 0);
}
