/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function a precondition, tried in the order of the specification; the first that fails is
 * the reason shown.
 */
#include "act/balancer.h"

#include <string.h>

#include "base/str.h"

struct check {
    const struct balancer_input *in;
    struct arena *arena;
    struct balancer_check *out;
};

static bool fail(struct check *check, enum reason reason, const char *message)
{
    check->out->state.reason = reason;
    check->out->state.message = message;
    return false;
}

bool balancer_owns_slice(const struct slice_view *slice)
{
    return text_is(meta_label(&slice->meta, LABEL_SLICE_MANAGED_BY), SLICE_MANAGER);
}

bool balancer_is_of_group(const struct slice_view *slice, const struct group *group)
{
    for (int i = 0; i < slice->owner_count; i++) {
        if (strcmp(slice->owners[i].uid, group->meta.uid) == 0) {
            return balancer_owns_slice(slice);
        }
    }
    return false;
}

/* ---- The Service ---- */

static bool service_is_there(struct check *check)
{
    const struct load_balancer *lb = check->in->balancer;
    if (check->in->service != NULL && !check->in->service->meta.deleting) {
        return true;
    }
    return fail(check, REASON_SERVICE_NOT_FOUND,
                arena_printf(check->arena,
                             "%s: Service %s does not exist; create it in this namespace, without "
                             "spec.selector and with a port whose targetPort is %d",
                             lb->name, lb->service, lb->port));
}

static bool service_has_no_selector(struct check *check)
{
    const struct load_balancer *lb = check->in->balancer;
    if (!check->in->service->has_selector) {
        return true;
    }
    return fail(check, REASON_SERVICE_HAS_SELECTOR,
                arena_printf(check->arena,
                             "%s: Service %s has a selector, so Kubernetes fills its endpoints "
                             "itself; remove it: kubectl -n %s patch service %s --type=json -p "
                             "'[{\"op\":\"remove\",\"path\":\"/spec/selector\"}]'",
                             lb->name, lb->service, check->in->group->meta.ns, lb->service));
}

/* ---- Endpoints of others ---- */

static bool endpoints_are_ours(struct check *check)
{
    const struct load_balancer *lb = check->in->balancer;
    const char *ns = check->in->group->meta.ns;
    const char *names = "";
    for (int i = 0; i < check->in->slice_count; i++) {
        if (!balancer_owns_slice(check->in->slices[i])) {
            names = arena_printf(check->arena, "%s %s", names, check->in->slices[i]->meta.name);
        }
    }
    bool old_kind = check->in->endpoints != NULL && check->in->endpoints->subset_count > 0;
    if (names[0] == '\0' && !old_kind) {
        return true;
    }
    const char *first =
        old_kind ? arena_printf(check->arena, "kubectl -n %s delete endpoints %s", ns, lb->service)
                 : "";
    const char *second =
        names[0] != '\0'
            ? arena_printf(check->arena, "kubectl -n %s delete endpointslice%s", ns, names)
            : "";
    return fail(check, REASON_FOREIGN_ENDPOINTS,
                arena_printf(check->arena,
                             "%s: endpoints of Service %s are managed by someone else (Kubernetes "
                             "leaves them behind when a selector is removed); if nobody needs "
                             "them: %s%s%s",
                             lb->name, lb->service, first,
                             first[0] != '\0' && second[0] != '\0' ? " && " : "", second));
}

/* ---- The listener ---- */

static int port_of_name(const struct deployment_view *deployment, const char *name)
{
    for (int i = 0; deployment != NULL && i < deployment->container_count; i++) {
        const struct container_view *container = &deployment->containers[i];
        for (int j = 0; j < container->port_count; j++) {
            if (strcmp(container->ports[j].name, name) == 0) {
                return container->ports[j].port;
            }
        }
    }
    return 0;
}

static int target_port(const struct check *check, const struct service_port_view *port)
{
    if (port->target_port_name[0] != '\0') {
        return port_of_name(check->in->deployment, port->target_port_name);
    }
    return port->target_port != 0 ? port->target_port : port->port;
}

