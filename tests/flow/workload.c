/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/patch.h"
#include "base/str.h"

static const char MANAGER[] = "kube-controller-manager";

static const char *text_at(const json_t *object, const char *dotted)
{
    const char *text = json_string_value(path_get(object, dotted));
    return text != NULL ? text : "";
}

static json_t *owner(const char *api, const char *kind, const json_t *object)
{
    return json_pack("[{s:s, s:s, s:s, s:s, s:b}]", "apiVersion", api, "kind", kind, "name",
                     text_at(object, "metadata.name"), "uid", text_at(object, "metadata.uid"),
                     "controller", 1);
}

static void make_node(struct core *core, const char *name, const char *zone)
{
    core_put(core, "nodes",
             json_pack("{s:{s:s, s:{s:s}}, s:{s:[{s:s, s:s}]}}", "metadata", "name", name, "labels",
                       "topology.kubernetes.io/zone", zone, "status", "conditions", "type", "Ready",
                       "status", "True"),
             "kubelet");
}

void workload_make_nodes(struct core *core)
{
    make_node(core, "node-a", "zone-a");
    make_node(core, "node-b", "zone-b");
}

void workload_make_deployment(struct core *core, const char *ns, const char *name, int replicas)
{
    json_t *object = json_pack(
        "{s:{s:s, s:s, s:i}, s:{s:i, s:{s:{s:s}}, s:{s:{s:{s:s}}, s:{s:[{s:s, s:[{s:s, s:i}],"
        " s:{s:{s:s, s:i}}, s:{s:{s:s, s:s}}}]}}}}",
        "metadata", "name", name, "namespace", ns, "generation", 1, "spec", "replicas", replicas,
        "selector", "matchLabels", "app", name, "template", "metadata", "labels", "app", name,
        "spec", "containers", "name", "gateway", "ports", "name", "http", "containerPort", 8080,
        "readinessProbe", "httpGet", "path", "/healthz", "port", 8080, "resources", "requests",
        "cpu", "100m", "memory", "128Mi");
    core_put(core, "deployments", object, "kubectl");
}

/* The Deployment's one ReplicaSet, made when it is missing. */
static const json_t *replica_set(struct core *core, const json_t *deployment)
{
    char name[256];
    const char *ns = text_at(deployment, "metadata.namespace");
    snprintf(name, sizeof name, "%s-5d9f", text_at(deployment, "metadata.name"));
    const json_t *found = core_get(core, "replicasets", ns, name);
    if (found == NULL) {
        json_t *object =
            json_pack("{s:{s:s, s:s, s:O, s:o}, s:{s:O}}", "metadata", "name", name, "namespace",
                      ns, "labels", path_get(deployment, "spec.template.metadata.labels"),
                      "ownerReferences", owner("apps/v1", "Deployment", deployment), "spec",
                      "replicas", path_get(deployment, "spec.replicas"));
        core_put(core, "replicasets", object, MANAGER);
        found = core_get(core, "replicasets", ns, name);
    }
    return found;
}

static bool is_ready(const json_t *pod)
{
    size_t i;
    json_t *condition;
    json_array_foreach(path_get(pod, "status.conditions"), i, condition)
    {
        if (text_is(text_at(condition, "type"), "Ready")) {
            return text_is(text_at(condition, "status"), "True");
        }
    }
    return false;
}

static void set_status(struct workload *workload, json_t *pod, bool ready)
{
    char now[WALL_TEXT_SIZE];
    wall_text(clock_wall(workload->clock), now);
    char address[32];
    snprintf(address, sizeof address, "10.244.%lld.%lld",
             (long long)(workload->pods_made / 250 % 250),
             (long long)(workload->pods_made % 250 + 1));
    const char *has = text_at(pod, "status.podIP");
    json_t *status = json_pack("{s:s, s:s, s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}", "phase",
                               "Running", "podIP", has[0] != '\0' ? has : address, "startTime",
                               text_at(pod, "metadata.creationTimestamp"), "conditions", "type",
                               "PodScheduled", "status", "True", "lastTransitionTime",
                               text_at(pod, "metadata.creationTimestamp"), "type", "Ready",
                               "status", ready ? "True" : "False", "lastTransitionTime", now);
    json_object_set_new(pod, "status", status);
}

static void make_pod(struct workload *workload, const json_t *deployment)
{
    char name[256], now[WALL_TEXT_SIZE];
    const json_t *set = replica_set(workload->core, deployment);
    snprintf(name, sizeof name, "%s-%05lld", text_at(set, "metadata.name"),
             (long long)++workload->pods_made);
    json_t *pod = json_pack("{s:{s:s, s:s, s:s, s:O, s:o}, s:{s:s, s:O}}", "metadata", "name", name,
                            "namespace", text_at(deployment, "metadata.namespace"),
                            "creationTimestamp", wall_text(clock_wall(workload->clock), now),
                            "labels", path_get(deployment, "spec.template.metadata.labels"),
                            "ownerReferences", owner("apps/v1", "ReplicaSet", set), "spec",
                            "nodeName", workload->pods_made % 2 == 0 ? "node-a" : "node-b",
                            "containers", path_get(deployment, "spec.template.spec.containers"));
    set_status(workload, pod, false);
    core_put(workload->core, "pods", pod, MANAGER);
}

