/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct wall at(const char *text)
{
    struct wall time = {0};
    cr_assert(wall_parse(str_of(text), &time), "%s is a time", text);
    return time;
}

const struct memory *scene_memory(struct scene *scene, const char *json)
{
    const struct memory *memory = NULL;
    struct err err;
    if (json == NULL) {
        json = arena_printf(
            &scene->arena, "{\"v\":1,\"t\":%lld,\"d\":%d,\"b\":5,\"n\":%lld,\"r\":[1,10]}",
            (long long)scene->input.now.s, scene->decided.decision.to,
            (long long)(scene->decided.activity_count > 0
                            ? scene->activities[scene->decided.activity_count - 1].sequence
                            : 12));
    }
    json_error_t error;
    json_t *parsed = json_loads(json, 0, &error);
    cr_assert(parsed != NULL, "%s: %s", json, error.text);
    int code = memory_from_json(parsed, &scene->arena, &memory, &err);
    json_decref(parsed);
    cr_assert(code == 0, "%s", code == 0 ? "" : err.text);
    return memory;
}

void scene_set_nodes(struct scene *scene, int count)
{
    struct wall start = at("2026-03-01T00:00:00Z");
    for (int i = 0; i < count; i++) {
        struct wall born = {start.s + 60 * i};
        scene->nodes[i] = (struct node){
            .name = arena_printf(&scene->arena, "edge-5d9f-%03d", i),
            .zone = i % 2 == 0 ? "zone-a" : "zone-b",
            .scheduled = true,
            .ready = true,
            .healthy = true,
            .in_service = true,
            .created_at = born,
            .started_at = born,
            .ready_changed = {born.s + 10},
            .template_version = "edge-template@3",
            .weight = -1,
        };
        scene->node_views[i] = (struct node_outcome){
            .state = NODE_STATE_IN_SERVICE, .since = {born.s + 10}, .weight = 50};
    }
    scene->observed.node_count = count;
    scene->observed.replicas = count;
}

static void set_group(struct scene *scene)
{
    scene->group = (struct group){
        .meta = {.name = "edge", .ns = "demo", .uid = "u-1", .generation = 3},
        .display_name = "",
        .min_size = 1,
        .max_size = 10,
        .target_name = "edge",
        .template_name = "",
        .pause_reason = "",
        .warmup_s = 60,
        .launch_timeout_s = 600,
        .load_balancers = scene->balancers,
        .load_balancer_count = 1,
    };
    scene->balancers[0] = (struct load_balancer){.name = "public",
                                                 .service = "edge-lb",
                                                 .server_group = "Default",
                                                 .port = 80,
                                                 .weight = 50};
    scene->balancers[1] = (struct load_balancer){.name = "canary",
                                                 .service = "edge-canary",
                                                 .server_group = "canary",
                                                 .port = 80,
                                                 .weight = 10};
}

static void set_policy(struct scene *scene)
{
    scene->schedules[0] = (struct schedule){.name = "noon",
                                            .has_nodes = true,
                                            .nodes = 7,
                                            .end_cron = "",
                                            .cron = "0 11 * * *",
                                            .time_zone = "Asia/Shanghai"};
    scene->schedules[1] = (struct schedule){.name = "down",
                                            .has_nodes = true,
                                            .nodes = 5,
                                            .end_cron = "",
                                            .cron = "0 13 * * *",
                                            .time_zone = "Asia/Shanghai"};
    scene->metrics[0] = (struct metric){.name = "cpu",
                                        .type = METRIC_CPU,
                                        .target_form = TARGET_AVERAGE_UTILIZATION,
                                        .target = number_of(50)};
    scene->policy = (struct policy){
        .meta = {.name = "lunch", .ns = "demo", .generation = 1},
        .metrics = scene->metrics,
        .metric_count = 1,
        .schedules = scene->schedules,
        .schedule_count = 2,
        .group_ref_count = 1,
    };
    scene->bindings[0] = (struct binding_view){
        .policy = "lunch",
        .schedules = true,
        .metrics = true,
        .base = {1, 10},
        .running = {7, 10},
        .effective = {7, 10},
        .metrics_valid = true,
        .has_last_fired = true,
        .last_rule = "noon",
        .last_time = at("2026-03-02T03:00:00Z"),
        .last_nodes = 7,
        .deciding_metric = "cpu",
    };
}

