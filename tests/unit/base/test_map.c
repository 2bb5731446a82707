/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

Test(map, an_empty_one_answers)
{
    struct map map = {0};
    cr_assert_null(map_get(&map, "a"));
    cr_assert_null(map_remove(&map, "a"));
    map_clear(&map);
}

Test(map, removing_the_walked_slot_keeps_the_walk)
{
    struct map map = {0};
    int value = 0;
    char key[16];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        map_put(&map, key, &value);
    }
    for (size_t i = 0; i < map.used; i++) {
        if (map.slots[i].key != NULL && i % 2 == 0) {
            map_remove(&map, map.slots[i].key);
        }
    }
    cr_assert_eq(map.count, 50);
    cr_assert_not_null(map_get(&map, "k1"));
    cr_assert_null(map_get(&map, "k2"));
    map_clear(&map);
}

Test(map, many_puts_and_removes_of_new_keys_do_not_grow_it)
{
    struct map map = {0};
    int value = 0;
    char key[16];
    for (int i = 0; i < 100000; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        map_put(&map, key, &value);
        map_remove(&map, key);
    }
    cr_assert_leq(map.cap, 16);
    map_clear(&map);
}

enum { KEYS = 300 };

struct twin {
    char key[KEYS][16];
    int *value[KEYS];
    int count;
};

static int twin_find(const struct twin *twin, const char *key)
{
    for (int i = 0; i < twin->count; i++) {
        if (strcmp(twin->key[i], key) == 0) {
            return i;
        }
    }
    return -1;
}

static void twin_remove(struct twin *twin, int at)
{
    twin->count--;
    memmove(&twin->key[at], &twin->key[at + 1], sizeof(twin->key[0]) * (size_t)(twin->count - at));
    memmove(&twin->value[at], &twin->value[at + 1],
            sizeof(twin->value[0]) * (size_t)(twin->count - at));
}

static void assert_same_walk(const struct map *map, const struct twin *twin)
{
    int seen = 0;
    for (size_t i = 0; i < map->used; i++) {
        if (map->slots[i].key == NULL) {
            continue;
        }
        cr_assert_str_eq(map->slots[i].key, twin->key[seen]);
        cr_assert_eq(map->slots[i].value, twin->value[seen]);
        seen++;
    }
    cr_assert_eq(seen, twin->count);
    cr_assert_eq(map->count, (size_t)twin->count);
}

/* Model: an array searched from the front. */
Test(map, random_operations_match_a_naive_twin_in_order_too)
{
    static int numbers[KEYS];
    static struct twin twin;
    struct map map = {0};
    srand(4);
    for (int step = 0; step < 30000; step++) {
        char key[16];
        snprintf(key, sizeof(key), "%d", rand() % KEYS);
        int at = twin_find(&twin, key);
        int *value = &numbers[rand() % KEYS];
        int *before = at < 0 ? NULL : twin.value[at];
        int what = rand() % 3 + (step / 5000 % 2 == 0 ? 0 : 1);
        if (what == 0) {
            cr_assert_eq(map_get(&map, key), before);
        } else if (what == 1) {
            cr_assert_eq(map_put(&map, key, value), before);
            if (at < 0) {
                at = twin.count++;
                strcpy(twin.key[at], key);
            }
            twin.value[at] = value;
        } else {
            cr_assert_eq(map_remove(&map, key), before);
            if (at >= 0) {
                twin_remove(&twin, at);
            }
        }
        if (step % 50 == 0) {
            assert_same_walk(&map, &twin);
        }
    }
    map_clear(&map);
}
