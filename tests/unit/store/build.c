/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

struct made make(size_t size, const char *ns, const char *name)
{
    struct made made = {0};
    struct meta *meta = arena_alloc(&made.arena, 1, size);
    meta->name = arena_dup(&made.arena, name);
    meta->ns = arena_dup(&made.arena, ns);
    meta->uid = arena_printf(&made.arena, "uid-%s", name);
    meta->resource_version = "1";
    meta->created.s = 50;
    made.object = meta;
    return made;
}

void put(struct store *store, enum store_kind kind, struct made *made)
{
    store_put(store, kind, made->object, &made->arena);
}

struct made make_group(const char *name, const char *target)
{
    struct made made = make(sizeof(struct group_view), "demo", name);
    struct group *group = made.object;
    group->target_name = arena_dup(&made.arena, target);
    group->template_name = "";
    group->max_size = 10;
    group->warmup_s = 60;
    group->launch_timeout_s = 600;
    return made;
}

struct made make_deployment(const char *name, int replicas)
{
    struct made made = make(sizeof(struct deployment_view), "demo", name);
    struct deployment_view *deployment = made.object;
    struct label *labels = ARENA_ARRAY(&made.arena, struct label, 1);
    labels[0] = (struct label){"app", "edge"};
    deployment->match_labels = labels;
    deployment->match_label_count = 1;
    deployment->replicas = replicas;
    return made;
}

static const struct owner_view *owner(struct made *made, const char *kind, const char *name)
{
    struct owner_view *view = ARENA_NEW(&made->arena, struct owner_view);
    *view = (struct owner_view){.kind = kind,
                                .name = arena_dup(&made->arena, name),
                                .uid = arena_printf(&made->arena, "uid-%s", name),
                                .controller = true};
    return view;
}

struct made make_replica_set(const char *name, const char *deployment, int replicas)
{
    struct made made = make(sizeof(struct replica_set_view), "demo", name);
    struct replica_set_view *set = made.object;
    set->owners = owner(&made, "Deployment", deployment);
    set->owner_count = 1;
    set->replicas = replicas;
    return made;
}

struct made make_pod(const char *name, const char *replica_set)
{
    struct made made = make(sizeof(struct pod_view), "demo", name);
    struct pod_view *pod = made.object;
    pod->owners = owner(&made, "ReplicaSet", replica_set);
    pod->owner_count = 1;
    pod->node_name = "m";
    pod->phase = "Running";
    pod->reason = pod->unscheduled_reason = pod->unscheduled_message = "";
    pod->waiting_reason = pod->waiting_message = "";
    pod->ip = "10.244.0.1";
    pod->started.s = 60;
    pod->ready = pod->scheduled = true;
    pod->ready_changed.s = 100;
    return made;
}

struct made make_machine(const char *name, const char *zone)
{
    struct made made = make(sizeof(struct node_view), "", name);
    struct node_view *node = made.object;
    struct label *labels = ARENA_ARRAY(&made.arena, struct label, 1);
    labels[0] = (struct label){LABEL_ZONE, arena_dup(&made.arena, zone)};
    node->meta.labels = labels;
    node->meta.label_count = 1;
    node->ready = true;
    return made;
}
