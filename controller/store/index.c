/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index entries of each kind, and the walk from a changed object to groups. Every walk follows
 * the same stored links as observe.c, so what a turn reads is what makes it due.
 */
#include "store/index.h"

#include <string.h>

#include "base/str.h"
#include "model/views.h"
#include "store/links.h"

/* ---- Entries ---- */

struct sink {
    index_fn fn;
    void *arg;
    struct arena scratch;
};

static void add(struct sink *sink, enum store_index index, const char *text)
{
    if (text[0] != '\0') {
        sink->fn(sink->arg, index, text);
    }
}

static void add_pair(struct sink *sink, enum store_index index, const char *ns, const char *name)
{
    if (name[0] != '\0') {
        add(sink, index, arena_printf(&sink->scratch, "%s/%s", ns, name));
    }
}

static void add_owner(struct sink *sink, const struct owner_view *owners, int count)
{
    const struct owner_view *owner = links_controller(owners, count);
    add(sink, STORE_BY_OWNER, owner != NULL ? owner->uid : "");
}

static void group_entries(struct sink *sink, const struct group_view *view)
{
    const struct group *group = &view->group;
    add_pair(sink, STORE_BY_TARGET, group->meta.ns, group->target_name);
    for (int i = 0; i < group->load_balancer_count; i++) {
        add_pair(sink, STORE_BY_BALANCER, group->meta.ns, group->load_balancers[i].service);
    }
}

static void slice_entries(struct sink *sink, const struct slice_view *slice)
{
    const char *service = meta_label(&slice->meta, LABEL_SLICE_SERVICE);
    add_pair(sink, STORE_BY_SERVICE, slice->meta.ns, service != NULL ? service : "");
    add_owner(sink, slice->owners, slice->owner_count);
}

static void pod_entries(struct sink *sink, const struct pod_view *pod)
{
    add_owner(sink, pod->owners, pod->owner_count);
    add(sink, STORE_BY_NODE, pod->node_name);
}

static void scaler_entries(struct sink *sink, const struct scaler_view *scaler)
{
    if (links_scales_deployment(scaler)) {
        add_pair(sink, STORE_BY_TARGET, scaler->meta.ns, scaler->target_name);
    }
}

void index_entries(enum store_kind kind, const void *object, index_fn fn, void *arg)
{
    struct sink sink = {.fn = fn, .arg = arg};
    const struct meta *meta = object;
    add(&sink, STORE_BY_NAMESPACE, meta->ns);
    switch (kind) {
    case STORE_GROUP: group_entries(&sink, object); break;
    case STORE_ACTIVITY: {
        const struct activity_view *activity = object;
        add_pair(&sink, STORE_BY_GROUP, meta->ns, activity->group_name);
        break;
    }
    case STORE_REPLICA_SET: {
        const struct replica_set_view *set = object;
        add_owner(&sink, set->owners, set->owner_count);
        break;
    }
    case STORE_POD: pod_entries(&sink, object); break;
    case STORE_SLICE: slice_entries(&sink, object); break;
    case STORE_AUTOSCALER:
    case STORE_SCALED_OBJECT: scaler_entries(&sink, object); break;
    case STORE_POLICY:
    case STORE_DEPLOYMENT:
    case STORE_NODE:
    case STORE_SERVICE:
    case STORE_ENDPOINTS:
    case STORE_KINDS: break;
    }
    arena_clear(&sink.scratch);
}

/* ---- What a change touches ---- */

struct touch {
    const struct store *store;
    touch_fn fn;
    void *arg;
    struct arena scratch;
};

static void touch_entry(struct touch *touch, enum store_index index, const char *ns,
                        const char *name)
{
    const void *const *groups;
    int count =
        store_list(touch->store, STORE_GROUP, index,
                   arena_printf(&touch->scratch, "%s/%s", ns, name), &touch->scratch, &groups);
    for (int i = 0; i < count; i++) {
        const struct meta *meta = groups[i];
        touch->fn(touch->arg, meta->ns, meta->name);
    }
}

static void touch_target(struct touch *touch, const char *ns, const char *deployment)
{
    touch_entry(touch, STORE_BY_TARGET, ns, deployment);
}

