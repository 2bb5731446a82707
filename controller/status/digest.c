/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts of a status, as two numbers. The standing of ten thousand groups is kept in memory,
 * a status is some kilobytes, and all that is asked of the last one is whether the next differs;
 * so its numbers are kept (FNV-1a, 64 bit) and not its text. Keys are sorted first, because the API
 * server hands a status back in an order of its own, and nulls are left out, because it may drop
 * them.
 */
#include "status/status_priv.h"

#include <string.h>

#define FNV_START 14695981039346656037ULL
#define FNV_PRIME 1099511628211ULL

static int add_bytes(const char *bytes, size_t len, void *arg)
{
    uint64_t *hash = arg;
    for (size_t i = 0; i < len; i++) {
        *hash = (*hash ^ (unsigned char)bytes[i]) * FNV_PRIME;
    }
    return 0;
}

static void add_json(uint64_t *hash, const char *key, const json_t *json)
{
    if (json == NULL || json_is_null(json)) {
        return;
    }
    add_bytes(key, strlen(key) + 1, hash);
    json_dump_callback(json, add_bytes, hash, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    add_bytes("", 1, hash);
}

static void add_fields(uint64_t *hash, const json_t *object, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        add_json(hash, *keys, json_object_get(object, *keys));
    }
}

/* A sentence without its digits: numbers that move in it are no news by themselves. */
static void add_words(uint64_t *hash, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            add_bytes(text, 1, hash);
        }
    }
    add_bytes("", 1, hash);
}

static void add_condition(uint64_t *hash, const json_t *conditions, enum group_condition which)
{
    static const char *const fields[] = {"status", "reason", "observedGeneration",
                                         "lastTransitionTime", NULL};
    const char *type = group_condition_type(which);
    size_t i;
    const json_t *condition;
    json_array_foreach(conditions, i, condition)
    {
        if (strcmp(get_text(condition, "type"), type) != 0) {
            continue;
        }
        add_bytes(type, strlen(type) + 1, hash);
        add_fields(hash, condition, fields);
        if (group_condition_is_live(which)) {
            add_words(hash, get_text(condition, "message"));
        } else {
            add_json(hash, "message", json_object_get(condition, "message"));
        }
    }
}

/* Progress follows the nodes, so it counts with them. */
static void add_activities(struct digest *digest, const json_t *activities)
{
    static const char *const fields[] = {"name", "cause",  "from",    "to", "start",
                                         "end",  "result", "message", NULL};
    size_t i;
    const json_t *activity;
    json_array_foreach(activities, i, activity)
    {
        add_fields(&digest->core, activity, fields);
        add_json(&digest->nodes, "progress", json_object_get(activity, "progress"));
    }
}

static void add_balancers(struct digest *digest, const json_t *balancers)
{
    static const char *const fields[] = {"name",   "service", "serverGroup", "attached",
                                         "weight", "reason",  "message",     NULL};
    size_t i;
    const json_t *balancer;
    json_array_foreach(balancers, i, balancer)
    {
        add_fields(&digest->core, balancer, fields);
        add_json(&digest->nodes, "registered", json_object_get(balancer, "registered"));
    }
}

struct digest digest_of(const json_t *status)
{
    static const char *const core[] = {"observedGeneration", "desired",     "selector",
                                       "templateVersion",    "baseRange",   "effectiveRange",
                                       "policies",           "next",        "upcoming",
                                       "lastScaleTime",      "lastRequest", NULL};
    static const char *const decision[] = {"to", "winner", "reason", "limitedBy", "held", NULL};
    static const char *const nodes[] = {"state", "current", "ready",   "inService",  "protected",
                                        "zones", "nodes",   "columns", "nodeStates", NULL};
    struct digest digest = {FNV_START, FNV_START};
    add_fields(&digest.core, status, core);
    add_fields(&digest.core, json_object_get(status, "lastDecision"), decision);
    for (int i = 0; i < GROUP_CONDITION_COUNT; i++) {
        add_condition(&digest.core, json_object_get(status, "conditions"), (enum group_condition)i);
    }
    add_fields(&digest.nodes, status, nodes);
    add_words(&digest.nodes, get_text(status, "summary"));
    add_activities(&digest, json_object_get(status, "activities"));
    add_balancers(&digest, json_object_get(status, "loadBalancers"));
    return digest;
}
