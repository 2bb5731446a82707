/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_LISTER_PRIV_H
#define KUBE_LISTER_PRIV_H

#include "base/buf.h"
#include "kube/lines.h"
#include "kube/lister.h"
#include "kube/reply.h"

/*
 * Inside of the lister: its state (lister.c), the objects of a replace that is not complete yet
 * (lister_stage.c) and its requests (lister_ask.c).
 */

/* ---- what was received and not yet handed to the sink ---- */

struct staged {
    void *object;       /* NULL = bad */
    struct arena arena; /* holds the object, or the texts of id */
    struct object_id id;
    struct err *err; /* why it is bad; in the arena */
    bool dropped;    /* replaced or deleted before it was delivered */
};

struct stage {
    struct staged *items;
    size_t count, cap;
};

void stage_clear(struct stage *stage);
/* Takes the arena. */
void stage_item(struct stage *stage, void *object, struct arena *arena);
void stage_bad(struct stage *stage, const struct object_id *id, const struct err *err);
/* Drops what is staged under this name. */
void stage_drop(struct stage *stage, const struct object_id *id);

/* ---- the lister ---- */

/* What the exchange under way is for. */
enum lister_ask {
    ASK_NOTHING,
    ASK_STREAM, /* WatchList: everything there is, until the bookmark that says so */
    ASK_LIST,   /* one page */
    ASK_WATCH,  /* changes */
};

/* From where to read everything. */
enum lister_from {
    FROM_CACHE,  /* resourceVersion=0: whatever the server has in memory */
    FROM_LAST,   /* not older than what the sink has */
    FROM_QUORUM, /* the newest, straight from the store */
};

struct lister {
    struct transport *transport;
    struct clock *clock;
    struct lister_source source; /* texts owned */
    struct lister_sink sink;
    struct lister_counts counts;

    enum lister_state state;
    enum lister_ask ask;
    enum lister_from from;
    bool list_next;  /* the last WatchList failed: list this time */
    bool whole_next; /* a continue token expired: list without pages */
    bool synced;
    struct buf version; /* what the sink has reached; "" = none */
    bool can_resume;    /* a watch from version makes sense */

    struct exchange *exchange;
    struct timer *timer;    /* before the next try */
    struct timer *watchdog; /* against silence */
    struct mono opened, heard;
    int64_t silence_max_ms;
    int64_t asked;       /* exchanges begun: tells whether one is still the same */
    int short_watches;   /* ended by the server within a second, in a row */
    bool ends_at_once;   /* the last watch did: an answer alone is not yet good news */
    int silent_watches;  /* ended by the watchdog without one event, in a row */
    int failed_watches;  /* ended in an error without one event, in a row */
    int64_t events_here; /* of the exchange under way */
    int status, retry_after_s;
    struct buf refusal; /* body of an answer of 400 or more */

    struct lines lines;
    struct pull_list list;
    bool list_open; /* list is in use */
    bool list_is_bad;
    struct err list_err;
    struct buf next_page; /* continue token */
    struct stage stage;

    int64_t backoff_ms; /* the next wait before chance is added */
    struct mono failed; /* when the last wait began */
    bool has_failed;
    struct err trouble; /* last reported; kind NONE = all is well */

    int busy;  /* callbacks under way */
    bool dead; /* freed by one of them */
};

#define WATCH_SILENCE_MS 100000 /* bookmarks come about each minute */
#define LIST_PAGE 500
#define FRAME_BYTES ((size_t)16 << 20)

/* The path of the next request, for lister->ask. -1: the source cannot be asked for. */
int lister_path(struct lister *lister, struct buf *path, struct err *err) MUST_CHECK;

/* ---- lister_step.c; the sink may have freed the lister when these return: see `dead` ---- */

void lister_report(struct lister *lister, const struct err *err);
void lister_report_well(struct lister *lister);
void lister_progress(struct lister *lister, const char *version);
/* Hands everything staged to the sink as the whole truth. */
void lister_deliver_replace(struct lister *lister, const char *version);
void lister_forget_read(struct lister *lister);
/* Ends the exchange and the timers. */
void lister_cancel(struct lister *lister);
void lister_wait(struct lister *lister, int64_t ms);
/* Goes on at once with whatever comes next. */
void lister_resume(struct lister *lister);
void lister_read_anew(struct lister *lister, enum lister_from from);
/* An event may have been lost: reads everything after a wait. */
void lister_start_again(struct lister *lister, const char *why);
/* A refusal, of a watch (in its stream or as its answer) or of a list. */
void lister_refused(struct lister *lister, enum reply_reason reason, struct err *err);

/* ---- lister_event.c ---- */

void lister_take_frame(struct lister *lister, struct str frame);

/* ---- lister.c ---- */

/* Asks the next question. */
void lister_next(struct lister *lister);

#endif
