/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics: names as controller-runtime and client-go have them where they have one, ours
 * elsewhere. Values are read when asked for; nothing is kept for them but counters.
 */
#include "loop/world_priv.h"

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, const char *type, const char *help,
                   int64_t value)
{
    head(out, name, type, help);
    buf_printf(out, "%s %lld\n", name, (long long)value);
}

static void reconciles(const struct world *world, struct buf *out)
{
    const struct figures *figures = &world->figures;
    head(out, "controller_runtime_reconcile_total", "counter", "Turns, by how they ended.");
    buf_printf(out,
               "controller_runtime_reconcile_total{controller=\"scalinggroup\",result="
               "\"success\"} %lld\n"
               "controller_runtime_reconcile_total{controller=\"scalinggroup\",result="
               "\"error\"} %lld\n"
               "controller_runtime_reconcile_total{controller=\"scalinggroup\",result="
               "\"requeue\"} %lld\n",
               (long long)figures->turns_ok, (long long)figures->turns_failed,
               (long long)figures->turns_waited);
    single(out, "controller_runtime_active_workers", "gauge", "Turns in flight.",
           world->turns_in_flight);
    single(out, "workqueue_depth", "gauge", "Keys that are due.",
           (int64_t)workqueue_due(&world->queue));
    single(out, "workqueue_adds_total", "counter", "Keys that became due.", world->queue.adds);
    single(out, "workqueue_retries_total", "counter", "Keys that became due after a failure.",
           world->queue.retries);
}

static void writes(const struct world *world, struct buf *out)
{
    const struct figures *figures = &world->figures;
    const char *name = "sluice_writes_total";
    head(out, name, "counter", "Writes that the API server took, by what was written.");
    buf_printf(out,
               "%s{what=\"status\"} %lld\n%s{what=\"scale\"} %lld\n%s{what=\"endpointslice\"} "
               "%lld\n%s{what=\"activity\"} %lld\n%s{what=\"event\"} %lld\n",
               name, (long long)figures->status_writes, name, (long long)figures->scales, name,
               (long long)figures->slice_writes, name, (long long)figures->activity_writes, name,
               (long long)figures->events_sent);
    single(out, "sluice_desired_changes_total", "counter", "Decisions that changed desired.",
           figures->decisions_changed);
}

struct gauge {
    const char *name;
    const char *help;
    int (*value)(const struct group_state *state);
};

static int desired(const struct group_state *state)
{
    return state->desired;
}

static int current(const struct group_state *state)
{
    return state->current;
}

static int in_service(const struct group_state *state)
{
    return state->in_service;
}

static int minimum(const struct group_state *state)
{
    return state->min;
}

static int maximum(const struct group_state *state)
{
    return state->max;
}

static void groups(const struct world *world, struct buf *out)
{
    static const struct gauge GAUGES[] = {
        {"sluice_group_desired", "Nodes wanted.", desired},
        {"sluice_group_current", "Nodes that exist.", current},
        {"sluice_group_in_service", "Nodes in service.", in_service},
        {"sluice_group_min", "Effective minimum.", minimum},
        {"sluice_group_max", "Effective maximum.", maximum},
    };
    for (size_t i = 0; i < sizeof(GAUGES) / sizeof(GAUGES[0]); i++) {
        head(out, GAUGES[i].name, "gauge", GAUGES[i].help);
        for (size_t j = 0; j < world->groups.used; j++) {
            const struct group_state *state = world->groups.slots[j].value;
            if (world->groups.slots[j].key != NULL && state->looked) {
                buf_printf(out, "%s{namespace=\"%s\",name=\"%s\"} %d\n", GAUGES[i].name, state->ns,
                           state->name, GAUGES[i].value(state));
            }
        }
    }
}

static void cache(const struct world *world, struct buf *out)
{
    head(out, "sluice_objects", "gauge", "Objects in the cache, by kind.");
    for (int i = 0; i < STORE_KINDS; i++) {
        buf_printf(out, "sluice_objects{kind=\"%s\"} %d\n", world->feeds[i].of->name,
                   store_count(world->store, (enum store_kind)i));
    }
    head(out, "sluice_objects_unreadable", "gauge", "Objects that cannot be decoded, by kind.");
    for (int i = 0; i < STORE_KINDS; i++) {
        buf_printf(out, "sluice_objects_unreadable{kind=\"%s\"} %lld\n", world->feeds[i].of->name,
                   (long long)world->feeds[i].bad);
    }
}

void world_figures(const struct world *world, struct buf *out)
{
    reconciles(world, out);
    writes(world, out);
    groups(world, out);
    cache(world, out);
    counting_figures(&world->counting, out);
}
