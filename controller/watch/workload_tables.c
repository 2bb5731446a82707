/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments, their ReplicaSets and pods, and the Nodes under them.
 */
#include <string.h>

#include "watch/tables_priv.h"

/* ---- Deployment ---- */

struct deployment_work {
    struct deployment_view view;
    const struct container_view *init_containers;
    int init_container_count;
};

/*
 * managedFields says which manager owns which field. Of its many entries only those that hold
 * spec.replicas stay: they name who last wrote the count.
 */
static const struct pull_field WRITER_SPEC[] = {
    PULL("f:replicas", PRESENT, struct field_writer, replicas)};
static const struct pull_table WRITER_SPEC_TABLE = PULL_TABLE(struct field_writer, WRITER_SPEC);
static const struct pull_field WRITER_FIELDS[] = {PULL_INSIDE("f:spec", WRITER_SPEC_TABLE)};
static const struct pull_table WRITER_FIELDS_TABLE = PULL_TABLE(struct field_writer, WRITER_FIELDS);
static const struct pull_field WRITER[] = {
    PULL("manager", TEXT, struct field_writer, manager),
    PULL("operation", TEXT, struct field_writer, operation),
    PULL("subresource", TEXT, struct field_writer, subresource),
    PULL("time", TIME, struct field_writer, time),
    PULL_INSIDE("fieldsV1", WRITER_FIELDS_TABLE),
};

static enum pull_verdict keep_replica_writer(void *object, struct arena *arena, struct err *err)
{
    const struct field_writer *writer = object;
    return writer->replicas ? PULL_KEEP : PULL_DROP;
}
static const struct pull_table WRITER_TABLE =
    PULL_TABLE_FINISH(struct field_writer, WRITER, keep_replica_writer);

static const struct pull_field DEPLOYMENT_WRITERS[] = {
    PULL_MANY("managedFields", ARRAY, struct deployment_work, view.replica_writers,
              view.replica_writer_count, .table = &WRITER_TABLE),
};
static const struct pull_table DEPLOYMENT_WRITERS_TABLE =
    PULL_TABLE(struct deployment_work, DEPLOYMENT_WRITERS);

static const struct pull_field SELECTOR[] = {
    PULL_MANY("matchLabels", MAP, struct deployment_work, view.match_labels,
              view.match_label_count),
    PULL_MANY("matchExpressions", ARRAY, struct deployment_work, view.match_expressions,
              view.match_expression_count, .table = &EXPRESSION_TABLE),
};
static const struct pull_table SELECTOR_TABLE = PULL_TABLE(struct deployment_work, SELECTOR);

static const struct pull_field TEMPLATE_META[] = {
    PULL_MANY("labels", MAP, struct deployment_work, view.template_labels,
              view.template_label_count),
};
static const struct pull_table TEMPLATE_META_TABLE =
    PULL_TABLE(struct deployment_work, TEMPLATE_META);

static const struct pull_field TEMPLATE_SPEC[] = {
    PULL_MANY("containers", ARRAY, struct deployment_work, view.containers, view.container_count,
              .table = &CONTAINER_TABLE),
    PULL_MANY("initContainers", ARRAY, struct deployment_work, init_containers,
              init_container_count, .table = &CONTAINER_TABLE),
};
static const struct pull_table TEMPLATE_SPEC_TABLE =
    PULL_TABLE(struct deployment_work, TEMPLATE_SPEC);

static const struct pull_field TEMPLATE[] = {
    PULL_INSIDE("metadata", TEMPLATE_META_TABLE),
    PULL_INSIDE("spec", TEMPLATE_SPEC_TABLE),
};
static const struct pull_table TEMPLATE_TABLE = PULL_TABLE(struct deployment_work, TEMPLATE);

static const struct pull_field DEPLOYMENT_SPEC[] = {
    PULL("replicas", INT, struct deployment_work, view.replicas, .preset = 1),
    PULL("paused", BOOL, struct deployment_work, view.paused),
    PULL_INSIDE("selector", SELECTOR_TABLE),
    PULL_INSIDE("template", TEMPLATE_TABLE),
};
static const struct pull_table DEPLOYMENT_SPEC_TABLE =
    PULL_TABLE(struct deployment_work, DEPLOYMENT_SPEC);

static const struct pull_field DEPLOYMENT_STATUS[] = {
    PULL("observedGeneration", INT64, struct deployment_work, view.observed_generation),
    PULL("replicas", INT, struct deployment_work, view.status_replicas),
    PULL("updatedReplicas", INT, struct deployment_work, view.updated_replicas),
    PULL("readyReplicas", INT, struct deployment_work, view.ready_replicas),
    PULL("unavailableReplicas", INT, struct deployment_work, view.unavailable_replicas),
    PULL_MANY("conditions", ARRAY, struct deployment_work, view.conditions, view.condition_count,
              .table = &CONDITION_TABLE),
};
static const struct pull_table DEPLOYMENT_STATUS_TABLE =
    PULL_TABLE(struct deployment_work, DEPLOYMENT_STATUS);

