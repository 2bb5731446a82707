/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables by which PodMetrics are decoded, and their keeping under one arena: each item comes
 * in an arena of its own, from which the few texts are copied.
 */
#include "measure/usage.h"

#include <string.h>

#include "kube/pull.h"

/* As received; begins with the object_id that lists ask for. */
struct usage_item {
    struct object_id id;
    struct pod_usage usage;
};

static int number_convert(void *at, struct str text, bool is_text, struct arena *arena,
                          struct err *err)
{
    *(struct number *)at = number_parse(text);
    return 0;
}

static const struct pull_field ID[] = {
    PULL("name", TEXT, struct usage_item, id.name),
    PULL("namespace", TEXT, struct usage_item, id.ns),
};
static const struct pull_table ID_TABLE = PULL_TABLE(struct usage_item, ID);

static const struct pull_field AMOUNTS[] = {
    PULL("cpu", CONVERT, struct container_usage, cpu, .convert = number_convert),
    PULL("memory", CONVERT, struct container_usage, memory, .convert = number_convert),
};
static const struct pull_table AMOUNTS_TABLE = PULL_TABLE(struct container_usage, AMOUNTS);

static const struct pull_field CONTAINER[] = {
    PULL("name", TEXT, struct container_usage, name),
    PULL_INSIDE("usage", AMOUNTS_TABLE),
};
static const struct pull_table CONTAINER_TABLE = PULL_TABLE(struct container_usage, CONTAINER);

static const struct pull_field ITEM[] = {
    PULL_INSIDE("metadata", ID_TABLE),
    PULL("timestamp", TIME, struct usage_item, usage.at),
    PULL("window", TEXT, struct usage_item, usage.window),
    PULL_MANY("containers", ARRAY, struct usage_item, usage.containers, usage.container_count,
              .table = &CONTAINER_TABLE),
};
static const struct pull_table ITEM_TABLE = PULL_TABLE(struct usage_item, ITEM);

void usage_clear(struct usage *usage)
{
    map_clear(&usage->pods);
    arena_clear(&usage->arena);
}

static void take_item(void *arg, void *object, struct arena *arena)
{
    struct usage *usage = arg;
    const struct usage_item *item = object;
    struct pod_usage *kept = ARENA_NEW(&usage->arena, struct pod_usage);
    struct container_usage *containers =
        ARENA_ARRAY(&usage->arena, struct container_usage, (size_t)item->usage.container_count + 1);
    *kept = item->usage;
    kept->window = "";
    kept->window_s = usage_window_s(item->usage.window);
    for (int i = 0; i < item->usage.container_count; i++) {
        containers[i] = item->usage.containers[i];
        containers[i].name = arena_dup(&usage->arena, containers[i].name);
    }
    kept->containers = containers;
    map_put(&usage->pods, item->id.name, kept);
}

static void drop_item(void *arg, const struct object_id *id, const struct err *err)
{
}

int usage_parse(struct usage *usage, struct str body, struct err *err)
{
    struct pull_list list = {0};
    struct pull_list_handler handler = {.item = take_item, .bad = drop_item, .arg = usage};
    pull_list_init(&list, &ITEM_TABLE, NULL, &handler);
    int result = pull_list_feed(&list, body.ptr, body.len, err);
    if (result == 0) {
        result = pull_list_end(&list, err);
    }
    pull_list_clear(&list);
    return result;
}

const struct pod_usage *usage_of(const struct usage *usage, const char *pod)
{
    return map_get(&usage->pods, pod);
}

/* ---- Durations ---- */

static int64_t unit_ms(const char **at)
{
    static const struct {
        const char *name;
        int64_t ms;
    } UNITS[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
        size_t len = strlen(UNITS[i].name);
        if (strncmp(*at, UNITS[i].name, len) == 0) {
            *at += len;
            return UNITS[i].ms;
        }
    }
    return 0;
}

int usage_window_s(const char *window)
{
    int64_t total_ms = 0;
    const char *at = window;
    while (*at != '\0') {
        int64_t whole = 0;
        int64_t micro = 0;
        const char *digits = at;
        for (; *at >= '0' && *at <= '9' && whole < 1000000; at++) {
            whole = whole * 10 + (*at - '0');
        }
        if (at == digits) {
            return 0;
        }
        if (*at == '.') {
            int64_t scale = 100000;
            for (at++; *at >= '0' && *at <= '9'; at++, scale /= 10) {
                micro += (*at - '0') * scale;
            }
        }
        int64_t unit = unit_ms(&at);
        if (unit == 0) {
            return 0;
        }
        total_ms += whole * unit + (micro * unit + 999999) / 1000000;
    }
    int64_t seconds = (total_ms + 999) / 1000;
    return seconds > 86400 ? 86400 : (int)seconds;
}
