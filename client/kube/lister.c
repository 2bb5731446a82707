/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine. Every way an exchange can end comes to one of five sentences: `resume` (watch
 * on at once), `wait_and_resume` (after a backoff), `read_anew` (everything, at once),
 * `wait_and_read` (everything, after a backoff), `go_on` (the next page, or the watch after a
 * list).
 *
 * Sinks may free the lister in any callback: after each one `dead` is looked at, and the memory
 * goes when the outermost entry point is left.
 */
#include "kube/lister.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "kube/lister_priv.h"
#include "kube/version.h"

#define BACKOFF_MIN_MS 800
#define BACKOFF_MAX_MS 30000
#define BACKOFF_RESET_MS 120000
#define SHORT_WATCH_MS 1000
#define READ_SILENCE_MS 30000   /* nothing for so long while reading everything */
#define WATCH_SILENCE_MS 100000 /* bookmarks come about each minute */
#define SILENT_WATCHES_MAX 3    /* then read everything anew: the server may have gone back */
#define FAILED_WATCHES_MAX 8
#define ABSENT_WAIT_MS 60000 /* an optional kind that is not installed */
#define REFUSAL_BYTES ((size_t)64 << 10)

static void ask(struct lister *lister);

/* ---- entering and leaving ---- */

static void destroy(struct lister *lister)
{
    mem_free((char *)(uintptr_t)lister->source.api);
    mem_free((char *)(uintptr_t)lister->source.plural);
    mem_free((char *)(uintptr_t)lister->source.ns);
    mem_free((char *)(uintptr_t)lister->source.label_selector);
    mem_free((char *)(uintptr_t)lister->source.field_selector);
    clock_timer_free(lister->timer);
    clock_timer_free(lister->watchdog);
    buf_clear(&lister->version);
    buf_clear(&lister->refusal);
    buf_clear(&lister->next_page);
    lines_clear(&lister->lines);
    pull_list_clear(&lister->list);
    stage_clear(&lister->stage);
    mem_free(lister);
}

static void leave(struct lister *lister)
{
    if (--lister->busy == 0 && lister->dead) {
        destroy(lister);
    }
}

/* ---- what the sink hears ---- */

static void report(struct lister *lister, const struct err *err)
{
    bool same = err->kind == lister->trouble.kind && err->code == lister->trouble.code;
    lister->trouble = *err;
    if (!same && lister->sink.trouble != NULL) {
        lister->sink.trouble(lister->sink.arg, err);
    }
}

static void report_well(struct lister *lister)
{
    bool was_well = lister->trouble.kind == ERR_NONE;
    lister->trouble = (struct err){0};
    lister->failed_watches = 0;
    if (!was_well && lister->sink.trouble != NULL) {
        lister->sink.trouble(lister->sink.arg, NULL);
    }
}

static void set_version(struct lister *lister, const char *version)
{
    buf_reset(&lister->version);
    buf_add_text(&lister->version, version);
}

static void progress(struct lister *lister, const char *version)
{
    if (version[0] == '\0') {
        return;
    }
    set_version(lister, version);
    if (lister->sink.progress != NULL) {
        lister->sink.progress(lister->sink.arg, buf_text(&lister->version));
    }
}

static void deliver_one(struct lister *lister, struct staged *staged)
{
    if (staged->dropped) {
        return;
    }
    if (staged->object != NULL) {
        lister->sink.item(lister->sink.arg, staged->object, &staged->arena);
    } else {
        lister->sink.bad(lister->sink.arg, &staged->id, staged->err);
    }
}

