/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what exists. With an outcome the states of nodes come from who acted; on the command line
 * they are derived from what an observation tells. Terminating pods are shown while they go and
 * counted nowhere; a member of spec without a node entry exists and is not ready.
 */
#include <string.h>

#include "status/status_priv.h"

/* A pod that was ready, or had time to be, and is not; see "never ready yet" of section 5. */
#define NEVER_READY_S 30

static bool was_never_ready(const struct node *node)
{
    return node->ready_changed.s <= node->started_at.s + NEVER_READY_S;
}

static enum node_state derive_state(const struct node *node)
{
    if (node->deleting) {
        return NODE_STATE_DRAINING;
    }
    if (node->phase == NODE_PENDING) {
        return NODE_STATE_PENDING;
    }
    if (!node->healthy) {
        return NODE_STATE_UNHEALTHY;
    }
    if (!node->ready) {
        return node->member || !was_never_ready(node) ? NODE_STATE_UNHEALTHY : NODE_STATE_WARMING;
    }
    return node->in_service ? NODE_STATE_IN_SERVICE : NODE_STATE_WARMING;
}

static struct wall derive_since(const struct node *node, enum node_state state)
{
    switch (state) {
    case NODE_STATE_PENDING: return node->created_at;
    case NODE_STATE_UNHEALTHY: return node->healthy ? node->ready_changed : node->unhealthy_since;
    case NODE_STATE_WARMING: return node->ready ? node->ready_changed : node->started_at;
    default: return node->ready_changed;
    }
}

/* The first load balancer's weight stands for nodes that have none of their own. */
static int default_weight(const struct group *group)
{
    return group->load_balancer_count > 0 ? group->load_balancers[0].weight : 50;
}

static struct seen_node see_node(const struct report *report, int i)
{
    const struct node *node = &report->in->observed->nodes[i];
    struct seen_node seen = {.node = node};
    if (report->in->outcome != NULL && report->in->outcome->node_views != NULL) {
        const struct node_outcome *outcome = &report->in->outcome->node_views[i];
        seen.state = outcome->state;
        seen.since = outcome->since;
        seen.weight = outcome->weight;
    } else {
        seen.state = derive_state(node);
        seen.since = derive_since(node, seen.state);
        seen.weight = node->weight;
    }
    if (seen.weight < 0) {
        seen.weight = default_weight(report->in->group);
    }
    return seen;
}

static void count_node(struct seen *seen, const struct node *node)
{
    if (node->deleting) {
        return;
    }
    seen->current++;
    seen->ready += node->ready;
    seen->in_service += node->in_service;
    seen->is_protected += node->is_protected;
    if (node->member) {
        return;
    }
    bool is_sick = !node->scheduled || node->phase == NODE_PENDING || !node->ready;
    seen->not_ready += is_sick;
    seen->protected_not_ready += is_sick && node->is_protected;
    seen->unprotected_pods += !node->is_protected;
}

static bool has_node(const struct observed *observed, const char *member)
{
    for (int i = 0; i < observed->node_count; i++) {
        if (observed->nodes[i].member && strcmp(observed->nodes[i].name, member) == 0) {
            return true;
        }
    }
    return false;
}

static void count_members(struct seen *seen, const struct group *group,
                          const struct observed *observed)
{
    seen->members = group->member_count;
    for (int i = 0; i < group->member_count; i++) {
        if (!has_node(observed, group->members[i].name)) {
            seen->members_without_node++;
            seen->current++;
            seen->is_protected += group->members[i].scale_in_protection;
        }
    }
}

static int desired_of(const struct report *report, int members)
{
    if (report->in->decided == NULL) {
        return report->standing->shown ? report->standing->desired
                                       : report->in->observed->replicas + members;
    }
    if (report->in->group->dry_run) {
        return report->in->observed->replicas + members;
    }
    return report->in->decided->decision.to;
}

void seen_count(struct report *report)
{
    const struct observed *observed = report->in->observed;
    struct seen *seen = &report->seen;
    *seen = (struct seen){0};
    seen->nodes = ARENA_ARRAY(report->arena, struct seen_node, (size_t)observed->node_count);
    for (int i = 0; i < observed->node_count; i++) {
        struct seen_node node = see_node(report, i);
        seen->nodes[seen->node_count++] = node;
        seen->states[node.state]++;
        count_node(seen, node.node);
    }
    count_members(seen, report->in->group, observed);
    seen->desired = desired_of(report, seen->members);
}
