/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of an Observation: one of perNode, everyNode, value and error each.
 */
#include <string.h>

#include "cli/observation_priv.h"

#define METRICS_MAX 1000
#define WINDOW_S_MAX 86400

struct metric_sheet {
    const char *name, *policy;
    const struct doc *per_node;
    struct number every_node;
    bool has_every_node;
    struct number value;
    bool has_value;
    const char *error;
    bool has_error;
    struct wall at;
    int window_s;
};

#define METRIC(name_, type_, member_, ...)                                                         \
    FIELD(name_, type_, struct metric_sheet, member_, __VA_ARGS__)
static const struct field METRIC_FIELDS[] = {
    METRIC("name", TEXT, name, .required = true),
    METRIC("policy", TEXT, policy),
    METRIC("perNode", MAP, per_node),
    METRIC("everyNode", NUMBER, every_node,
           .has_at = offsetof(struct metric_sheet, has_every_node)),
    METRIC("value", NUMBER, value, .has_at = offsetof(struct metric_sheet, has_value)),
    METRIC("error", TEXT, error, .has_at = offsetof(struct metric_sheet, has_error)),
    METRIC("at", TIME, at),
    METRIC("windowSeconds", INT, window_s, .max = WINDOW_S_MAX),
};

static const struct field NODE_FIELDS[] = {
    FIELD("value", NUMBER, struct node_reading, value, .required = true),
    FIELD("request", NUMBER, struct node_reading, request),
    FIELD("at", TIME, struct node_reading, at),
};

static int read_per_node(const struct place *metric, const struct doc *map, struct wall at,
                         struct arena *arena, struct reading *reading, struct err *err)
{
    struct place place = place_key(metric, "perNode");
    struct node_reading *values = ARENA_ARRAY(arena, struct node_reading, (size_t)map->count);
    int count = 0;
    for (int i = 0; i < map->count; i++) {
        const struct doc *value = map->entries[i].value;
        struct place node = place_key(&place, map->entries[i].key);
        struct node_reading *into = &values[count];
        if (value->type == DOC_NULL) {
            continue; /* no number: as if it were not mentioned */
        }
        *into = (struct node_reading){.node = map->entries[i].key, .at = at};
        int result = value->type == DOC_MAP ? fields_read(&node, value, NODE_FIELDS,
                                                          (int)ARRAY_LEN(NODE_FIELDS), into, err)
                                            : number_read(&node, value, &into->value, err);
        if (result != 0) {
            return -1;
        }
        count++;
    }
    reading->values = values;
    reading->value_count = count;
    return 0;
}

static int check_one_shape(const struct place *place, const struct doc *doc,
                           const struct metric_sheet *sheet, struct err *err)
{
    int shapes =
        (sheet->per_node != NULL) + sheet->has_every_node + sheet->has_value + sheet->has_error;
    if (shapes == 1) {
        return 0;
    }
    return place_fail(place, doc->line, err,
                      "has %d of perNode, everyNode, value and error, give one", shapes);
}

static int read_metric(const struct place *place, const struct doc *doc, struct wall now,
                       struct arena *arena, struct reading *ret_reading, struct err *err)
{
    struct metric_sheet sheet = {.name = "", .policy = "", .error = "", .at = now};
    if (fields_read(place, doc, METRIC_FIELDS, (int)ARRAY_LEN(METRIC_FIELDS), &sheet, err) != 0 ||
        check_one_shape(place, doc, &sheet, err) != 0) {
        return -1;
    }
    *ret_reading = (struct reading){.policy = sheet.policy,
                                    .metric = sheet.name,
                                    .shape = sheet.per_node != NULL ? READING_PER_NODE
                                             : sheet.has_every_node ? READING_EVERY_NODE
                                             : sheet.has_value      ? READING_VALUE
                                                                    : READING_ERROR,
                                    .value = sheet.has_value ? sheet.value : sheet.every_node,
                                    .error = sheet.error,
                                    .at = sheet.at,
                                    .window_s = sheet.window_s};
    if (sheet.has_error && sheet.error[0] == '\0') {
        ret_reading->error = "unknown error";
    }
    return sheet.per_node == NULL
               ? 0
               : read_per_node(place, sheet.per_node, sheet.at, arena, ret_reading, err);
}

static int refuse_same(const struct place *place, const struct doc *list,
                       const struct reading *readings, int at, struct err *err)
{
    for (int i = 0; i < at; i++) {
        if (strcmp(readings[i].metric, readings[at].metric) == 0 &&
            strcmp(readings[i].policy, readings[at].policy) == 0) {
            return place_fail(place, list->entries[at].line, err,
                              "the metric %.63s is given twice, keep one", readings[at].metric);
        }
    }
    return 0;
}

int metrics_read(const struct place *top, const struct doc *list, struct wall now,
                 struct arena *arena, struct observed *observed, struct err *err)
{
    struct place place = place_key(top, "metrics");
    if (list->count > METRICS_MAX) {
        return place_fail(&place, list->line, err, "at most %d metrics", METRICS_MAX);
    }
    struct reading *readings = ARENA_ARRAY(arena, struct reading, (size_t)list->count);
    for (int i = 0; i < list->count; i++) {
        struct place at = place_index(&place, i);
        if (read_metric(&at, list->entries[i].value, now, arena, &readings[i], err) != 0 ||
            refuse_same(&at, list, readings, i, err) != 0) {
            return -1;
        }
    }
    observed->readings = readings;
    observed->reading_count = list->count;
    return 0;
}
