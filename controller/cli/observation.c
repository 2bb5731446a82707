/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observation documents: the top level and the nodes. Metrics are read by observation_metrics.c.
 */
#include "cli/observation.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/observation_priv.h"

static const char *const TARGET_ERRORS[] = {"NotFound", "Taken", "Paused", NULL};
static const char *const PHASES[] = {"Running", "Pending", NULL};

/* The top level as it is written. */
struct sheet {
    const char *group;
    struct wall now;
    bool has_replicas;
    int replicas;
    const struct doc *nodes;
    bool has_node_count;
    int node_count;
    bool rollout, launch_failing;
    bool has_target_error;
    int target_error;
    const struct doc *writer;
    const struct doc *metrics;
    const struct doc *ignored; /* kind and apiVersion */
};

#define SHEET(name_, type_, member_, ...) FIELD(name_, type_, struct sheet, member_, __VA_ARGS__)
static const struct field SHEET_FIELDS[] = {
    SHEET("kind", ANY, ignored),
    SHEET("apiVersion", ANY, ignored),
    SHEET("group", TEXT, group),
    SHEET("now", TIME, now, .required = true),
    SHEET("replicas", INT, replicas, .has_at = offsetof(struct sheet, has_replicas),
          .max = OBSERVATION_NODES_MAX),
    SHEET("nodes", LIST, nodes),
    SHEET("nodeCount", INT, node_count, .has_at = offsetof(struct sheet, has_node_count),
          .max = OBSERVATION_NODES_MAX),
    SHEET("rollout", BOOL, rollout),
    SHEET("launchFailing", BOOL, launch_failing),
    SHEET("targetError", WORD, target_error, .words = TARGET_ERRORS,
          .has_at = offsetof(struct sheet, has_target_error)),
    SHEET("writer", MAP, writer),
    SHEET("metrics", LIST, metrics),
};

static int read_sheet(const struct place *top, const struct doc *doc, struct sheet *sheet,
                      struct err *err)
{
    *sheet = (struct sheet){.group = ""};
    return fields_read(top, doc, SHEET_FIELDS, (int)ARRAY_LEN(SHEET_FIELDS), sheet, err);
}

int observation_read_head(const char *file, const struct doc *doc, struct observation *ret,
                          struct err *err)
{
    struct place top = {.file = file};
    struct sheet sheet;
    if (read_sheet(&top, doc, &sheet, err) != 0) {
        return -1;
    }
    *ret = (struct observation){.group = sheet.group, .now = sheet.now};
    return 0;
}

/* ---- nodes ---- */

/* A node and which of the keys with a moving default were written. */
struct node_sheet {
    struct node node;
    int phase;
    bool has_ready, has_started, has_changed, has_in_service, has_protected, has_weight;
};

#define NODE(name_, type_, member_, ...)                                                           \
    FIELD(name_, type_, struct node_sheet, node.member_, __VA_ARGS__)
#define NODE_HAS(member_) .has_at = offsetof(struct node_sheet, member_)
static const struct field NODE_FIELDS[] = {
    NODE("name", TEXT, name, .required = true),
    NODE("zone", TEXT, zone),
    FIELD("phase", WORD, struct node_sheet, phase, .words = PHASES),
    NODE("scheduled", BOOL, scheduled),
    NODE("ready", BOOL, ready, NODE_HAS(has_ready)),
    NODE("startedAt", TIME, started_at, NODE_HAS(has_started)),
    NODE("createdAt", TIME, created_at),
    NODE("readyChanged", TIME, ready_changed, NODE_HAS(has_changed)),
    NODE("healthy", BOOL, healthy),
    NODE("unhealthySince", TIME, unhealthy_since),
    NODE("inService", BOOL, in_service, NODE_HAS(has_in_service)),
    NODE("protected", BOOL, is_protected, NODE_HAS(has_protected)),
    NODE("member", BOOL, member),
    NODE("deleting", BOOL, deleting),
    NODE("templateVersion", TEXT, template_version),
    NODE("weight", INT, weight, NODE_HAS(has_weight), .max = 100),
};

static struct node_sheet default_node(struct wall now)
{
    return (struct node_sheet){.node = {.name = "",
                                        .zone = "",
                                        .scheduled = true,
                                        .ready = true,
                                        .healthy = true,
                                        .created_at = WALL_LONG_AGO,
                                        .unhealthy_since = now,
                                        .template_version = "",
                                        .weight = -1}};
}

static const struct member *find_member(const struct group *group, const char *name)
{
    for (int i = 0; i < group->member_count; i++) {
        if (strcmp(group->members[i].name, name) == 0) {
            return &group->members[i];
        }
    }
    return NULL;
}

/* Defaults that hang on other keys, or for a member on the group's spec. */
static struct node complete_node(const struct node_sheet *sheet, const struct group *group)
{
    struct node node = sheet->node;
    const struct member *member = node.member ? find_member(group, node.name) : NULL;
    node.phase = sheet->phase == 1 ? NODE_PENDING : NODE_RUNNING;
    node.ready = sheet->has_ready ? node.ready : node.phase == NODE_RUNNING;
    node.started_at = sheet->has_started ? node.started_at : node.created_at;
    node.ready_changed = sheet->has_changed ? node.ready_changed : node.started_at;
    node.in_service = sheet->has_in_service ? node.in_service : node.ready && node.healthy;
    if (member != NULL) {
        node.is_protected = sheet->has_protected ? node.is_protected : member->scale_in_protection;
        node.weight = sheet->has_weight ? node.weight : member->weight;
        node.zone = node.zone[0] != '\0' ? node.zone : member->zone;
    }
    return node;
}

