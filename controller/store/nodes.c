/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods and members -> nodes. Which pods count, which are in service, and how each is shown.
 *
 * A pod has been ready before if its readiness last changed more than 30 s after it started (the
 * horizontal pod autoscaler's rule): such a pod that is not ready is unhealthy, any other is still
 * coming up.
 */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "store/observe_priv.h"

#define FIRST_READY_S 30

static bool has_been_ready(const struct pod_view *pod)
{
    return pod->ready || (pod->ready_changed.s != 0 && pod->started.s != 0 &&
                          pod->ready_changed.s > pod->started.s + FIRST_READY_S);
}

static bool is_lost(const struct store *store, const struct pod_view *pod)
{
    if (pod->node_name[0] == '\0') {
        return false;
    }
    const struct node_view *machine = store_get(store, STORE_NODE, "", pod->node_name);
    return machine == NULL || machine->lost;
}

static bool counts(const struct store *store, const struct pod_view *pod)
{
    return !pod->meta.deleting && strcmp(pod->phase, "Succeeded") != 0 &&
           strcmp(pod->phase, "Failed") != 0 && !is_lost(store, pod);
}

static const char *zone_of(const struct store *store, const struct pod_view *pod)
{
    const struct node_view *machine =
        pod->node_name[0] != '\0' ? store_get(store, STORE_NODE, "", pod->node_name) : NULL;
    const char *zone = machine != NULL ? meta_label(&machine->meta, LABEL_ZONE) : NULL;
    return zone != NULL ? zone : "";
}

static bool annotation_is(const struct pod_view *pod, const char *key, const char *value)
{
    return text_is(meta_annotation(&pod->meta, key), value);
}

static int weight_of(const struct pod_view *pod)
{
    int64_t weight;
    const char *text = meta_annotation(&pod->meta, NODE_ANNOTATION_WEIGHT);
    if (text == NULL || !str_to_int64(str_of(text), &weight) || weight < 0 || weight > 100) {
        return -1;
    }
    return (int)weight;
}

/* ---- Registrations ---- */

static bool slice_is_ours(const struct slice_view *slice)
{
    return text_is(meta_label(&slice->meta, LABEL_SLICE_MANAGED_BY), SLICE_MANAGER);
}

/* Notes the uid of every pod that serves behind a service through a slice of ours. */
static void note_registered(const struct store *store, const char *ns, const char *service,
                            struct arena *arena, struct map *registered)
{
    const void *const *slices;
    int count = store_list(store, STORE_SLICE, STORE_BY_SERVICE,
                           arena_printf(arena, "%s/%s", ns, service), arena, &slices);
    for (int i = 0; i < count; i++) {
        const struct slice_view *slice = slices[i];
        for (int j = 0; slice_is_ours(slice) && j < slice->endpoint_count; j++) {
            const struct endpoint_view *endpoint = &slice->endpoints[j];
            if (endpoint->ready && endpoint->target_uid[0] != '\0') {
                map_put(registered, endpoint->target_uid, (void *)(uintptr_t)endpoint);
            }
        }
    }
}

/* Takes "in service" from every pod that an attached load balancer does not have. */
static void require_registration(const struct observe_input *input, struct arena *arena,
                                 const struct pod_view *const *pods, struct node *nodes, int count)
{
    for (int i = 0; i < input->balancer_count; i++) {
        if (!input->balancers[i].attached) {
            continue;
        }
        CLEANUP(map_clear) struct map registered = {0};
        note_registered(input->store, input->group->meta.ns, input->balancers[i].service, arena,
                        &registered);
        for (int j = 0; j < count; j++) {
            if (map_get(&registered, pods[j]->meta.uid) == NULL) {
                nodes[j].in_service = false;
            }
        }
    }
}

/* ---- Nodes ---- */

static struct node node_of_pod(const struct observe_input *input, const struct pod_view *pod)
{
    bool been_ready = has_been_ready(pod);
    const char *protection = meta_annotation(&pod->meta, NODE_ANNOTATION_PROTECTION);
    return (struct node){
        .name = pod->meta.name,
        .zone = zone_of(input->store, pod),
        .phase = strcmp(pod->phase, "Running") == 0 ? NODE_RUNNING : NODE_PENDING,
        .scheduled = pod->scheduled || pod->node_name[0] != '\0',
        .ready = pod->ready,
        .healthy = pod->ready || !been_ready,
        .in_service = pod->ready && !annotation_is(pod, NODE_ANNOTATION_STANDBY, "true"),
        .is_protected = protection != NULL ? strcmp(protection, "true") == 0
                                           : input->group->new_nodes_protected,
        .created_at = pod->meta.created,
        .started_at = pod->started.s != 0 ? pod->started : pod->meta.created,
        .ready_changed = pod->ready_changed.s != 0 ? pod->ready_changed
                         : pod->started.s != 0     ? pod->started
                                                   : pod->meta.created,
        .unhealthy_since = been_ready && !pod->ready ? pod->ready_changed : WALL_LONG_AGO,
        .template_version = "",
        .weight = weight_of(pod),
    };
}

static struct node node_of_member(const struct group *group, const struct member *member)
{
    return (struct node){
        .name = member->name,
        .zone = member->zone,
        .phase = NODE_RUNNING,
        .scheduled = true,
        .healthy = true,
        .member = true,
        .is_protected = member->scale_in_protection,
        .created_at = group->meta.created,
        .started_at = group->meta.created,
        .ready_changed = group->meta.created,
        .template_version = "",
        .weight = member->weight,
    };
}

static struct node_outcome show_pod(const struct pod_view *pod, const struct node *node)
{
    struct node_outcome shown = {.since = node->ready_changed, .weight = node->weight};
    if (annotation_is(pod, NODE_ANNOTATION_STANDBY, "true")) {
        shown.state = NODE_STATE_STANDBY;
    } else if (node->in_service) {
        shown.state = NODE_STATE_IN_SERVICE;
    } else if (!node->healthy) {
        shown.state = NODE_STATE_UNHEALTHY;
    } else if (node->phase == NODE_PENDING) {
        shown.state = NODE_STATE_PENDING;
        shown.since = node->created_at;
    } else {
        shown.state = NODE_STATE_WARMING;
        shown.since = node->ready ? node->ready_changed : node->started_at;
    }
    return shown;
}

void observe_nodes(const struct observe_input *input, const struct pod_view *const *pods,
                   int pod_count, struct arena *arena, struct observation *seen)
{
    const struct group *group = input->group;
    size_t most = (size_t)pod_count + (size_t)group->member_count + 1;
    struct node *nodes = ARENA_ARRAY(arena, struct node, most);
    struct node_outcome *views = ARENA_ARRAY(arena, struct node_outcome, most);
    const struct pod_view **kept =
        ARENA_ARRAY(arena, const struct pod_view *, (size_t)pod_count + 1);
    int count = 0;
    for (int i = 0; i < pod_count; i++) {
        if (counts(input->store, pods[i])) {
            kept[count] = pods[i];
            nodes[count++] = node_of_pod(input, pods[i]);
        }
    }
    require_registration(input, arena, kept, nodes, count);
    for (int i = 0; i < count; i++) {
        views[i] = show_pod(kept[i], &nodes[i]);
    }
    seen->pods = kept;
    seen->pod_count = count;
    for (int i = 0; i < group->member_count; i++) {
        nodes[count] = node_of_member(group, &group->members[i]);
        views[count] = (struct node_outcome){.state = NODE_STATE_PENDING,
                                             .since = group->meta.created,
                                             .weight = group->members[i].weight};
        count++;
    }
    seen->observed.nodes = nodes;
    seen->observed.node_count = count;
    seen->node_views = views;
}
