/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "web/shelf.h"

#include "base/mem.h"

void shelf_init(struct shelf *shelf)
{
    shelf->newest = NULL;
    pthread_mutex_init(&shelf->lock, NULL);
}

void shelf_clear(struct shelf *shelf)
{
    volume_drop(shelf->newest);
    shelf->newest = NULL;
    pthread_mutex_destroy(&shelf->lock);
}

void shelf_put(struct shelf *shelf, struct web_snapshot *snapshot)
{
    struct volume *volume = mem_new(1, sizeof(*volume));
    volume->snapshot = snapshot;
    atomic_init(&volume->users, 1);
    pthread_mutex_lock(&shelf->lock);
    struct volume *before = shelf->newest;
    shelf->newest = volume;
    pthread_mutex_unlock(&shelf->lock);
    volume_drop(before);
}

struct volume *shelf_take(struct shelf *shelf)
{
    pthread_mutex_lock(&shelf->lock);
    struct volume *volume = shelf->newest;
    if (volume != NULL) {
        atomic_fetch_add(&volume->users, 1);
    }
    pthread_mutex_unlock(&shelf->lock);
    return volume;
}

void volume_drop(struct volume *volume)
{
    if (volume == NULL || atomic_fetch_sub(&volume->users, 1) != 1) {
        return;
    }
    mem_free(volume->snapshot->ready_message);
    mem_free(volume->snapshot->metrics);
    mem_free(volume->snapshot);
    mem_free(volume);
}
