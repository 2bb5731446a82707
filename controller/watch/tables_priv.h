/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_TABLES_PRIV_H
#define WATCH_TABLES_PRIV_H

#include "kube/pull.h"
#include "model/views.h"

/*
 * Decoder tables that several kinds share, and the top table of each kind. How a table is read is
 * told in kube/pull.h; kinds.c puts the top tables beside their API paths.
 *
 * Where a kind needs a look at the whole (one condition out of many, two arrays joined), its table
 * fills a larger struct that begins with the view, and a finish function completes the view.
 */

/* status is kept as text; the API server lets no object be larger than this. */
#define STATUS_BYTES_MAX (2 * 1024 * 1024)

/* One file each. */
extern const struct pull_table GROUP_TABLE;       /* struct group_view */
extern const struct pull_table POLICY_TABLE;      /* struct policy_view */
extern const struct pull_table ACTIVITY_TABLE;    /* struct activity_view */
extern const struct pull_table DEPLOYMENT_TABLE;  /* begins with struct deployment_view */
extern const struct pull_table REPLICA_SET_TABLE; /* struct replica_set_view */
extern const struct pull_table POD_TABLE;         /* begins with struct pod_view */
extern const struct pull_table NODE_TABLE;        /* begins with struct node_view */
extern const struct pull_table SERVICE_TABLE;     /* struct service_view */
extern const struct pull_table SLICE_TABLE;       /* struct slice_view */
extern const struct pull_table ENDPOINTS_TABLE;   /* struct endpoints_view */
extern const struct pull_table SCALER_TABLE;      /* struct scaler_view */

/* Shared parts. */
extern const struct pull_table META_TABLE;       /* struct meta */
extern const struct pull_table NODE_META_TABLE;  /* struct meta, labels but the zone left out */
extern const struct pull_table OWNER_TABLE;      /* struct owner_view */
extern const struct pull_table CONDITION_TABLE;  /* struct condition_view */
extern const struct pull_table PORT_TABLE;       /* struct port_view; `port` */
extern const struct pull_table CONTAINER_TABLE;  /* struct container_view */
extern const struct pull_table EXPRESSION_TABLE; /* struct selector_term */

/* A quantity or number -> struct number; what cannot be read is a state of it, not an error. */
int convert_number(void *at, struct str text, bool is_text, struct arena *arena, struct err *err);

/* RFC 3339 -> struct wall, or -1 with the CRD's sentence for it. */
int convert_time(struct wall *at, struct str text, const char *sentence,
                 struct err *err) MUST_CHECK;

/* The condition of that type, or NULL. */
const struct condition_view *condition_find(const struct condition_view *conditions, int count,
                                            const char *type);

/*
 * `containers` and those of `init` that are sidecars as one array; *ret_count is its length. No
 * copy is made when there are none of the latter.
 */
const struct container_view *containers_join(const struct container_view *containers, int count,
                                             const struct container_view *init, int init_count,
                                             struct arena *arena, int *ret_count);

#endif
