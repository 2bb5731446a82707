/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who would go, in order. "First the nodes the ReplicaSet would take anyway, in its order
 * (unscheduled, Pending, not ready; if one of them is protected: hold, ProtectedNodeNotReady);
 * only when all others are ready, zone balance and then removalPolicies decide." Victims are pods;
 * "a member only when no pod is left and it is unprotected".
 */
#include "decide/decide_priv.h"

#include <stdlib.h>
#include <string.h>

enum sickness {
    SICK_UNSCHEDULED,
    SICK_PENDING,
    SICK_NOT_READY,
    HEALTHY,
};

struct candidate {
    const struct node *node;
    enum sickness sickness;
    int64_t template_at; /* order of its template, oldest first */
    int zone;            /* index of its zone */
};

struct choice {
    struct turn *turn;
    struct candidate *candidates; /* pods */
    int count;
    const char **zones;
    int *zone_nodes; /* nodes still there, members and protected ones included */
    int zone_count;
    const char **victims;
    int victim_count;
};

static enum sickness sickness_of(const struct node *node)
{
    if (!node->scheduled) {
        return SICK_UNSCHEDULED;
    }
    if (node->phase == NODE_PENDING) {
        return SICK_PENDING;
    }
    return node->ready ? HEALTHY : SICK_NOT_READY;
}

/* "NAME@generation": unknown is oldest, then other names than the group's, then by generation. */
static int64_t template_order(const struct group *group, const char *version)
{
    const char *at = version != NULL ? strrchr(version, '@') : NULL;
    if (at == NULL) {
        return -1;
    }
    int64_t generation = 0;
    if (!str_to_int64(str_of(at + 1), &generation) || generation < 0) {
        return -1;
    }
    size_t len = (size_t)(at - version);
    bool current =
        strlen(group->template_name) == len && strncmp(group->template_name, version, len) == 0;
    generation = generation > INT32_MAX ? INT32_MAX : generation;
    return generation + (current ? INT64_C(1) << 32 : 0);
}

/* ---- order ---- */

static int compare_int64(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

/* The ReplicaSet's order of the sick: "then shorter ready time, then name". */
static int compare_sick(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->sickness != y->sickness) {
        return x->sickness < y->sickness ? -1 : 1;
    }
    if (x->sickness == HEALTHY) {
        return text_compare(x->node->name, y->node->name);
    }
    int order = compare_int64(y->node->ready_changed.s, x->node->ready_changed.s);
    return order != 0 ? order : text_compare(x->node->name, y->node->name);
}

static int compare_by(enum removal_policy policy, const struct candidate *x,
                      const struct candidate *y)
{
    int oldest_node = compare_int64(x->node->created_at.s, y->node->created_at.s);
    int oldest_template = compare_int64(x->template_at, y->template_at);
    switch (policy) {
    case REMOVE_OLDEST_TEMPLATE: return oldest_template;
    case REMOVE_OLDEST_NODE: return oldest_node;
    case REMOVE_NEWEST_NODE: return -oldest_node;
    case REMOVE_DEFAULT: break;
    }
    return oldest_template != 0 ? oldest_template : oldest_node;
}

static int compare_ready(const struct group *group, const struct candidate *x,
                         const struct candidate *y)
{
    for (int i = 0; i < group->removal_policy_count; i++) {
        int order = compare_by(group->removal_policies[i], x, y);
        if (order != 0) {
            return order;
        }
    }
    int order = compare_by(REMOVE_DEFAULT, x, y);
    return order != 0 ? order : text_compare(x->node->name, y->node->name);
}

/* A heap sort by compare_ready: qsort has no room for the group's policies. */
static void sift(const struct group *group, struct candidate *items, int at, int count)
{
    for (;;) {
        int last = at;
        for (int child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            if (compare_ready(group, &items[child], &items[last]) > 0) {
                last = child;
            }
        }
        if (last == at) {
            return;
        }
        struct candidate swap = items[at];
        items[at] = items[last];
        items[last] = swap;
        at = last;
    }
}

static void sort_ready(const struct group *group, struct candidate *items, int count)
{
    for (int i = count / 2 - 1; i >= 0; i--) {
        sift(group, items, i, count);
    }
    for (int end = count - 1; end > 0; end--) {
        struct candidate swap = items[0];
        items[0] = items[end];
        items[end] = swap;
        sift(group, items, 0, end);
    }
}