static const struct pull_field DEPLOYMENT[] = {
    PULL("metadata", OBJECT, struct deployment_work, view.meta, .table = &META_TABLE),
    PULL_INSIDE("metadata", DEPLOYMENT_WRITERS_TABLE),
    PULL_INSIDE("spec", DEPLOYMENT_SPEC_TABLE),
    PULL_INSIDE("status", DEPLOYMENT_STATUS_TABLE),
};

static enum pull_verdict finish_deployment(void *object, struct arena *arena, struct err *err)
{
    struct deployment_work *work = object;
    struct deployment_view *view = &work->view;
    view->containers =
        containers_join(view->containers, view->container_count, work->init_containers,
                        work->init_container_count, arena, &view->container_count);
    return PULL_KEEP;
}
const struct pull_table DEPLOYMENT_TABLE =
    PULL_TABLE_FINISH(struct deployment_work, DEPLOYMENT, finish_deployment);

/* ---- ReplicaSet ---- */

static const struct pull_field REPLICA_SET_OWNERS[] = {
    PULL_MANY("ownerReferences", ARRAY, struct replica_set_view, owners, owner_count,
              .table = &OWNER_TABLE),
};
static const struct pull_table REPLICA_SET_OWNERS_TABLE =
    PULL_TABLE(struct replica_set_view, REPLICA_SET_OWNERS);

static const struct pull_field REPLICA_SET_SPEC[] = {
    PULL("replicas", INT, struct replica_set_view, replicas, .preset = 1)};
static const struct pull_table REPLICA_SET_SPEC_TABLE =
    PULL_TABLE(struct replica_set_view, REPLICA_SET_SPEC);

static const struct pull_field REPLICA_SET_STATUS[] = {
    PULL("replicas", INT, struct replica_set_view, status_replicas)};
static const struct pull_table REPLICA_SET_STATUS_TABLE =
    PULL_TABLE(struct replica_set_view, REPLICA_SET_STATUS);

static const struct pull_field REPLICA_SET[] = {
    PULL("metadata", OBJECT, struct replica_set_view, meta, .table = &META_TABLE),
    PULL_INSIDE("metadata", REPLICA_SET_OWNERS_TABLE),
    PULL_INSIDE("spec", REPLICA_SET_SPEC_TABLE),
    PULL_INSIDE("status", REPLICA_SET_STATUS_TABLE),
};
const struct pull_table REPLICA_SET_TABLE = PULL_TABLE(struct replica_set_view, REPLICA_SET);

/* ---- Pod ---- */

/* Why a container does not run: status.containerStatuses[].state.waiting. */
struct waiting {
    const char *reason, *message;
};

struct pod_ip {
    const char *ip; /* alone, so that an array of these is an array of texts */
};

struct pod_work {
    struct pod_view view;
    const struct container_view *init_containers;
    int init_container_count;
    const struct condition_view *conditions;
    int condition_count;
    const struct waiting *waiting, *init_waiting;
    int waiting_count, init_waiting_count;
};

static const struct pull_field WAITING_REASON[] = {
    PULL("reason", TEXT, struct waiting, reason),
    PULL("message", TEXT, struct waiting, message),
};
static const struct pull_table WAITING_REASON_TABLE = PULL_TABLE(struct waiting, WAITING_REASON);
static const struct pull_field WAITING_STATE[] = {PULL_INSIDE("waiting", WAITING_REASON_TABLE)};
static const struct pull_table WAITING_STATE_TABLE = PULL_TABLE(struct waiting, WAITING_STATE);
static const struct pull_field WAITING[] = {PULL_INSIDE("state", WAITING_STATE_TABLE)};

static enum pull_verdict keep_waiting(void *object, struct arena *arena, struct err *err)
{
    const struct waiting *waiting = object;
    return waiting->reason[0] == '\0' ? PULL_DROP : PULL_KEEP;
}
static const struct pull_table WAITING_TABLE =
    PULL_TABLE_FINISH(struct waiting, WAITING, keep_waiting);

static const struct pull_field POD_META[] = {
    PULL_MANY("ownerReferences", ARRAY, struct pod_work, view.owners, view.owner_count,
              .table = &OWNER_TABLE),
    PULL("deletionTimestamp", TIME, struct pod_work, view.deletion),
};
static const struct pull_table POD_META_TABLE = PULL_TABLE(struct pod_work, POD_META);

static const struct pull_field POD_SPEC[] = {
    PULL("nodeName", TEXT, struct pod_work, view.node_name),
    PULL_MANY("containers", ARRAY, struct pod_work, view.containers, view.container_count,
              .table = &CONTAINER_TABLE),
    PULL_MANY("initContainers", ARRAY, struct pod_work, init_containers, init_container_count,
              .table = &CONTAINER_TABLE),
};
static const struct pull_table POD_SPEC_TABLE = PULL_TABLE(struct pod_work, POD_SPEC);

static const struct pull_field POD_IP[] = {PULL("ip", TEXT, struct pod_ip, ip)};
static const struct pull_table POD_IP_TABLE = PULL_TABLE(struct pod_ip, POD_IP);