static void set_decision(struct scene *scene)
{
    scene->terms[0] = (struct term){.kind = TERM_SCHEDULE,
                                    .policy = "lunch",
                                    .name = "noon",
                                    .has_wants = true,
                                    .wants = 7,
                                    .age_s = -1,
                                    .detail = ""};
    scene->terms[1] = (struct term){.kind = TERM_METRIC,
                                    .policy = "lunch",
                                    .name = "cpu",
                                    .value = number_of(50),
                                    .target = number_of(50),
                                    .age_s = 4,
                                    .has_wants = true,
                                    .wants = 7,
                                    .detail = ""};
    scene->activities[0] = (struct activity){.sequence = 12,
                                             .cause = "schedule lunch/noon",
                                             .from = 5,
                                             .to = 7,
                                             .start = at("2026-03-02T03:00:00Z"),
                                             .message = ""};
    scene->decided = (struct decide_output){
        .decision = {.time = at("2026-03-02T03:00:00Z"),
                     .from = 5,
                     .to = 7,
                     .has_replicas = true,
                     .replicas = 7,
                     .base = {1, 10},
                     .effective = {7, 10},
                     .terms = scene->terms,
                     .term_count = 2,
                     .winner = "schedule lunch/noon",
                     .limited_by = scene->limits,
                     .reason = REASON_SCHEDULE_FIRED,
                     .message = "5 to 7: schedule lunch/noon raised the range from 1-10 to 7-10; "
                                "cpu 50 % against 50 % keeps 7"},
        .activities = scene->activities,
        .activity_count = 1,
        .bindings = scene->bindings,
        .has_request = true,
        .request_value = 5,
        .request_time = at("2026-03-01T10:00:00Z"),
        .contested = REASON_SOLE_WRITER,
        .contested_message = "",
        .limited = REASON_DESIRED_WITHIN_RANGE,
        .limited_message = "",
    };
}

static void set_upcoming(struct scene *scene)
{
    for (int i = 0; i < 6; i++) {
        scene->upcoming[i] = (struct upcoming){.policy = "lunch",
                                               .rule = i % 2 == 0 ? "down" : "noon",
                                               .time = {at("2026-03-02T05:00:00Z").s + 7200 * i},
                                               .has_nodes = true,
                                               .nodes = i % 2 == 0 ? 5 : 7};
    }
}

struct scene *scene_new(void)
{
    struct scene *scene = mem_new(1, sizeof(*scene));
    scene->standing = standing_new();
    set_group(scene);
    set_policy(scene);
    set_decision(scene);
    set_upcoming(scene);
    scene_set_nodes(scene, 7);
    scene->nodes[6].ready = false;
    scene->nodes[6].in_service = false;
    scene->nodes[6].created_at = scene->nodes[6].started_at = scene->nodes[6].ready_changed =
        at("2026-03-02T03:00:01Z");
    scene->nodes[0].is_protected = true;
    scene->observed.nodes = scene->nodes;
    scene->observed.writer.manager = "";
    scene->policies[0] = &scene->policy;
    scene->input = (struct status_input){
        .group = &scene->group,
        .policies = scene->policies,
        .policy_count = 1,
        .observed = &scene->observed,
        .decided = &scene->decided,
        .spec_error = "",
        .upcoming = scene->upcoming,
        .upcoming_count = 1,
        .now = at("2026-03-02T03:00:00Z"),
    };
    scene->decided.memory = scene_memory(scene, NULL);
    return scene;
}

void scene_free(struct scene *scene)
{
    json_decref(scene->status);
    standing_free(scene->standing);
    arena_clear(&scene->arena);
    mem_free(scene);
}

void scene_change(struct scene *scene, int to, enum reason reason, const char *winner)
{
    struct decision *decision = &scene->decided.decision;
    struct activity *activity = &scene->activities[0];
    decision->from = decision->to;
    decision->to = to;
    decision->time = scene->input.now;
    decision->reason = reason;
    decision->winner = winner;
    decision->message = arena_printf(&scene->arena, "%d to %d", decision->from, to);
    *activity = (struct activity){.sequence = activity->sequence + 1,
                                  .cause = winner,
                                  .from = decision->from,
                                  .to = to,
                                  .start = scene->input.now,
                                  .message = ""};
    scene->decided.activity_count = 1;
    scene->decided.memory = scene_memory(scene, NULL);
}

