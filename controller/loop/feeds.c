/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lister a kind, and what becomes of what it brings: the object goes into the store, and the
 * groups it touches, as it was and as it is now, become due. What goes wrong is said once, with
 * the remedy; one lost server is one line and not one for each kind.
 */
#include <string.h>

#include "base/str.h"
#include "calendar/bind.h"
#include "kube/version.h"
#include "loop/world_priv.h"
#include "store/index.h"
#include "watch/check.h"

#define HTTP_ERROR_FIRST 400 /* struct err .code: a server that answers so is there */

static const struct kind *const KINDS[STORE_KINDS] = {
    [STORE_GROUP] = &KIND_SCALING_GROUP,
    [STORE_POLICY] = &KIND_SCALING_POLICY,
    [STORE_ACTIVITY] = &KIND_SCALING_ACTIVITY,
    [STORE_DEPLOYMENT] = &KIND_DEPLOYMENT,
    [STORE_REPLICA_SET] = &KIND_REPLICA_SET,
    [STORE_POD] = &KIND_POD,
    [STORE_NODE] = &KIND_NODE,
    [STORE_SERVICE] = &KIND_SERVICE,
    [STORE_SLICE] = &KIND_ENDPOINT_SLICE,
    [STORE_ENDPOINTS] = &KIND_ENDPOINTS,
    [STORE_AUTOSCALER] = &KIND_AUTOSCALER,
    [STORE_SCALED_OBJECT] = &KIND_SCALED_OBJECT,
};

/* ---- What changed ---- */

static void touch(void *arg, const char *ns, const char *group)
{
    world_touch_group(arg, ns, group);
}

static void touch_object(struct feed *feed, const void *object)
{
    const struct meta *meta = object;
    index_touched(feed->world->store, feed->kind, object, touch, feed->world);
    if (feed->kind == STORE_POLICY) {
        world_touch_policy(feed->world, meta->ns, meta->name, 0);
    } else if (feed->kind == STORE_GROUP) {
        world_touch_group(feed->world, meta->ns, meta->name);
    }
}

/* Policies that name or select a group learn that it came or went. */
static void touch_policies_of(struct feed *feed, const struct meta *group)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    const void *const *views;
    int count = store_list(feed->world->store, STORE_POLICY, STORE_BY_NAMESPACE, group->ns,
                           &scratch, &views);
    for (int i = 0; i < count; i++) {
        const struct policy_view *view = views[i];
        if (policy_binds(&view->policy, group->name, group->labels, group->label_count)) {
            world_touch_policy(feed->world, view->meta.ns, view->meta.name, 0);
        }
    }
}

static bool is_known(const struct meta *old, const struct meta *now)
{
    return old != NULL && strcmp(old->uid, now->uid) == 0 &&
           version_reached(old->resource_version, now->resource_version);
}

static void forget(struct feed *feed, const char *ns, const char *name)
{
    const struct meta *old = store_get(feed->world->store, feed->kind, ns, name);
    if (old == NULL) {
        return;
    }
    touch_object(feed, old);
    if (feed->kind == STORE_GROUP) {
        touch_policies_of(feed, old);
    }
    store_remove(feed->world->store, feed->kind, ns, name);
}

/* ---- The sink ---- */

static const char *key_in(struct arena *arena, const char *ns, const char *name)
{
    return arena_printf(arena, "%s/%s", ns, name);
}

static void on_replace_begin(void *arg)
{
    struct feed *feed = arg;
    feed->replacing = true;
    feed->bad = 0;
}

static void note_listed(struct feed *feed, const char *ns, const char *name)
{
    if (feed->replacing) {
        CLEANUP(arena_clear) struct arena scratch = {0};
        map_put(&feed->listed, key_in(&scratch, ns, name), feed);
    }
}

/* Resolves the rules of a policy and checks it: it is immutable from then on. */
static void complete_policy(struct world *world, struct policy_view *view, struct arena *arena)
{
    struct check check;
    calendar_bind(&view->policy, world->zones, arena);
    policy_check(&view->policy, world->zones, &check);
    view->policy.invalid = check.is_invalid;
}

static void on_item(void *arg, void *object, struct arena *arena)
{
    struct feed *feed = arg;
    struct store *store = feed->world->store;
    const struct meta *meta = object;
    note_listed(feed, meta->ns, meta->name);
    const struct meta *old = store_get(store, feed->kind, meta->ns, meta->name);
    if (!feed->replacing && is_known(old, meta)) { /* a backup may bring older versions back */
        return;
    }
    if (feed->kind == STORE_POLICY) {
        complete_policy(feed->world, object, arena);
    }
    bool is_same = index_is_same(feed->kind, old, object);
    bool came = old == NULL;
    if (!came && !is_same) {
        touch_object(feed, old);
    }
    store_put(store, feed->kind, object, arena);
    if (!is_same) {
        touch_object(feed, object);
    }
    if (came && feed->kind == STORE_GROUP) {
        touch_policies_of(feed, object);
    }
}

static void on_gone(void *arg, const struct object_id *id)
{
    forget(arg, id->ns, id->name);
}

static void on_bad(void *arg, const struct object_id *id, const struct err *err)
{
    struct feed *feed = arg;
    feed->bad++;
    note_listed(feed, id->ns, id->name);
    world_log(feed->world, LOG_WARN, "object cannot be read; what was known of it stays",
              feed->of->name, id->ns, id->name, err->text);
}

