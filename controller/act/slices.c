/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who stands in which slice. For each load balancer: gather the pods that should be registered,
 * leave each in the shard it is in, give the others a shard with room, and add a step for each
 * slice that differs.
 */
#include "act/slices.h"

#include <stdlib.h>
#include <string.h>

#include "act/slices_priv.h"
#include "base/map.h"
#include "base/str.h"

struct work {
    struct act_plan *plan;
    const struct slices_input *in;
    struct slices_result *result;
    struct map by_name; /* slices the group owns, name -> struct slice_view */
    struct map wanted;  /* names that should be there */
    /* of the load balancer being worked on */
    const struct load_balancer *balancer;
    const struct balancer_check *check;
    struct slice_endpoint *endpoints;
    int endpoint_count;
    int shard_max;
};

/* ---- Names ---- */

/* FNV-1a over the parts, which keeps "a-b"+"c" and "a"+"b-c" apart. */
static uint32_t name_hash(const struct group *group, const struct load_balancer *balancer)
{
    const char *parts[] = {group->meta.name, balancer->name, balancer->service};
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t len = strlen(parts[i]) + 1; /* the NUL parts them */
        for (size_t j = 0; j < len; j++) {
            hash = (hash ^ (unsigned char)parts[i][j]) * 16777619u;
        }
    }
    return hash;
}

static const char *slice_name(const struct work *work, int shard)
{
    const struct group *group = work->in->group;
    return arena_printf(work->plan->arena, "%s-%s-%08x-%d", group->meta.name, work->balancer->name,
                        name_hash(group, work->balancer), shard);
}

/* ---- Who ---- */

static const char *address_of(const struct pod_view *pod, enum address_type family)
{
    for (int i = 0; i < pod->ip_count; i++) {
        bool is_ipv6 = strchr(pod->ips[i], ':') != NULL;
        if (is_ipv6 == (family == ADDRESS_IPV6)) {
            return pod->ips[i];
        }
    }
    return NULL;
}

static bool is_settled(struct work *work, const struct pod_view *pod)
{
    int64_t settled = pod->ready_changed.s + work->balancer->settle_s;
    if (work->in->now.s >= settled) {
        return true;
    }
    if (!work->result->has_wake || settled < work->result->wake.s) {
        work->result->has_wake = true;
        work->result->wake.s = settled;
    }
    return false;
}

static bool on_standby(const struct pod_view *pod)
{
    return text_is(meta_annotation(&pod->meta, NODE_ANNOTATION_STANDBY), "true");
}

/* Whether a pod should stand there; `known`: it does already. */
static bool is_wanted(struct work *work, const struct pod_view *pod, bool known)
{
    if (!pod->ready || on_standby(pod)) {
        return false;
    }
    if (pod->meta.deleting || !work->check->state.attached) {
        return known;
    }
    return known || is_settled(work, pod);
}

/* The shard in which each pod stands now, by uid; 1 + shard, so that 0 is "in none". */
static void note_shards(const struct work *work, struct map *shards, int *ret_shards)
{
    *ret_shards = 0;
    for (int shard = 0;; shard++) {
        const struct slice_view *slice = map_get(&work->by_name, slice_name(work, shard));
        if (slice == NULL && shard > work->in->slice_count) {
            return;
        }
        for (int i = 0; slice != NULL && i < slice->endpoint_count; i++) {
            const char *uid = slice->endpoints[i].target_uid;
            if (uid[0] != '\0' && map_get(shards, uid) == NULL) {
                map_put(shards, uid, (void *)(uintptr_t)(shard + 1));
            }
        }
        if (slice != NULL) {
            *ret_shards = shard + 1;
        }
    }
}

static void gather(struct work *work, const struct map *shards)
{
    const struct slices_input *in = work->in;
    work->endpoints =
        ARENA_ARRAY(work->plan->arena, struct slice_endpoint, (size_t)in->pod_count + 1);
    work->endpoint_count = 0;
    for (int i = 0; i < in->pod_count; i++) {
        const struct pod_view *pod = in->pods[i];
        uintptr_t shard = (uintptr_t)map_get(shards, pod->meta.uid);
        const char *address = address_of(pod, in->group->address_type);
        if (address != NULL && is_wanted(work, pod, shard != 0)) {
            work->endpoints[work->endpoint_count++] = (struct slice_endpoint){
                .pod = pod,
                .address = address,
                .zone = in->zone_of(in->arg, pod->node_name),
                .ready = !pod->meta.deleting,
                .serving = true,
                .terminating = pod->meta.deleting,
                .shard = (int)shard - 1,
            };
        }
    }
}

/* ---- Where ---- */

