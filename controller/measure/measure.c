/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One poller a namespace: a timer, a LIST in flight, the last answer. The wishes of groups are
 * kept by name; without one the poller stops and forgets.
 */
#include "measure/measure.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "measure/usage.h"

struct wish {
    int interval_s;
};

struct poller {
    struct measure *measure;
    char *ns;
    struct map wishes; /* group -> struct wish */
    int interval_s;
    struct timer *timer;
    struct call *call; /* in flight, or NULL */
    bool asked;        /* a first LIST was sent */
    bool answered;
    bool failed;
    struct err err;
    struct usage usage;
};

struct measure {
    struct client *client;
    measure_fn on_read;
    void *arg;
    struct map pollers; /* namespace -> struct poller */
};

/* ---- Life ---- */

struct measure *measure_new(struct client *client, measure_fn on_read, void *arg)
{
    struct measure *measure = mem_new(1, sizeof(*measure));
    measure->client = client;
    measure->on_read = on_read;
    measure->arg = arg;
    return measure;
}

static void poller_free(struct poller *poller)
{
    call_cancel(poller->call);
    clock_timer_free(poller->timer);
    usage_clear(&poller->usage);
    for (size_t i = 0; i < poller->wishes.used; i++) {
        if (poller->wishes.slots[i].key != NULL) {
            mem_free(poller->wishes.slots[i].value);
        }
    }
    map_clear(&poller->wishes);
    mem_free(poller->ns);
    mem_free(poller);
}

void measure_free(struct measure *measure)
{
    if (measure == NULL) {
        return;
    }
    for (size_t i = 0; i < measure->pollers.used; i++) {
        if (measure->pollers.slots[i].key != NULL) {
            poller_free(measure->pollers.slots[i].value);
        }
    }
    map_clear(&measure->pollers);
    mem_free(measure);
}

/* ---- Reading ---- */

static void explain(struct err *err)
{
    if (err->kind == ERR_ABSENT) {
        (void)err_set(err, ERR_ABSENT, err->code,
                      "metrics.k8s.io is not installed; install metrics-server, or use metrics "
                      "of another type");
    } else if (err->kind == ERR_DENIED) {
        (void)err_wrap(err, "no right to list pods of metrics.k8s.io; apply the operator's RBAC");
    } else {
        (void)err_wrap(err, "reading metrics.k8s.io");
    }
}

static void on_answer(void *arg, const struct err *err, const char *body, size_t len)
{
    struct poller *poller = arg;
    poller->call = NULL;
    poller->answered = true;
    usage_clear(&poller->usage);
    poller->failed = err != NULL;
    if (err != NULL) {
        poller->err = *err;
    } else {
        poller->failed = usage_parse(&poller->usage, (struct str){body, len}, &poller->err) != 0;
    }
    if (poller->failed) {
        explain(&poller->err);
    }
    poller->measure->on_read(poller->measure->arg, poller->ns);
}

static void on_tick(void *arg)
{
    struct poller *poller = arg;
    timer_start(poller->timer, (int64_t)poller->interval_s * 1000);
    if (poller->call != NULL) {
        return; /* slower than its interval: the next tick tries again */
    }
    struct request request = {
        .verb = VERB_GET,
        .resource = {.api = "/apis/metrics.k8s.io/v1beta1",
                     .plural = "pods",
                     .ns = poller->ns,
                     .namespaced = true},
        .timeout_ms = MEASURE_TIMEOUT_MS,
        .retries_max = -1,
    };
    poller->asked = true;
    poller->call = request_send(poller->measure->client, &request, on_answer, poller);
}

/* ---- Wishes ---- */

static int smallest_interval(const struct poller *poller)
{
    int smallest = 0;
    for (size_t i = 0; i < poller->wishes.used; i++) {
        if (poller->wishes.slots[i].key != NULL) {
            const struct wish *wish = poller->wishes.slots[i].value;
            smallest = smallest == 0 || wish->interval_s < smallest ? wish->interval_s : smallest;
        }
    }
    return smallest;
}

static struct poller *poller_of(struct measure *measure, const char *ns)
{
    struct poller *poller = map_get(&measure->pollers, ns);
    if (poller == NULL) {
        poller = mem_new(1, sizeof(*poller));
        poller->measure = measure;
        poller->ns = mem_dup(ns);
        poller->timer = clock_timer_new(measure->client->clock, on_tick, poller);
        map_put(&measure->pollers, ns, poller);
    }
    return poller;
}

static void keep_wish(struct poller *poller, const char *group, int interval_s)
{
    struct wish *wish = map_get(&poller->wishes, group);
    if (interval_s == 0) {
        mem_free(map_remove(&poller->wishes, group));
        return;
    }
    if (wish == NULL) {
        wish = mem_new(1, sizeof(*wish));
        map_put(&poller->wishes, group, wish);
    }
    wish->interval_s = interval_s < MEASURE_INTERVAL_MIN_S ? MEASURE_INTERVAL_MIN_S : interval_s;
}

void measure_want(struct measure *measure, const char *ns, const char *group, int interval_s)
{
    if (interval_s == 0 && map_get(&measure->pollers, ns) == NULL) {
        return;
    }
    struct poller *poller = poller_of(measure, ns);
    keep_wish(poller, group, interval_s);
    int smallest = smallest_interval(poller);
    if (smallest == 0) {
        (void)map_remove(&measure->pollers, ns);
        poller_free(poller);
    } else if (smallest != poller->interval_s) {
        poller->interval_s = smallest;
        timer_start(poller->timer, poller->asked ? (int64_t)smallest * 1000 : 0);
    }
}

