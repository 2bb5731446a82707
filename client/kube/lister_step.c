/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sink hears, and what comes next. Every way an exchange can end comes to one of five
 * sentences: watch on at once (resume), watch on after a wait, read everything at once
 * (read_anew), read everything after a wait, or ask again in a while for what is not installed.
 */
#include "base/str.h"
#include "kube/lister_priv.h"

#define BACKOFF_MIN_MS 800
#define BACKOFF_MAX_MS 30000
#define BACKOFF_RESET_MS 120000
#define FAILED_WATCHES_MAX 8
#define ABSENT_WAIT_MS 60000 /* an optional kind that is not installed */

/* ---- what the sink hears ---- */

void lister_report(struct lister *lister, const struct err *err)
{
    bool same = err->kind == lister->trouble.kind && err->code == lister->trouble.code;
    lister->trouble = *err;
    if (!same && lister->sink.trouble != NULL) {
        lister->sink.trouble(lister->sink.arg, err);
    }
}

void lister_report_well(struct lister *lister)
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

void lister_progress(struct lister *lister, const char *version)
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
void lister_deliver_replace(struct lister *lister, const char *version)
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
        lister_report_well(lister);
    }
}

/* ---- the next step ---- */

void lister_cancel(struct lister *lister)
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

void lister_wait(struct lister *lister, int64_t ms)
{
    lister_cancel(lister);
    lister->state = LISTER_WAITING;
    lister->ask = ASK_NOTHING;
    timer_start(lister->timer, ms);
}

static void wait_and_resume(struct lister *lister)
{
    int64_t ms = next_wait_ms(lister);
    int64_t asked_ms = (int64_t)lister->trouble.retry_after_s * 1000;
    lister_wait(lister, ms > asked_ms ? ms : asked_ms);
}

void lister_forget_read(struct lister *lister)
{
    stage_clear(&lister->stage);
    buf_reset(&lister->next_page);
}

static void wait_and_read(struct lister *lister)
{
    lister->can_resume = false;
    lister_forget_read(lister);
    wait_and_resume(lister);
}

void lister_resume(struct lister *lister)
{
    lister_cancel(lister);
    lister_next(lister);
}

void lister_read_anew(struct lister *lister, enum lister_from from)
{
    lister->can_resume = false;
    lister->from = from;
    lister_forget_read(lister);
    lister_resume(lister);
}

/* ---- refusals ---- */

void lister_start_again(struct lister *lister, const char *why)
{
    struct err err = {0};
    (void)err_set(&err, ERR_GARBLED, 0, "watching %s: %s: reading everything anew",
                  lister->source.plural, why);
    lister->from = FROM_QUORUM;
    lister_report(lister, &err);
    if (!lister->dead) {
        wait_and_read(lister);
    }
}

/* Whether the version we asked for is the trouble, and the store itself has not been asked yet. */
static bool must_ask_the_store(const struct lister *lister, enum reply_reason reason,
                               const struct err *err)
{
    bool reading = lister->ask != ASK_WATCH;
    bool was_page = lister->ask == ASK_LIST && lister->next_page.len > 0;
    if (err->kind == ERR_EXPIRED) {
        return !reading || was_page || lister->from != FROM_QUORUM;
    }
    return reading && reason == REPLY_VERSION_TOO_LARGE && lister->from != FROM_QUORUM;
}

/* An optional kind that is not installed has no objects; it may come later. */
static void take_absence(struct lister *lister)
{
    lister_forget_read(lister);
    if (!lister->synced || lister->version.len > 0) {
        lister_deliver_replace(lister, "");
    }
    lister->from = FROM_CACHE;
    if (!lister->dead) {
        lister_wait(lister, ABSENT_WAIT_MS + (int64_t)(clock_random(lister->clock) % 10000));
    }
}

static void name_the_refusal(const struct lister *lister, struct err *err)
{
    if (err->kind == ERR_ABSENT) {
        (void)err_set(err, ERR_ABSENT, err->code,
                      "the API server has no %s at %s: they are not installed",
                      lister->source.plural, lister->source.api);
    } else {
        (void)err_wrap(err, "%s %s", lister->ask == ASK_WATCH ? "watching" : "listing",
                       lister->source.plural);
    }
}

void lister_refused(struct lister *lister, enum reply_reason reason, struct err *err)
{
    bool reading = lister->ask != ASK_WATCH;
    bool denied = err->kind == ERR_DENIED || err->kind == ERR_ABSENT || err->code == 429;
    if (lister->ask == ASK_STREAM) {
        lister->list_next = true;
    }
    if (must_ask_the_store(lister, reason, err)) {
        /* pages took longer than the server remembers: the next list comes whole */
        lister->whole_next = lister->ask == ASK_LIST && lister->next_page.len > 0;
        lister_read_anew(lister, FROM_QUORUM);
        return;
    }
    if (lister->ask == ASK_STREAM && !denied) {
        lister_forget_read(lister); /* this server knows no WatchList: list, at once */
        lister_resume(lister);
        return;
    }
    if (err->kind == ERR_ABSENT && lister->source.optional) {
        take_absence(lister);
        return;
    }
    name_the_refusal(lister, err);
    lister_report(lister, err);
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
