/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"

#define EXPECT_TEXT(is, wanted) cr_expect_str_eq(is, wanted)

Test(network, a_service_names_its_listeners)
{
    struct arena arena = {0};
    const struct service_view *s = fixture_object(&KIND_SERVICE, "service", &arena);
    cr_expect(!s->has_selector && s->ipv4 && !s->ipv6);
    EXPECT_TEXT(s->type, "ClusterIP");
    EXPECT_TEXT(s->cluster_ip, "10.96.135.7");
    cr_assert_eq(s->port_count, 3);
    cr_expect(s->ports[0].port == 80 && s->ports[0].target_port == 8080);
    EXPECT_TEXT(s->ports[0].target_port_name, "");
    EXPECT_TEXT(s->ports[1].target_port_name, "https");
    cr_expect_eq(s->ports[1].target_port, 0, "a name has no number yet");
    EXPECT_TEXT(s->ports[2].protocol, "TCP");
    arena_clear(&arena);
}

Test(network, a_service_port_without_target_is_its_own_target)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct service_view *s = text_object(
        &KIND_SERVICE,
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":81},{\"port\":82,"
        "\"targetPort\":\"8082\"}]}}",
        &arena, &err);
    cr_assert(s != NULL, "%s", err.text);
    cr_expect(s->ports[0].target_port == 81 && s->ports[1].target_port == 8082);
    EXPECT_TEXT(s->ports[1].target_port_name, "");
    arena_clear(&arena);
}

Test(network, a_selector_is_noticed)
{
    struct arena arena = {0};
    const struct service_view *s = fixture_object(&KIND_SERVICE, "service_with_selector", &arena);
    cr_expect(s->has_selector);
    arena_clear(&arena);
}

Test(network, a_slice_says_whose_it_is_and_what_stands_in_it)
{
    struct arena arena = {0};
    const struct slice_view *s = fixture_object(&KIND_ENDPOINT_SLICE, "slice", &arena);
    EXPECT_TEXT(meta_label(&s->meta, LABEL_SLICE_MANAGED_BY), "endpointslice-controller.k8s.io");
    EXPECT_TEXT(meta_label(&s->meta, LABEL_SLICE_SERVICE), "edge-own");
    EXPECT_TEXT(s->address_type, "IPv4");
    cr_assert(s->port_count == 1 && s->endpoint_count == 4 && s->owner_count == 1);
    cr_expect_eq(s->ports[0].port, 8080);
    const struct endpoint_view *e = &s->endpoints[0];
    EXPECT_TEXT(e->addresses[0], "10.244.0.1");
    EXPECT_TEXT(e->zone, "zone-b");
    EXPECT_TEXT(e->target_kind, "Pod");
    EXPECT_TEXT(e->target_uid, "fd69666f-e37c-464a-a211-cf034dc3f888");
    cr_expect(e->ready && e->serving && !e->terminating);
    arena_clear(&arena);
}

Test(network, absent_conditions_of_an_endpoint_mean_ready)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct slice_view *s = text_object(
        &KIND_ENDPOINT_SLICE,
        "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"sluice.dev/"
        "weights\":\"{}\",\"x\":\"y\"}},"
        "\"endpoints\":[{\"addresses\":[\"a\"]},{\"addresses\":[\"b\"],\"conditions\":{\"ready\":"
        "false}},{\"addresses\":[\"c\"],\"conditions\":{\"ready\":false,\"serving\":true,"
        "\"terminating\":true}}]}",
        &arena, &err);
    cr_assert(s != NULL, "%s", err.text);
    cr_expect(s->endpoints[0].ready && s->endpoints[0].serving);
    cr_expect(!s->endpoints[1].ready && !s->endpoints[1].serving);
    cr_expect(!s->endpoints[2].ready && s->endpoints[2].serving && s->endpoints[2].terminating);
    EXPECT_TEXT(meta_annotation(&s->meta, SLICE_ANNOTATION_WEIGHTS), "{}");
    arena_clear(&arena);
}

Test(network, endpoints_of_the_old_kind_are_counted)
{
    struct arena arena = {0};
    const struct endpoints_view *e = fixture_object(&KIND_ENDPOINTS, "endpoints", &arena);
    EXPECT_TEXT(e->meta.name, "edge-own");
    cr_expect_eq(e->subset_count, 1);
    arena_clear(&arena);
}

Test(network, autoscalers_name_their_target)
{
    struct arena arena = {0};
    const struct scaler_view *s = fixture_object(&KIND_AUTOSCALER, "autoscaler", &arena);
    EXPECT_TEXT(s->target_api_version, "apps/v1");
    EXPECT_TEXT(s->target_kind, "Deployment");
    EXPECT_TEXT(s->target_name, "other");
    s = fixture_object(&KIND_SCALED_OBJECT, "scaled_object", &arena);
    EXPECT_TEXT(s->target_kind, "");
    EXPECT_TEXT(s->target_name, "edge");
    arena_clear(&arena);
}
