/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking: may the turn begin, and what does it see. Load balancers are judged first, because what
 * is in service depends on which of them are attached.
 */
#include <string.h>

#include "act/balancer.h"
#include "base/str.h"
#include "loop/turn_priv.h"
#include "store/links.h"
#include "watch/check.h"

#define LOOK_AGAIN_MS 1000

/* ---- May it begin? ---- */

static bool is_current(struct turn *turn)
{
    struct world *world = turn->world;
    const struct meta *meta = &turn->group->meta;
    const char *key = arena_printf(&turn->arena, "%s/%s", meta->ns, meta->name);
    const struct deployment_view *deployment = observe_deployment(world->store, turn->group);
    const char *target = arena_printf(&turn->arena, "%s/%s", meta->ns, turn->group->target_name);
    return world_is_current(world, "scalinggroups", key, STORE_GROUP, meta) &&
           world_is_current(world, "scalingactivities", key, STORE_ACTIVITY, NULL) &&
           world_is_current(world, "endpointslices", key, STORE_SLICE, NULL) &&
           world_is_current(world, "deployments", target, STORE_DEPLOYMENT,
                            deployment != NULL ? &deployment->meta : NULL);
}

/* The smallest interval at which a bound policy wants CPU or memory; 0 = none does. */
static int measure_interval(const struct turn *turn)
{
    int interval_s = 0;
    for (int i = 0; i < turn->policy_count; i++) {
        const struct policy *policy = turn->policies[i];
        for (int j = 0; j < policy->metric_count; j++) {
            bool smaller = interval_s == 0 || policy->evaluation_interval_s < interval_s;
            if (measure_serves(&policy->metrics[j]) && smaller) {
                interval_s = policy->evaluation_interval_s;
            }
        }
    }
    return interval_s;
}

/* The same for types that nobody reads: their failures are counted all the same. */
static int other_interval(const struct turn *turn)
{
    int interval_s = 0;
    for (int i = 0; i < turn->policy_count; i++) {
        const struct policy *policy = turn->policies[i];
        bool smaller = interval_s == 0 || policy->evaluation_interval_s < interval_s;
        if (policy->metric_count > 0 && smaller) {
            interval_s = policy->evaluation_interval_s;
        }
    }
    return interval_s;
}

bool turn_may_begin(struct turn *turn)
{
    struct world *world = turn->world;
    if (turn->group->meta.deleting) {
        turn->state->looked = true;
        return false;
    }
    if (!is_current(turn)) {
        turn_wake_in(turn, LOOK_AGAIN_MS);
        return false;
    }
    turn->policy_count = observe_policies(world->store, turn->group, &turn->arena, &turn->policies);
    int interval_s = measure_interval(turn);
    measure_want(world->measure, turn->state->ns, turn->state->name, interval_s);
    turn->state->measured = interval_s > 0;
    if (interval_s == 0 && other_interval(turn) > 0) {
        turn_wake_in(turn, (int64_t)other_interval(turn) * 1000);
    }
    if (interval_s > 0 && !measure_is_ready(world->measure, turn->state->ns)) {
        turn_wake_in(turn, LOOK_AGAIN_MS);
        return false;
    }
    return true;
}

/* ---- Load balancers ---- */

static void look_at_balancer(struct turn *turn, int at)
{
    struct store *store = turn->world->store;
    const struct load_balancer *balancer = &turn->group->load_balancers[at];
    const char *ns = turn->group->meta.ns;
    const void *const *objects;
    int count = store_list(store, STORE_SLICE, STORE_BY_SERVICE,
                           arena_printf(&turn->arena, "%s/%s", ns, balancer->service), &turn->arena,
                           &objects);
    const struct slice_view **slices =
        ARENA_ARRAY(&turn->arena, const struct slice_view *, (size_t)count + 1);
    for (int i = 0; i < count; i++) {
        slices[i] = objects[i];
    }
    struct balancer_input input = {
        .group = turn->group,
        .balancer = balancer,
        .service = store_get(store, STORE_SERVICE, ns, balancer->service),
        .slices = slices,
        .slice_count = count,
        .endpoints = store_get(store, STORE_ENDPOINTS, ns, balancer->service),
        .deployment = observe_deployment(store, turn->group),
    };
    balancer_check(&input, &turn->arena, &turn->checks[at]);
    turn->balancers[at] = turn->checks[at].state;
}

static void look_at_balancers(struct turn *turn)
{
    int count = turn->group->load_balancer_count;
    turn->checks = ARENA_ARRAY(&turn->arena, struct balancer_check, (size_t)count + 1);
    turn->balancers = ARENA_ARRAY(&turn->arena, struct balancer_state, (size_t)count + 1);
    for (int i = 0; i < count; i++) {
        look_at_balancer(turn, i);
    }
}

/* ---- Metrics ---- */

static void look_at_metrics(struct turn *turn)
{
    int most = 0;
    for (int i = 0; i < turn->policy_count; i++) {
        most += turn->policies[i]->metric_count;
    }
    struct reading *readings = ARENA_ARRAY(&turn->arena, struct reading, (size_t)most + 1);
    int count = 0;
    for (int i = 0; i < turn->policy_count; i++) {
        const struct policy *policy = turn->policies[i];
        for (int j = 0; j < policy->metric_count; j++) {
            measure_read(turn->world->measure, turn->state->ns, policy->meta.name,
                         &policy->metrics[j], turn->seen.pods, turn->seen.pod_count, &turn->arena,
                         &readings[count++]);
        }
    }
    turn->seen.observed.readings = readings;
    turn->seen.observed.reading_count = count;
}

/* ---- The whole ---- */

static bool is_paused(const struct group *group, struct wall now)
{
    return group->paused && (!group->has_pause_until || now.s < group->pause_until.s);
}

static const char *spec_error(struct turn *turn)
{
    const struct group *group = turn->group;
    struct check check;
    group_check(group, turn->world->config.max_group_size, &check);
    if (check.is_invalid) {
        char text[1024];
        return arena_dup(&turn->arena, check_text(&check, REASON_INVALID, text, sizeof(text)));
    }
    if (group->template_name[0] != '\0') {
        return "spec.launchTemplateRef: launch templates are not available in this version; use "
               "targetRef with an existing Deployment";
    }
    return "";
}

void turn_look(struct turn *turn)
{
    turn->paused = is_paused(turn->group, turn->now);
    turn->spec_error = spec_error(turn);
    look_at_balancers(turn);
    struct observe_input input = {
        .store = turn->world->store,
        .group = turn->group,
        .balancers = turn->balancers,
        .balancer_count = turn->group->load_balancer_count,
        .note = turn->state->note,
        .now = turn->now,
    };
    input.note.uid = turn->state->note_uid;
    observe(&input, &turn->arena, &turn->seen);
    look_at_metrics(turn);
    if (turn->seen.has_wake) {
        turn_wake_at(turn, turn->seen.wake);
    }
}
