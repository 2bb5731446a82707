/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* What the activity of the scene has come to, `after_s` seconds after its start. */
static struct activity_end judge(struct scene *scene, int64_t after_s)
{
    struct activity_end end;
    struct activity activity = scene->activities[0];
    scene->input.now.s = activity.start.s + after_s;
    (void)activity_has_ended(&activity, &scene->input, &scene->arena, &end);
    return end;
}

static struct scene *acting(void)
{
    struct scene *scene = scene_new();
    scene_act(scene);
    return scene;
}

Test(activities, of_a_scale_out_succeed_when_desired_is_in_service)
{
    struct scene *scene = acting();
    scene->decided.activity_count = 0;
    struct activity_end end = judge(scene, 10);
    cr_expect(end.result == ACTIVITY_IN_PROGRESS && end.progress == 50, "%d", end.progress);
    scene->nodes[6].in_service = true;
    end = judge(scene, 21);
    cr_expect(end.result == ACTIVITY_SUCCESSFUL && end.progress == 100);
    cr_expect(strcmp(end.message, "7 nodes in service, 7 wanted, after 21 s") == 0, "%s",
              end.message);
    scene_free(scene);
}

Test(activities, of_a_scale_in_succeed_when_the_surplus_is_gone)
{
    struct scene *scene = acting();
    scene->activities[0].from = 9;
    scene->decided.activity_count = 0;
    cr_expect(judge(scene, 5).result == ACTIVITY_SUCCESSFUL);
    scene_set_nodes(scene, 8);
    cr_expect(judge(scene, 5).result == ACTIVITY_IN_PROGRESS);
    cr_expect(judge(scene, 5).progress == 50);
    scene_free(scene);
}

Test(activities, end_with_the_launch_timeout_and_name_the_cause)
{
    struct scene *scene = acting();
    scene->decided.activity_count = 0;
    scene->outcome.workload.launch_cause = "ImagePull";
    cr_expect(judge(scene, 599).result == ACTIVITY_IN_PROGRESS);
    struct activity_end end = judge(scene, 600);
    cr_expect(end.result == ACTIVITY_PARTIALLY_SUCCESSFUL, "one of two came");
    cr_expect(strstr(end.message, "cause ImagePull") != NULL, "%s", end.message);
    scene_set_nodes(scene, 5);
    cr_expect(judge(scene, 600).result == ACTIVITY_FAILED, "none came");
    scene_free(scene);
}

Test(activities, are_cancelled_by_a_later_change_of_desired)
{
    struct scene *scene = acting();
    struct activity before = scene->activities[0];
    scene_change(scene, 9, REASON_METRIC_OUT, "metric lunch/cpu");
    struct activity_end end;
    cr_expect(activity_has_ended(&before, &scene->input, &scene->arena, &end));
    cr_expect(end.result == ACTIVITY_CANCELLED);
    cr_expect(strcmp(end.message,
                     "6 nodes in service, 7 wanted, when metric lunch/cpu changed desired "
                     "to 9") == 0,
              "%s", end.message);
    scene_free(scene);
}

Test(activities, shown_are_the_last_ten_newest_first)
{
    struct scene *scene = acting();
    for (int to = 1; to <= 12; to++) {
        scene_write(scene);
        scene_change(scene, to, REASON_METRIC_OUT, "metric lunch/cpu");
    }
    scene_build(scene);
    cr_expect(json_array_size(look(scene->status, "activities")) == 10);
    expect_shown(scene, "activities.0.name", "\"edge-00000024\"");
    expect_shown(scene, "activities.9.name", "\"edge-00000015\"");
    scene_free(scene);
}