/* Gives each endpoint a shard; returns how many shards there are. */
static int place(struct work *work, int shards)
{
    int most = shards + work->endpoint_count / work->shard_max + 1;
    int *fill = ARENA_ARRAY(work->plan->arena, int, (size_t)most + 1);
    for (int i = 0; i < work->endpoint_count; i++) {
        struct slice_endpoint *endpoint = &work->endpoints[i];
        if (endpoint->shard >= 0 && fill[endpoint->shard] == work->shard_max) {
            endpoint->shard = -1;
        }
        if (endpoint->shard >= 0) {
            fill[endpoint->shard]++;
        }
    }
    int used = shards;
    for (int i = 0; i < work->endpoint_count; i++) {
        int shard = 0;
        while (work->endpoints[i].shard < 0 && fill[shard] == work->shard_max) {
            shard++;
        }
        if (work->endpoints[i].shard < 0) {
            work->endpoints[i].shard = shard;
            fill[shard]++;
            used = shard + 1 > used ? shard + 1 : used;
        }
    }
    return used;
}

/* ---- Steps ---- */

static struct act_step *add_step(struct work *work, const char *verb, const char *name)
{
    const char *ns = work->in->group->meta.ns;
    struct act_step *step = plan_add(
        work->plan, arena_printf(work->plan->arena, "%s EndpointSlice %s/%s", verb, ns, name));
    step->request = (struct request){
        .resource = {.api = "/apis/discovery.k8s.io/v1",
                     .plural = "endpointslices",
                     .ns = ns,
                     .name = name,
                     .namespaced = true},
    };
    return step;
}

static void want_slice(struct work *work, const struct slice_want *want)
{
    map_put(&work->wanted, want->name, work);
    const struct slice_view *slice = map_get(&work->by_name, want->name);
    if (slice != NULL && slice_matches(want, slice, work->plan->arena)) {
        return;
    }
    struct act_step *step = add_step(work, "apply", want->name);
    step->request.verb = VERB_APPLY;
    step->request.field_manager = "sluice";
    step->request.force = true;
    plan_body(work->plan, step, slice_object(want, work->plan->arena));
}

static void want_shard(struct work *work, int shard)
{
    const struct slice_endpoint **list = ARENA_ARRAY(
        work->plan->arena, const struct slice_endpoint *, (size_t)work->endpoint_count + 1);
    int count = 0;
    for (int i = 0; i < work->endpoint_count; i++) {
        if (work->endpoints[i].shard == shard) {
            list[count++] = &work->endpoints[i];
        }
    }
    struct slice_want want = {
        .name = slice_name(work, shard),
        .group = work->in->group,
        .balancer = work->balancer,
        .endpoints = list,
        .endpoint_count = count,
    };
    const struct slice_view *slice = map_get(&work->by_name, want.name);
    if (work->check->listener != NULL) {
        want.port_name = work->check->listener->name;
        want.protocol = work->check->listener->protocol;
    } else if (slice != NULL && slice->port_count > 0) {
        want.port_name = slice->ports[0].name;
        want.protocol = slice->ports[0].protocol;
    }
    bool is_spare = count == 0 && shard > 0;
    bool is_unneeded = count == 0 && !work->check->state.attached;
    if (want.port_name != NULL && !is_spare && !is_unneeded) {
        want_slice(work, &want);
    }
}

static void plan_balancer(struct work *work)
{
    CLEANUP(map_clear) struct map shards = {0};
    int shard_count;
    note_shards(work, &shards, &shard_count);
    gather(work, &shards);
    shard_count = place(work, shard_count);
    for (int shard = 0; shard < shard_count || shard == 0; shard++) {
        want_shard(work, shard);
    }
}

static void delete_others(struct work *work)
{
    for (int i = 0; i < work->in->slice_count; i++) {
        const struct meta *meta = &work->in->slices[i]->meta;
        if (map_get(&work->wanted, meta->name) == NULL) {
            struct act_step *step = add_step(work, "delete", meta->name);
            step->request.verb = VERB_DELETE;
            step->request.uid = meta->uid;
            step->pardon = PARDON_ABSENT;
        }
    }
}

void slices_plan(struct act_plan *plan, const struct slices_input *input,
                 struct slices_result *ret_result)
{
    *ret_result = (struct slices_result){0};
    if ((input->group->suspend & PROCESS_LOAD_BALANCER) != 0) {
        return;
    }
    struct work work = {
        .plan = plan,
        .in = input,
        .result = ret_result,
        .shard_max = input->shard_max > 0 ? input->shard_max : SLICES_SHARD_MAX,
    };
    for (int i = 0; i < input->slice_count; i++) {
        map_put(&work.by_name, input->slices[i]->meta.name, (void *)(uintptr_t)input->slices[i]);
    }
    for (int i = 0; i < input->group->load_balancer_count; i++) {
        work.balancer = &input->group->load_balancers[i];
        work.check = &input->checks[i];
        plan_balancer(&work);
    }
    delete_others(&work);
    map_clear(&work.by_name);
    map_clear(&work.wanted);
}
