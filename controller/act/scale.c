/* SPDX-License-Identifier: Apache-2.0 */
#include "act/scale.h"

static bool is_suspended(const struct group *group, int current, int wanted)
{
    return (wanted > current && (group->suspend & PROCESS_LAUNCH) != 0) ||
           (wanted < current && (group->suspend & PROCESS_TERMINATE) != 0);
}

static int wanted_count(const struct scale_input *input)
{
    int current = input->deployment->replicas;
    int wanted = input->decision->has_replicas ? input->decision->replicas : current;
    return is_suspended(input->group, current, wanted) ? current : wanted;
}

static json_t *scale_body(const struct deployment_view *deployment, int replicas)
{
    const struct meta *meta = &deployment->meta;
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:{s:i}}",               /**/
                     "apiVersion", "autoscaling/v1", "kind", "Scale",             /**/
                     "metadata", "name", meta->name, "namespace", meta->ns,       /**/
                     "uid", meta->uid, "resourceVersion", meta->resource_version, /**/
                     "spec", "replicas", replicas);
}

bool scale_plan(struct act_plan *plan, const struct scale_input *input)
{
    const struct deployment_view *deployment = input->deployment;
    if (deployment == NULL || input->taken || input->paused || input->group->dry_run ||
        deployment->meta.deleting || !input->decision->has_replicas) {
        return false;
    }
    int wanted = wanted_count(input);
    if (wanted == deployment->replicas && input->adopted) {
        return false;
    }
    const struct meta *meta = &deployment->meta;
    struct act_step *step =
        plan_add(plan, arena_printf(plan->arena, "scale Deployment %s/%s from %d to %d", meta->ns,
                                    meta->name, deployment->replicas, wanted));
    step->is_scale = wanted != deployment->replicas;
    step->request = (struct request){
        .verb = VERB_APPLY,
        .resource = {.api = "/apis/apps/v1",
                     .plural = "deployments",
                     .ns = meta->ns,
                     .name = meta->name,
                     .subresource = "scale",
                     .namespaced = true},
        .field_manager = "sluice",
        .force = true,
    };
    plan_body(plan, step, scale_body(deployment, wanted));
    return true;
}
