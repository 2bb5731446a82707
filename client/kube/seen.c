/* SPDX-License-Identifier: Apache-2.0 */
/* One note a (resource, key): the newest write, forgotten once the cache has it or time is up. */
#include "kube/seen.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/version.h"

struct note {
    bool deleted;
    char *uid;
    char *version; /* "" for a delete */
    struct mono noted;
};

static void free_note(struct note *note)
{
    if (note != NULL) {
        mem_free(note->uid);
        mem_free(note->version);
        mem_free(note);
    }
}

void seen_clear(struct seen *seen)
{
    for (size_t i = 0; i < seen->notes.used; i++) {
        free_note(seen->notes.slots[i].value);
    }
    map_clear(&seen->notes);
    seen->expired = 0;
}

/* "deployments demo/edge": a resource holds no blank. */
static const char *note_key(struct buf *buf, const char *resource, const char *key)
{
    buf_printf(buf, "%s %s", resource, key);
    return buf_text(buf);
}

static void put_note(struct seen *seen, const char *resource, const char *key, struct note note)
{
    CLEANUP(buf_clear) struct buf name = {0};
    struct note *copy = mem_new(1, sizeof(*copy));
    *copy = note;
    free_note(map_put(&seen->notes, note_key(&name, resource, key), copy));
}

void seen_wrote(struct seen *seen, const char *resource, const char *key, const char *uid,
                const char *version, struct mono now)
{
    put_note(seen, resource, key,
             (struct note){
                 .uid = mem_dup(uid == NULL ? "" : uid),
                 .version = mem_dup(version == NULL ? "" : version),
                 .noted = now,
             });
}

void seen_deleted(struct seen *seen, const char *resource, const char *key, const char *uid,
                  struct mono now)
{
    put_note(seen, resource, key,
             (struct note){
                 .deleted = true,
                 .uid = mem_dup(uid == NULL ? "" : uid),
                 .version = mem_dup(""),
                 .noted = now,
             });
}

static int64_t left_ms(const struct note *note, struct mono now)
{
    int64_t left = note->noted.ms + (note->deleted ? SEEN_DELETE_MS : SEEN_WRITE_MS) - now.ms;
    return left < 0 ? 0 : left;
}

static bool has_caught_up(const struct note *note, const struct seen_cache *cache)
{
    bool other_object = cache->uid != NULL && !text_is(cache->uid, note->uid);
    if (note->deleted) {
        return cache->uid == NULL || other_object;
    }
    if (version_reached(cache->progress, note->version)) {
        return true;
    }
    if (cache->uid == NULL) {
        return false;
    }
    /* Another object counts only where versions cannot say which of the two is newer. */
    bool orderly = version_is_orderly(note->version) && version_is_orderly(cache->resource_version);
    return version_reached(cache->resource_version, note->version) || (other_object && !orderly);
}

bool seen_is_current(struct seen *seen, const char *resource, const char *key,
                     const struct seen_cache *cache, struct mono now)
{
    CLEANUP(buf_clear) struct buf name = {0};
    const struct note *note = map_get(&seen->notes, note_key(&name, resource, key));
    if (note == NULL) {
        return true;
    }
    bool caught_up = has_caught_up(note, cache);
    if (!caught_up && left_ms(note, now) > 0) {
        return false;
    }
    seen->expired += caught_up ? 0 : 1;
    free_note(map_remove(&seen->notes, buf_text(&name)));
    return true;
}

int64_t seen_wait_ms(const struct seen *seen, const char *resource, const char *key,
                     struct mono now)
{
    CLEANUP(buf_clear) struct buf name = {0};
    const struct note *note = map_get(&seen->notes, note_key(&name, resource, key));
    return note == NULL ? 0 : left_ms(note, now);
}
