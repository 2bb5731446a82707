/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "scene.h"

/* A scene that has come to rest: seven wanted, seven in service, and that is written. */
static struct scene *rest(void)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    scene_set_nodes(scene, 7);
    scene_act(scene);
    scene->input.now.s += 30;
    scene_hold(scene);
    struct activity open;
    if (standing_open_activity(scene->standing, &open)) {
        standing_end_activity(scene->standing, open.sequence, ACTIVITY_SUCCESSFUL, "done",
                              scene->input.now);
    }
    scene_write(scene);
    return scene;
}

Test(urgency, of_a_first_status_is_now)
{
    struct scene *scene = scene_new();
    cr_expect(scene_write(scene) == STATUS_NOW);
    scene_free(scene);
}

Test(urgency, of_a_quiet_day_is_same_at_every_evaluation)
{
    struct scene *scene = rest();
    int writes = 0;
    for (int i = 0; i < 86400 / 30; i++) {
        scene->input.now.s += 30;
        scene_hold(scene);
        scene->terms[1].age_s = i % 15;
        writes += scene_write(scene) != STATUS_SAME;
        if (i % 500 == 0) {
            arena_clear(&scene->arena);
            scene_set_nodes(scene, 7);
            scene_hold(scene);
        }
    }
    cr_expect(writes == 0, "%d writes", writes);
    scene_free(scene);
}

Test(urgency, of_noise_between_48_and_52_percent_is_one_write_a_minute_at_most)
{
    struct scene *scene = rest();
    int writes = 0;
    for (int i = 0; i < 60 / 5; i++) {
        scene->input.now.s += 5;
        scene_hold(scene);
        scene->terms[1].value = number_of(48 + i * 7 % 5);
        scene_build(scene);
        cr_expect(scene->urgency == STATUS_SAME || scene->urgency == STATUS_LATER, "%d",
                  (int)scene->urgency);
        if (status_wait_s(scene->standing, scene->urgency, scene->input.now) == 0) {
            status_written(scene->standing, scene->status, scene->input.now);
            writes++;
        }
    }
    cr_expect(writes <= 1, "%d writes", writes);
    scene_free(scene);
}

Test(urgency, of_a_value_is_later_beyond_five_percent_of_its_target)
{
    struct scene *scene = rest();
    scene->terms[1].value = number_parse(STR("52.5"));
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_SAME, "2.5 of 50 are 5 %%: not more");
    scene->terms[1].value = number_parse(STR("52.6"));
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_LATER);
    cr_expect(status_wait_s(scene->standing, STATUS_LATER, scene->input.now) == 60);
    scene->input.now.s += 59;
    cr_expect(status_wait_s(scene->standing, STATUS_LATER, scene->input.now) == 1);
    scene->input.now.s += 1;
    cr_expect(status_wait_s(scene->standing, STATUS_LATER, scene->input.now) == 0);
    scene_free(scene);
}

Test(urgency, of_a_node_is_soon_and_waits_a_second)
{
    struct scene *scene = rest();
    scene->node_views[3].state = NODE_STATE_UNHEALTHY;
    scene->nodes[3].weight = 0;
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_SOON, "%d", (int)scene->urgency);
    cr_expect(status_wait_s(scene->standing, STATUS_SOON, scene->input.now) == 1);
    scene->input.now.s += 1;
    cr_expect(status_wait_s(scene->standing, STATUS_SOON, scene->input.now) == 0);
    scene_free(scene);
}

Test(urgency, of_a_decision_is_now_when_what_counts_of_it_changes)
{
    struct scene *scene = rest();
    struct decision before = scene->decided.decision;
    scene->decided.decision.winner = "metric lunch/memory";
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "winner");
    scene->decided.decision = before;
    scene->decided.decision.reason = REASON_STABILIZED;
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "reason");
    scene->decided.decision = before;
    scene->limits[0] = REASON_COOLDOWN;
    scene->decided.decision.limited_by_count = 1;
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "limitedBy");
    scene->decided.decision = before;
    scene->decided.decision.effective.min = 6;
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "range");
    scene->decided.decision = before;
    scene->decided.decision.message = "cpu 51 % against 50 % keeps the number";
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_SAME, "a sentence is no change");
    scene_free(scene);
}

Test(urgency, of_memory_is_now_when_it_changes)
{
    struct scene *scene = rest();
    scene->decided.memory =
        scene_memory(scene, "{\"v\":1,\"t\":1772420430,\"d\":7,\"b\":6,\"n\":12,\"r\":[1,10]}");
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW);
    scene_free(scene);
}

Test(urgency, of_the_next_firing_is_now_when_it_has_passed)
{
    struct scene *scene = rest();
    scene->input.upcoming = &scene->upcoming[1];
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW);
    scene_free(scene);
}

Test(urgency, of_an_edited_spec_is_now_because_of_its_generation)
{
    struct scene *scene = rest();
    scene->group.meta.generation++;
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW);
    expect_shown(scene, "conditions.0.observedGeneration", "4");
    scene_free(scene);
}

Test(urgency, is_same_after_a_restart_with_the_status_as_the_server_hands_it_back)
{
    struct scene *scene = rest();
    char *text = scene_text(scene);
    status_read(scene->standing, text);
    scene->input.now.s += 3600;
    scene_hold(scene);
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_SAME, "%d", (int)scene->urgency);
    free(text);
    scene_free(scene);
}

Test(urgency, is_same_when_only_numbers_in_a_live_sentence_move)
{
    struct scene *scene = rest();
    scene->terms[1].reason = REASON_METRIC_INVALID;
    scene->terms[1].detail = "the sample is 75 s old";
    scene->terms[1].value = (struct number){.state = NUMBER_NONE};
    scene_write(scene);
    scene->terms[1].detail = "the sample is 80 s old";
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_SAME);
    scene->terms[1].detail = "connection refused";
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW);
    scene_free(scene);
}
