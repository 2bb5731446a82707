/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What exists: "Current, the nodes that exist (terminating pods and pods on lost Nodes do not)".
 * Members count by spec, whether they were seen or not; one without a node entry is not ready.
 */
#include "decide/decide_priv.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_READY_WITHIN_S 30 /* "no later than 30 s after it started" */

/* Finds names of members in spec: sorted once, because both lists come from outside. */
struct member_index {
    const char **names;
    int count;
};

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return text_compare(*x, *y);
}

static struct member_index index_members(struct turn *turn)
{
    const struct group *group = turn->group;
    struct member_index index = {.count = larger(group->member_count, 0)};
    index.names = ARENA_ARRAY(turn->arena, const char *, (size_t)index.count);
    for (int i = 0; i < index.count; i++) {
        index.names[i] = group->members[i].name;
    }
    if (index.count > 0) {
        qsort(index.names, (size_t)index.count, sizeof(index.names[0]), compare_names);
    }
    return index;
}

static bool is_member(const struct member_index *index, const char *name)
{
    return index->count > 0 && bsearch(&name, index->names, (size_t)index->count,
                                       sizeof(index->names[0]), compare_names) != NULL;
}

/*
 * "Warming: ready, readiness changed less than warmupSeconds ago, and created no longer than
 * launchTimeoutSeconds ago (a flapping old node is not warming)".
 */
static bool is_warming(const struct turn *turn, const struct node *node)
{
    return node->ready && node->phase == NODE_RUNNING &&
           age_of(turn, node->ready_changed) < turn->group->warmup_s &&
           age_of(turn, node->created_at) <= turn->group->launch_timeout_s;
}

/* "Never ready yet: not ready, and readiness last changed no later than 30 s after it started". */
static bool never_ready(const struct node *node)
{
    return !node->ready && node->ready_changed.s <= node->started_at.s + NEVER_READY_WITHIN_S;
}

static void look_at(struct turn *turn, const struct node *node)
{
    struct seen_node *seen = &turn->nodes[turn->node_count++];
    seen->node = node;
    seen->pending = node->phase == NODE_PENDING;
    seen->warming = is_warming(turn, node);
    seen->ignored = seen->pending || seen->warming || never_ready(node);
    turn->ready += node->ready && !seen->pending ? 1 : 0;
    turn->in_service += node->in_service ? 1 : 0;
}

void nodes_look(struct turn *turn)
{
    const struct observed *observed = turn->observed;
    int count = larger(observed->node_count, 0);
    struct member_index index = index_members(turn);
    turn->nodes = ARENA_ARRAY(turn->arena, struct seen_node, (size_t)count);
    int seen_members = 0;
    for (int i = 0; i < count; i++) {
        const struct node *node = &observed->nodes[i];
        if (node->deleting || (node->member && !is_member(&index, node->name))) {
            continue;
        }
        seen_members += node->member ? 1 : 0;
        look_at(turn, node);
    }
    turn->pods = clamp_nodes(observed->replicas);
    turn->members = index.count;
    turn->absent_members = larger(index.count - seen_members, 0);
}

/*
 * "No metric scale-in while a node is Pending or warming, for at most launchTimeoutSeconds": after
 * it was created (Pending) or became ready.
 */
bool nodes_are_starting(const struct turn *turn)
{
    for (int i = 0; i < turn->node_count; i++) {
        const struct seen_node *seen = &turn->nodes[i];
        struct wall since = seen->pending ? seen->node->created_at : seen->node->ready_changed;
        if ((seen->pending || seen->warming) &&
            age_of(turn, since) <= turn->group->launch_timeout_s) {
            return true;
        }
    }
    return false;
}