static bool has_listener(struct check *check)
{
    const struct load_balancer *lb = check->in->balancer;
    const struct service_view *service = check->in->service;
    for (int i = 0; i < service->port_count; i++) {
        if (target_port(check, &service->ports[i]) == lb->port) {
            check->out->listener = &service->ports[i];
            return true;
        }
    }
    return fail(check, REASON_NO_LISTENER,
                arena_printf(check->arena,
                             "%s: no port of Service %s has targetPort %d, the port that nodes "
                             "listen on; add one, or set port of the load balancer to one it has",
                             lb->name, lb->service, lb->port));
}

/* ---- Network and health ---- */

static bool network_matches(struct check *check)
{
    const struct service_view *service = check->in->service;
    bool wants_ipv6 = check->in->group->address_type == ADDRESS_IPV6;
    bool names_none = !service->ipv4 && !service->ipv6;
    if (names_none || (wants_ipv6 ? service->ipv6 : service->ipv4)) {
        return true;
    }
    const char *wanted = wants_ipv6 ? "IPv6" : "IPv4";
    return fail(check, REASON_NETWORK_MISMATCH,
                arena_printf(check->arena,
                             "%s: the group's nodes are registered by %s and Service %s has no %s "
                             "in ipFamilies; add it there, or use a Service that has it",
                             check->in->balancer->name, wanted, check->in->balancer->service,
                             wanted));
}

static bool owns_port(const struct container_view *container, int port)
{
    for (int i = 0; i < container->port_count; i++) {
        if (container->ports[i].port == port) {
            return true;
        }
    }
    return false;
}

/* A probe on the container that owns the port; if none declares it, on any. */
static bool is_probed(const struct deployment_view *deployment, int port)
{
    bool any = false;
    for (int i = 0; i < deployment->container_count; i++) {
        if (owns_port(&deployment->containers[i], port)) {
            return deployment->containers[i].readiness_probe;
        }
        any = any || deployment->containers[i].readiness_probe;
    }
    return any;
}

static bool nodes_are_probed(struct check *check)
{
    const struct deployment_view *deployment = check->in->deployment;
    const struct load_balancer *lb = check->in->balancer;
    if (deployment == NULL || check->in->group->member_health_check.set ||
        is_probed(deployment, lb->port)) {
        return true;
    }
    return fail(check, REASON_HEALTH_CHECK_DISABLED,
                arena_printf(check->arena,
                             "%s: nobody checks that nodes answer on port %d; give the container "
                             "that owns it in Deployment %s a readinessProbe",
                             lb->name, lb->port, deployment->meta.name));
}

/* ---- All of them ---- */

static int count_registered(const struct balancer_input *input)
{
    int count = 0;
    for (int i = 0; i < input->slice_count; i++) {
        const struct slice_view *slice = input->slices[i];
        bool ours = balancer_is_of_group(slice, input->group);
        for (int j = 0; ours && j < slice->endpoint_count; j++) {
            count += slice->endpoints[j].ready;
        }
    }
    return count;
}

void balancer_check(const struct balancer_input *input, struct arena *arena,
                    struct balancer_check *ret_check)
{
    *ret_check = (struct balancer_check){
        .state = {.name = input->balancer->name,
                  .service = input->balancer->service,
                  .reason = REASON_ATTACHED,
                  .message = "",
                  .registered = count_registered(input),
                  .weight = input->balancer->weight},
    };
    struct check check = {input, arena, ret_check};
    bool passed = service_is_there(&check) && service_has_no_selector(&check) &&
                  endpoints_are_ours(&check) && has_listener(&check) && network_matches(&check) &&
                  nodes_are_probed(&check);
    if (passed && (input->group->suspend & PROCESS_LOAD_BALANCER) != 0) {
        passed = fail(&check, REASON_SUSPENDED,
                      "process LoadBalancer is suspended: registrations stay as they are");
    }
    ret_check->state.attached = passed;
}
