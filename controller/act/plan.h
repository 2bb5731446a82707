/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACT_PLAN_H
#define ACT_PLAN_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "kube/request.h"

/*
 * What a turn wants written, as requests in order: the files of this room add steps, the loop
 * sends one after another and hands each answer back.
 *
 *     scale_plan(&plan, ...); slices_plan(&plan, ...);
 *     for (step = plan_next(&plan); step != NULL; step = plan_next(&plan)) {
 *         send, wait; plan_answer(&plan, step, err); }
 *
 * Rules
 *  1. Steps and their texts live in the arena of the turn.
 *  2. The steps of a plan do not depend on each other: one that fails does not stop the others,
 *     except that nothing more is sent to a server that does not answer (ERR_AGAIN).
 *  3. Every step may be sent twice with the same effect.
 */

enum step_pardon {
    PARDON_NOTHING,
    PARDON_ABSENT, /* 404 is as good as done */
    PARDON_EXISTS, /* 409 AlreadyExists is as good as done */
};

struct act_step {
    const char *what;       /* "scale Deployment demo/edge from 5 to 7": for logs and errors */
    struct request request; /* texts in the turn's arena */
    enum step_pardon pardon;
    bool is_scale;  /* writes the workload's count */
    bool is_notice; /* an Event: that it cannot be sent is no error of the plan */
    struct act_step *next;
};

struct act_plan {
    struct arena *arena;
    struct act_step *first, *last;
    struct act_step *at; /* the next one to send */
    int sent;
    bool wrote_scale; /* the scale step was answered well */
    struct err err;   /* of the first step that failed; kind NONE = all went well */
};

/* A plan without steps. */
void plan_init(struct act_plan *plan, struct arena *arena);
/* Appends a step; its request has verb, resource and body still to be filled. */
struct act_step *plan_add(struct act_plan *plan, const char *what);
/* Makes JSON the body of a step's request; takes over the reference. */
void plan_body(struct act_plan *plan, struct act_step *step, json_t *body);

/* The next step to send, or NULL: all are done, or the server is gone (rule 2). */
const struct act_step *plan_next(struct act_plan *plan);
/* What became of a step; err NULL = it went well. */
void plan_answer(struct act_plan *plan, const struct act_step *step, const struct err *err);

#endif
