/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/sim.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/kinds.h"
#include "apiserver/patch.h"
#include "base/str.h"

#define NS "demo"

static void count_write(void *arg, const struct core_write *write)
{
    struct sim *sim = arg;
    if (strcmp(write->manager, "sluice") != 0) {
        return;
    }
    sim->operator_writes++;
    if (strcmp(write->plural, "deployments") == 0) {
        cr_assert_str_eq(write->subresource, "scale", "the operator wrote a Deployment");
        sim->scale_writes++;
    }
    if ((strcmp(write->plural, "scalinggroups") == 0 ||
         strcmp(write->plural, "scalingpolicies") == 0) &&
        strcmp(write->subresource, "status") != 0) {
        sim->spec_writes++;
    }
}

static bool is_ready(const json_t *pod)
{
    size_t i;
    json_t *condition;
    json_array_foreach(path_get(pod, "status.conditions"), i, condition)
    {
        if (text_is(json_string_value(json_object_get(condition, "type")), "Ready")) {
            return text_is(json_string_value(json_object_get(condition, "status")), "True");
        }
    }
    return false;
}

static int ready_beside(const json_t *pods, const json_t *pod)
{
    int count = 0;
    size_t i;
    json_t *other;
    json_array_foreach((json_t *)pods, i, other)
    {
        count += is_ready(other) &&
                 json_equal(path_get(other, "metadata.labels"), path_get(pod, "metadata.labels"));
    }
    return count;
}

/* metrics.k8s.io: the load of a Deployment shared by its ready pods. */
static json_t *serve_metrics(void *arg, const char *path)
{
    struct sim *sim = arg;
    (void)path;
    if (sim->cpu_milli_total == 0) {
        return NULL;
    }
    char now[WALL_TEXT_SIZE], cpu[32];
    wall_text(clock_wall(&sim->clock.clock), now);
    json_t *pods = core_list(sim->core, "pods"), *items = json_array();
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        if (!is_ready(pod)) {
            continue;
        }
        snprintf(cpu, sizeof cpu, "%lldu",
                 (long long)(sim->cpu_milli_total * 1000 / ready_beside(pods, pod)));
        json_array_append_new(items,
                              json_pack("{s:{s:O, s:O, s:O}, s:s, s:s, s:[{s:s, s:{s:s, s:s}}]}",
                                        "metadata", "name", path_get(pod, "metadata.name"),
                                        "namespace", path_get(pod, "metadata.namespace"), "labels",
                                        path_get(pod, "metadata.labels"), "timestamp", now,
                                        "window", "15s", "containers", "name", "gateway", "usage",
                                        "cpu", cpu, "memory", "64Mi"));
    }
    json_decref(pods);
    return json_pack("{s:s, s:s, s:{s:s}, s:o}", "kind", "PodMetricsList", "apiVersion",
                     "metrics.k8s.io/v1beta1", "metadata", "resourceVersion", "", "items", items);
}

static void start_operator(struct sim *sim)
{
    sim_transport_init(&sim->transport, sim->core, &sim->clock.clock, "sluice");
    sim->workload.transports[0] = &sim->transport;
    const struct world_config config = {
        .ns = NS,
        .server = "simulated",
        .instance = "flow",
        .zones_dir = "",
        .max_group_size = WORLD_MAX_GROUP_SIZE,
        .max_activities = WORLD_MAX_ACTIVITIES,
        .log = {.level = LOG_ERROR, .fd = 2},
    };
    sim->world = world_new(&config, &sim->clock.clock, &sim->transport.transport);
    world_start(sim->world);
    const char *waiting = "";
    for (int second = 0; !world_is_ready(sim->world, &waiting); second++) {
        cr_assert_lt(second, 60, "the operator is not ready: %s", waiting);
        sim_run(sim, 1);
    }
}

static void stop_operator(struct sim *sim)
{
    world_free(sim->world);
    sim_transport_clear(&sim->transport);
}

void sim_init(struct sim *sim, const char *start, uint64_t seed)
{
    struct wall wall;
    cr_assert(wall_parse(str_of(start), &wall));
    memset(sim, 0, sizeof *sim);
    sim_clock_init(&sim->clock, wall, seed);
    sim->core = core_new();
    core_set_now(sim->core, wall);
    core_on_write(sim->core, count_write, sim);
    core_serve(sim->core, "/apis/metrics.k8s.io/v1beta1", serve_metrics, sim);
    workload_make_nodes(sim->core);
    workload_start(&sim->workload, sim->core, &sim->clock.clock);
    start_operator(sim);
}

void sim_clear(struct sim *sim)
{
    stop_operator(sim);
    workload_stop(&sim->workload);
    core_free(sim->core);
}

void sim_restart(struct sim *sim)
{
    stop_operator(sim);
    start_operator(sim);
}

void sim_run(struct sim *sim, int64_t seconds)
{
    sim_clock_run(&sim->clock, seconds * 1000);
}

void sim_run_until(struct sim *sim, const char *instant)
{
    struct wall until;
    cr_assert(wall_parse(str_of(instant), &until));
    sim_run(sim, until.s - clock_wall(&sim->clock.clock).s);
}

void sim_apply(struct sim *sim, const char *plural, const char *text)
{
    json_error_t error;
    json_t *object = json_loads(text, 0, &error);
    cr_assert_not_null(object, "%s: %s", error.text, text);
    char path[512];
    struct core_reply reply;
    snprintf(path, sizeof path, "%s/namespaces/" NS "/%s/%s", api_kind_of_plural(plural)->api,
             plural, json_string_value(path_get(object, "metadata.name")));
    char *body = json_dumps(object, 0);
    core_set_now(sim->core, clock_wall(&sim->clock.clock));
    core_handle(sim->core,
                &(struct core_request){"PATCH", path, "application/apply-patch+yaml", "kubectl",
                                       body, strlen(body)},
                &reply);
    cr_assert_lt(reply.status, 300, "%s", buf_text(&reply.body));
    buf_clear(&reply.body);
    free(body);
    json_decref(object);
    sim_transport_poke(&sim->transport);
}

void sim_delete(struct sim *sim, const char *plural, const char *name)
{
    core_delete(sim->core, plural, NS, name, "kubectl");
    sim_transport_poke(&sim->transport);
}

int sim_replicas(const struct sim *sim, const char *name)
{
    const json_t *deployment = core_get(sim->core, "deployments", NS, name);
    return (int)json_integer_value(path_get(deployment, "spec.replicas"));
}

int sim_status(const struct sim *sim, const char *group, const char *dotted)
{
    const json_t *status =
        json_object_get(core_get(sim->core, "scalinggroups", NS, group), "status");
    const json_t *value = path_get(status, dotted);
    return json_is_integer(value) ? (int)json_integer_value(value) : -1;
}

int sim_activities(const struct sim *sim, const char *group, int from, int to)
{
    json_t *all = core_list(sim->core, "scalingactivities");
    int count = 0;
    size_t i;
    json_t *one;
    json_array_foreach(all, i, one)
    {
        count += text_is(json_string_value(path_get(one, "spec.groupName")), group) &&
                 (from < 0 || json_integer_value(path_get(one, "status.from")) == from) &&
                 (to < 0 || json_integer_value(path_get(one, "status.to")) == to);
    }
    json_decref(all);
    return count;
}