/* ---- zones ---- */

static int compare_zones(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return text_compare(*x, *y);
}

static int zone_of(const struct choice *choice, const char *name)
{
    const char **at = bsearch(&name, choice->zones, (size_t)choice->zone_count,
                              sizeof(choice->zones[0]), compare_zones);
    return at != NULL ? (int)(at - choice->zones) : 0;
}

static void count_zones(struct choice *choice)
{
    struct turn *turn = choice->turn;
    size_t count = (size_t)turn->node_count;
    choice->zones = ARENA_ARRAY(turn->arena, const char *, count);
    choice->zone_nodes = ARENA_ARRAY(turn->arena, int, count);
    const char **names = ARENA_ARRAY(turn->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        names[i] = turn->nodes[i].node->zone;
    }
    if (count > 0) {
        qsort(names, count, sizeof(names[0]), compare_zones);
    }
    for (size_t i = 0; i < count; i++) {
        if (choice->zone_count == 0 || !text_is(choice->zones[choice->zone_count - 1], names[i])) {
            choice->zones[choice->zone_count++] = names[i];
        }
        choice->zone_nodes[choice->zone_count - 1]++;
    }
}

/* ---- taking ---- */

static void take(struct choice *choice, struct candidate *candidate)
{
    choice->zone_nodes[candidate->zone]--;
    choice->victims[choice->victim_count++] = arena_dup(choice->turn->arena, candidate->node->name);
}

/*
 * "Zone balance and then removalPolicies": always from the fullest zone that has someone who may
 * go, in the order of removal. Candidates are sorted, then strung up zone by zone; the zones stand
 * in a heap, so that a fleet of thousands in as many zones is no harder than one of ten.
 */
struct queue {
    struct candidate *ready;
    int *next; /* of each candidate: the next of its zone; -1 = none */
    int *head; /* of each zone */
    int *heap; /* zones with a head, the first to give on top */
    int count;
};

static bool gives_first(const struct choice *choice, const struct queue *queue, int a, int b)
{
    if (choice->zone_nodes[a] != choice->zone_nodes[b]) {
        return choice->zone_nodes[a] > choice->zone_nodes[b];
    }
    return queue->head[a] < queue->head[b];
}

static void sink(const struct choice *choice, struct queue *queue, int at)
{
    for (;;) {
        int first = at;
        for (int child = 2 * at + 1; child <= 2 * at + 2 && child < queue->count; child++) {
            if (gives_first(choice, queue, queue->heap[child], queue->heap[first])) {
                first = child;
            }
        }
        if (first == at) {
            return;
        }
        int swap = queue->heap[at];
        queue->heap[at] = queue->heap[first];
        queue->heap[first] = swap;
        at = first;
    }
}

static void queue_up(struct choice *choice, struct candidate *ready, int count, struct queue *queue)
{
    struct arena *arena = choice->turn->arena;
    size_t zones = (size_t)choice->zone_count;
    *queue = (struct queue){.ready = ready,
                            .next = ARENA_ARRAY(arena, int, (size_t)count),
                            .head = ARENA_ARRAY(arena, int, zones),
                            .heap = ARENA_ARRAY(arena, int, zones)};
    for (int z = 0; z < choice->zone_count; z++) {
        queue->head[z] = -1;
    }
    for (int i = count - 1; i >= 0; i--) {
        if (!ready[i].node->is_protected) {
            queue->next[i] = queue->head[ready[i].zone];
            queue->head[ready[i].zone] = i;
        }
    }
    for (int z = 0; z < choice->zone_count; z++) {
        if (queue->head[z] >= 0) {
            queue->heap[queue->count++] = z;
        }
    }
    for (int at = queue->count / 2 - 1; at >= 0; at--) {
        sink(choice, queue, at);
    }
}

