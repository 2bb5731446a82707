/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_LISTER_H
#define KUBE_LISTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/transport.h"
#include "kube/pull.h"

/*
 * Keeps a copy of one resource up to date: lists it, watches it from there, and starts over when
 * the server says so. The copy itself belongs to a sink.
 *
 * How it works: it first asks for a watch that begins with everything there is (WatchList). A
 * server that cannot do so answers with an error, and it lists in pages of 500 and watches from
 * the list's version. A watch that ends is resumed where it ended; "too old" (410) means a new
 * list; anything else waits 0.8 s, doubled up to 30 s, times 1 to 2 by chance, and resumes.
 *
 * What the sink sees, always in this order and never half:
 *     replace_begin, item..., bad..., replace_end     the whole truth as of now
 *     item | gone | bad                               one change each
 *     progress                                        nothing older than this is missing
 *
 * Rules
 *  1. A replace is delivered in one go when it is complete, within one callback of the loop. What
 *     the sink held and was neither in `item` nor in `bad` is gone from the server.
 *  2. `item` hands over an object and its arena: the sink copies *arena and zeroes it to keep
 *     them. What it leaves is cleared.
 *  3. Within a replace every `item` counts, also one older than what the sink has: the server may
 *     have been put back in time. Outside of one an `item` may repeat what the sink has. The same
 *     name with another uid is another object: the old one is gone.
 *  4. An object that cannot be decoded comes as `bad`: the sink keeps what it had. A list never
 *     fails because of one object.
 *  5. The lister never gives up. `trouble` is called once when something goes wrong or changes
 *     its nature, and with NULL when all is well again: that is what to log.
 *  6. Callbacks come from the loop, never from inside lister_start. lister_free is legal in each.
 */

struct lister_source {
    const char *api;            /* "/apis/apps/v1" */
    const char *plural;         /* "deployments" */
    const char *ns;             /* NULL or "" = all namespaces */
    const char *label_selector; /* NULL or "" = all objects */
    const char *field_selector;
    const struct pull_table *table; /* its struct begins with a struct object_id */
    bool optional;     /* a 404 is an empty replace, and is asked again about every minute */
    size_t item_bytes; /* ceiling of one object as JSON; 0 = 8 MiB */
};

/* A table for any resource of which no more than its struct object_id is wanted. */
extern const struct pull_table LISTER_NAMES_ONLY;

struct lister_sink {
    void (*replace_begin)(void *arg);
    void (*item)(void *arg, void *object, struct arena *arena);
    void (*gone)(void *arg, const struct object_id *id); /* lives during the call */
    void (*bad)(void *arg, const struct object_id *id, const struct err *err);
    void (*replace_end)(void *arg, const char *version);
    void (*progress)(void *arg, const char *version);  /* may be NULL */
    void (*trouble)(void *arg, const struct err *err); /* may be NULL */
    void *arg;
};

enum lister_state {
    LISTER_IDLE,     /* not started */
    LISTER_READING,  /* asking for everything */
    LISTER_WATCHING, /* up to date */
    LISTER_WAITING,  /* before trying again */
};

struct lister_counts {
    int64_t lists;    /* LIST requests, one a page */
    int64_t watches;  /* watch requests */
    int64_t replaces; /* complete ones */
    int64_t events;   /* of watches, bookmarks included */
    int64_t bad;      /* objects that could not be decoded, frames that were none */
};

struct lister;

/* Copies source (its table is borrowed) and sink. Never NULL. */
struct lister *lister_new(struct transport *transport, struct clock *clock,
                          const struct lister_source *source, const struct lister_sink *sink);
void lister_start(struct lister *lister);
/* Takes NULL. */
void lister_free(struct lister *lister);

enum lister_state lister_state(const struct lister *lister);
/* A first replace was delivered. */
bool lister_is_synced(const struct lister *lister);
/* The resourceVersion the sink has reached; "" = none yet. */
const char *lister_version(const struct lister *lister);
struct lister_counts lister_counts(const struct lister *lister);

#endif
