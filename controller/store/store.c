/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shelves of the store: one per kind, each a map from key to object and the sorted buckets of
 * its indexes. Replaced objects wait in a queue, stamped with the time of their replacement, until
 * the oldest pin is younger than the stamp. What the index entries are stands in index.c.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/index.h"

struct stored {
    struct arena arena;
    const void *object;
    uint64_t removed; /* stamp; meaningful in the garbage queue */
    struct stored *next;
};

struct bucket {
    const void **objects; /* sorted by key */
    int count, cap;
};

struct shelf {
    struct map by_key;                 /* "ns/name" -> struct stored */
    struct map buckets[STORE_INDEXES]; /* text -> struct bucket */
};

struct store {
    struct shelf shelves[STORE_KINDS];
    uint64_t clock; /* grows with every pin */
    uint64_t *pins; /* in flight, ascending */
    int pin_count, pin_cap;
    struct stored *garbage_first, *garbage_last;
    int garbage_count;
};

static char *key_of(struct arena *arena, const char *ns, const char *name)
{
    return arena_printf(arena, "%s/%s", ns, name);
}

static int compare_meta(const void *a, const void *b)
{
    const struct meta *left = a;
    const struct meta *right = b;
    int order = strcmp(left->ns, right->ns);
    return order != 0 ? order : strcmp(left->name, right->name);
}

/* ---- Buckets ---- */

/* Where an object of this key stands, or would stand. */
static int bucket_place(const struct bucket *bucket, const void *object)
{
    int low = 0;
    int high = bucket->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (compare_meta(bucket->objects[middle], object) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void bucket_add(struct bucket *bucket, const void *object)
{
    int at = bucket_place(bucket, object);
    if (at < bucket->count && bucket->objects[at] == object) {
        return; /* an object may name the same entry twice */
    }
    if (bucket->count == bucket->cap) {
        bucket->cap = bucket->cap == 0 ? 4 : bucket->cap * 2;
        bucket->objects = mem_grow(bucket->objects, (size_t)bucket->cap, sizeof(void *));
    }
    memmove(bucket->objects + at + 1, bucket->objects + at,
            (size_t)(bucket->count - at) * sizeof(void *));
    bucket->objects[at] = object;
    bucket->count++;
}

static void bucket_remove(struct bucket *bucket, const void *object)
{
    int at = bucket_place(bucket, object);
    if (at == bucket->count || bucket->objects[at] != object) {
        return;
    }
    bucket->count--;
    memmove(bucket->objects + at, bucket->objects + at + 1,
            (size_t)(bucket->count - at) * sizeof(void *));
}

static void bucket_free(struct bucket *bucket)
{
    if (bucket != NULL) {
        mem_free((void *)bucket->objects);
        mem_free(bucket);
    }
}

/* ---- Indexes ---- */

struct filing {
    struct shelf *shelf;
    const void *object;
    bool add;
};

static void file_entry(void *arg, enum store_index index, const char *text)
{
    struct filing *filing = arg;
    struct map *map = &filing->shelf->buckets[index];
    struct bucket *bucket = map_get(map, text);
    if (filing->add) {
        if (bucket == NULL) {
            bucket = mem_new(1, sizeof(*bucket));
            map_put(map, text, bucket);
        }
        bucket_add(bucket, filing->object);
    } else if (bucket != NULL) {
        bucket_remove(bucket, filing->object);
        if (bucket->count == 0) {
            bucket_free(map_remove(map, text));
        }
    }
}

static void file_object(struct store *store, enum store_kind kind, const void *object, bool add)
{
    struct filing filing = {&store->shelves[kind], object, add};
    index_entries(kind, object, file_entry, &filing);
}

/* ---- Life ---- */

struct store *store_new(void)
{
    struct store *store = mem_new(1, sizeof(*store));
    store->clock = 1;
    return store;
}

static void stored_free(struct stored *stored)
{
    arena_clear(&stored->arena);
    mem_free(stored);
}

static void shelf_clear(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->by_key.used; i++) {
        if (shelf->by_key.slots[i].key != NULL) {
            stored_free(shelf->by_key.slots[i].value);
        }
    }
    map_clear(&shelf->by_key);
    for (int index = 0; index < STORE_INDEXES; index++) {
        struct map *map = &shelf->buckets[index];
        for (size_t i = 0; i < map->used; i++) {
            if (map->slots[i].key != NULL) {
                bucket_free(map->slots[i].value);
            }
        }
        map_clear(map);
    }
}

static void collect_garbage(struct store *store)
{
    uint64_t oldest = store->pin_count > 0 ? store->pins[0] : UINT64_MAX;
    while (store->garbage_first != NULL && store->garbage_first->removed < oldest) {
        struct stored *stored = store->garbage_first;
        store->garbage_first = stored->next;
        store->garbage_count--;
        stored_free(stored);
    }
    if (store->garbage_first == NULL) {
        store->garbage_last = NULL;
    }
}

void store_free(struct store *store)
{
    if (store == NULL) {
        return;
    }
    store->pin_count = 0;
    collect_garbage(store);
    for (int kind = 0; kind < STORE_KINDS; kind++) {
        shelf_clear(&store->shelves[kind]);
    }
    mem_free(store->pins);
    mem_free(store);
}

/* ---- Change ---- */

static void discard(struct store *store, struct stored *stored)
{
    stored->removed = store->clock;
    stored->next = NULL;
    if (store->garbage_last != NULL) {
        store->garbage_last->next = stored;
    } else {
        store->garbage_first = stored;
    }
    store->garbage_last = stored;
    store->garbage_count++;
    collect_garbage(store);
}

void store_put(struct store *store, enum store_kind kind, const void *object, struct arena *arena)
{
    const struct meta *meta = object;
    CLEANUP(arena_clear) struct arena scratch = {0};
    const char *key = key_of(&scratch, meta->ns, meta->name);
    struct stored *stored = mem_new(1, sizeof(*stored));
    stored->arena = *arena;
    stored->object = object;
    *arena = (struct arena){.ceiling_bytes = arena->ceiling_bytes};
    struct map *map = &store->shelves[kind].by_key;
    struct stored *old = map_get(map, key);
    if (old != NULL) {
        file_object(store, kind, old->object, false);
    }
    map_put(map, key, stored);
    file_object(store, kind, object, true);
    if (old != NULL) {
        discard(store, old);
    }
}

void store_remove(struct store *store, enum store_kind kind, const char *ns, const char *name)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    struct stored *old = map_remove(&store->shelves[kind].by_key, key_of(&scratch, ns, name));
    if (old != NULL) {
        file_object(store, kind, old->object, false);
        discard(store, old);
    }
}

