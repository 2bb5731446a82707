/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"

static struct scene scene;

static void setup(void)
{
    scene_init(&scene);
}

static void teardown(void)
{
    scene_clear(&scene);
}

TestSuite(balancer, .init = setup, .fini = teardown);

static void expect(enum reason reason, const char *words)
{
    scene_plan(&scene);
    cr_assert_eq(scene.checked.state.reason, reason, "%s", scene.checked.state.message);
    cr_assert_eq(scene.checked.state.attached, reason == REASON_ATTACHED);
    cr_assert(strstr(scene.checked.state.message, words), "%s", scene.checked.state.message);
}

Test(balancer, one_that_meets_everything_is_attached)
{
    expect(REASON_ATTACHED, "");
    cr_assert_str_eq(scene.checked.listener->name, "web");
}

Test(balancer, a_missing_service_is_named)
{
    scene.check.service = NULL;
    expect(REASON_SERVICE_NOT_FOUND, "edge-lb");
}

Test(balancer, a_selector_is_refused_with_the_command_that_removes_it)
{
    scene.service.has_selector = true;
    expect(REASON_SERVICE_HAS_SELECTOR, "kubectl -n demo patch service edge-lb");
}

Test(balancer, slices_of_others_are_refused_with_the_command_that_removes_them)
{
    static const struct label LABELS[] = {
        {LABEL_SLICE_SERVICE, "edge-lb"},
        {LABEL_SLICE_MANAGED_BY, "endpointslice-controller.k8s.io"}};
    struct slice_view foreign = {
        .meta = {.name = "edge-lb-x7", .ns = "demo", .labels = LABELS, .label_count = 2}};
    scene.slices[0] = &foreign;
    scene.slice_count = 1;
    scene.check.slices = scene.slices;
    scene.check.slice_count = 1;
    balancer_check(&scene.check, &scene.arena, &scene.checked);
    cr_assert_eq(scene.checked.state.reason, REASON_FOREIGN_ENDPOINTS);
    cr_assert(
        strstr(scene.checked.state.message, "kubectl -n demo delete endpointslice edge-lb-x7"));
}

Test(balancer, old_endpoints_with_addresses_are_refused_and_empty_ones_are_not)
{
    struct endpoints_view endpoints = {.subset_count = 1};
    scene.check.endpoints = &endpoints;
    expect(REASON_FOREIGN_ENDPOINTS, "kubectl -n demo delete endpoints edge-lb");
    endpoints.subset_count = 0;
    expect(REASON_ATTACHED, "");
}

Test(balancer, the_listener_is_found_by_number_by_name_and_by_the_port_itself)
{
    scene.listener.target_port = 0;
    scene.listener.target_port_name = "http";
    expect(REASON_ATTACHED, "");
    scene.listener.target_port_name = "";
    scene.listener.port = 8080;
    expect(REASON_ATTACHED, "");
    scene.listener.port = 80;
    expect(REASON_NO_LISTENER, "8080");
}

Test(balancer, the_address_family_must_be_the_services)
{
    scene.group.address_type = ADDRESS_IPV6;
    expect(REASON_NETWORK_MISMATCH, "IPv6");
    scene.service.ipv6 = true;
    expect(REASON_ATTACHED, "");
}

Test(balancer, somebody_must_check_that_nodes_answer)
{
    scene.container.readiness_probe = false;
    expect(REASON_HEALTH_CHECK_DISABLED, "readinessProbe");
    scene.group.member_health_check.set = true;
    expect(REASON_ATTACHED, "");
}

Test(balancer, a_suspended_process_is_said)
{
    scene.group.suspend = PROCESS_LOAD_BALANCER;
    expect(REASON_SUSPENDED, "suspended");
}
