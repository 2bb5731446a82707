/* SPDX-License-Identifier: Apache-2.0 */
#include "act/activities.h"

#include <string.h>

#include "base/str.h"

static struct act_step *add_step(struct act_plan *plan, const struct activities_input *input,
                                 const char *verb, const char *name, bool named)
{
    const char *ns = input->group->meta.ns;
    struct act_step *step =
        plan_add(plan, arena_printf(plan->arena, "%s ScalingActivity %s/%s", verb, ns, name));
    step->request = (struct request){
        .resource = {.api = "/apis/sluice.dev/v1alpha1",
                     .plural = "scalingactivities",
                     .ns = ns,
                     .name = named ? name : NULL,
                     .namespaced = true},
    };
    return step;
}

static const struct activity_view *find(const struct activities_input *input, const char *name)
{
    for (int i = 0; i < input->object_count; i++) {
        if (strcmp(input->objects[i]->meta.name, name) == 0) {
            return input->objects[i];
        }
    }
    return NULL;
}

static void make(struct act_plan *plan, const struct activities_input *input,
                 const struct activity_mark *mark)
{
    if (mark->object == NULL) {
        return;
    }
    struct act_step *step = add_step(plan, input, "create", mark->name, false);
    step->request.verb = VERB_CREATE;
    step->pardon = PARDON_EXISTS;
    plan_body(plan, step, json_incref(mark->object));
}

static void end(struct act_plan *plan, const struct activities_input *input,
                const struct activity_mark *mark)
{
    if (!mark->ended || mark->end_patch == NULL) {
        return;
    }
    struct act_step *step = add_step(plan, input, "end", mark->name, true);
    step->request.verb = VERB_MERGE_PATCH;
    step->pardon = PARDON_ABSENT;
    plan_body(plan, step, json_incref(mark->end_patch));
}

/* The objects are sorted by name, and names by sequence: the oldest come first. */
static void prune(struct act_plan *plan, const struct activities_input *input)
{
    int surplus = input->object_count - input->limit;
    for (int i = 0; i < surplus && i < input->prune_max; i++) {
        const struct activity_view *object = input->objects[i];
        struct act_step *step = add_step(plan, input, "delete", object->meta.name, true);
        step->request.verb = VERB_DELETE;
        step->request.uid = object->meta.uid;
        step->pardon = PARDON_ABSENT;
    }
}

void activities_plan(struct act_plan *plan, const struct activities_input *input)
{
    int newest = input->mark_count < input->limit ? input->mark_count : input->limit;
    for (int i = newest - 1; i >= 0; i--) {
        const struct activity_mark *mark = &input->marks[i];
        const struct activity_view *object = find(input, mark->name);
        if (object == NULL) {
            make(plan, input, mark);
        } else if (strcmp(object->result, "InProgress") == 0) {
            end(plan, input, mark);
        }
    }
    prune(plan, input);
}