static void on_replace_end(void *arg, const char *version)
{
    struct feed *feed = arg;
    CLEANUP(arena_clear) struct arena scratch = {0};
    const void *const *objects;
    int count = store_all(feed->world->store, feed->kind, &scratch, &objects);
    for (int i = 0; i < count; i++) {
        const struct meta *meta = objects[i];
        if (map_get(&feed->listed, key_in(&scratch, meta->ns, meta->name)) == NULL) {
            forget(feed, arena_dup(&scratch, meta->ns), arena_dup(&scratch, meta->name));
        }
    }
    map_clear(&feed->listed);
    feed->replacing = false;
    world_check_synced(feed->world);
    world_arm(feed->world);
}

static void on_progress(void *arg, const char *version)
{
    struct feed *feed = arg;
    world_arm(feed->world);
}

/* ---- Trouble ---- */

static bool is_ours(const struct feed *feed)
{
    return feed->kind == STORE_GROUP || feed->kind == STORE_POLICY || feed->kind == STORE_ACTIVITY;
}

static const char *remedy_of(const struct feed *feed, const struct err *err)
{
    if (err->kind == ERR_DENIED && err->code == 401) {
        return "the API server does not know who we are: mend the kubeconfig or its token";
    }
    if (err->kind == ERR_DENIED) {
        return "no right to list and watch it: kubectl apply -f manifests/install/rbac.yaml";
    }
    if (err->kind == ERR_ABSENT && is_ours(feed)) {
        return "its definition is not installed: kubectl apply -f crds/";
    }
    return "trying again";
}

static bool any_unreachable(const struct world *world)
{
    for (int i = 0; i < STORE_KINDS; i++) {
        if (world->feeds[i].unreachable) {
            return true;
        }
    }
    return false;
}

static void judge_server(struct world *world, const struct err *err)
{
    bool lost = any_unreachable(world);
    if (lost && !world->server_lost) {
        log_line(&world->config.log, LOG_WARN, clock_wall(world->clock),
                 "API server does not answer; waiting for it",
                 LOG_FIELDS(LOG_TEXT("server", world->config.server),
                            LOG_TEXT("error", err != NULL ? err->text : "")));
    } else if (!lost && world->server_lost) {
        log_line(&world->config.log, LOG_INFO, clock_wall(world->clock), "API server answers again",
                 LOG_FIELDS(LOG_TEXT("server", world->config.server)));
        world_touch_all(world);
    }
    world->server_lost = lost;
}

static void on_trouble(void *arg, const struct err *err)
{
    struct feed *feed = arg;
    struct world *world = feed->world;
    enum err_kind before = feed->trouble;
    feed->trouble = err != NULL ? err->kind : ERR_NONE;
    feed->unreachable = err != NULL && err->kind == ERR_AGAIN && err->code < HTTP_ERROR_FIRST;
    if (err != NULL && err->kind != ERR_AGAIN) {
        log_line(&world->config.log, LOG_WARN, clock_wall(world->clock), "cannot watch a kind",
                 LOG_FIELDS(LOG_TEXT("kind", feed->of->name),
                            LOG_TEXT("remedy", remedy_of(feed, err)),
                            LOG_TEXT("error", err->text)));
    } else if (err == NULL && before != ERR_NONE && before != ERR_AGAIN) {
        log_line(&world->config.log, LOG_INFO, clock_wall(world->clock), "kind is watched again",
                 LOG_FIELDS(LOG_TEXT("kind", feed->of->name)));
        world_touch_all(world);
    }
    judge_server(world, err);
}

/* ---- Life ---- */

void feeds_init(struct world *world)
{
    static const struct lister_sink SINK = {.replace_begin = on_replace_begin,
                                            .item = on_item,
                                            .gone = on_gone,
                                            .bad = on_bad,
                                            .replace_end = on_replace_end,
                                            .progress = on_progress,
                                            .trouble = on_trouble};
    for (int i = 0; i < STORE_KINDS; i++) {
        struct feed *feed = &world->feeds[i];
        *feed = (struct feed){.world = world, .kind = (enum store_kind)i, .of = KINDS[i]};
        struct lister_source source = {.api = feed->of->api,
                                       .plural = feed->of->plural,
                                       .ns = feed->of->namespaced ? world->config.ns : "",
                                       .table = feed->of->table,
                                       .optional = feed->of->optional};
        struct lister_sink sink = SINK;
        sink.arg = feed;
        feed->lister = lister_new(world->client.transport, world->client.clock, &source, &sink);
    }
}

void feeds_start(struct world *world)
{
    for (int i = 0; i < STORE_KINDS; i++) {
        lister_start(world->feeds[i].lister);
    }
}

void feeds_clear(struct world *world)
{
    for (int i = 0; i < STORE_KINDS; i++) {
        lister_free(world->feeds[i].lister);
        map_clear(&world->feeds[i].listed);
    }
}

bool feeds_are_synced(const struct world *world, const char **ret_waiting_for)
{
    for (int i = 0; i < STORE_KINDS; i++) {
        if (!lister_is_synced(world->feeds[i].lister)) {
            *ret_waiting_for = world->feeds[i].of->name;
            return false;
        }
    }
    return true;
}
