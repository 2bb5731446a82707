/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.nodes, status.nodeStates and status.zones. The list is cut at 100, therefore whoever is
 * not plainly in service stands first; the counts are complete.
 */
#include <stdlib.h>
#include <string.h>

#include "status/status_priv.h"

static int64_t age_key(const struct node *node)
{
    return node->created_at.s;
}

static int compare_shown(const void *a, const void *b)
{
    const struct seen_node *left = a;
    const struct seen_node *right = b;
    bool left_plain = left->state == NODE_STATE_IN_SERVICE;
    bool right_plain = right->state == NODE_STATE_IN_SERVICE;
    if (left_plain != right_plain) {
        return left_plain ? 1 : -1;
    }
    if (age_key(left->node) != age_key(right->node)) {
        return age_key(left->node) < age_key(right->node) ? -1 : 1;
    }
    return strcmp(left->node->name, right->node->name);
}

static void put_known(json_t *json, const char *key, const char *text)
{
    if (text[0] != '\0') {
        put_text(json, key, text);
    }
}

static json_t *node_to_json(const struct seen_node *seen)
{
    json_t *json = json_object();
    put_text(json, "name", seen->node->name);
    put_known(json, "zone", seen->node->zone);
    put_text(json, "state", node_state_name(seen->state));
    put_known(json, "templateVersion", seen->node->template_version);
    put_bool(json, "protected", seen->node->is_protected);
    put_int(json, "weight", seen->weight);
    if (seen->since.s > 0) { /* "long ago" is not a time anybody should read */
        put_time(json, "since", seen->since);
    }
    return json;
}

json_t *nodes_to_json(const struct report *report)
{
    const struct seen *seen = &report->seen;
    struct seen_node *sorted =
        ARENA_ARRAY(report->arena, struct seen_node, (size_t)seen->node_count);
    if (seen->node_count > 0) {
        memcpy(sorted, seen->nodes, sizeof(*sorted) * (size_t)seen->node_count);
        qsort(sorted, (size_t)seen->node_count, sizeof(*sorted), compare_shown);
    }
    json_t *list = json_array();
    for (int i = 0; i < seen->node_count && i < NODES_SHOWN; i++) {
        json_array_append_new(list, node_to_json(&sorted[i]));
    }
    return list;
}

json_t *node_states_to_json(const struct report *report)
{
    static const enum node_state order[NODE_STATE_COUNT] = {
        NODE_STATE_IN_SERVICE, NODE_STATE_PENDING, NODE_STATE_WARMING,   NODE_STATE_DRAINING,
        NODE_STATE_DRAINED,    NODE_STATE_STANDBY, NODE_STATE_UNHEALTHY, NODE_STATE_DETACHED,
    };
    json_t *states = json_object();
    for (int i = 0; i < NODE_STATE_COUNT; i++) {
        if (report->seen.states[order[i]] > 0) {
            put_int(states, node_state_name(order[i]), report->seen.states[order[i]]);
        }
    }
    return states;
}

struct zone_count {
    const char *name;
    int nodes;
};

static int compare_zones(const void *a, const void *b)
{
    return strcmp(((const struct zone_count *)a)->name, ((const struct zone_count *)b)->name);
}

static void count_zone(struct zone_count *zones, int *count, const char *name, int nodes)
{
    for (int i = 0; i < *count; i++) {
        if (strcmp(zones[i].name, name) == 0) {
            zones[i].nodes += nodes;
            return;
        }
    }
    zones[(*count)++] = (struct zone_count){name, nodes};
}

/* The zones of spec show even when empty; nodes of an unknown zone belong to none. */
json_t *zones_to_json(const struct report *report)
{
    const struct group *group = report->in->group;
    const struct seen *seen = &report->seen;
    struct zone_count *zones = ARENA_ARRAY(report->arena, struct zone_count,
                                           (size_t)(group->zone_count + seen->node_count));
    int count = 0;
    for (int i = 0; i < group->zone_count; i++) {
        count_zone(zones, &count, group->zones[i], 0);
    }
    for (int i = 0; i < seen->node_count; i++) {
        const struct node *node = seen->nodes[i].node;
        if (node->zone[0] != '\0' && !node->deleting) {
            count_zone(zones, &count, node->zone, 1);
        }
    }
    if (count > 0) {
        qsort(zones, (size_t)count, sizeof(*zones), compare_zones);
    }
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        json_t *zone = json_object();
        put_text(zone, "name", zones[i].name);
        put_int(zone, "nodes", zones[i].nodes);
        json_array_append_new(list, zone);
    }
    return list;
}