static int compare_names(const void *a, const void *b)
{
    const struct node *const *x = a;
    const struct node *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int refuse_same_names(const struct place *place, const struct doc *list,
                             const struct node *nodes, struct err *err)
{
    const struct node **sorted = mem_new((size_t)list->count, sizeof *sorted);
    for (int i = 0; i < list->count; i++) {
        sorted[i] = &nodes[i];
    }
    qsort(sorted, (size_t)list->count, sizeof *sorted, compare_names);
    int result = 0;
    for (int i = 1; i < list->count && result == 0; i++) {
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
            int at = (int)((sorted[i] > sorted[i - 1] ? sorted[i] : sorted[i - 1]) - nodes);
            result = place_fail(place, list->entries[at].line, err,
                                "two nodes are named %.63s, rename one", sorted[i]->name);
        }
    }
    mem_free(sorted);
    return result;
}

static int read_nodes(const struct place *top, const struct doc *list, const struct group *group,
                      struct arena *arena, struct observation *ret, struct err *err)
{
    struct place place = place_key(top, "nodes");
    if (list->count > OBSERVATION_NODES_MAX) {
        return place_fail(&place, list->line, err, "at most %d nodes", OBSERVATION_NODES_MAX);
    }
    struct node *nodes = ARENA_ARRAY(arena, struct node, (size_t)list->count);
    for (int i = 0; i < list->count; i++) {
        struct place at = place_index(&place, i);
        struct node_sheet sheet = default_node(ret->now);
        if (fields_read(&at, list->entries[i].value, NODE_FIELDS, (int)ARRAY_LEN(NODE_FIELDS),
                        &sheet, err) != 0) {
            return -1;
        }
        nodes[i] = complete_node(&sheet, group);
    }
    ret->observed.nodes = nodes;
    ret->observed.node_count = list->count;
    return refuse_same_names(&place, list, nodes, err);
}

/* nodeCount: ready, unprotected, warmed-up nodes node-0, node-1, ... */
static void make_nodes(int count, const struct group *group, struct arena *arena,
                       struct observation *ret)
{
    struct node *nodes = ARENA_ARRAY(arena, struct node, (size_t)count);
    for (int i = 0; i < count; i++) {
        struct node_sheet sheet = default_node(ret->now);
        sheet.node.name = arena_printf(arena, "node-%d", i);
        nodes[i] = complete_node(&sheet, group);
    }
    ret->observed.nodes = nodes;
    ret->observed.node_count = count;
}

static int count_pods(const struct observed *observed)
{
    int count = 0;
    for (int i = 0; i < observed->node_count; i++) {
        count += !observed->nodes[i].member && !observed->nodes[i].deleting;
    }
    return count;
}

/* ---- the rest ---- */

static const struct field WRITER_FIELDS[] = {
    FIELD("manager", TEXT, struct writer, manager),
    FIELD("value", INT, struct writer, value, .required = true, .max = OBSERVATION_NODES_MAX),
};

static int read_writer(const struct place *top, const struct doc *doc, struct observed *observed,
                       struct err *err)
{
    struct place place = place_key(top, "writer");
    observed->writer = (struct writer){.set = true, .manager = "unknown"};
    return fields_read(&place, doc, WRITER_FIELDS, (int)ARRAY_LEN(WRITER_FIELDS), &observed->writer,
                       err);
}

static int read_all_nodes(const struct place *top, const struct sheet *sheet,
                          const struct group *group, struct arena *arena, struct observation *ret,
                          struct err *err)
{
    if (sheet->nodes != NULL && sheet->has_node_count) {
        struct place at = place_key(top, "nodeCount");
        return place_fail(&at, sheet->nodes->line, err, "stands beside nodes, keep one of the two");
    }
    if (sheet->nodes != NULL) {
        return read_nodes(top, sheet->nodes, group, arena, ret, err);
    }
    make_nodes(sheet->node_count, group, arena, ret);
    return 0;
}

int observation_read(const char *file, const struct doc *doc, const struct group *group,
                     struct arena *arena, struct observation *ret, struct err *err)
{
    struct place top = {.file = file};
    struct sheet sheet;
    if (read_sheet(&top, doc, &sheet, err) != 0) {
        return -1;
    }
    struct observation made = {.group = sheet.group, .now = sheet.now};
    struct observed *observed = &made.observed;
    if (read_all_nodes(&top, &sheet, group, arena, &made, err) != 0) {
        return -1;
    }
    observed->replicas = sheet.has_replicas ? sheet.replicas : count_pods(observed);
    observed->rollout = sheet.rollout;
    observed->launch_failing = sheet.launch_failing;
    observed->target_error =
        sheet.has_target_error ? (enum target_error)(sheet.target_error + 1) : TARGET_FINE;
    observed->writer.manager = "";
    if (sheet.writer != NULL && read_writer(&top, sheet.writer, observed, err) != 0) {
        return -1;
    }
    if (sheet.metrics != NULL &&
        metrics_read(&top, sheet.metrics, made.now, arena, observed, err) != 0) {
        return -1;
    }
    *ret = made;
    return 0;
}