/* Rule 1 of the header: everything at once. */
static void deliver_replace(struct lister *lister, const char *version)
{
    struct stage stage = lister->stage;
    lister->stage = (struct stage){0};
    set_version(lister, version);
    lister->synced = true;
    lister->can_resume = version[0] != '\0';
    lister->list_next = lister->whole_next = false;
    lister->from = FROM_LAST;
    lister->counts.replaces++;
    lister->sink.replace_begin(lister->sink.arg);
    for (size_t i = 0; i < stage.count && !lister->dead; i++) {
        deliver_one(lister, &stage.items[i]);
    }
    stage_clear(&stage);
    if (!lister->dead) {
        lister->sink.replace_end(lister->sink.arg, buf_text(&lister->version));
    }
    if (!lister->dead) {
        report_well(lister);
    }
}

/* ---- the next step ---- */

static void cancel(struct lister *lister)
{
    timer_stop(lister->watchdog);
    timer_stop(lister->timer);
    if (lister->exchange != NULL) {
        struct exchange *exchange = lister->exchange;
        lister->exchange = NULL;
        transport_cancel(lister->transport, exchange);
    }
}

/* 0.8 s, doubled to 30 s, times 1 to 2; two good minutes start it anew. */
static int64_t next_wait_ms(struct lister *lister)
{
    struct mono now = clock_mono(lister->clock);
    if (!lister->has_failed || now.ms - lister->failed.ms > BACKOFF_RESET_MS) {
        lister->backoff_ms = BACKOFF_MIN_MS;
    }
    int64_t base_ms = lister->backoff_ms;
    int64_t chance_ms = (int64_t)(clock_random(lister->clock) % (uint64_t)base_ms);
    lister->backoff_ms = base_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : base_ms * 2;
    lister->has_failed = true;
    lister->failed = now;
    return base_ms + chance_ms;
}

static void wait_ms(struct lister *lister, int64_t ms)
{
    cancel(lister);
    lister->state = LISTER_WAITING;
    lister->ask = ASK_NOTHING;
    timer_start(lister->timer, ms);
}

static void wait_and_resume(struct lister *lister)
{
    int64_t ms = next_wait_ms(lister);
    int64_t asked_ms = (int64_t)lister->trouble.retry_after_s * 1000;
    wait_ms(lister, ms > asked_ms ? ms : asked_ms);
}

static void forget_read(struct lister *lister)
{
    stage_clear(&lister->stage);
    buf_reset(&lister->next_page);
}

static void wait_and_read(struct lister *lister)
{
    lister->can_resume = false;
    forget_read(lister);
    wait_and_resume(lister);
}

static void resume(struct lister *lister)
{
    cancel(lister);
    ask(lister);
}

static void read_anew(struct lister *lister, enum lister_from from)
{
    lister->can_resume = false;
    lister->from = from;
    forget_read(lister);
    resume(lister);
}

/* ---- watch events ---- */

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

static void start_again(struct lister *lister, const char *why)
{
    struct err err = {0};
    (void)err_set(&err, ERR_GARBLED, 0, "watching %s: %s: reading everything anew",
                  lister->source.plural, why);
    lister->from = FROM_QUORUM;
    report(lister, &err);
    if (!lister->dead) {
        wait_and_read(lister);
    }
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
        start_again(lister, "an event older than the last one");
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
            progress(lister, id.resource_version);
        }
    }
    arena_clear(&arena);
}

static void take_bookmark(struct lister *lister, struct str object)
{
    struct arena arena = {0};
    const char *version = pull_id(object, &arena).resource_version;
    if (went_back(lister, version)) {
        start_again(lister, "a bookmark older than the last event");
    } else if (lister->ask == ASK_WATCH) {
        progress(lister, version);
    } else if (is_initial_end(object)) {
        lister->ask = ASK_WATCH; /* the stream goes on as a watch */
        lister->state = LISTER_WATCHING;
        lister->silence_max_ms = WATCH_SILENCE_MS;
        deliver_replace(lister, version);
    }
    arena_clear(&arena);
}

