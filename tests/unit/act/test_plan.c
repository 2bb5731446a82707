/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "act/activities.h"
#include "act/scale.h"
#include "scene.h"

static struct scene scene;

static void setup(void)
{
    scene_init(&scene);
    plan_init(&scene.plan, &scene.arena);
}

static void teardown(void)
{
    scene_clear(&scene);
}

TestSuite(plan, .init = setup, .fini = teardown);
TestSuite(scale, .init = setup, .fini = teardown);
TestSuite(activities, .init = setup, .fini = teardown);

/* ---- the walk ---- */

Test(plan, a_step_that_fails_does_not_stop_the_others)
{
    struct err err;
    plan_add(&scene.plan, "first");
    plan_add(&scene.plan, "second");
    const struct act_step *step = plan_next(&scene.plan);
    (void)err_set(&err, ERR_DENIED, 403, "forbidden");
    plan_answer(&scene.plan, step, &err);
    step = plan_next(&scene.plan);
    cr_assert_str_eq(step->what, "second");
    plan_answer(&scene.plan, step, NULL);
    cr_assert_null(plan_next(&scene.plan));
    cr_assert_eq(scene.plan.err.kind, ERR_DENIED);
    cr_assert(strstr(scene.plan.err.text, "first"));
}

Test(plan, nothing_more_is_sent_to_a_server_that_does_not_answer)
{
    struct err err;
    plan_add(&scene.plan, "first");
    plan_add(&scene.plan, "second");
    (void)err_set(&err, ERR_AGAIN, 0, "connection refused");
    plan_answer(&scene.plan, plan_next(&scene.plan), &err);
    cr_assert_null(plan_next(&scene.plan));
}

Test(plan, what_is_pardoned_is_done)
{
    struct err err;
    plan_add(&scene.plan, "create")->pardon = PARDON_EXISTS;
    (void)err_set(&err, ERR_EXISTS, 409, "already exists");
    plan_answer(&scene.plan, plan_next(&scene.plan), &err);
    cr_assert_eq(scene.plan.err.kind, ERR_NONE);
}

/* ---- scale ---- */

static struct decision decision;

static bool scale_to(int replicas, bool adopted)
{
    decision = (struct decision){.has_replicas = true, .replicas = replicas};
    struct scale_input input = {.group = &scene.group,
                                .deployment = &scene.deployment,
                                .decision = &decision,
                                .adopted = adopted};
    plan_init(&scene.plan, &scene.arena);
    return scale_plan(&scene.plan, &input);
}

Test(scale, the_count_is_applied_on_the_uid_and_version_that_were_seen)
{
    cr_assert(scale_to(7, true));
    const struct request *request = &scene.plan.first->request;
    cr_assert_eq(request->verb, VERB_APPLY);
    cr_assert_str_eq(request->resource.subresource, "scale");
    cr_assert_str_eq(request->field_manager, "sluice");
    cr_assert(request->force);
    json_t *body = step_body(scene.plan.first);
    json_t *metadata = json_object_get(body, "metadata");
    cr_assert_str_eq(json_string_value(json_object_get(metadata, "uid")), "uid-deployment");
    cr_assert_str_eq(json_string_value(json_object_get(metadata, "resourceVersion")), "77");
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(body, "spec"), "replicas")), 7);
    json_decref(body);
}

Test(scale, nothing_is_written_while_the_count_is_right_and_ours)
{
    cr_assert_not(scale_to(3, true));
    cr_assert(scale_to(3, false), "adoption applies what was found, once");
    cr_assert_not(scene.plan.first->is_scale);
}

Test(scale, suspended_processes_hold_their_own_direction_only)
{
    scene.group.suspend = PROCESS_LAUNCH;
    cr_assert_not(scale_to(7, true));
    cr_assert(scale_to(1, true));
    scene.group.suspend = PROCESS_TERMINATE;
    cr_assert(scale_to(7, true));
    cr_assert_not(scale_to(1, true));
}

Test(scale, dry_run_writes_nothing)
{
    scene.group.dry_run = true;
    cr_assert_not(scale_to(7, false));
}

/* ---- activities ---- */

static int plan_marks(const struct activity_mark *marks, int count,
                      const struct activity_view *const *objects, int object_count, int limit)
{
    struct activities_input input = {.group = &scene.group,
                                     .marks = marks,
                                     .mark_count = count,
                                     .objects = objects,
                                     .object_count = object_count,
                                     .limit = limit,
                                     .prune_max = 20};
    plan_init(&scene.plan, &scene.arena);
    activities_plan(&scene.plan, &input);
    return step_count(&scene.plan);
}

Test(activities, one_without_an_object_is_made_and_existing_is_as_good)
{
    json_t *body = json_pack("{s:s}", "kind", "ScalingActivity");
    struct activity_mark mark = {.sequence = 3, .name = "edge-00000003", .object = body};
    cr_assert_eq(plan_marks(&mark, 1, NULL, 0, 20), 1);
    cr_assert_eq(scene.plan.first->request.verb, VERB_CREATE);
    cr_assert_eq(scene.plan.first->pardon, PARDON_EXISTS);
    json_decref(body);
}

Test(activities, one_that_has_ended_is_ended_once)
{
    json_t *patch = json_pack("{s:{}}", "status");
    struct activity_view view = {.meta = {.name = "edge-00000003"}, .result = "InProgress"};
    const struct activity_view *objects[] = {&view};
    struct activity_mark mark = {
        .sequence = 3, .name = "edge-00000003", .ended = true, .end_patch = patch};
    cr_assert_eq(plan_marks(&mark, 1, objects, 1, 20), 1);
    cr_assert_eq(scene.plan.first->request.verb, VERB_MERGE_PATCH);
    view.result = "Successful";
    cr_assert_eq(plan_marks(&mark, 1, objects, 1, 20), 0);
    json_decref(patch);
}

Test(activities, the_oldest_are_deleted_beyond_the_limit)
{
    struct activity_view views[] = {{.meta = {.name = "edge-00000001", .uid = "a"}, .result = ""},
                                    {.meta = {.name = "edge-00000002", .uid = "b"}, .result = ""},
                                    {.meta = {.name = "edge-00000003", .uid = "c"}, .result = ""}};
    const struct activity_view *objects[] = {&views[0], &views[1], &views[2]};
    cr_assert_eq(plan_marks(NULL, 0, objects, 3, 2), 1);
    cr_assert_eq(scene.plan.first->request.verb, VERB_DELETE);
    cr_assert_str_eq(scene.plan.first->request.resource.name, "edge-00000001");
    cr_assert_str_eq(scene.plan.first->request.uid, "a");
}

Test(activities, a_limit_of_zero_makes_none)
{
    json_t *body = json_pack("{s:s}", "kind", "ScalingActivity");
    struct activity_mark mark = {.sequence = 3, .name = "edge-00000003", .object = body};
    cr_assert_eq(plan_marks(&mark, 1, NULL, 0, 0), 0);
    json_decref(body);
}
