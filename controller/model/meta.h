/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_META_H
#define MODEL_META_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/*
 * The part of metadata that every object of ours and of Kubernetes shares. Texts are never NULL
 * ("" when absent) and live in the arena of the object.
 */

struct label {
    const char *key;
    const char *value;
};

struct meta {
    const char *name;
    const char *ns; /* namespace */
    const char *uid;
    const char *resource_version; /* opaque; compared by the client only */
    int64_t generation;
    struct wall created;
    bool deleting;              /* has a deletionTimestamp */
    const struct label *labels; /* in the order received */
    int label_count;
    const struct label
        *annotations; /* only keys that begin with "sluice.dev/" or are named in a table */
    int annotation_count;
};

/* The value of a label or annotation, or NULL. */
const char *meta_label(const struct meta *meta, const char *key);
const char *meta_annotation(const struct meta *meta, const char *key);

#endif