bool measure_is_ready(const struct measure *measure, const char *ns)
{
    const struct poller *poller = map_get(&measure->pollers, ns);
    return poller != NULL && poller->answered;
}

bool measure_serves(const struct metric *metric)
{
    return metric->type == METRIC_CPU || metric->type == METRIC_MEMORY;
}

/* ---- Readings ---- */

static const char *source_name(enum metric_type type)
{
    switch (type) {
    case METRIC_QPS: return "QPS";
    case METRIC_PROMETHEUS: return "Prometheus";
    case METRIC_CUSTOM: return "Custom";
    case METRIC_EXTERNAL: return "External";
    case METRIC_CPU:
    case METRIC_MEMORY: break;
    }
    return "unknown";
}

static struct number amount_of(const struct metric *metric, struct number cpu, struct number memory)
{
    return metric->type == METRIC_CPU ? cpu : memory;
}

/* Adds, keeping what went wrong: a sum with one unreadable part is unreadable. */
static void add_number(struct number *sum, struct number part)
{
    if (sum->state == NUMBER_NONE || part.state != NUMBER_OK) {
        *sum = part;
    } else if (sum->state == NUMBER_OK) {
        sum->nano += part.nano;
    }
}

static bool is_measured(const struct metric *metric, const char *container)
{
    return metric->container[0] == '\0' || strcmp(metric->container, container) == 0;
}

static struct number used_by(const struct metric *metric, const struct pod_usage *usage)
{
    struct number sum = {.state = NUMBER_NONE};
    for (int i = 0; i < usage->container_count; i++) {
        const struct container_usage *container = &usage->containers[i];
        if (is_measured(metric, container->name)) {
            add_number(&sum, amount_of(metric, container->cpu, container->memory));
        }
    }
    return sum;
}

/* The sum of requests; NUMBER_NONE, and the container's name, where one has none. */
static struct number requested_by(const struct metric *metric, const struct pod_view *pod,
                                  const char **ret_without)
{
    struct number sum = {.state = NUMBER_NONE};
    *ret_without = NULL;
    for (int i = 0; i < pod->container_count; i++) {
        const struct container_view *container = &pod->containers[i];
        if (!is_measured(metric, container->name)) {
            continue;
        }
        struct number request = amount_of(metric, container->cpu, container->memory);
        if (request.state != NUMBER_OK || request.nano == 0) {
            *ret_without = container->name;
            return (struct number){.state = NUMBER_NONE};
        }
        add_number(&sum, request);
    }
    return sum;
}

static void refuse(struct reading *reading, const char *error)
{
    reading->shape = READING_ERROR;
    reading->error = error;
}

static const char *request_error(const struct metric *metric, const struct pod_view *pod,
                                 const char *without, struct arena *arena)
{
    const char *resource = metric->type == METRIC_CPU ? "cpu" : "memory";
    if (without == NULL) {
        return arena_printf(arena, "pod %s has no container %s; mend metrics[].container",
                            pod->meta.name, metric->container);
    }
    return arena_printf(arena,
                        "container %s of pod %s requests no %s, so there is no percentage of it; "
                        "set resources.requests.%s or use target.averageValue",
                        without, pod->meta.name, resource, resource);
}

struct fill {
    const struct metric *metric;
    struct arena *arena;
    struct reading *reading;
    struct node_reading *values;
};

/* Adds a pod's value. False: the reading became an error. */
static bool fill_pod(struct fill *fill, const struct pod_view *pod, const struct pod_usage *usage)
{
    struct node_reading *value = &fill->values[fill->reading->value_count];
    *value = (struct node_reading){
        .node = pod->meta.name,
        .value = used_by(fill->metric, usage),
        .request = {.state = NUMBER_NONE},
        .at = usage->at,
    };
    if (fill->metric->target_form == TARGET_AVERAGE_UTILIZATION) {
        const char *without;
        value->request = requested_by(fill->metric, pod, &without);
        if (value->request.state == NUMBER_NONE) {
            refuse(fill->reading, request_error(fill->metric, pod, without, fill->arena));
            return false;
        }
    }
    if (value->value.state != NUMBER_NONE) {
        fill->reading->value_count++;
        fill->reading->window_s =
            usage->window_s > fill->reading->window_s ? usage->window_s : fill->reading->window_s;
    }
    return true;
}

void measure_read(const struct measure *measure, const char *ns, const char *policy,
                  const struct metric *metric, const struct pod_view *const *pods, int pod_count,
                  struct arena *arena, struct reading *ret_reading)
{
    *ret_reading = (struct reading){
        .policy = policy, .metric = metric->name, .shape = READING_PER_NODE, .error = ""};
    if (!measure_serves(metric)) {
        refuse(ret_reading,
               arena_printf(arena, "metrics of type %s are not available in this version",
                            source_name(metric->type)));
        return;
    }
    const struct poller *poller = map_get(&measure->pollers, ns);
    if (poller == NULL || !poller->answered || poller->failed) {
        refuse(ret_reading, poller != NULL && poller->failed ? arena_dup(arena, poller->err.text)
                                                             : "metrics.k8s.io was not read yet");
        return;
    }
    struct fill fill = {metric, arena, ret_reading,
                        ARENA_ARRAY(arena, struct node_reading, (size_t)pod_count + 1)};
    ret_reading->values = fill.values;
    for (int i = 0; i < pod_count; i++) {
        const struct pod_usage *usage = usage_of(&poller->usage, pods[i]->meta.name);
        if (usage != NULL && !fill_pod(&fill, pods[i], usage)) {
            return;
        }
    }
}
