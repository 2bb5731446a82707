/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_SEEN_H
#define KUBE_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/time.h"

/*
 * Read your own writes. Who decides on a cache that has not yet seen the last write acts twice.
 * So after each write its resourceVersion is noted here under (resource, key), and a key is not
 * worked on until the cache has caught up.
 *
 *     seen_wrote(&seen, "deployments", "demo/edge", "4711", now);
 *     if (!seen_is_current(&seen, "deployments", "demo/edge", &cached, now)) { later; }
 *
 * Rules
 *  1. Caught up means: the object in the cache, or the whole cache (a bookmark), is at or beyond
 *     the version written; or the object has another uid; or, for a delete, is gone.
 *  2. A version that cannot be ordered only matches exactly (base of comparison: kube/version.h).
 *  3. Nothing waits for ever: a write is forgotten after SEEN_WRITE_MS, a delete after
 *     SEEN_DELETE_MS; seen.expired counts them.
 *  4. Pure: the time is an argument.
 */

#define SEEN_WRITE_MS 60000
#define SEEN_DELETE_MS 5000

struct seen {
    struct map notes; /* private */
    size_t expired;   /* how often rule 3 ended a wait */
};

/* What the cache knows about the object. */
struct seen_cache {
    const char *uid;              /* NULL = the object is not in the cache */
    const char *resource_version; /* of the object; NULL = not in the cache */
    const char *progress;         /* version the whole cache has reached; NULL = unknown */
};

void seen_clear(struct seen *seen);
/* Notes a write; `version` is the metadata.resourceVersion of its answer. A later one replaces it.
 */
void seen_wrote(struct seen *seen, const char *resource, const char *key, const char *uid,
                const char *version, struct mono now);
void seen_deleted(struct seen *seen, const char *resource, const char *key, const char *uid,
                  struct mono now);
bool seen_is_current(struct seen *seen, const char *resource, const char *key,
                     const struct seen_cache *cache, struct mono now);
/* Milliseconds until rule 3 frees the key; 0 = it is free. For a timer that looks again. */
int64_t seen_wait_ms(const struct seen *seen, const char *resource, const char *key,
                     struct mono now);

#endif
