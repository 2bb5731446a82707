/* SPDX-License-Identifier: Apache-2.0 */
/* What every object has: enough to watch any resource. */
#include "kube/lister.h"

static const struct pull_field META[] = {
    PULL("name", TEXT, struct object_id, name),
    PULL("namespace", TEXT, struct object_id, ns),
    PULL("uid", TEXT, struct object_id, uid),
    PULL("resourceVersion", TEXT, struct object_id, resource_version),
};
static const struct pull_table META_TABLE = PULL_TABLE(struct object_id, META);
static const struct pull_field OBJECT[] = {PULL_INSIDE("metadata", META_TABLE)};

const struct pull_table LISTER_NAMES_ONLY = PULL_TABLE(struct object_id, OBJECT);
