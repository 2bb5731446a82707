/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a stream of documents: each acts when it is met, each Observation is one evaluation of its
 * group. What a group carries from one to the next is its standing, made from the very status that
 * is printed.
 */
#include "cli/decide_run.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/observation.h"
#include "cli/place.h"
#include "cli/world_file.h"
#include "decide/decide.h"
#include "loop/upcoming.h"
#include "status/decision_json.h"
#include "status/status.h"

#define OUTPUT_BYTES_MAX ((size_t)1 << 30)
#define TURN_BYTES_MAX ((size_t)1 << 30)
#define UPCOMING_MAX 5

/* The state of one group; deleted and made anew, it begins again. */
struct state {
    const struct world_group *group;
    int64_t births;
    struct standing *standing; /* NULL = no state yet */
};

struct run {
    struct world_file world;
    struct state *states; /* grows with the groups met */
    int state_count, state_cap;
    int line_count; /* lines printed */
    struct buf *out;
};

/* One observation under way. */
struct turn {
    struct arena arena;
    const struct group *group;
    const struct policy **policies;
    int policy_count;
    struct observation observation;
    struct decide_output decided;
    struct upcoming upcoming[UPCOMING_MAX];
    struct status_input status_input;
};

/* ---- state ---- */

static struct state *state_of(struct run *run, const struct world_group *group)
{
    for (int i = 0; i < run->state_count; i++) {
        if (run->states[i].group == group) {
            return &run->states[i];
        }
    }
    if (run->state_count == run->state_cap) {
        run->state_cap = run->state_cap == 0 ? 8 : run->state_cap * 2;
        run->states = mem_grow(run->states, (size_t)run->state_cap, sizeof *run->states);
    }
    run->states[run->state_count] = (struct state){.group = group, .births = group->births};
    return &run->states[run->state_count++];
}

/* Finds the group's state, or makes it from the status it came with. */
static struct standing *wake(struct run *run, const struct world_group *group)
{
    struct state *state = state_of(run, group);
    if (state->births != group->births) {
        standing_free(state->standing);
        *state = (struct state){.group = group, .births = group->births};
    }
    if (state->standing == NULL) {
        state->standing = standing_new();
        status_read(state->standing, group->status);
        const char *complaint = standing_complaint(state->standing);
        if (complaint[0] != '\0') {
            buf_printf(run->world.notes, "%s: group %s: %s\n", run->world.file, group->key,
                       complaint);
        }
    }
    return state->standing;
}

/* ---- one turn ---- */

static void decide_turn(const struct run *run, struct turn *turn, const struct standing *standing)
{
    struct decide_input input = {
        .max_group_size = run->world.max_group_size,
        .group = turn->group,
        .policies = turn->policies,
        .policy_count = turn->policy_count,
        .observed = &turn->observation.observed,
        .memory = standing_memory(standing),
        .now = turn->observation.now,
    };
    decide(&input, &turn->arena, &turn->decided);
    turn->status_input = (struct status_input){
        .group = turn->group,
        .policies = turn->policies,
        .policy_count = turn->policy_count,
        .observed = &turn->observation.observed,
        .decided = &turn->decided,
        .spec_error = "",
        .upcoming = turn->upcoming,
        .upcoming_count = upcoming_list(turn->policies, turn->policy_count, turn->observation.now,
                                        &turn->arena, turn->upcoming, UPCOMING_MAX),
        .now = turn->observation.now,
    };
}

/* Activities that are over by now are shown as ended. */
static void end_activities(struct turn *turn, struct standing *standing)
{
    struct activity activity;
    struct activity_end end;
    while (standing_open_activity(standing, &activity) &&
           activity_has_ended(&activity, &turn->status_input, &turn->arena, &end)) {
        standing_end_activity(standing, activity.sequence, end.result, end.message,
                              turn->observation.now);
    }
}

/* ---- policies' status ---- */

static bool is_ready(const json_t *status)
{
    size_t i;
    const json_t *condition;
    json_array_foreach(json_object_get(status, "conditions"), i, condition)
    {
        const char *type = json_string_value(json_object_get(condition, "type"));
        const char *value = json_string_value(json_object_get(condition, "status"));
        if (type != NULL && value != NULL && strcmp(type, "Ready") == 0) {
            return strcmp(value, "True") == 0;
        }
    }
    return false;
}

/* Of the policy's groups only the one just looked at is shown: the others have turns of their own.
 */
static json_t *policy_status(struct turn *turn, int at, const json_t *status)
{
    const struct policy *policy = turn->policies[at];
    struct wall now = turn->observation.now;
    struct policy_group_view view = {.group = turn->group->meta.name,
                                     .bound = true,
                                     .ready = is_ready(status),
                                     .view = turn->decided.bindings[at]};
    struct policy_status_input input = {.policy = policy,
                                        .spec_error = "",
                                        .groups = &view,
                                        .group_count = 1,
                                        .never_fires = upcoming_never_fires(policy, now),
                                        .expired = upcoming_is_expired(policy, now),
                                        .now = now};
    bool changed = false;
    (void)upcoming_list(&turn->policies[at], 1, now, &turn->arena, &view.next, 1);
    input.next = view.next;
    return policy_status_build(NULL, &input, &changed);
}

static json_t *policy_statuses(struct turn *turn, const json_t *status)
{
    json_t *json = json_object();
    for (int i = 0; i < turn->policy_count; i++) {
        json_object_set_new(json, turn->policies[i]->meta.name, policy_status(turn, i, status));
    }
    return json;
}