static void touch_group(struct touch *touch, const struct group_view *view)
{
    touch->fn(touch->arg, view->meta.ns, view->meta.name);
    if (view->group.target_name[0] != '\0') {
        touch_target(touch, view->meta.ns, view->group.target_name);
    }
}

static void touch_policy(struct touch *touch, const struct policy_view *view)
{
    const void *const *groups;
    int count = store_list(touch->store, STORE_GROUP, STORE_BY_NAMESPACE, view->meta.ns,
                           &touch->scratch, &groups);
    for (int i = 0; i < count; i++) {
        const struct meta *meta = groups[i];
        if (policy_binds(&view->policy, meta->name, meta->labels, meta->label_count)) {
            touch->fn(touch->arg, meta->ns, meta->name);
        }
    }
}

static void touch_replica_set(struct touch *touch, const struct replica_set_view *set)
{
    const struct owner_view *owner = links_controller(set->owners, set->owner_count);
    if (owner != NULL && strcmp(owner->kind, "Deployment") == 0) {
        touch_target(touch, set->meta.ns, owner->name);
    }
}

static void touch_pod(struct touch *touch, const struct pod_view *pod)
{
    const struct replica_set_view *set = links_replica_set_of(touch->store, pod);
    if (set != NULL) {
        touch_replica_set(touch, set);
    }
}

static void touch_node(struct touch *touch, const struct node_view *node)
{
    const void *const *pods;
    int count =
        store_list(touch->store, STORE_POD, STORE_BY_NODE, node->meta.name, &touch->scratch, &pods);
    for (int i = 0; i < count; i++) {
        touch_pod(touch, pods[i]);
    }
}

static void touch_slice(struct touch *touch, const struct slice_view *slice)
{
    const char *service = meta_label(&slice->meta, LABEL_SLICE_SERVICE);
    if (service != NULL) {
        touch_entry(touch, STORE_BY_BALANCER, slice->meta.ns, service);
    }
    const struct owner_view *owner = links_controller(slice->owners, slice->owner_count);
    if (owner != NULL && strcmp(owner->kind, "ScalingGroup") == 0) {
        touch->fn(touch->arg, slice->meta.ns, owner->name);
    }
}

void index_touched(const struct store *store, enum store_kind kind, const void *object, touch_fn fn,
                   void *arg)
{
    struct touch touch = {.store = store, .fn = fn, .arg = arg};
    const struct meta *meta = object;
    switch (kind) {
    case STORE_GROUP: touch_group(&touch, object); break;
    case STORE_POLICY: touch_policy(&touch, object); break;
    case STORE_ACTIVITY: {
        const struct activity_view *activity = object;
        fn(arg, meta->ns, activity->group_name);
        break;
    }
    case STORE_DEPLOYMENT: touch_target(&touch, meta->ns, meta->name); break;
    case STORE_REPLICA_SET: touch_replica_set(&touch, object); break;
    case STORE_POD: touch_pod(&touch, object); break;
    case STORE_NODE: touch_node(&touch, object); break;
    case STORE_SERVICE:
    case STORE_ENDPOINTS: touch_entry(&touch, STORE_BY_BALANCER, meta->ns, meta->name); break;
    case STORE_SLICE: touch_slice(&touch, object); break;
    case STORE_AUTOSCALER:
    case STORE_SCALED_OBJECT: {
        const struct scaler_view *scaler = object;
        if (links_scales_deployment(scaler)) {
            touch_target(&touch, meta->ns, scaler->target_name);
        }
        break;
    }
    case STORE_KINDS: break;
    }
    arena_clear(&touch.scratch);
}

static bool node_is_same(const struct node_view *old, const struct node_view *now)
{
    return old->ready == now->ready && old->lost == now->lost &&
           strcmp(old->meta.uid, now->meta.uid) == 0 &&
           text_is(meta_label(&old->meta, LABEL_ZONE), meta_label(&now->meta, LABEL_ZONE));
}

bool index_is_same(enum store_kind kind, const void *old, const void *new_object)
{
    if (old == NULL || new_object == NULL) {
        return false;
    }
    return kind == STORE_NODE && node_is_same(old, new_object);
}
