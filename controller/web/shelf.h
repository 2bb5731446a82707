/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_SHELF_H
#define WEB_SHELF_H

#include <pthread.h>
#include <stdatomic.h>

#include "web/web.h"

/*
 * Where the control thread puts the newest snapshot and replies take it from. A snapshot is
 * counted: one for the shelf, one for each reply that is being sent; the last to let go frees it.
 *
 * The lock is held for the exchange of one pointer and never while anything is sent, allocated or
 * freed, so neither thread waits for the other.
 */

struct volume {
    atomic_int users;
    struct web_snapshot *snapshot;
};

struct shelf {
    pthread_mutex_t lock;
    struct volume *newest; /* NULL until the first put */
};

void shelf_init(struct shelf *shelf);
/* Lets go of the newest; no other thread uses the shelf any more. */
void shelf_clear(struct shelf *shelf);

/* Takes the snapshot over. */
void shelf_put(struct shelf *shelf, struct web_snapshot *snapshot);
/* The newest, or NULL; give it back with volume_drop. */
struct volume *shelf_take(struct shelf *shelf);
/* Takes NULL. */
void volume_drop(struct volume *volume);

#endif
