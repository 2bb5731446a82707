/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots in order of insertion, and beside them an open-addressed index of slot numbers (0 = free,
 * n = slot n-1) at most half full. A removed key leaves its slot empty and its index entry in
 * place, so probing goes on past it; both go away when the slots are packed, which happens only
 * in map_put. The hash decides where a key is found, never in which order keys are walked.
 */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define FIRST_CAP 8

static uint64_t hash_of(const char *key)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a, then mixed so that low bits are good */
    for (const unsigned char *c = (const unsigned char *)key; *c != '\0'; c++) {
        hash = (hash ^ *c) * 1099511628211u;
    }
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 29);
}

void map_clear(struct map *map)
{
    for (size_t i = 0; i < map->used; i++) {
        mem_free(map->slots[i].key);
    }
    mem_free(map->slots);
    mem_free(map->index);
    *map = (struct map){0};
}

/* The slot of key, or NULL. */
static struct map_slot *find_slot(const struct map *map, const char *key)
{
    if (map->index_cap == 0) {
        return NULL;
    }
    size_t mask = map->index_cap - 1;
    for (size_t at = (size_t)hash_of(key) & mask; map->index[at] != 0; at = (at + 1) & mask) {
        struct map_slot *slot = &map->slots[map->index[at] - 1];
        if (slot->key != NULL && strcmp(slot->key, key) == 0) {
            return slot;
        }
    }
    return NULL;
}

static void index_slot(struct map *map, size_t slot)
{
    size_t mask = map->index_cap - 1;
    size_t at = (size_t)hash_of(map->slots[slot].key) & mask;
    while (map->index[at] != 0) {
        at = (at + 1) & mask;
    }
    map->index[at] = (unsigned)slot + 1;
}

static void pack_slots(struct map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->used; i++) {
        if (map->slots[i].key != NULL) {
            map->slots[kept++] = map->slots[i];
        }
    }
    map->used = kept;
}

/* Packs the slots, gives them twice the room if they are more than half live, indexes anew. */
static void make_room(struct map *map)
{
    if (map->used < map->cap) {
        return;
    }
    pack_slots(map);
    if (map->count * 2 >= map->cap) {
        map->cap = map->cap == 0 ? FIRST_CAP : map->cap * 2;
        BUG_IF(map->cap > UINT32_MAX / 4, "map: %zu keys", map->count);
        map->slots = mem_grow(map->slots, map->cap, sizeof(struct map_slot));
    }
    mem_free(map->index);
    map->index_cap = map->cap * 2;
    map->index = mem_new(map->index_cap, sizeof(unsigned));
    for (size_t i = 0; i < map->used; i++) {
        index_slot(map, i);
    }
}

void *map_get(const struct map *map, const char *key)
{
    const struct map_slot *slot = find_slot(map, key);
    return slot == NULL ? NULL : slot->value;
}

void *map_put(struct map *map, const char *key, void *value)
{
    BUG_IF(value == NULL, "map: NULL stored under %s", key);
    struct map_slot *slot = find_slot(map, key);
    if (slot != NULL) {
        void *old = slot->value;
        slot->value = value;
        return old;
    }
    make_room(map);
    map->slots[map->used] = (struct map_slot){.key = mem_dup(key), .value = value};
    index_slot(map, map->used);
    map->used++;
    map->count++;
    return NULL;
}

void *map_remove(struct map *map, const char *key)
{
    struct map_slot *slot = find_slot(map, key);
    if (slot == NULL) {
        return NULL;
    }
    void *old = slot->value;
    mem_free(slot->key);
    *slot = (struct map_slot){0};
    map->count--;
    return old;
}
