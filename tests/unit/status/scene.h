/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_STATUS_SCENE_H
#define TEST_STATUS_SCENE_H

#include "base/arena.h"
#include "status/decision_json.h"
#include "status/status.h"

/*
 * A turn to report on, all of it in one struct to be changed field by field. It begins as the
 * example of the specification (spec/examples/status.yaml): S1's second row, ten seconds after the
 * schedule fired, seven nodes wanted and six in service.
 */

#define SCENE_NODES 150

struct scene {
    struct arena arena;
    struct standing *standing;
    struct group group;
    struct policy policy;
    const struct policy *policies[2];
    struct schedule schedules[2];
    struct metric metrics[2];
    struct load_balancer balancers[2];
    struct node nodes[SCENE_NODES];
    struct observed observed;
    struct term terms[4];
    enum reason limits[4];
    struct binding_view bindings[2];
    struct activity activities[12];
    struct decide_output decided;
    struct outcome outcome;
    struct balancer_state balancer_states[2];
    struct node_outcome node_views[SCENE_NODES];
    struct upcoming upcoming[6];
    struct status_input input;
    json_t *status;
    enum status_urgency urgency;
};

struct scene *scene_new(void);
void scene_free(struct scene *scene);

/* "2026-03-02T03:00:00Z" */
struct wall at(const char *text);
/* A memory made from JSON text; NULL = of the present `desired`, sequence and `now`. */
const struct memory *scene_memory(struct scene *scene, const char *json);

/* `count` pods, all of them in service, the first the oldest. */
void scene_set_nodes(struct scene *scene, int count);
/* Desired moves to `to`, for `reason`, with an activity. */
void scene_change(struct scene *scene, int to, enum reason reason, const char *winner);
/* The next evaluation finds nothing to do: same numbers, no activities. */
void scene_hold(struct scene *scene);
/* An outcome as the controller has it, instead of the command line's NULL. */
void scene_act(struct scene *scene);

/* Builds into scene->status; the reference is the scene's. */
const json_t *scene_build(struct scene *scene);
/* Builds, and takes what was built for written. */
enum status_urgency scene_write(struct scene *scene);
/* The status as the API server would hand it back: text, keys sorted. The caller frees it. */
char *scene_text(struct scene *scene);

/* "False Paused" */
const char *condition(struct scene *scene, const char *type);
/* The sentence of a condition, or a text at a path such as "loadBalancers.0.reason"; "" = none. */
const char *condition_message(struct scene *scene, const char *type);
const json_t *look(const json_t *json, const char *path);
/* The same as compact JSON text. */
const char *shown(struct scene *scene, const char *path);

#define expect_condition(scene, type, words)                                                       \
    do {                                                                                           \
        scene_build(scene);                                                                        \
        cr_expect(strcmp(condition(scene, type), words) == 0, "%s is %s", type,                    \
                  condition(scene, type));                                                         \
    } while (0)

#define expect_shown(scene, path, json)                                                            \
    cr_expect(strcmp(shown(scene, path), json) == 0, "%s shows %s", path, shown(scene, path))

#endif
