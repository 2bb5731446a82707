/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

Test(standing, without_a_status_has_no_memory_and_no_complaint)
{
    struct standing *standing = standing_new();
    const char *nothing[] = {NULL, "", "{}", "{\"memory\":{}}", "{\"memory\":null}"};
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        status_read(standing, nothing[i]);
        cr_expect(standing_memory(standing) == NULL);
        cr_expect(strcmp(standing_complaint(standing), "") == 0, "%s",
                  standing_complaint(standing));
    }
    standing_free(standing);
}

Test(standing, of_a_broken_status_is_empty_and_says_so)
{
    struct standing *standing = standing_new();
    const char *broken[] = {"{",
                            "[]",
                            "\"text\"",
                            "{\"desired\":99999999999999999999}",
                            "{\"summary\":\"\\u0000\"}",
                            "{\"memory\":{\"v\":2}}",
                            "{\"memory\":{\"v\":1,\"d\":\"many\"}}",
                            "{\"memory\":[]}"};
    for (size_t i = 0; i + 1 < ARRAY_LEN(broken); i++) {
        status_read(standing, broken[i]);
        cr_expect(standing_memory(standing) == NULL, "%s", broken[i]);
        cr_expect(strstr(standing_complaint(standing), "removes no node") != NULL, "%s: %s",
                  broken[i], standing_complaint(standing));
    }
    status_read(standing, broken[ARRAY_LEN(broken) - 1]);
    cr_expect(standing_memory(standing) == NULL);
    standing_free(standing);
}

Test(standing, survives_parts_of_the_wrong_kind)
{
    struct scene *scene = scene_new();
    const char *odd[] = {
        "{\"conditions\":{\"type\":\"Ready\"},\"activities\":7,\"lastDecision\":[],\"savings\":"
        "\"x\"}",
        "{\"conditions\":[null,7,{\"type\":5},{\"type\":\"Ready\",\"lastTransitionTime\":\"soon\"}]"
        ","
        "\"activities\":[null,{\"name\":\"edge\"},{\"name\":\"edge-x\"},{\"name\":\"edge-"
        "00000001\"}],"
        "\"lastDecision\":{\"terms\":[null,{\"kind\":\"metric\",\"value\":\"NaN\"}]},"
        "\"savings\":{\"since\":3}}"};
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        status_read(scene->standing, odd[i]);
        cr_expect(scene_write(scene) == STATUS_NOW);
        cr_expect(json_array_size(look(scene->status, "activities")) == 1);
    }
    scene_free(scene);
}

/* Three turns with the status put back as text between them print what three turns in a row do. */
Test(standing, put_back_continues_exactly)
{
    struct scene *kept = scene_new();
    struct scene *restarted = scene_new();
    for (int turn = 0; turn < 6; turn++) {
        struct scene *both[] = {kept, restarted};
        for (int i = 0; i < 2; i++) {
            struct scene *scene = both[i];
            scene->input.now.s += 61;
            scene->terms[1].value.nano = (int128)(48 + turn) * NANO + NANO / 3;
            if (turn % 2 == 1) {
                scene_change(scene, 7 + turn, REASON_METRIC_OUT, "metric lunch/cpu");
            } else {
                scene_hold(scene);
            }
            scene_set_nodes(scene, 7 + turn / 2);
            scene_build(scene);
        }
        char *left = json_dumps(kept->status, DECISION_JSON_FLAGS);
        char *right = json_dumps(restarted->status, DECISION_JSON_FLAGS);
        cr_expect(strcmp(left, right) == 0, "turn %d:\n%s\n%s", turn, left, right);
        status_written(kept->standing, kept->status, kept->input.now);
        status_read(restarted->standing, right);
        free(left);
        free(right);
    }
    scene_free(kept);
    scene_free(restarted);
}

Test(standing, gives_the_memory_that_was_written)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    cr_expect(memory_is_same(standing_memory(scene->standing), scene->decided.memory));
    scene_free(scene);
}

Test(standing, gives_the_memory_that_was_remembered_until_one_is_written)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    struct arena arena = {0};
    scene->input.now.s += 5000;
    const struct memory *later = memory_copy(scene_memory(scene, NULL), &arena);
    standing_remember(scene->standing, later);
    arena_clear(&arena); /* a copy is kept */
    json_t *json = memory_to_json(standing_memory(scene->standing));
    cr_expect(json_integer_value(json_object_get(json, "t")) == scene->input.now.s);
    json_decref(json);
    standing_remember(scene->standing, standing_memory(scene->standing));
    scene_change(scene, 8, REASON_METRIC_OUT, "metric lunch/cpu");
    scene_write(scene);
    cr_expect(memory_is_same(standing_memory(scene->standing), scene->decided.memory));
    scene_free(scene);
}

Test(standing, compares_with_what_is_written_not_with_what_is_remembered)
{
    struct scene *scene = scene_new();
    scene_write(scene);
    scene_hold(scene);
    scene_write(scene);
    const char *text = "{\"v\":1,\"t\":1772420430,\"d\":7,\"b\":6,\"n\":12,\"r\":[1,10]}";
    scene->decided.memory = scene_memory(scene, text);
    standing_remember(scene->standing, scene->decided.memory);
    scene_build(scene);
    cr_expect(scene->urgency == STATUS_NOW, "a failed write is still owed");
    scene_free(scene);
}