static const struct pull_field POD_STATUS[] = {
    PULL("phase", TEXT, struct pod_work, view.phase),
    PULL("reason", TEXT, struct pod_work, view.reason),
    PULL("podIP", TEXT, struct pod_work, view.ip),
    PULL_MANY("podIPs", ARRAY, struct pod_work, view.ips, view.ip_count, .table = &POD_IP_TABLE),
    PULL("startTime", TIME, struct pod_work, view.started),
    PULL_MANY("conditions", ARRAY, struct pod_work, conditions, condition_count,
              .table = &CONDITION_TABLE),
    PULL_MANY("containerStatuses", ARRAY, struct pod_work, waiting, waiting_count,
              .table = &WAITING_TABLE),
    PULL_MANY("initContainerStatuses", ARRAY, struct pod_work, init_waiting, init_waiting_count,
              .table = &WAITING_TABLE),
};
static const struct pull_table POD_STATUS_TABLE = PULL_TABLE(struct pod_work, POD_STATUS);

static const struct pull_field POD[] = {
    PULL("metadata", OBJECT, struct pod_work, view.meta, .table = &META_TABLE),
    PULL_INSIDE("metadata", POD_META_TABLE),
    PULL_INSIDE("spec", POD_SPEC_TABLE),
    PULL_INSIDE("status", POD_STATUS_TABLE),
};

static void finish_pod_conditions(struct pod_work *work)
{
    struct pod_view *view = &work->view;
    const struct condition_view *ready =
        condition_find(work->conditions, work->condition_count, "Ready");
    if (ready != NULL) {
        view->ready = strcmp(ready->status, "True") == 0;
        view->ready_changed = ready->changed;
    }
    const struct condition_view *scheduled =
        condition_find(work->conditions, work->condition_count, "PodScheduled");
    view->scheduled = view->node_name[0] != '\0';
    if (!view->scheduled && scheduled != NULL) {
        view->unscheduled_reason = scheduled->reason;
        view->unscheduled_message = scheduled->message;
    }
}

static enum pull_verdict finish_pod(void *object, struct arena *arena, struct err *err)
{
    static const struct waiting none = {"", ""};
    struct pod_work *work = object;
    struct pod_view *view = &work->view;
    view->containers =
        containers_join(view->containers, view->container_count, work->init_containers,
                        work->init_container_count, arena, &view->container_count);
    view->unscheduled_reason = view->unscheduled_message = "";
    finish_pod_conditions(work);
    /* Init containers come first: while one of them waits, the others say only PodInitializing. */
    const struct waiting *waiting = work->init_waiting_count > 0 ? &work->init_waiting[0]
                                    : work->waiting_count > 0    ? &work->waiting[0]
                                                                 : &none;
    view->waiting_reason = waiting->reason;
    view->waiting_message = waiting->message;
    return PULL_KEEP;
}
const struct pull_table POD_TABLE = PULL_TABLE_FINISH(struct pod_work, POD, finish_pod);

/* ---- Node ---- */

struct node_work {
    struct node_view view;
    const struct condition_view *conditions;
    int condition_count;
};

static enum pull_verdict keep_ready(void *object, struct arena *arena, struct err *err)
{
    const struct condition_view *condition = object;
    return strcmp(condition->type, "Ready") == 0 ? PULL_KEEP : PULL_DROP;
}

static const struct pull_field READY_CONDITION[] = {
    PULL("type", TEXT, struct condition_view, type),
    PULL("status", TEXT, struct condition_view, status),
    PULL("lastTransitionTime", TIME, struct condition_view, changed),
};
static const struct pull_table READY_CONDITION_TABLE =
    PULL_TABLE_FINISH(struct condition_view, READY_CONDITION, keep_ready);

static const struct pull_field NODE_SPEC[] = {
    PULL("unschedulable", BOOL, struct node_work, view.unschedulable)};
static const struct pull_table NODE_SPEC_TABLE = PULL_TABLE(struct node_work, NODE_SPEC);

static const struct pull_field NODE_STATUS[] = {
    PULL_MANY("conditions", ARRAY, struct node_work, conditions, condition_count,
              .table = &READY_CONDITION_TABLE),
};
static const struct pull_table NODE_STATUS_TABLE = PULL_TABLE(struct node_work, NODE_STATUS);

static const struct pull_field NODE[] = {
    PULL("metadata", OBJECT, struct node_work, view.meta, .table = &NODE_META_TABLE),
    PULL_INSIDE("spec", NODE_SPEC_TABLE),
    PULL_INSIDE("status", NODE_STATUS_TABLE),
};

static enum pull_verdict finish_node(void *object, struct arena *arena, struct err *err)
{
    struct node_work *work = object;
    if (work->condition_count > 0) {
        work->view.ready = strcmp(work->conditions[0].status, "True") == 0;
        work->view.lost = strcmp(work->conditions[0].status, "Unknown") == 0;
        work->view.ready_changed = work->conditions[0].changed;
    }
    return PULL_KEEP;
}
const struct pull_table NODE_TABLE = PULL_TABLE_FINISH(struct node_work, NODE, finish_node);
