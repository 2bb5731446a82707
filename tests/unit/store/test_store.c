/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "store/index.h"

Test(store, what_a_pin_has_seen_stays_until_the_unpin)
{
    struct store *store = store_new();
    struct made first = make_deployment("edge", 3);
    put(store, STORE_DEPLOYMENT, &first);
    uint64_t pin = store_pin(store);
    const struct deployment_view *seen = store_get(store, STORE_DEPLOYMENT, "demo", "edge");
    struct made second = make_deployment("edge", 5);
    put(store, STORE_DEPLOYMENT, &second);
    cr_assert_eq(seen->replicas, 3);
    const struct deployment_view *now = store_get(store, STORE_DEPLOYMENT, "demo", "edge");
    cr_assert_eq(now->replicas, 5);
    cr_assert_eq(store_garbage(store), 1);
    store_unpin(store, pin);
    cr_assert_eq(store_garbage(store), 0);
    store_free(store);
}

Test(store, an_older_pin_does_not_keep_what_was_gone_before_it)
{
    struct store *store = store_new();
    struct made one = make_deployment("a", 1);
    put(store, STORE_DEPLOYMENT, &one);
    uint64_t old = store_pin(store);
    store_remove(store, STORE_DEPLOYMENT, "demo", "a");
    uint64_t young = store_pin(store);
    cr_assert_eq(store_garbage(store), 1);
    store_unpin(store, old);
    cr_assert_eq(store_garbage(store), 0, "the younger pin never saw it");
    store_unpin(store, young);
    store_free(store);
}

Test(store, lists_are_sorted_by_name_whatever_the_order_of_arrival)
{
    static const char *const NAMES[] = {"c", "a", "b"};
    struct store *store = store_new();
    for (int i = 0; i < 3; i++) {
        struct made made = make_pod(NAMES[i], "rs");
        put(store, STORE_POD, &made);
    }
    CLEANUP(arena_clear) struct arena arena = {0};
    const void *const *pods;
    cr_assert_eq(store_list(store, STORE_POD, STORE_BY_OWNER, "uid-rs", &arena, &pods), 3);
    for (int i = 0; i < 3; i++) {
        const struct meta *meta = pods[i];
        cr_assert_eq(meta->name[0], 'a' + i);
    }
    store_free(store);
}

Test(store, an_index_follows_an_object_that_moves)
{
    struct store *store = store_new();
    struct made before = make_group("g", "old");
    put(store, STORE_GROUP, &before);
    struct made after = make_group("g", "new");
    put(store, STORE_GROUP, &after);
    CLEANUP(arena_clear) struct arena arena = {0};
    const void *const *groups;
    cr_assert_eq(store_list(store, STORE_GROUP, STORE_BY_TARGET, "demo/old", &arena, &groups), 0);
    cr_assert_eq(store_list(store, STORE_GROUP, STORE_BY_TARGET, "demo/new", &arena, &groups), 1);
    store_free(store);
}

/* A naive twin: which of 40 pods there are and whose they are. */
Test(store, random_changes_leave_what_a_naive_twin_has)
{
    int owner_of[40] = {0};
    struct store *store = store_new();
    unsigned state = 4711;
    for (int step = 0; step < 4000; step++) {
        state = state * 1103515245u + 12345u;
        unsigned pod = (state >> 16) % 40, owner = (state >> 8) % 4;
        char name[16], rs[16];
        snprintf(name, sizeof(name), "p%02u", pod);
        if (owner == 0) {
            store_remove(store, STORE_POD, "demo", name);
        } else {
            snprintf(rs, sizeof(rs), "rs%u", owner);
            struct made made = make_pod(name, rs);
            put(store, STORE_POD, &made);
        }
        owner_of[pod] = (int)owner;
    }
    for (int owner = 1; owner < 4; owner++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        const void *const *pods;
        char uid[16];
        int wanted = 0;
        snprintf(uid, sizeof(uid), "uid-rs%d", owner);
        for (int i = 0; i < 40; i++) {
            wanted += owner_of[i] == owner;
        }
        cr_assert_eq(store_list(store, STORE_POD, STORE_BY_OWNER, uid, &arena, &pods), wanted);
    }
    store_free(store);
}

/* ---- what a change touches ---- */

static char touched[256];

static void note(void *arg, const char *ns, const char *group)
{
    (void)arg;
    size_t len = strlen(touched);
    snprintf(touched + len, sizeof(touched) - len, "%s/%s ", ns, group);
}

static const char *touches(struct store *store, enum store_kind kind, const void *object)
{
    touched[0] = '\0';
    index_touched(store, kind, object, note, NULL);
    return touched;
}

static struct store *small_world(void)
{
    struct store *store = store_new();
    struct made made[] = {make_group("g", "edge"),        make_group("other", "elsewhere"),
                          make_deployment("edge", 2),     make_replica_set("edge-1", "edge", 2),
                          make_pod("edge-1-a", "edge-1"), make_machine("m", "zone-a")};
    put(store, STORE_GROUP, &made[0]);
    put(store, STORE_GROUP, &made[1]);
    put(store, STORE_DEPLOYMENT, &made[2]);
    put(store, STORE_REPLICA_SET, &made[3]);
    put(store, STORE_POD, &made[4]);
    put(store, STORE_NODE, &made[5]);
    return store;
}

Test(touch, a_pod_touches_the_group_of_its_deployment)
{
    struct store *store = small_world();
    const void *pod = store_get(store, STORE_POD, "demo", "edge-1-a");
    cr_assert_str_eq(touches(store, STORE_POD, pod), "demo/g ");
    const void *machine = store_get(store, STORE_NODE, "", "m");
    cr_assert_str_eq(touches(store, STORE_NODE, machine), "demo/g ");
    store_free(store);
}

Test(touch, a_pod_whose_owner_has_another_uid_touches_nobody)
{
    struct store *store = small_world();
    struct made made = make_pod("stray", "edge-1");
    struct pod_view *pod = made.object;
    struct owner_view impostor = pod->owners[0];
    impostor.uid = "another";
    pod->owners = &impostor;
    cr_assert_str_eq(touches(store, STORE_POD, pod), "");
    arena_clear(&made.arena);
    store_free(store);
}

Test(touch, an_autoscaler_touches_the_groups_on_its_target)
{
    struct store *store = small_world();
    struct made made = make(sizeof(struct scaler_view), "demo", "hpa");
    struct scaler_view *scaler = made.object;
    scaler->target_api_version = "apps/v1";
    scaler->target_kind = "Deployment";
    scaler->target_name = "edge";
    cr_assert_str_eq(touches(store, STORE_AUTOSCALER, scaler), "demo/g ");
    scaler->target_kind = "StatefulSet";
    cr_assert_str_eq(touches(store, STORE_AUTOSCALER, scaler), "");
    arena_clear(&made.arena);
    store_free(store);
}

Test(touch, a_machines_heartbeat_is_no_change)
{
    struct made a = make_machine("m", "zone-a"), b = make_machine("m", "zone-a"),
                c = make_machine("m", "zone-b");
    cr_assert(index_is_same(STORE_NODE, a.object, b.object));
    cr_assert_not(index_is_same(STORE_NODE, a.object, c.object));
    ((struct node_view *)b.object)->lost = true;
    cr_assert_not(index_is_same(STORE_NODE, a.object, b.object));
    arena_clear(&a.arena);
    arena_clear(&b.arena);
    arena_clear(&c.arena);
}
