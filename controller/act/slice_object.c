/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One EndpointSlice: as JSON to be applied, and compared with the one that is there.
 */
#include <stdlib.h>
#include <string.h>

#include "act/slices_priv.h"
#include "base/buf.h"
#include "base/str.h"

static const char *family(const struct slice_want *want)
{
    return want->group->address_type == ADDRESS_IPV6 ? "IPv6" : "IPv4";
}

static int weight_of(const struct slice_want *want, const struct pod_view *pod)
{
    int64_t weight;
    const char *text = meta_annotation(&pod->meta, NODE_ANNOTATION_WEIGHT);
    if (text == NULL || !str_to_int64(str_of(text), &weight) || weight < 0 || weight > 100) {
        return want->balancer->weight;
    }
    return (int)weight;
}

/* {"10.244.0.7":50,...} in the order of the endpoints; NULL = weights go another way. */
static const char *weights_text(const struct slice_want *want, struct arena *arena)
{
    if (want->balancer->weight_via != WEIGHT_VIA_ANNOTATION) {
        return NULL;
    }
    CLEANUP(buf_clear) struct buf text = {0};
    buf_add_text(&text, "{");
    for (int i = 0; i < want->endpoint_count; i++) {
        const struct slice_endpoint *endpoint = want->endpoints[i];
        buf_printf(&text, "%s\"%s\":%d", i > 0 ? "," : "", endpoint->address,
                   weight_of(want, endpoint->pod));
    }
    buf_add_text(&text, "}");
    return arena_dup_n(arena, buf_text(&text), text.len);
}

/* ---- JSON ---- */

static json_t *endpoint_json(const struct slice_endpoint *endpoint)
{
    const struct meta *meta = &endpoint->pod->meta;
    json_t *json = json_pack("{s:[s], s:{s:b, s:b, s:b}, s:{s:s, s:s, s:s, s:s}}", /**/
                             "addresses", endpoint->address,                       /**/
                             "conditions", "ready", endpoint->ready, "serving", endpoint->serving,
                             "terminating", endpoint->terminating, /**/
                             "targetRef", "kind", "Pod", "namespace", meta->ns, "name", meta->name,
                             "uid", meta->uid);
    if (endpoint->pod->node_name[0] != '\0') {
        json_object_set_new(json, "nodeName", json_string(endpoint->pod->node_name));
    }
    if (endpoint->zone[0] != '\0') {
        json_object_set_new(json, "zone", json_string(endpoint->zone));
    }
    return json;
}

static json_t *metadata_json(const struct slice_want *want, struct arena *arena)
{
    const struct meta *owner = &want->group->meta;
    json_t *json =
        json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:[{s:s, s:s, s:s, s:s, s:b}]}", /**/
                  "name", want->name, "namespace", owner->ns,                     /**/
                  "labels", LABEL_SLICE_SERVICE, want->balancer->service, LABEL_SLICE_MANAGED_BY,
                  SLICE_MANAGER, SLICES_LABEL_SERVER_GROUP, want->balancer->server_group, /**/
                  "ownerReferences", "apiVersion", "sluice.dev/v1alpha1", "kind", "ScalingGroup",
                  "name", owner->name, "uid", owner->uid, "controller", 1);
    const char *weights = weights_text(want, arena);
    if (weights != NULL) {
        json_object_set_new(json, "annotations",
                            json_pack("{s:s}", SLICE_ANNOTATION_WEIGHTS, weights));
    }
    return json;
}

json_t *slice_object(const struct slice_want *want, struct arena *arena)
{
    json_t *endpoints = json_array();
    for (int i = 0; i < want->endpoint_count; i++) {
        json_array_append_new(endpoints, endpoint_json(want->endpoints[i]));
    }
    return json_pack("{s:s, s:s, s:o, s:s, s:[{s:s, s:i, s:s}], s:o}", /**/
                     "apiVersion", "discovery.k8s.io/v1", "kind", "EndpointSlice", "metadata",
                     metadata_json(want, arena),  /**/
                     "addressType", family(want), /**/
                     "ports", "name", want->port_name, "port", want->balancer->port, "protocol",
                     want->protocol, /**/
                     "endpoints", endpoints);
}

/* ---- Comparison ---- */

static bool endpoint_matches(const struct slice_endpoint *want, const struct endpoint_view *have)
{
    return have->address_count == 1 && strcmp(have->addresses[0], want->address) == 0 &&
           have->ready == want->ready && have->serving == want->serving &&
           have->terminating == want->terminating && strcmp(have->zone, want->zone) == 0 &&
           strcmp(have->node_name, want->pod->node_name) == 0 &&
           strcmp(have->target_uid, want->pod->meta.uid) == 0;
}

static bool label_is(const struct slice_view *slice, const char *key, const char *value)
{
    return text_is(meta_label(&slice->meta, key), value);
}

static bool head_matches(const struct slice_want *want, const struct slice_view *slice,
                         struct arena *arena)
{
    const char *weights = weights_text(want, arena);
    const char *annotated = meta_annotation(&slice->meta, SLICE_ANNOTATION_WEIGHTS);
    return label_is(slice, LABEL_SLICE_SERVICE, want->balancer->service) &&
           label_is(slice, LABEL_SLICE_MANAGED_BY, SLICE_MANAGER) &&
           label_is(slice, SLICES_LABEL_SERVER_GROUP, want->balancer->server_group) &&
           text_is(annotated, weights) && slice->port_count == 1 &&
           slice->ports[0].port == want->balancer->port &&
           strcmp(slice->ports[0].name, want->port_name) == 0 &&
           strcmp(slice->ports[0].protocol, want->protocol) == 0;
}

bool slice_matches(const struct slice_want *want, const struct slice_view *slice,
                   struct arena *arena)
{
    if (slice->endpoint_count != want->endpoint_count || !head_matches(want, slice, arena)) {
        return false;
    }
    for (int i = 0; i < want->endpoint_count; i++) {
        if (!endpoint_matches(want->endpoints[i], &slice->endpoints[i])) {
            return false;
        }
    }
    return true;
}