Test(activities, open_are_followed_oldest_first_and_ended_once)
{
    struct scene *scene = acting();
    struct activity open;
    cr_expect(!standing_open_activity(scene->standing, &open));
    scene_write(scene);
    scene_change(scene, 9, REASON_METRIC_OUT, "metric lunch/cpu");
    scene_write(scene);
    cr_expect(standing_open_activity(scene->standing, &open) && open.sequence == 12);
    standing_end_activity(scene->standing, 12, ACTIVITY_CANCELLED, "overtaken", scene->input.now);
    cr_expect(standing_open_activity(scene->standing, &open) && open.sequence == 13);
    cr_expect(open.to == 9 && strcmp(open.cause, "metric lunch/cpu") == 0);
    scene_hold(scene);
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "an end is news");
    expect_shown(scene, "activities.1.result", "\"Cancelled\"");
    expect_shown(scene, "activities.1.message", "\"overtaken\"");
    expect_shown(scene, "activities.1.end", "\"2026-03-02T03:00:00Z\"");
    scene_free(scene);
}

Test(activities, that_end_halfway_show_how_far_they_came)
{
    struct scene *scene = acting();
    scene_write(scene);
    scene->decided.activity_count = 0;
    scene->input.now.s += 600;
    standing_end_activity(scene->standing, 12, ACTIVITY_PARTIALLY_SUCCESSFUL, "half",
                          scene->input.now);
    scene_write(scene);
    expect_shown(scene, "activities.0.progress", "50");
    scene->input.now.s += 1;
    scene_set_nodes(scene, 5);
    scene_build(scene);
    expect_shown(scene, "activities.0.progress", "50");
    scene_free(scene);
}

Test(activities, ended_while_a_status_was_on_its_way_stay_ended)
{
    struct scene *scene = acting();
    struct activity open;
    scene_write(scene);
    scene_build(scene);
    standing_end_activity(scene->standing, 12, ACTIVITY_SUCCESSFUL, "done", scene->input.now);
    status_written(scene->standing, scene->status, scene->input.now);
    cr_expect(!standing_open_activity(scene->standing, &open));
    scene_hold(scene);
    scene_build(scene);
    expect_shown(scene, "activities.0.result", "\"Successful\"");
    cr_expect(scene->urgency == STATUS_NOW);
    scene_free(scene);
}

Test(activities, on_the_command_line_end_by_what_is_observed)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    scene->input.now.s += 21;
    scene_set_nodes(scene, 7);
    scene_hold(scene);
    scene_build(scene);
    expect_shown(scene, "activities.0.result", "\"Successful\"");
    expect_shown(scene, "activities.0.progress", "100");
    expect_shown(scene, "activities.0.end", "\"2026-03-02T03:00:21Z\"");
    scene_free(scene);
}

Test(activities, as_objects_carry_all_that_is_known)
{
    struct scene *scene = acting();
    json_decref(scene->status);
    scene->status = activity_object(&scene->group, &scene->activities[0], &scene->decided.decision);
    expect_shown(scene, "apiVersion", "\"sluice.dev/v1alpha1\"");
    expect_shown(scene, "kind", "\"ScalingActivity\"");
    expect_shown(scene, "metadata.name", "\"edge-00000012\"");
    expect_shown(scene, "metadata.namespace", "\"demo\"");
    expect_shown(scene, "metadata.ownerReferences.0.uid", "\"u-1\"");
    expect_shown(scene, "spec.groupName", "\"edge\"");
    expect_shown(scene, "status.cause", "\"schedule lunch/noon\"");
    expect_shown(scene, "status.start", "\"2026-03-02T03:00:00Z\"");
    expect_shown(scene, "status.end", "nothing");
    expect_shown(scene, "status.result", "\"InProgress\"");
    expect_shown(scene, "status.decision.to", "7");
    scene_free(scene);
}

Test(activities, are_ended_by_one_patch)
{
    struct scene *scene = acting();
    struct activity activity = scene->activities[0];
    activity.result = ACTIVITY_SUCCESSFUL;
    activity.message = "7 of 7 nodes in service after 21 s";
    json_decref(scene->status);
    scene->status = activity_end_patch(&activity, at("2026-03-02T03:00:21Z"), 100);
    expect_shown(scene, "status",
                 "{\"end\":\"2026-03-02T03:00:21Z\",\"progress\":100,\"result\":\"Successful\","
                 "\"message\":\"7 of 7 nodes in service after 21 s\"}");
    scene_free(scene);
}
