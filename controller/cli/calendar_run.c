/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the policies of a file to a listing of their firings.
 */
#include "cli/calendar_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calendar/listing.h"
#include "cli/place.h"
#include "cli/world_file.h"

#define ARENA_BYTES_MAX ((size_t)1 << 30)

static int compare_policies(const void *a, const void *b)
{
    const struct policy_view *const *x = a;
    const struct policy_view *const *y = b;
    int order = strcmp((*x)->meta.name, (*y)->meta.name);
    return order != 0 ? order : strcmp((*x)->meta.ns, (*y)->meta.ns);
}

/* The policies that stand, sorted by name. */
static int sort_policies(const struct world_file *world, struct arena *arena,
                         const struct policy_view ***ret_policies)
{
    const struct policy_view **policies =
        ARENA_ARRAY(arena, const struct policy_view *, (size_t)world->policy_count);
    int count = 0;
    for (int i = 0; i < world->policy_count; i++) {
        if (world->policies[i]->object != NULL) {
            policies[count++] = world->policies[i]->object;
        }
    }
    qsort(policies, (size_t)count, sizeof *policies, compare_policies);
    *ret_policies = policies;
    return count;
}

static struct listing_rule make_rule(const struct policy *policy, const struct schedule *schedule)
{
    struct listing_rule rule = {
        .policy = policy->meta.name,
        .name = schedule->name,
        .when = {.start = *schedule->firing, .duration_s = schedule->duration_s},
        .is_window = schedule_is_window(schedule),
        .is_suspended = schedule->suspend || policy->suspend,
        .is_adjust = schedule->has_adjust,
        .amount = schedule->has_adjust ? schedule->adjust : schedule->nodes,
    };
    if (schedule->end_firing != NULL) {
        rule.when.end = schedule->end_firing->cron;
    }
    return rule;
}

/* Every rule of every policy, in order; each has been bound, or the file would be refused. */
static size_t make_rules(const struct policy_view **policies, int policy_count, struct arena *arena,
                         struct listing_rule **ret_rules)
{
    size_t most = 0;
    for (int i = 0; i < policy_count; i++) {
        most += (size_t)policies[i]->policy.schedule_count;
    }
    struct listing_rule *rules = ARENA_ARRAY(arena, struct listing_rule, most);
    size_t count = 0;
    for (int i = 0; i < policy_count; i++) {
        const struct policy *policy = &policies[i]->policy;
        for (int k = 0; k < policy->schedule_count; k++) {
            if (policy->schedules[k].firing != NULL) {
                rules[count++] = make_rule(policy, &policy->schedules[k]);
            }
        }
    }
    *ret_rules = rules;
    return count;
}

static int list_events(const struct world_file *world, const struct calendar_request *request,
                       struct listing *listing, struct listing_event **ret_events,
                       size_t *ret_count, struct err *err)
{
    struct listing_event event;
    size_t most = request->has_until ? CALENDAR_EVENTS_MAX : (size_t)request->count;
    size_t cap = 0;
    *ret_count = 0;
    while ((request->has_until || *ret_count < most) && listing_next(listing, &event)) {
        if (*ret_count == most) {
            struct place top = {.file = world->file};
            return place_fail(&top, 1, err, "more than %d events, choose a nearer --until",
                              CALENDAR_EVENTS_MAX);
        }
        if (*ret_count == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            *ret_events = mem_grow(*ret_events, cap, sizeof **ret_events);
        }
        (*ret_events)[(*ret_count)++] = event;
    }
    return 0;
}

static int list(const struct world_file *world, const struct calendar_request *request,
                struct arena *arena, struct buf *out, struct err *err)
{
    const struct policy_view **policies = NULL;
    struct listing_rule *rules = NULL;
    struct listing listing;
    int policy_count = sort_policies(world, arena, &policies);
    size_t rule_count = make_rules(policies, policy_count, arena, &rules);
    struct wall until = request->has_until ? request->until : (struct wall){FIRING_END_S};
    listing_init(&listing, rules, rule_count, request->from, until, arena);
    struct listing_event *events = NULL;
    size_t count = 0;
    int result = list_events(world, request, &listing, &events, &count, err);
    if (result == 0 && !request->json) {
        listing_table(events, count, out);
    }
    for (size_t i = 0; i < count && result == 0 && request->json; i++) {
        listing_json(&events[i], out);
    }
    mem_free(events);
    return result;
}

static int take_all(struct world_file *world, struct str text, struct arena *arena, struct err *err)
{
    struct doc_stream stream;
    struct place top = {.file = world->file};
    if (doc_read(world->file, text, arena, &stream, err) != 0) {
        return -1;
    }
    for (int i = 0; i < stream.count; i++) {
        if (world_file_take(world, stream.docs[i], NULL, NULL, err) != 0) {
            return -1;
        }
    }
    return world->policy_count > 0
               ? 0
               : place_fail(&top, 1, err, "holds no ScalingPolicy, add one to be listed");
}

int calendar_run(const char *file, struct str text, const struct calendar_request *request,
                 struct zones *zones, struct buf *out, struct buf *notes, struct err *err)
{
    struct world_file world;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    world_file_init(&world, file, zones, notes);
    int result = take_all(&world, text, &arena, err);
    if (result == 0) {
        result = list(&world, request, &arena, out, err);
    }
    world_file_clear(&world);
    arena_clear(&arena);
    return result;
}