static void take_ready(struct choice *choice, struct candidate *ready, int count, int wanted)
{
    struct queue queue;
    queue_up(choice, ready, count, &queue);
    while (choice->victim_count < wanted && queue.count > 0) {
        int zone = queue.heap[0];
        int at = queue.head[zone];
        take(choice, &queue.ready[at]);
        queue.head[zone] = queue.next[at];
        if (queue.head[zone] < 0) {
            queue.heap[0] = queue.heap[--queue.count];
        }
        sink(choice, &queue, 0);
    }
}

/* The sick go first; false when one of them is protected, which holds all. */
static bool take_sick(struct choice *choice, int wanted, int *ret_sick)
{
    int sick = 0;
    qsort(choice->candidates, (size_t)choice->count, sizeof(choice->candidates[0]), compare_sick);
    while (sick < choice->count && choice->candidates[sick].sickness != HEALTHY) {
        sick++;
    }
    *ret_sick = sick;
    for (int i = 0; i < sick && i < wanted; i++) {
        if (choice->candidates[i].node->is_protected) {
            choice->victim_count = 0;
            return false;
        }
        take(choice, &choice->candidates[i]);
    }
    return true;
}

static void take_members(struct choice *choice, int wanted)
{
    struct turn *turn = choice->turn;
    const struct group *group = turn->group;
    size_t count = (size_t)larger(group->member_count, 0);
    const char **names = ARENA_ARRAY(turn->arena, const char *, count);
    int free = 0;
    for (size_t i = 0; i < count; i++) {
        if (!group->members[i].scale_in_protection) {
            names[free++] = group->members[i].name;
        }
    }
    if (free > 0) {
        qsort(names, (size_t)free, sizeof(names[0]), compare_zones);
    }
    for (int i = 0; i < free && i < wanted; i++) {
        choice->victims[choice->victim_count++] = arena_dup(turn->arena, names[i]);
    }
}

static void list_candidates(struct choice *choice)
{
    struct turn *turn = choice->turn;
    size_t count = (size_t)turn->node_count;
    choice->candidates = ARENA_ARRAY(turn->arena, struct candidate, count);
    choice->victims = ARENA_ARRAY(turn->arena, const char *, count + (size_t)turn->members);
    count_zones(choice);
    for (int i = 0; i < turn->node_count; i++) {
        const struct node *node = turn->nodes[i].node;
        if (node->member) {
            continue;
        }
        choice->candidates[choice->count++] = (struct candidate){
            .node = node,
            .sickness = sickness_of(node),
            .template_at = template_order(turn->group, node->template_version),
            .zone = zone_of(choice, node->zone),
        };
    }
}

/* Fewer can go than should: the workload keeps the others. */
static void keep_protected(struct turn *turn, const struct choice *choice, enum reason held)
{
    turn->held = held;
    turn->out->decision.replicas = turn->pods - choice->victim_count;
    say(turn, held == REASON_ALL_PROTECTED ? "every other node that could go is protected"
                                           : "a protected node is not ready and would go first");
}

static void choose_pods(struct choice *choice, int wanted)
{
    int sick = 0;
    if (!take_sick(choice, wanted, &sick)) {
        keep_protected(choice->turn, choice, REASON_PROTECTED_NODE_NOT_READY);
        return;
    }
    struct candidate *ready = choice->candidates + sick;
    int count = choice->count - sick;
    sort_ready(choice->turn->group, ready, count);
    take_ready(choice, ready, count, wanted);
    if (choice->victim_count < wanted) {
        keep_protected(choice->turn, choice, REASON_ALL_PROTECTED);
    }
}

void victims_choose(struct turn *turn)
{
    struct decision *decision = &turn->out->decision;
    if (!decision->has_replicas || decision->replicas > turn->pods) {
        return;
    }
    int members = larger(turn->members - turn->desired, 0);
    if (decision->replicas == turn->pods && (members == 0 || turn->pods > 0)) {
        return;
    }
    struct choice choice = {.turn = turn};
    list_candidates(&choice);
    /* Surge pods beyond the workload's count go without us; pods not yet there cannot go. */
    int wanted =
        smaller(turn->pods - decision->replicas, larger(choice.count - decision->replicas, 0));
    if (wanted > 0) {
        choose_pods(&choice, wanted);
    }
    if (decision->replicas == 0 && members > 0) {
        take_members(&choice, members);
    }
    decision->victims = choice.victims;
    decision->victim_count = choice.victim_count;
}
