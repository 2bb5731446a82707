/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services, EndpointSlices and the old Endpoints.
 */
#include <string.h>

#include "watch/tables_priv.h"

/* ---- Service ---- */

struct service_work {
    struct service_view view;
    const char *const *families;
    int family_count;
};

static const struct pull_field SERVICE_PORT[] = {
    PULL("name", TEXT, struct service_port_view, name),
    PULL("port", INT, struct service_port_view, port),
    PULL("targetPort", INT_OR_TEXT, struct service_port_view, target_port_name),
    PULL("protocol", TEXT, struct service_port_view, protocol, .preset_text = "TCP"),
};

/* targetPort is a number or the name of a container's port; without one it is the port itself. */
static enum pull_verdict finish_service_port(void *object, struct arena *arena, struct err *err)
{
    struct service_port_view *port = object;
    int64_t number = 0;
    if (port->target_port_name[0] == '\0') {
        port->target_port = port->port;
    } else if (str_to_int64(str_of(port->target_port_name), &number)) {
        port->target_port = number > 0 && number <= 65535 ? (int)number : port->port;
        port->target_port_name = "";
    }
    return PULL_KEEP;
}
static const struct pull_table SERVICE_PORT_TABLE =
    PULL_TABLE_FINISH(struct service_port_view, SERVICE_PORT, finish_service_port);

static const struct pull_field SERVICE_SPEC[] = {
    PULL("selector", PRESENT, struct service_work, view.has_selector),
    PULL("type", TEXT, struct service_work, view.type),
    PULL("clusterIP", TEXT, struct service_work, view.cluster_ip),
    PULL_MANY("ipFamilies", TEXT_ARRAY, struct service_work, families, family_count),
    PULL_MANY("ports", ARRAY, struct service_work, view.ports, view.port_count,
              .table = &SERVICE_PORT_TABLE),
};
static const struct pull_table SERVICE_SPEC_TABLE = PULL_TABLE(struct service_work, SERVICE_SPEC);

static const struct pull_field SERVICE[] = {
    PULL("metadata", OBJECT, struct service_work, view.meta, .table = &META_TABLE),
    PULL_INSIDE("spec", SERVICE_SPEC_TABLE),
};

static enum pull_verdict finish_service(void *object, struct arena *arena, struct err *err)
{
    struct service_work *work = object;
    for (int i = 0; i < work->family_count; i++) {
        work->view.ipv4 |= strcmp(work->families[i], "IPv4") == 0;
        work->view.ipv6 |= strcmp(work->families[i], "IPv6") == 0;
    }
    return PULL_KEEP;
}
const struct pull_table SERVICE_TABLE =
    PULL_TABLE_FINISH(struct service_work, SERVICE, finish_service);

/* ---- EndpointSlice ---- */

static const struct pull_field ENDPOINT_CONDITIONS[] = {
    PULL("ready", BOOL, struct endpoint_view, ready, .preset = 1),
    PULL("serving", BOOL, struct endpoint_view, serving,
         .present_at = offsetof(struct endpoint_view, has_serving)),
    PULL("terminating", BOOL, struct endpoint_view, terminating),
};
static const struct pull_table ENDPOINT_CONDITIONS_TABLE =
    PULL_TABLE(struct endpoint_view, ENDPOINT_CONDITIONS);

static const struct pull_field TARGET_REF[] = {
    PULL("kind", TEXT, struct endpoint_view, target_kind),
    PULL("name", TEXT, struct endpoint_view, target_name),
    PULL("uid", TEXT, struct endpoint_view, target_uid),
};
static const struct pull_table TARGET_REF_TABLE = PULL_TABLE(struct endpoint_view, TARGET_REF);

static const struct pull_field ENDPOINT[] = {
    PULL_MANY("addresses", TEXT_ARRAY, struct endpoint_view, addresses, address_count),
    PULL_INSIDE("conditions", ENDPOINT_CONDITIONS_TABLE),
    PULL("zone", TEXT, struct endpoint_view, zone),
    PULL("nodeName", TEXT, struct endpoint_view, node_name),
    PULL_INSIDE("targetRef", TARGET_REF_TABLE),
};

static enum pull_verdict finish_endpoint(void *object, struct arena *arena, struct err *err)
{
    struct endpoint_view *endpoint = object;
    if (!endpoint->has_serving) {
        endpoint->serving = endpoint->ready;
    }
    return PULL_KEEP;
}
static const struct pull_table ENDPOINT_TABLE =
    PULL_TABLE_FINISH(struct endpoint_view, ENDPOINT, finish_endpoint);

static const struct pull_field SLICE_OWNERS[] = {
    PULL_MANY("ownerReferences", ARRAY, struct slice_view, owners, owner_count,
              .table = &OWNER_TABLE),
};
static const struct pull_table SLICE_OWNERS_TABLE = PULL_TABLE(struct slice_view, SLICE_OWNERS);

static const struct pull_field SLICE[] = {
    PULL("metadata", OBJECT, struct slice_view, meta, .table = &META_TABLE),
    PULL_INSIDE("metadata", SLICE_OWNERS_TABLE),
    PULL("addressType", TEXT, struct slice_view, address_type),
    PULL_MANY("ports", ARRAY, struct slice_view, ports, port_count, .table = &PORT_TABLE),
    PULL_MANY("endpoints", ARRAY, struct slice_view, endpoints, endpoint_count,
              .table = &ENDPOINT_TABLE),
};
const struct pull_table SLICE_TABLE = PULL_TABLE(struct slice_view, SLICE);

/* ---- Endpoints ---- */

static const struct pull_field ENDPOINTS[] = {
    PULL("metadata", OBJECT, struct endpoints_view, meta, .table = &META_TABLE),
    PULL("subsets", COUNT, struct endpoints_view, subset_count),
};
const struct pull_table ENDPOINTS_TABLE = PULL_TABLE(struct endpoints_view, ENDPOINTS);
