/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of steps and the walk over it.
 */
#include "act/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

void plan_init(struct act_plan *plan, struct arena *arena)
{
    *plan = (struct act_plan){.arena = arena};
}

struct act_step *plan_add(struct act_plan *plan, const char *what)
{
    struct act_step *step = ARENA_NEW(plan->arena, struct act_step);
    step->what = what;
    if (plan->last != NULL) {
        plan->last->next = step;
    } else {
        plan->first = step;
        plan->at = step;
    }
    plan->last = step;
    return step;
}

void plan_body(struct act_plan *plan, struct act_step *step, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    BUG_IF(text == NULL, "a body that cannot be printed: %s", step->what);
    step->request.body_len = strlen(text);
    step->request.body = arena_dup_n(plan->arena, text, step->request.body_len);
    free(text);
}

const struct act_step *plan_next(struct act_plan *plan)
{
    if (plan->err.kind == ERR_AGAIN) {
        return NULL;
    }
    const struct act_step *step = plan->at;
    if (step != NULL) {
        plan->at = step->next;
        plan->sent++;
    }
    return step;
}

static bool is_pardoned(const struct act_step *step, const struct err *err)
{
    return (step->pardon == PARDON_ABSENT && err->kind == ERR_ABSENT) ||
           (step->pardon == PARDON_EXISTS && err->kind == ERR_EXISTS);
}

void plan_answer(struct act_plan *plan, const struct act_step *step, const struct err *err)
{
    if (err == NULL || is_pardoned(step, err)) {
        plan->wrote_scale = plan->wrote_scale || step->is_scale;
    } else if (!step->is_notice && (plan->err.kind == ERR_NONE || err->kind == ERR_AGAIN)) {
        plan->err = *err;
        (void)err_wrap(&plan->err, "%s", step->what);
    }
}
