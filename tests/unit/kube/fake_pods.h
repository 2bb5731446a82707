/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_KUBE_FAKE_PODS_H
#define TESTS_KUBE_FAKE_PODS_H

#include "kube/pull.h"

/* A small kind, and what a server says about it. */

struct pod {
    struct object_id id;
    int replicas;
};

static const struct pull_field META[] = {
    PULL("name", TEXT, struct pod, id.name),
    PULL("namespace", TEXT, struct pod, id.ns),
    PULL("uid", TEXT, struct pod, id.uid),
    PULL("resourceVersion", TEXT, struct pod, id.resource_version),
};
static const struct pull_table META_TABLE = PULL_TABLE(struct pod, META);
static const struct pull_field SPEC[] = {PULL("replicas", INT, struct pod, replicas)};
static const struct pull_table SPEC_TABLE = PULL_TABLE(struct pod, SPEC);
static const struct pull_field POD[] = {
    PULL_INSIDE("metadata", META_TABLE),
    PULL_INSIDE("spec", SPEC_TABLE),
};
static const struct pull_table POD_TABLE = PULL_TABLE(struct pod, POD);

#define OBJECT(name, rv, replicas)                                                                 \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"n\",\"uid\":\"u-" name                   \
    "\",\"resourceVersion\":\"" rv "\"},\"spec\":{\"replicas\":" replicas "}}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define BOOKMARK(rv, annotations)                                                                  \
    EVENT("BOOKMARK", "{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"" rv                  \
                      "\",\"annotations\":{" annotations "}}}")
#define INITIAL_END "\"k8s.io/initial-events-end\":\"true\""
#define FAILURE(code, reason)                                                                      \
    EVENT("ERROR",                                                                                 \
          "{\"kind\":\"Status\",\"code\":" code ",\"reason\":\"" reason "\",\"message\":\"m\"}")
#define LIST(rv, next, items)                                                                      \
    "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"" rv "\",\"continue\":\"" next      \
    "\"},\"items\":[" items "]}"

#endif