static int64_t cost_of(const json_t *pod)
{
    const json_t *notes = path_get(pod, "metadata.annotations");
    const char *text =
        json_string_value(json_object_get(notes, "controller.kubernetes.io/pod-deletion-cost"));
    int64_t cost = 0;
    return text != NULL && str_to_int64(str_of(text), &cost) ? cost : 0;
}

/* Whether a goes before b. */
static bool goes_first(const json_t *a, const json_t *b)
{
    if (is_ready(a) != is_ready(b)) {
        return !is_ready(a);
    }
    if (cost_of(a) != cost_of(b)) {
        return cost_of(a) < cost_of(b);
    }
    return strcmp(text_at(a, "metadata.name"), text_at(b, "metadata.name")) > 0; /* newest */
}

static bool belongs(const json_t *pod, const json_t *deployment)
{
    return text_is(text_at(pod, "metadata.namespace"), text_at(deployment, "metadata.namespace")) &&
           json_equal(path_get(pod, "metadata.labels"),
                      path_get(deployment, "spec.template.metadata.labels"));
}

static void remove_pod(struct workload *workload, const json_t *deployment)
{
    json_t *pods = core_list(workload->core, "pods");
    size_t i;
    json_t *pod;
    const json_t *victim = NULL;
    json_array_foreach(pods, i, pod)
    {
        if (belongs(pod, deployment) && (victim == NULL || goes_first(pod, victim))) {
            victim = pod;
        }
    }
    if (victim != NULL) {
        char ns[256], name[256];
        snprintf(ns, sizeof ns, "%s", text_at(victim, "metadata.namespace"));
        snprintf(name, sizeof name, "%s", text_at(victim, "metadata.name"));
        core_delete(workload->core, "pods", ns, name, MANAGER);
    }
    json_decref(pods);
}

/* Pods old enough become ready. Returns how many the Deployment has, and how many are ready. */
static int tend_pods(struct workload *workload, const json_t *deployment, int *ret_ready)
{
    json_t *pods = core_list(workload->core, "pods");
    int count = 0, ready = 0;
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        if (!belongs(pod, deployment)) {
            continue;
        }
        count++;
        struct wall created = {0};
        wall_parse(str_of(text_at(pod, "metadata.creationTimestamp")), &created);
        if (is_ready(pod)) {
            ready++;
        } else if (clock_wall(workload->clock).s - created.s >= workload->ready_after_s) {
            json_t *changed = json_deep_copy(pod);
            set_status(workload, changed, true);
            core_put(workload->core, "pods", changed, "kubelet");
            ready++;
        } else {
            workload->waiting++;
        }
    }
    json_decref(pods);
    *ret_ready = ready;
    return count;
}

static void report(struct workload *workload, json_t *deployment, int count, int ready)
{
    json_t *status =
        json_pack("{s:O, s:i, s:i, s:i, s:i}", "observedGeneration",
                  path_get(deployment, "metadata.generation"), "replicas", count, "updatedReplicas",
                  count, "readyReplicas", ready, "availableReplicas", ready);
    if (json_equal(status, json_object_get(deployment, "status"))) {
        json_decref(status);
        return;
    }
    json_t *changed = json_deep_copy(deployment);
    json_object_set_new(changed, "status", status);
    core_put(workload->core, "deployments", changed, MANAGER);
}

static void tend(struct workload *workload, json_t *deployment)
{
    int ready;
    int count = tend_pods(workload, deployment, &ready);
    int wanted = (int)json_integer_value(path_get(deployment, "spec.replicas"));
    for (; count < wanted; count++) {
        workload->waiting++;
        make_pod(workload, deployment);
    }
    for (; count > wanted; count--) {
        remove_pod(workload, deployment);
    }
    report(workload, deployment, count, ready < count ? ready : count);
}

static void on_second(void *arg)
{
    struct workload *workload = arg;
    int64_t before = core_version(workload->core);
    if (before == workload->tended && workload->waiting == 0) {
        timer_start(workload->timer, 1000);
        return;
    }
    workload->waiting = 0;
    core_set_now(workload->core, clock_wall(workload->clock));
    json_t *deployments = core_list(workload->core, "deployments");
    size_t i;
    json_t *deployment;
    json_array_foreach(deployments, i, deployment)
    {
        tend(workload, deployment);
    }
    json_decref(deployments);
    for (int at = 0; at < 2 && core_version(workload->core) != before; at++) {
        if (workload->transports[at] != NULL) {
            sim_transport_poke(workload->transports[at]);
        }
    }
    workload->tended = core_version(workload->core);
    timer_start(workload->timer, 1000);
}

void workload_start(struct workload *workload, struct core *core, struct clock *clock)
{
    *workload = (struct workload){.core = core, .clock = clock, .ready_after_s = 3};
    workload->timer = clock_timer_new(clock, on_second, workload);
    timer_start(workload->timer, 0);
}

void workload_stop(struct workload *workload)
{
    clock_timer_free(workload->timer);
    workload->timer = NULL;
}