/* A refusal, of a watch (in its stream or as its answer) or of a list. */
static void refused(struct lister *lister, enum reply_reason reason, struct err *err)
{
    bool reading = lister->ask != ASK_WATCH;
    bool was_page = lister->ask == ASK_LIST && lister->next_page.len > 0;
    bool newest = lister->from == FROM_QUORUM;
    if (lister->ask == ASK_STREAM) {
        lister->list_next = true;
    }
    if (err->kind == ERR_EXPIRED && was_page) {
        lister->whole_next = true; /* the pages took longer than the server remembers */
        read_anew(lister, FROM_QUORUM);
        return;
    }
    if (err->kind == ERR_EXPIRED || (reading && reason == REPLY_VERSION_TOO_LARGE)) {
        if (!reading || !newest) {
            read_anew(lister, FROM_QUORUM);
            return;
        }
    }
    if (lister->ask == ASK_STREAM && err->kind != ERR_DENIED && err->kind != ERR_ABSENT &&
        err->code != 429) {
        forget_read(lister); /* this server knows no WatchList: list, at once */
        resume(lister);
        return;
    }
    (void)err_wrap(err, "%s %s", reading ? "listing" : "watching", lister->source.plural);
    if (err->kind == ERR_ABSENT && lister->source.optional) {
        forget_read(lister);
        if (!lister->synced || lister->can_resume || lister->version.len > 0) {
            deliver_replace(lister, "");
        }
        lister->from = FROM_CACHE;
        if (!lister->dead) {
            wait_ms(lister, ABSENT_WAIT_MS + (int64_t)(clock_random(lister->clock) % 10000));
        }
        return;
    }
    report(lister, err);
    if (lister->dead) {
        return;
    }
    lister->failed_watches += reading || lister->status == 0 ? 0 : 1;
    if (reading || err->kind == ERR_ABSENT || lister->failed_watches >= FAILED_WATCHES_MAX) {
        lister->failed_watches = 0;
        wait_and_read(lister);
    } else {
        wait_and_resume(lister);
    }
}

static void take_error_event(struct lister *lister, struct str object)
{
    struct err err = {0};
    enum reply_reason reason = reply_error(0, object, -1, &err);
    refused(lister, reason, &err);
}

static void take_frame(struct lister *lister, struct str frame)
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
        start_again(lister, err.text); /* an event may be lost */
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
        report_well(lister);
    }
}

/* ---- an exchange ---- */

static void take_stream(struct lister *lister, const char *bytes, size_t len)
{
    int64_t mine = lister->asked;
    size_t too_long = lister->lines.too_long;
    struct str frame;
    lines_feed(&lister->lines, bytes, len);
    while (lines_next(&lister->lines, &frame)) {
        take_frame(lister, frame);
        if (lister->dead || lister->asked != mine || lister->exchange == NULL) {
            return; /* the rest belongs to nobody */
        }
    }
    if (lister->lines.too_long != too_long) {
        lister->counts.bad++;
        lister->list_next = lister->ask == ASK_STREAM;
        start_again(lister, "an event too large to be one");
    }
}

static void on_head(void *arg, const struct transport_head *head)
{
    struct lister *lister = arg;
    lister->busy++;
    lister->status = head->status;
    lister->retry_after_s = head->retry_after_s;
    lister->heard = clock_mono(lister->clock);
    if (head->status < 300 && lister->ask == ASK_WATCH && !lister->ends_at_once) {
        report_well(lister);
    }
    leave(lister);
}

static void on_data(void *arg, const char *bytes, size_t len)
{
    struct lister *lister = arg;
    lister->busy++;
    lister->heard = clock_mono(lister->clock);
    if (lister->status >= 300) {
        buf_add(&lister->refusal, bytes, len);
    } else if (lister->ask != ASK_LIST) {
        take_stream(lister, bytes, len);
    } else if (!lister->list_is_bad &&
               pull_list_feed(&lister->list, bytes, len, &lister->list_err) != 0) {
        lister->list_is_bad = true;
    }
    leave(lister);
}

