/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lister's exchanges: asking, receiving, silence, the end. What follows from an end stands in
 * lister_step.c, what an event means in lister_event.c.
 *
 * Sinks may free the lister in any callback: after each one `dead` is looked at, and the memory
 * goes when the outermost entry point is left.
 */
#include "kube/lister.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "kube/lister_priv.h"

#define SHORT_WATCH_MS 1000
#define SHORT_WATCHES_MAX 5     /* in a row, even with events */
#define READ_SILENCE_MS 30000   /* nothing for so long while reading everything */
#define SILENT_WATCHES_MAX 3    /* then read everything anew: the server may have gone back */
#define UNASKABLE_WAIT_MS 30000 /* a source whose path cannot be built */
#define REFUSAL_BYTES ((size_t)64 << 10)

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

/* ---- an exchange ---- */

static void take_stream(struct lister *lister, const char *bytes, size_t len)
{
    int64_t mine = lister->asked;
    size_t too_long = lister->lines.too_long;
    struct str frame;
    lines_feed(&lister->lines, bytes, len);
    while (lines_next(&lister->lines, &frame)) {
        lister_take_frame(lister, frame);
        if (lister->dead || lister->asked != mine || lister->exchange == NULL) {
            return; /* the rest belongs to nobody */
        }
    }
    if (lister->lines.too_long != too_long) {
        lister->counts.bad++;
        lister->list_next = lister->ask == ASK_STREAM;
        lister_start_again(lister, "an event too large to be one");
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
        lister_report_well(lister);
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
        lister_resume(lister);
        return;
    }
    char version[128] = "";
    if (strlen(list->resource_version) < sizeof(version)) {
        memcpy(version, list->resource_version, strlen(list->resource_version) + 1);
    }
    if (version[0] == '\0') {
        struct err err = {0};
        (void)err_set(&err, ERR_GARBLED, 0, "listing %s: the list has no resourceVersion",
                      lister->source.plural);
        lister_refused(lister, REPLY_OTHER, &err);
        return;
    }
    lister_deliver_replace(lister, version);
    if (!lister->dead) {
        lister_resume(lister);
    }
}

/* A stream ended as streams do. */
static void stream_ended(struct lister *lister)
{
    struct err err = {0};
    bool is_short = clock_mono(lister->clock).ms - lister->opened.ms < SHORT_WATCH_MS;
    lister->short_watches = is_short ? lister->short_watches + 1 : 0;
    if (lister->ask == ASK_STREAM) {
        lister->list_next = true;
        lister_forget_read(lister);
        lister_resume(lister);
    } else if (is_short &&
               (lister->events_here == 0 || lister->short_watches >= SHORT_WATCHES_MAX)) {
        lister->ends_at_once = true;
        (void)err_set(&err, ERR_AGAIN, 0, "watches end at once");
        lister_refused(lister, REPLY_OTHER, &err);
    } else {
        lister->ends_at_once = false;
        lister_resume(lister);
    }
}

static void ended(struct lister *lister, const struct err *trouble)
{
    struct err err = {0};
    if (trouble != NULL) {
        err = *trouble;
        lister_refused(lister, REPLY_OTHER, &err);
    } else if (lister->status >= 300 || lister->status < 200) {
        struct str body = {buf_text(&lister->refusal), lister->refusal.len};
        enum reply_reason reason = reply_error(lister->status, body, lister->retry_after_s, &err);
        lister_refused(lister, reason, &err);
    } else if (lister->ask != ASK_LIST) {
        stream_ended(lister);
    } else if (lister->list_is_bad || pull_list_end(&lister->list, &lister->list_err) != 0) {
        err = lister->list_err;
        lister_refused(lister, REPLY_OTHER, &err);
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

void lister_next(struct lister *lister)
{
    CLEANUP(buf_clear) struct buf path = {0};
    struct err err = {0};
    struct transport_handler handler = {on_head, on_data, on_end, lister};
    lister->asked++;
    lister->ask = choose(lister);
    lister->state = lister->ask == ASK_WATCH ? LISTER_WATCHING : LISTER_READING;
    if (lister_path(lister, &path, &err) != 0) {
        lister_report(lister, &err);
        if (!lister->dead) {
            lister_wait(lister, UNASKABLE_WAIT_MS);
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
    lister_next(lister);
    leave(lister);
}

static void silence(struct lister *lister)
{
    struct err err = {0};
    bool headed = lister->status != 0;
    lister_cancel(lister);
    if (lister->ask == ASK_WATCH && headed) {
        lister->ends_at_once = false;
        if (lister->events_here == 0 && ++lister->silent_watches >= SILENT_WATCHES_MAX) {
            lister->silent_watches = 0;
            lister_read_anew(lister, FROM_QUORUM);
        } else {
            lister_resume(lister);
        }
        return;
    }
    (void)err_set(&err, ERR_AGAIN, 0, "no answer for %lld s",
                  (long long)(lister->silence_max_ms / 1000));
    lister_refused(lister, REPLY_OTHER, &err);
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
    lister_cancel(lister);
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
