/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_VIEWS_H
#define MODEL_VIEWS_H

#include <stdbool.h>

#include "model/group.h"
#include "model/meta.h"
#include "model/number.h"
#include "model/policy.h"

/*
 * The parts of Kubernetes objects that a scaling operator looks at, and nothing else of them. One
 * struct a kind, filled by the decoder tables of watch/, kept by store/, read by everybody.
 *
 * Rules
 *  1. An object and all its texts live in one arena; a newer version replaces it whole.
 *  2. Texts are never NULL, absent is "". Absent times are {0}; absent numbers are NUMBER_NONE.
 *  3. Every struct begins with its meta, so that who only stores objects needs to know no kind.
 */

#define LABEL_ZONE "topology.kubernetes.io/zone"
#define LABEL_TEMPLATE_HASH "pod-template-hash"
#define LABEL_SLICE_SERVICE "kubernetes.io/service-name"
#define LABEL_SLICE_MANAGED_BY "endpointslice.kubernetes.io/managed-by"
#define SLICE_MANAGER "sluice.dev"
#define SLICE_ANNOTATION_WEIGHTS "sluice.dev/weights"
#define POD_ANNOTATION_DELETION_COST "controller.kubernetes.io/pod-deletion-cost"

/* A part of a document as it was received: JSON text, NUL-terminated; len 0 when absent. */
struct raw_json {
    const char *text;
    size_t len;
};

struct owner_view {
    const char *kind, *name, *uid;
    bool controller; /* the one owner that manages it */
};

struct condition_view {
    const char *type;
    const char *status; /* "True", "False", "Unknown" */
    const char *reason;
    const char *message;
    struct wall changed; /* lastTransitionTime */
};

/* ---- ours ---- */

struct group_view {
    union {
        struct meta meta;
        struct group group; /* its first member is the meta */
    };
    struct raw_json status; /* parsed once, when the group is first seen */
};

struct policy_view {
    union {
        struct meta meta;
        struct policy policy;
    };
    struct raw_json status;
};

struct activity_view {
    struct meta meta;
    const struct owner_view *owners;
    int owner_count;
    const char *group_name;
    const char *cause;
    int from, to;
    struct wall start, end;
    bool has_end;       /* false while it runs */
    const char *result; /* "InProgress", ... */
};

/* ---- the workload ---- */

struct port_view {
    const char *name; /* "" = unnamed */
    int port;
    const char *protocol; /* default "TCP" */
};

struct container_view {
    const char *name;
    bool readiness_probe;
    bool restart_always; /* of an init container: a sidecar, which runs and is measured */
    const struct port_view *ports;
    int port_count;
    struct number cpu, memory; /* requests */
};

/* Who last wrote which part of an object; only entries that hold spec.replicas are kept. */
struct field_writer {
    const char *manager;
    const char *operation;   /* "Apply" or "Update" */
    const char *subresource; /* "scale" or "" */
    struct wall time;
    bool replicas; /* it holds spec.replicas: true for every entry kept */
};

struct deployment_view {
    struct meta meta;
    int replicas; /* spec.replicas */
    bool paused;
    const struct label *match_labels;
    int match_label_count;
    const struct selector_term *match_expressions;
    int match_expression_count;
    const struct label *template_labels;
    int template_label_count;
    const struct container_view *containers; /* init containers that are sidecars included */
    int container_count;
    int64_t observed_generation;
    int status_replicas, updated_replicas, ready_replicas, unavailable_replicas;
    const struct condition_view *conditions;
    int condition_count;
    const struct field_writer *replica_writers;
    int replica_writer_count;
};

struct replica_set_view {
    struct meta meta;
    const struct owner_view *owners;
    int owner_count;
    int replicas; /* spec.replicas */
    int status_replicas;
};

struct pod_view {
    struct meta meta; /* annotations: sluice.dev/... and the deletion cost */
    const struct owner_view *owners;
    int owner_count;
    const char *node_name; /* "" = not scheduled */
    const char *phase;     /* "Pending", "Running", "Succeeded", "Failed", "Unknown" */
    const char *reason;    /* of the phase: "Evicted", "NodeLost", "" */
    const char *ip;
    const char *const *ips; /* every family; ip is the first of them */
    int ip_count;
    struct wall started;  /* status.startTime */
    struct wall deletion; /* deletionTimestamp; {0} unless meta.deleting */
    bool ready;
    struct wall ready_changed; /* {0} = no Ready condition yet */
    bool scheduled;
    const char *unscheduled_reason; /* "Unschedulable", "" */
    const char *unscheduled_message;
    const char *waiting_reason; /* first waiting container: "ImagePullBackOff", ... or "" */
    const char *waiting_message;
    const struct container_view *containers; /* sidecars included */
    int container_count;
};

struct node_view {
    struct meta meta;
    bool ready;
    bool lost; /* its kubelet is silent: the Ready condition is Unknown */
    struct wall ready_changed;
    bool unschedulable;
};

/* ---- the network ---- */

struct service_port_view {
    const char *name;
    int port;
    int target_port;              /* 0 = target_port_name, or absent: the port itself */
    const char *target_port_name; /* "" = a number */
    const char *protocol;
};

struct service_view {
    struct meta meta;
    bool has_selector;
    const char *type;
    const char *cluster_ip;
    bool ipv4, ipv6; /* its ipFamilies; both false when it names none */
    const struct service_port_view *ports;
    int port_count;
};

struct endpoint_view {
    const char *const *addresses;
    int address_count;
    bool ready, serving, terminating; /* absent: ready true, serving as ready, terminating false */
    bool has_serving;
    const char *zone;
    const char *node_name;
    const char *target_kind, *target_name, *target_uid;
};

struct slice_view {
    struct meta meta; /* labels say whose it is; annotation sluice.dev/weights */
    const struct owner_view *owners;
    int owner_count;
    const char *address_type; /* "IPv4", "IPv6", "FQDN" */
    const struct port_view *ports;
    int port_count;
    const struct endpoint_view *endpoints;
    int endpoint_count;
};

/* The old Endpoints object: only whether somebody fills it. */
struct endpoints_view {
    struct meta meta;
    int subset_count;
};

/* ---- others that scale: HorizontalPodAutoscaler and KEDA's ScaledObject ---- */

struct scaler_view {
    struct meta meta;
    const char *target_api_version; /* "" = apps/v1 */
    const char *target_kind;        /* "" = Deployment */
    const char *target_name;
};

#endif