/* A page is complete. */
static void go_on(struct lister *lister)
{
    struct pull_list *list = &lister->list;
    lister->counts.bad += list->bad_count;
    buf_reset(&lister->next_page);
    if (list->next[0] != '\0') {
        buf_add_text(&lister->next_page, list->next);
        resume(lister);
        return;
    }
    char version[128] = "";
    if (strlen(list->resource_version) < sizeof(version)) {
        strcpy(version, list->resource_version);
    }
    if (version[0] == '\0') {
        struct err err = {0};
        (void)err_set(&err, ERR_GARBLED, 0, "listing %s: the list has no resourceVersion",
                      lister->source.plural);
        refused(lister, REPLY_OTHER, &err);
        return;
    }
    deliver_replace(lister, version);
    if (!lister->dead) {
        resume(lister);
    }
}

/* A stream ended as streams do. */
static void stream_ended(struct lister *lister)
{
    struct err err = {0};
    struct mono now = clock_mono(lister->clock);
    if (lister->ask == ASK_STREAM) {
        lister->list_next = true;
        forget_read(lister);
        resume(lister);
    } else if (now.ms - lister->opened.ms < SHORT_WATCH_MS && lister->events_here == 0) {
        lister->ends_at_once = true;
        (void)err_set(&err, ERR_AGAIN, 0, "watches end at once without an event");
        refused(lister, REPLY_OTHER, &err);
    } else {
        lister->ends_at_once = false;
        resume(lister);
    }
}

static void ended(struct lister *lister, const struct err *trouble)
{
    struct err err = {0};
    if (trouble != NULL) {
        err = *trouble;
        refused(lister, REPLY_OTHER, &err);
    } else if (lister->status >= 300 || lister->status < 200) {
        struct str body = {buf_text(&lister->refusal), lister->refusal.len};
        enum reply_reason reason = reply_error(lister->status, body, lister->retry_after_s, &err);
        refused(lister, reason, &err);
    } else if (lister->ask != ASK_LIST) {
        stream_ended(lister);
    } else if (lister->list_is_bad || pull_list_end(&lister->list, &lister->list_err) != 0) {
        err = lister->list_err;
        refused(lister, REPLY_OTHER, &err);
    } else {
        go_on(lister);
    }
}

static void on_end(void *arg, const struct err *err)
{
    struct lister *lister = arg;
    lister->busy++;
    lister->exchange = NULL;
    timer_stop(lister->watchdog);
    ended(lister, err);
    leave(lister);
}

/* ---- asking ---- */

static void list_item(void *arg, void *object, struct arena *arena)
{
    stage_item(&((struct lister *)arg)->stage, object, arena);
}

static void list_bad(void *arg, const struct object_id *id, const struct err *err)
{
    stage_bad(&((struct lister *)arg)->stage, id, err);
}

static void open_decoder(struct lister *lister)
{
    struct pull_limits limits = {.item_bytes = lister->source.item_bytes};
    struct pull_list_handler handler = {list_item, list_bad, lister};
    buf_reset(&lister->refusal);
    lines_clear(&lister->lines);
    pull_list_clear(&lister->list);
    if (lister->ask == ASK_LIST) {
        pull_list_init(&lister->list, lister->source.table, &limits, &handler);
    }
    lister->list_is_bad = false;
    lister->status = 0;
    lister->retry_after_s = -1;
    lister->events_here = 0;
    lister->opened = lister->heard = clock_mono(lister->clock);
}

static enum lister_ask choose(const struct lister *lister)
{
    if (lister->can_resume) {
        return ASK_WATCH;
    }
    return lister->list_next || lister->next_page.len > 0 ? ASK_LIST : ASK_STREAM;
}

