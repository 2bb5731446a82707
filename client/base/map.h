/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

/*
 * Text keys to pointers, walked in order of insertion, so that everything made from a walk is the
 * same in every run: no order depends on addresses or hash seeds. Removal keeps the order of the
 * others. The map copies keys and owns no values.
 */

struct map_slot {
    char *key; /* NULL = removed; skip it when walking */
    void *value;
};

struct map {
    struct map_slot *slots; /* in order of insertion */
    size_t used;            /* slots in use, removed ones included: the bound of a walk */
    size_t count;           /* live keys */
    size_t cap;             /* private */
    unsigned *index;        /* private */
    size_t index_cap;       /* private */
};

void map_clear(struct map *map);
void *map_get(const struct map *map, const char *key);
/* Stores value under key; returns what stood there before, or NULL. value is never NULL. */
void *map_put(struct map *map, const char *key, void *value);
/* Returns what stood there, or NULL. Safe for the slot being walked. */
void *map_remove(struct map *map, const char *key);

#endif
