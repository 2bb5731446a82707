/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "loop/history.h"

static const struct group GROUP = {.meta = {.name = "edge", .ns = "demo", .uid = "uid-edge"}};

static json_t *status_of(const char *activities)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    const char *text = arena_printf(&arena,
                                    "{\"lastDecision\":{\"time\":\"2026-03-02T03:00:00Z\","
                                    "\"to\":7},\"activities\":[%s]}",
                                    activities);
    json_t *status = json_loads(text, 0, NULL);
    cr_assert_not_null(status);
    return status;
}

#define RUNNING                                                                                    \
    "{\"name\":\"edge-00000012\",\"cause\":\"schedule lunch/noon\",\"from\":5,\"to\":7,"           \
    "\"start\":\"2026-03-02T03:00:00Z\",\"progress\":50,\"result\":\"InProgress\"}"
#define ENDED                                                                                      \
    "{\"name\":\"edge-00000011\",\"cause\":\"manual\",\"from\":3,\"to\":5,"                        \
    "\"start\":\"2026-03-02T02:00:00Z\",\"end\":\"2026-03-02T02:00:21Z\",\"progress\":100,"        \
    "\"result\":\"Successful\"}"

Test(history, a_new_process_makes_the_same_objects_as_the_one_that_died)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct history history;
    json_t *status = status_of(RUNNING "," ENDED);
    history_read(status, &GROUP, NULL, &arena, &history);
    cr_assert_eq(history.count, 2);
    cr_assert_eq(history.marks[0].sequence, 12);
    cr_assert_not(history.marks[0].ended);
    cr_assert_null(history.marks[0].end_patch);
    json_t *object = json_object_get(history.marks[0].object, "status");
    cr_assert_eq(json_integer_value(json_object_get(object, "to")), 7);
    cr_assert_not_null(json_object_get(object, "decision"),
                       "lastDecision is the one it began with");
    cr_assert_null(json_object_get(json_object_get(history.marks[1].object, "status"), "decision"));
    history_clear(&history);
    json_decref(status);
}

Test(history, one_that_ended_carries_its_end)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct history history;
    json_t *status = status_of(ENDED);
    history_read(status, &GROUP, NULL, &arena, &history);
    cr_assert(history.marks[0].ended);
    json_t *patch = json_object_get(history.marks[0].end_patch, "status");
    cr_assert_str_eq(json_string_value(json_object_get(patch, "end")), "2026-03-02T02:00:21Z");
    cr_assert_str_eq(json_string_value(json_object_get(patch, "result")), "Successful");
    history_clear(&history);
    json_decref(status);
}

Test(history, what_cannot_be_a_name_is_left_out)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    struct history history;
    json_t *status = status_of("{\"name\":\"nonsense\"},7,{}");
    history_read(status, &GROUP, NULL, &arena, &history);
    cr_assert_eq(history.count, 0);
    history_clear(&history);
    history_read(NULL, &GROUP, NULL, &arena, &history);
    cr_assert_eq(history.count, 0);
    json_decref(status);
}
