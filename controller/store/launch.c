/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launches that fail (behaviour.md section 7): a pod that is wanted and has not become ready within
 * launchTimeoutSeconds, with the cause. Cause by cause:
 *
 *     Quota          the replica set may not create pods (condition ReplicaFailure)
 *     Unschedulable  no machine takes the pod       ImagePull   its image does not come
 *     CrashLoop      its process ends again         Paused      the Deployment is paused
 */
#include <string.h>

#include "base/str.h"
#include "store/observe_priv.h"

struct launch {
    const char *cause;
    const char *message;
    struct wall since;
};

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcmp(text, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

static const char *cause_of_pod(const struct pod_view *pod, const char **ret_words)
{
    static const char *const PULLS[] = {"ErrImagePull",        "ImagePullBackOff",
                                        "InvalidImageName",    "ErrImageNeverPull",
                                        "RegistryUnavailable", NULL};
    if (!pod->scheduled && strcmp(pod->unscheduled_reason, "Unschedulable") == 0) {
        *ret_words = pod->unscheduled_message;
        return "Unschedulable";
    }
    *ret_words = pod->waiting_message[0] != '\0' ? pod->waiting_message : pod->waiting_reason;
    if (is_one_of(pod->waiting_reason, PULLS)) {
        return "ImagePull";
    }
    if (strcmp(pod->waiting_reason, "CrashLoopBackOff") == 0) {
        return "CrashLoop";
    }
    *ret_words = "it runs and does not become ready";
    return "NotReady";
}

/* The oldest pod that is still coming up. */
static bool oldest_launch(const struct observation *seen, struct arena *arena,
                          struct launch *ret_launch)
{
    const struct pod_view *oldest = NULL;
    for (int i = 0; i < seen->pod_count; i++) {
        const struct node *node = &seen->observed.nodes[i];
        bool coming_up = !node->ready && node->healthy;
        if (coming_up &&
            (oldest == NULL || seen->pods[i]->meta.created.s < oldest->meta.created.s)) {
            oldest = seen->pods[i];
        }
    }
    if (oldest == NULL) {
        return false;
    }
    const char *words;
    ret_launch->cause = cause_of_pod(oldest, &words);
    ret_launch->since = oldest->meta.created;
    ret_launch->message = arena_printf(arena, "pod %s: %.300s", oldest->meta.name, words);
    return true;
}

/* Pods that cannot even be created. */
static bool missing_pods(const struct observation *seen, struct arena *arena,
                         struct launch *ret_launch)
{
    const struct deployment_view *deployment = seen->deployment;
    if (seen->pod_count >= deployment->replicas) {
        return false;
    }
    for (int i = 0; i < deployment->condition_count; i++) {
        const struct condition_view *condition = &deployment->conditions[i];
        if (strcmp(condition->type, "ReplicaFailure") == 0 &&
            strcmp(condition->status, "True") == 0) {
            ret_launch->cause = "Quota";
            ret_launch->since = condition->changed;
            ret_launch->message = arena_printf(arena, "Deployment %s: %.300s",
                                               deployment->meta.name, condition->message);
            return true;
        }
    }
    return false;
}

void observe_launches(const struct observe_input *input, struct arena *arena,
                      struct observation *seen)
{
    struct launch launch;
    if (!missing_pods(seen, arena, &launch) && !oldest_launch(seen, arena, &launch)) {
        return;
    }
    struct wall deadline = {launch.since.s + input->group->launch_timeout_s};
    if (input->now.s < deadline.s) {
        seen->has_wake = true;
        seen->wake = deadline;
        return;
    }
    seen->observed.launch_failing = true;
    seen->workload.launch_failing = true;
    seen->workload.launch_cause =
        seen->workload.paused && strcmp(launch.cause, "NotReady") == 0 ? "Paused" : launch.cause;
    seen->workload.launch_message = launch.message;
}
