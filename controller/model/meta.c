/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and annotations of an object, found by key; the lists are short, a walk is enough. */
#include "model/meta.h"

#include <stddef.h>

static const char *label_value(const struct label *labels, int count, const char *key)
{
    for (int i = 0; i < count; i++) {
        if (text_is(labels[i].key, key)) {
            return labels[i].value;
        }
    }
    return NULL;
}

const char *meta_label(const struct meta *meta, const char *key)
{
    return label_value(meta->labels, meta->label_count, key);
}

const char *meta_annotation(const struct meta *meta, const char *key)
{
    return label_value(meta->annotations, meta->annotation_count, key);
}