void scene_hold(struct scene *scene)
{
    struct decision *decision = &scene->decided.decision;
    decision->from = decision->to;
    decision->time = scene->input.now;
    decision->reason = REASON_WITHIN_TOLERANCE;
    decision->winner = "metric lunch/cpu";
    decision->terms = &scene->terms[1];
    decision->term_count = 1;
    decision->message = "cpu 50 % against 50 % keeps the number";
    scene->decided.activity_count = 0;
    scene->decided.memory = scene_memory(
        scene,
        arena_printf(&scene->arena, "{\"v\":1,\"t\":%lld,\"d\":%d,\"b\":5,\"n\":%lld,\"r\":[1,10]}",
                     (long long)scene->input.now.s, decision->to,
                     (long long)scene->activities[0].sequence));
}

void scene_act(struct scene *scene)
{
    scene->balancer_states[0] = (struct balancer_state){.name = "public",
                                                        .service = "edge-lb",
                                                        .attached = true,
                                                        .reason = REASON_ATTACHED,
                                                        .message = "",
                                                        .registered = 6,
                                                        .weight = 50};
    scene->balancer_states[1] = (struct balancer_state){.name = "canary",
                                                        .service = "edge-canary",
                                                        .attached = true,
                                                        .reason = REASON_ATTACHED,
                                                        .message = "",
                                                        .registered = 6,
                                                        .weight = 10};
    scene->node_views[6].state =
        scene->nodes[6].in_service ? NODE_STATE_IN_SERVICE : NODE_STATE_WARMING;
    scene->outcome = (struct outcome){
        .workload = {.found = true,
                     .selector = "app=edge",
                     .template_version = "edge-template@3",
                     .taken_by = "",
                     .launch_cause = "",
                     .launch_message = ""},
        .balancers = scene->balancer_states,
        .balancer_count = scene->group.load_balancer_count,
        .node_views = scene->node_views,
        .act_error = "",
    };
    scene->input.outcome = &scene->outcome;
}

const json_t *scene_build(struct scene *scene)
{
    json_decref(scene->status);
    scene->status = status_build(scene->standing, &scene->input, &scene->urgency);
    return scene->status;
}

enum status_urgency scene_write(struct scene *scene)
{
    scene_build(scene);
    if (scene->urgency != STATUS_SAME) {
        status_written(scene->standing, scene->status, scene->input.now);
    }
    return scene->urgency;
}

char *scene_text(struct scene *scene)
{
    return json_dumps(scene->status, JSON_COMPACT | JSON_SORT_KEYS);
}

static const json_t *find_condition(struct scene *scene, const char *type)
{
    size_t i;
    const json_t *condition;
    json_array_foreach(json_object_get(scene->status, "conditions"), i, condition)
    {
        if (strcmp(json_string_value(json_object_get(condition, "type")), type) == 0) {
            return condition;
        }
    }
    return NULL;
}

const char *condition(struct scene *scene, const char *type)
{
    const json_t *condition = find_condition(scene, type);
    return arena_printf(&scene->arena, "%s %s",
                        json_string_value(json_object_get(condition, "status")),
                        json_string_value(json_object_get(condition, "reason")));
}

const char *condition_message(struct scene *scene, const char *type)
{
    const char *text = json_string_value(json_object_get(find_condition(scene, type), "message"));
    return text != NULL ? text : "";
}

const json_t *look(const json_t *json, const char *path)
{
    char key[64];
    while (json != NULL && path[0] != '\0') {
        size_t len = strcspn(path, ".");
        cr_assert(len < sizeof(key));
        memcpy(key, path, len);
        key[len] = '\0';
        json = json_is_array(json) ? json_array_get(json, (size_t)strtol(key, NULL, 10))
                                   : json_object_get(json, key);
        path += len + (path[len] == '.');
    }
    return json;
}

const char *shown(struct scene *scene, const char *path)
{
    const json_t *json = look(scene->status, path);
    if (json == NULL) {
        return "nothing";
    }
    char *text = json_dumps(json, DECISION_JSON_FLAGS | JSON_ENCODE_ANY);
    const char *copy = arena_dup(&scene->arena, text);
    free(text);
    return copy;
}