static void ask(struct lister *lister)
{
    CLEANUP(buf_clear) struct buf path = {0};
    struct err err = {0};
    struct transport_handler handler = {on_head, on_data, on_end, lister};
    lister->asked++;
    lister->ask = choose(lister);
    lister->state = lister->ask == ASK_WATCH ? LISTER_WATCHING : LISTER_READING;
    if (lister_path(lister, &path, &err) != 0) {
        report(lister, &err);
        if (!lister->dead) {
            wait_ms(lister, BACKOFF_MAX_MS);
        }
        return;
    }
    open_decoder(lister);
    bool stream = lister->ask != ASK_LIST;
    struct transport_request request = {
        .method = "GET",
        .path = buf_text(&path),
        .stream = stream,
        .timeout_ms = 120000,
    };
    lister->counts.lists += stream ? 0 : 1;
    lister->counts.watches += stream ? 1 : 0;
    lister->silence_max_ms = lister->ask == ASK_WATCH ? WATCH_SILENCE_MS : READ_SILENCE_MS;
    lister->exchange = transport_send(lister->transport, &request, &handler);
    timer_start(lister->watchdog, lister->silence_max_ms);
}

static void on_timer(void *arg)
{
    struct lister *lister = arg;
    lister->busy++;
    ask(lister);
    leave(lister);
}

static void silence(struct lister *lister)
{
    struct err err = {0};
    bool headed = lister->status != 0;
    cancel(lister);
    if (lister->ask == ASK_WATCH && headed) {
        lister->ends_at_once = false;
        if (lister->events_here == 0 && ++lister->silent_watches >= SILENT_WATCHES_MAX) {
            lister->silent_watches = 0;
            read_anew(lister, FROM_QUORUM);
        } else {
            resume(lister);
        }
        return;
    }
    (void)err_set(&err, ERR_AGAIN, 0, "no answer for %lld s",
                  (long long)(lister->silence_max_ms / 1000));
    refused(lister, REPLY_OTHER, &err);
}

/* Looks how long ago something was heard, rather than being moved by every chunk. */
static void on_watchdog(void *arg)
{
    struct lister *lister = arg;
    lister->busy++;
    int64_t quiet_ms = clock_mono(lister->clock).ms - lister->heard.ms;
    if (quiet_ms < lister->silence_max_ms) {
        timer_start(lister->watchdog, lister->silence_max_ms - quiet_ms);
    } else {
        silence(lister);
    }
    leave(lister);
}

/* ---- life ---- */

static char *own(const char *text)
{
    return mem_dup(text == NULL ? "" : text);
}

struct lister *lister_new(struct transport *transport, struct clock *clock,
                          const struct lister_source *source, const struct lister_sink *sink)
{
    struct lister *lister = mem_new(1, sizeof(*lister));
    lister->transport = transport;
    lister->clock = clock;
    lister->source = *source;
    lister->source.api = own(source->api);
    lister->source.plural = own(source->plural);
    lister->source.ns = own(source->ns);
    lister->source.label_selector = own(source->label_selector);
    lister->source.field_selector = own(source->field_selector);
    lister->sink = *sink;
    lister->from = FROM_CACHE;
    lister->timer = clock_timer_new(clock, on_timer, lister);
    lister->watchdog = clock_timer_new(clock, on_watchdog, lister);
    buf_init(&lister->refusal, REFUSAL_BYTES);
    lines_init(&lister->lines, FRAME_BYTES);
    return lister;
}

void lister_start(struct lister *lister)
{
    timer_start(lister->timer, 0);
}

void lister_free(struct lister *lister)
{
    if (lister == NULL || lister->dead) {
        return;
    }
    cancel(lister);
    lister->dead = true;
    if (lister->busy == 0) {
        destroy(lister);
    }
}

enum lister_state lister_state(const struct lister *lister)
{
    return lister->state;
}

bool lister_is_synced(const struct lister *lister)
{
    return lister->synced;
}

const char *lister_version(const struct lister *lister)
{
    return buf_text(&lister->version);
}

struct lister_counts lister_counts(const struct lister *lister)
{
    return lister->counts;
}