/* ---- a line ---- */

static json_t *activities_json(const struct decide_output *decided)
{
    json_t *list = json_array();
    for (int i = 0; i < decided->activity_count; i++) {
        const struct activity *activity = &decided->activities[i];
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:s}", "cause", activity->cause,
                                              "from", activity->from, "to", activity->to, "result",
                                              activity_result_name(activity->result)));
    }
    return list;
}

static int add_chunk(const char *chunk, size_t len, void *arg)
{
    buf_add(arg, chunk, len);
    return 0;
}

static void print_line(struct run *run, struct turn *turn, const struct world_group *group,
                       json_t *status)
{
    char now[WALL_TEXT_SIZE];
    json_t *line = json_object();
    json_object_set_new(line, "group", json_string(group->key));
    json_object_set_new(line, "now", json_string(wall_text(turn->observation.now, now)));
    json_object_set_new(line, "decision", decision_json(&turn->decided.decision));
    json_object_set_new(line, "activities", activities_json(&turn->decided));
    json_object_set(line, "status", status);
    json_object_set_new(line, "policyStatus", policy_statuses(turn, status));
    (void)json_dump_callback(line, add_chunk, run->out, DECISION_JSON_FLAGS);
    buf_add_text(run->out, "\n");
    json_decref(line);
    run->line_count++;
}

static bool is_listed(const struct turn *turn, const struct reading *reading)
{
    for (int i = 0; i < turn->policy_count; i++) {
        const struct policy *policy = turn->policies[i];
        bool meant = reading->policy[0] == '\0' || strcmp(reading->policy, policy->meta.name) == 0;
        for (int k = 0; meant && k < policy->metric_count; k++) {
            if (strcmp(policy->metrics[k].name, reading->metric) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A metric that nobody reads is likely misspelt: worth a line on stderr, but no error. */
static void note_unread(struct run *run, const struct doc *doc, const struct turn *turn)
{
    const struct observed *observed = &turn->observation.observed;
    for (int i = 0; i < observed->reading_count; i++) {
        char path[40];
        snprintf(path, sizeof path, "metrics[%d]", i);
        if (!is_listed(turn, &observed->readings[i])) {
            buf_printf(run->world.notes,
                       "%s:%d: %s: no bound policy has a metric %.63s, not used\n", run->world.file,
                       doc_line(doc, path), path, observed->readings[i].metric);
        }
    }
}

static int evaluate(struct run *run, const struct doc *doc, const struct world_group *group,
                    struct turn *turn, struct err *err)
{
    turn->group = &group->object->group;
    if (observation_read(run->world.file, doc, turn->group, &turn->arena, &turn->observation,
                         err) != 0) {
        return -1;
    }
    turn->policy_count = world_file_bound(&run->world, turn->group, &turn->arena, &turn->policies);
    note_unread(run, doc, turn);
    struct standing *standing = wake(run, group);
    decide_turn(run, turn, standing);
    end_activities(turn, standing);
    enum status_urgency urgency;
    json_t *status = status_build(standing, &turn->status_input, &urgency);
    print_line(run, turn, group, status);
    status_written(standing, status, turn->observation.now);
    json_decref(status);
    return 0;
}

static int observe(struct run *run, const struct doc *doc, struct err *err)
{
    struct place top = {.file = run->world.file};
    struct place at = place_key(&top, "group");
    struct observation head;
    if (observation_read_head(run->world.file, doc, &head, err) != 0) {
        return -1;
    }
    const char *why = "";
    const struct world_group *group = world_file_group(&run->world, head.group, &why);
    if (group == NULL) {
        return place_fail(&at, doc_line(doc, "group"), err, "%s", why);
    }
    struct turn turn = {0};
    arena_init(&turn.arena, TURN_BYTES_MAX);
    int result = evaluate(run, doc, group, &turn, err);
    if (result == 0 && (arena_is_full(&turn.arena) || run->out->overflow)) {
        result = place_fail(&top, doc->line, err, "needs too much memory, split the file");
    }
    arena_clear(&turn.arena);
    return result;
}

static int take_other(void *arg, const struct doc *doc, const char *kind, struct err *err)
{
    struct run *run = arg;
    if (strcmp(kind, "Observation") == 0) {
        return observe(run, doc, err);
    }
    world_file_note_skipped(&run->world, doc, kind);
    return 0;
}

static int play(struct run *run, struct str text, struct arena *arena, struct err *err)
{
    struct doc_stream stream;
    struct place top = {.file = run->world.file};
    if (doc_read(run->world.file, text, arena, &stream, err) != 0) {
        return -1;
    }
    for (int i = 0; i < stream.count; i++) {
        if (world_file_take(&run->world, stream.docs[i], take_other, run, err) != 0) {
            return -1;
        }
    }
    return run->line_count > 0
               ? 0
               : place_fail(&top, 1, err, "holds no Observation, add one to be decided");
}

int decide_run(const char *file, struct str text, struct zones *zones, struct buf *out,
               struct buf *notes, struct err *err)
{
    struct run run = {.out = out};
    struct arena arena;
    arena_init(&arena, TURN_BYTES_MAX);
    world_file_init(&run.world, file, zones, notes);
    int result = play(&run, text, &arena, err);
    for (int i = 0; i < run.state_count; i++) {
        standing_free(run.states[i].standing);
    }
    mem_free(run.states);
    world_file_clear(&run.world);
    arena_clear(&arena);
    return result;
}
