/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

#define EVENTS_MAX 8

static struct notice_event events[EVENTS_MAX];

/* "Normal ScheduleFired ScaleOut, Warning ..." of the turn. */
static const char *events_of(struct scene *scene)
{
    const char *text = "";
    int count = status_events(scene->standing, &scene->input, &scene->arena, events, EVENTS_MAX);
    for (int i = 0; i < count; i++) {
        text = arena_printf(&scene->arena, "%s%s%s %s %s", text, i > 0 ? ", " : "", events[i].type,
                            events[i].reason, events[i].action);
    }
    return text;
}

#define expect_events(scene, words)                                                                \
    do {                                                                                           \
        const char *told_ = events_of(scene);                                                      \
        cr_expect(strcmp(told_, words) == 0, "told: %s", told_);                                   \
    } while (0)

static struct scene *settled(void)
{
    struct scene *scene = scene_new();
    scene_set_nodes(scene, 7);
    scene_act(scene);
    scene_write(scene);
    standing_end_activity(scene->standing, 12, ACTIVITY_SUCCESSFUL, "done", scene->input.now);
    scene_hold(scene);
    scene_write(scene);
    return scene;
}

Test(events, tell_a_change_of_desired)
{
    struct scene *scene = scene_new();
    scene_act(scene);
    expect_events(scene, "Normal ScheduleFired ScaleOut");
    cr_expect(strstr(events[0].note, "5 to 7: schedule lunch/noon") != NULL);
    scene_change(scene, 5, REASON_METRIC_IN, "metric lunch/cpu");
    expect_events(scene, "Normal MetricIn ScaleIn");
    scene_free(scene);
}

Test(events, of_a_quiet_turn_are_none)
{
    struct scene *scene = settled();
    for (int i = 0; i < 100; i++) {
        scene->input.now.s += 5;
        scene_hold(scene);
        expect_events(scene, "");
        scene_write(scene);
    }
    scene_free(scene);
}

Test(events, tell_metrics_lost_and_back_once_each)
{
    struct scene *scene = settled();
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene->terms[1].detail = "metrics.k8s.io answers 503";
    expect_events(scene, "Warning SomeInvalid Measure");
    scene_write(scene);
    expect_events(scene, "");
    scene->terms[1].reason = REASON_NONE;
    expect_events(scene, "Normal AllValid Measure");
    scene_write(scene);
    expect_events(scene, "");
    scene_free(scene);
}

Test(events, tell_the_maximum_once)
{
    struct scene *scene = settled();
    scene->decided.limited = REASON_TOO_MANY_NODES;
    expect_events(scene, "Warning TooManyNodes Limit");
    scene_write(scene);
    expect_events(scene, "");
    scene->decided.limited = REASON_DESIRED_WITHIN_RANGE;
    expect_events(scene, "Normal DesiredWithinRange Limit");
    scene_free(scene);
}

Test(events, tell_launches_that_fail_and_recover)
{
    struct scene *scene = settled();
    scene->outcome.workload.launch_failing = true;
    scene->outcome.workload.launch_cause = "Quota";
    expect_events(scene, "Warning LaunchFailing Scale");
    scene_write(scene);
    scene->outcome.workload.launch_failing = false;
    expect_events(scene, "Normal ReadyForScaling Scale");
    scene_free(scene);
}

Test(events, tell_another_writer_and_a_target_that_is_gone)
{
    struct scene *scene = settled();
    scene->decided.contested = REASON_FOREIGN_WRITER;
    scene->decided.contested_message = "kubectl-scale set 3";
    expect_events(scene, "Warning ForeignWriter Restore");
    scene_write(scene);
    scene->observed.target_error = TARGET_NOT_FOUND;
    expect_events(scene, "Warning TargetNotFound Reconcile");
    scene_write(scene);
    scene->observed.target_error = TARGET_FINE;
    scene->decided.contested = REASON_SOLE_WRITER;
    expect_events(scene, "Normal Reconciled Reconcile, Normal SoleWriter Restore");
    scene_free(scene);
}

Test(events, tell_refusals_and_misses_of_this_turn)
{
    struct scene *scene = settled();
    scene->activities[0] = (struct activity){.sequence = 13,
                                             .cause = "schedule lunch/noon",
                                             .from = 7,
                                             .to = 7,
                                             .start = scene->input.now,
                                             .result = ACTIVITY_CANCELLED,
                                             .message = "missed 3 firings"};
    scene->activities[1] = (struct activity){.sequence = 14,
                                             .cause = "manual",
                                             .from = 7,
                                             .to = 7,
                                             .start = scene->input.now,
                                             .result = ACTIVITY_REJECTED,
                                             .message = "every node is protected"};
    scene->decided.activity_count = 2;
    expect_events(scene, "Warning Cancelled Record, Warning Rejected Record");
    cr_expect(strcmp(events[0].note, "missed 3 firings") == 0);
    scene_free(scene);
}

Test(events, do_not_tell_what_a_person_has_chosen)
{
    struct scene *scene = settled();
    scene->group.paused = true;
    scene->group.pause_reason = "incident";
    expect_events(scene, "");
    scene->group.paused = false;
    scene->group.suspend = PROCESS_LOAD_BALANCER | PROCESS_LAUNCH;
    expect_events(scene, "");
    scene_free(scene);
}

Test(events, tell_a_memory_that_was_lost)
{
    struct scene *scene = scene_new();
    status_read(scene->standing, "{\"memory\":{\"v\":99}}");
    scene_act(scene);
    cr_expect(strstr(events_of(scene), "Warning FirstSight Remember") != NULL, "%s",
              events_of(scene));
    scene_free(scene);
}

Test(events, have_notes_of_at_most_1024_bytes)
{
    struct scene *scene = scene_new();
    char *message = arena_alloc(&scene->arena, 5000, 1);
    memset(message, '\x01', 4999);
    scene->decided.decision.message = message;
    scene_act(scene);
    (void)events_of(scene);
    cr_expect(strlen(events[0].note) <= 1024, "%zu", strlen(events[0].note));
    scene_free(scene);
}
