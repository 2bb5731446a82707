/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoder tables for the parts that many kinds have: metadata, owners, conditions, containers.
 */
#include <string.h>

#include "watch/tables_priv.h"

/* ---- metadata ---- */

static const char *const KEPT_ANNOTATIONS[] = {"sluice.dev/", POD_ANNOTATION_DELETION_COST, NULL};
static const char *const ZONE_ONLY[] = {LABEL_ZONE, NULL};

static const struct pull_field META[] = {
    PULL("name", TEXT, struct meta, name),
    PULL("namespace", TEXT, struct meta, ns),
    PULL("uid", TEXT, struct meta, uid),
    PULL("resourceVersion", TEXT, struct meta, resource_version),
    PULL("generation", INT64, struct meta, generation),
    PULL("creationTimestamp", TIME, struct meta, created),
    PULL("deletionTimestamp", PRESENT, struct meta, deleting),
    PULL_MANY("labels", MAP, struct meta, labels, label_count),
    PULL_MANY("annotations", MAP, struct meta, annotations, annotation_count,
              .names = KEPT_ANNOTATIONS),
};
const struct pull_table META_TABLE = PULL_TABLE(struct meta, META);

static const struct pull_field NODE_META[] = {
    PULL("name", TEXT, struct meta, name),
    PULL("uid", TEXT, struct meta, uid),
    PULL("resourceVersion", TEXT, struct meta, resource_version),
    PULL("creationTimestamp", TIME, struct meta, created),
    PULL("deletionTimestamp", PRESENT, struct meta, deleting),
    PULL("namespace", TEXT, struct meta, ns),
    PULL_MANY("labels", MAP, struct meta, labels, label_count, .names = ZONE_ONLY),
};
const struct pull_table NODE_META_TABLE = PULL_TABLE(struct meta, NODE_META);

static const struct pull_field OWNER[] = {
    PULL("kind", TEXT, struct owner_view, kind),
    PULL("name", TEXT, struct owner_view, name),
    PULL("uid", TEXT, struct owner_view, uid),
    PULL("controller", BOOL, struct owner_view, controller),
};
const struct pull_table OWNER_TABLE = PULL_TABLE(struct owner_view, OWNER);

/* ---- conditions ---- */

static const struct pull_field CONDITION[] = {
    PULL("type", TEXT, struct condition_view, type),
    PULL("status", TEXT, struct condition_view, status),
    PULL("reason", TEXT, struct condition_view, reason),
    PULL("message", TEXT, struct condition_view, message),
    PULL("lastTransitionTime", TIME, struct condition_view, changed),
};
const struct pull_table CONDITION_TABLE = PULL_TABLE(struct condition_view, CONDITION);

const struct condition_view *condition_find(const struct condition_view *conditions, int count,
                                            const char *type)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(conditions[i].type, type) == 0) {
            return &conditions[i];
        }
    }
    return NULL;
}

/* ---- containers ---- */

int convert_number(void *at, struct str text, bool is_text, struct arena *arena, struct err *err)
{
    struct number *number = at;
    *number = number_parse(text);
    return 0;
}

int convert_time(struct wall *at, struct str text, const char *sentence, struct err *err)
{
    return wall_parse(text, at) ? 0 : err_set(err, ERR_REFUSED, 0, "%s", sentence);
}

static int convert_always(void *at, struct str text, bool is_text, struct arena *arena,
                          struct err *err)
{
    *(bool *)at = str_is(text, "Always");
    return 0;
}

static const struct pull_field PORT[] = {
    PULL("name", TEXT, struct port_view, name),
    PULL("port", INT, struct port_view, port),
    PULL("protocol", TEXT, struct port_view, protocol, .preset_text = "TCP"),
};
const struct pull_table PORT_TABLE = PULL_TABLE(struct port_view, PORT);

static const struct pull_field CONTAINER_PORT[] = {
    PULL("name", TEXT, struct port_view, name),
    PULL("containerPort", INT, struct port_view, port),
    PULL("protocol", TEXT, struct port_view, protocol, .preset_text = "TCP"),
};
static const struct pull_table CONTAINER_PORT_TABLE = PULL_TABLE(struct port_view, CONTAINER_PORT);

static const struct pull_field REQUESTS[] = {
    PULL("cpu", CONVERT, struct container_view, cpu, .convert = convert_number),
    PULL("memory", CONVERT, struct container_view, memory, .convert = convert_number),
};
static const struct pull_table REQUESTS_TABLE = PULL_TABLE(struct container_view, REQUESTS);

static const struct pull_field RESOURCES[] = {PULL_INSIDE("requests", REQUESTS_TABLE)};
static const struct pull_table RESOURCES_TABLE = PULL_TABLE(struct container_view, RESOURCES);

static const struct pull_field CONTAINER[] = {
    PULL("name", TEXT, struct container_view, name),
    PULL("readinessProbe", PRESENT, struct container_view, readiness_probe),
    PULL("restartPolicy", CONVERT, struct container_view, restart_always,
         .convert = convert_always),
    PULL_MANY("ports", ARRAY, struct container_view, ports, port_count,
              .table = &CONTAINER_PORT_TABLE),
    PULL_INSIDE("resources", RESOURCES_TABLE),
};
const struct pull_table CONTAINER_TABLE = PULL_TABLE(struct container_view, CONTAINER);

const struct container_view *containers_join(const struct container_view *containers, int count,
                                             const struct container_view *init, int init_count,
                                             struct arena *arena, int *ret_count)
{
    int sidecars = 0;
    for (int i = 0; i < init_count; i++) {
        sidecars += init[i].restart_always;
    }
    *ret_count = count + sidecars;
    if (sidecars == 0) {
        return containers;
    }
    struct container_view *joined =
        ARENA_ARRAY(arena, struct container_view, (size_t)count + (size_t)sidecars);
    for (int i = 0; i < count; i++) {
        joined[i] = containers[i];
    }
    for (int i = 0; i < init_count; i++) {
        if (init[i].restart_always) {
            joined[count++] = init[i];
        }
    }
    return joined;
}

/* ---- label selectors ---- */

static const char *const OPERATORS[] = {"In", "NotIn", "Exists", "DoesNotExist", NULL};

static const struct pull_field EXPRESSION[] = {
    PULL("key", TEXT, struct selector_term, key),
    PULL("operator", ENUM, struct selector_term, op, .names = OPERATORS),
    PULL_MANY("values", TEXT_ARRAY, struct selector_term, values, value_count),
};
const struct pull_table EXPRESSION_TABLE = PULL_TABLE(struct selector_term, EXPRESSION);