/* ---- Ask ---- */

const void *store_get(const struct store *store, enum store_kind kind, const char *ns,
                      const char *name)
{
    CLEANUP(arena_clear) struct arena scratch = {0};
    const struct stored *stored = map_get(&store->shelves[kind].by_key, key_of(&scratch, ns, name));
    return stored != NULL ? stored->object : NULL;
}

int store_count(const struct store *store, enum store_kind kind)
{
    return (int)store->shelves[kind].by_key.count;
}

int store_list(const struct store *store, enum store_kind kind, enum store_index index,
               const char *text, struct arena *arena, const void *const **ret_objects)
{
    const struct bucket *bucket = map_get(&store->shelves[kind].buckets[index], text);
    int count = bucket != NULL ? bucket->count : 0;
    const void **objects = ARENA_ARRAY(arena, const void *, (size_t)count + 1);
    if (count > 0) {
        memcpy(objects, bucket->objects, (size_t)count * sizeof(void *));
    }
    *ret_objects = objects;
    return count;
}

static int compare_lent(const void *a, const void *b)
{
    const void *const *left = a;
    const void *const *right = b;
    return compare_meta(*left, *right);
}

int store_all(const struct store *store, enum store_kind kind, struct arena *arena,
              const void *const **ret_objects)
{
    const struct map *map = &store->shelves[kind].by_key;
    const void **objects = ARENA_ARRAY(arena, const void *, map->count + 1);
    int count = 0;
    for (size_t i = 0; i < map->used; i++) {
        if (map->slots[i].key != NULL) {
            const struct stored *stored = map->slots[i].value;
            objects[count++] = stored->object;
        }
    }
    qsort(objects, (size_t)count, sizeof(objects[0]), compare_lent);
    *ret_objects = objects;
    return count;
}

/* ---- Pins ---- */

uint64_t store_pin(struct store *store)
{
    if (store->pin_count == store->pin_cap) {
        store->pin_cap = store->pin_cap == 0 ? 16 : store->pin_cap * 2;
        store->pins = mem_grow(store->pins, (size_t)store->pin_cap, sizeof(uint64_t));
    }
    store->pins[store->pin_count++] = ++store->clock;
    return store->clock;
}

void store_unpin(struct store *store, uint64_t pin)
{
    int at = 0;
    while (at < store->pin_count && store->pins[at] != pin) {
        at++;
    }
    BUG_IF(at == store->pin_count, "unpin of %llu, which is not pinned", (unsigned long long)pin);
    store->pin_count--;
    memmove(store->pins + at, store->pins + at + 1,
            (size_t)(store->pin_count - at) * sizeof(uint64_t));
    collect_garbage(store);
}

int store_garbage(const struct store *store)
{
    return store->garbage_count;
}
