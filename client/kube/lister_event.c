/* SPDX-License-Identifier: Apache-2.0 */
/* The events of a watch: objects, bookmarks, errors; and the beginning of a WatchList. */
#include "base/str.h"
#include "kube/lister_priv.h"
#include "kube/version.h"

static bool is_initial_end(struct str object)
{
    struct arena arena = {0};
    struct str meta;
    struct str annotations;
    bool end = false;
    if (pull_find(object, "metadata", &meta) && pull_find(meta, "annotations", &annotations)) {
        end = text_is(pull_find_text(annotations, "k8s.io/initial-events-end", &arena), "true");
    }
    arena_clear(&arena);
    return end;
}

/* Whether an event's version lies before where we are: the server was put back in time. */
static bool went_back(const struct lister *lister, const char *version)
{
    return lister->ask == ASK_WATCH && version_is_orderly(version) &&
           version_is_orderly(buf_text(&lister->version)) &&
           !version_reached(version, buf_text(&lister->version));
}

static void take_change(struct lister *lister, struct str json)
{
    struct pull_limits limits = {.item_bytes = lister->source.item_bytes};
    struct arena arena;
    struct err err = {0};
    void *object = NULL;
    arena_init(&arena, 4 * (limits.item_bytes == 0 ? PULL_DEFAULT_ITEM_BYTES : limits.item_bytes));
    if (pull_decode(lister->source.table, json, &limits, &arena, &object, &err) != 0) {
        arena_clear(&arena);
        struct object_id id = pull_id(json, &arena);
        lister->counts.bad++;
        if (lister->ask == ASK_STREAM) {
            stage_bad(&lister->stage, &id, &err);
        } else {
            lister->sink.bad(lister->sink.arg, &id, &err);
        }
    } else if (lister->ask == ASK_STREAM) {
        stage_item(&lister->stage, object, &arena);
    } else {
        lister->sink.item(lister->sink.arg, object, &arena);
    }
    arena_clear(&arena);
}

static void take_object_event(struct lister *lister, const struct pull_event *event)
{
    struct arena arena = {0};
    struct object_id id = pull_id(event->object, &arena);
    if (went_back(lister, id.resource_version)) {
        lister_start_again(lister, "an event older than the last one");
    } else {
        if (lister->ask == ASK_STREAM && event->type != EVENT_ADDED) {
            stage_drop(&lister->stage, &id); /* a change between what there is and its end */
        }
        if (event->type != EVENT_DELETED) {
            take_change(lister, event->object);
        } else if (lister->ask == ASK_WATCH) {
            lister->sink.gone(lister->sink.arg, &id);
        }
        if (!lister->dead && lister->ask == ASK_WATCH) {
            lister_progress(lister, id.resource_version);
        }
    }
    arena_clear(&arena);
}

static void take_bookmark(struct lister *lister, struct str object)
{
    struct arena arena = {0};
    const char *version = pull_id(object, &arena).resource_version;
    if (went_back(lister, version)) {
        lister_start_again(lister, "a bookmark older than the last event");
    } else if (lister->ask == ASK_WATCH) {
        lister_progress(lister, version);
    } else if (is_initial_end(object)) {
        lister->ask = ASK_WATCH; /* the stream goes on as a watch */
        lister->state = LISTER_WATCHING;
        lister->silence_max_ms = WATCH_SILENCE_MS;
        lister_deliver_replace(lister, version);
    }
    arena_clear(&arena);
}

static void take_error_event(struct lister *lister, struct str object)
{
    struct err err = {0};
    enum reply_reason reason = reply_error(0, object, -1, &err);
    lister_refused(lister, reason, &err);
}

void lister_take_frame(struct lister *lister, struct str frame)
{
    struct pull_event event;
    struct err err = {0};
    lister->counts.events++;
    lister->events_here++;
    lister->silent_watches = 0;
    lister->ends_at_once = false;
    if (pull_event(frame, &event, &err) != 0) {
        lister->counts.bad++;
        lister->list_next = lister->ask == ASK_STREAM;
        lister_start_again(lister, err.text); /* an event may be lost */
        return;
    }
    switch (event.type) {
    case EVENT_ADDED:
    case EVENT_MODIFIED:
    case EVENT_DELETED: take_object_event(lister, &event); break;
    case EVENT_BOOKMARK: take_bookmark(lister, event.object); break;
    case EVENT_ERROR: take_error_event(lister, event.object); return;
    }
    if (!lister->dead && lister->ask == ASK_WATCH) {
        lister_report_well(lister);
    }
}
