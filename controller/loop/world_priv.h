/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_WORLD_PRIV_H
#define LOOP_WORLD_PRIV_H

#include <jansson.h>

#include "base/map.h"
#include "calendar/tzload.h"
#include "kube/lister.h"
#include "kube/request.h"
#include "kube/seen.h"
#include "kube/workqueue.h"
#include "loop/counting.h"
#include "loop/world.h"
#include "measure/measure.h"
#include "model/decision.h"
#include "status/status.h"
#include "store/observe.h"
#include "store/store.h"
#include "watch/kinds.h"

/*
 * What the files of this room share: the world, and what is kept of each group and policy from
 * one turn to the next. Everything that must survive the process is in the API server; what is
 * here can be lost.
 */

struct turn;
struct policy_turn;

#define POLICY_GAP_MS 1000 /* policies gather what their groups noted */

/* One kind being listed and watched. */
struct feed {
    struct world *world;
    enum store_kind kind;
    const struct kind *of;
    struct lister *lister;
    struct map listed; /* keys of the replace under way */
    bool replacing;
    enum err_kind trouble; /* ERR_NONE = all is well */
    bool unreachable;      /* the server did not answer */
    int64_t bad;           /* objects that could not be decoded, as they stand in the API server */
};

/* How one policy stands with one group, for the policy's status. */
struct binding_note {
    struct binding_view view;
    struct upcoming next; /* rule NULL = none */
};

struct group_state {
    char *key; /* of the queue: "g demo/edge" */
    char *ns, *name, *uid;
    struct standing *standing;
    json_t *status; /* as last read or written */
    struct count_note note;
    char *note_uid;    /* owns note.uid */
    struct turn *turn; /* in flight, or NULL */
    struct mono last_turn;
    bool looked;     /* a turn has ended */
    bool measured;   /* wants numbers of metrics.k8s.io */
    char *act_error; /* of the last act, "" = none */
    char *logged;    /* the last trouble logged, "" = none */
    struct arena notes_arena;
    struct binding_note *notes; /* one per bound policy, by name */
    int note_count;
    char *notes_text; /* digest of the notes: what policies show of them */
    bool is_ready;    /* its Ready condition */
    int desired, current, in_service, min, max; /* as last decided, for /metrics */
};

struct policy_state {
    char *key; /* "p demo/lunch" */
    char *ns, *name;
    struct policy_turn *turn;
    char *logged;
};

struct figures {
    int64_t turns_ok, turns_failed, turns_waited;
    int64_t scales, status_writes, slice_writes, activity_writes, events_sent;
    int64_t decisions_changed;
};

struct world {
    struct arena arena; /* the texts of config */
    struct world_config config;
    struct clock *clock;
    struct counting counting;
    struct client client;
    struct store *store;
    struct feed feeds[STORE_KINDS];
    struct measure *measure;
    struct zones *zones;
    struct workqueue queue;
    struct timer *queue_timer;
    struct timer *clock_timer; /* looks whether the wall clock jumped */
    int64_t wall_ahead_ms;     /* wall minus monotonic when it was last right */
    struct seen seen;
    struct map groups;   /* "demo/edge" -> struct group_state */
    struct map policies; /* "demo/lunch" -> struct policy_state */
    struct figures figures;
    int turns_in_flight;
    bool synced, ready, server_lost;
    struct arena message_arena; /* of world_is_ready */
    bool stopping;
    struct timer *stop_timer;
    void (*on_stopped)(void *arg);
    void *stopped_arg;
};

/* ---- world.c ---- */

/* Makes a key due: now, or no sooner than its last turn allows. */
void world_touch_group(struct world *world, const char *ns, const char *name);
void world_touch_policy(struct world *world, const char *ns, const char *name, int64_t delay_ms);
/* Looks at the queue when the earliest key is due. */
void world_arm(struct world *world);
/* Whether turns may begin: every kind was read once. */
bool world_check_synced(struct world *world);
/* Every group is due: the server came back, or rights changed. */
void world_touch_all(struct world *world);
/* The key's turn is over. after_ms: when to look again, -1 = when something changes. */
void world_turn_ended(struct world *world, const char *key, bool ok, int64_t after_ms);
/* Logs under a group's or policy's name. */
void world_log(const struct world *world, enum log_level level, const char *message,
               const char *what, const char *ns, const char *name, const char *detail);
/* As world_log at WARN, but only if it is not what was logged last; "" = all is well again. */
void world_log_once(const struct world *world, char **logged, const char *message, const char *what,
                    const char *ns, const char *name, const char *detail);
/* Notes the version that a write was answered with, so that the cache must reach it. */
void world_note_write(struct world *world, const char *resource, const char *key, const char *body,
                      size_t len);
/* Whether the cache has seen the last write noted. object NULL = only the cache as a whole. */
bool world_is_current(struct world *world, const char *resource, const char *key,
                      enum store_kind kind, const struct meta *object);

/* ---- status_write.c ---- */

struct status_target {
    const char *plural; /* "scalinggroups" or "scalingpolicies" */
    const char *ns, *name;
    const char *version; /* resourceVersion the status was made on */
};

/* Sends a whole status (borrowed) on the status lane; fn is called as by request_send. */
struct call *status_write(struct world *world, const struct status_target *target, json_t *status,
                          call_fn fn, void *arg);

/* ---- feeds.c ---- */

void feeds_init(struct world *world);
void feeds_start(struct world *world);
void feeds_clear(struct world *world);
bool feeds_are_synced(const struct world *world, const char **ret_waiting_for);

/* ---- groups.c ---- */

struct group_state *group_state_of(struct world *world, const char *ns, const char *name);
/* Forgets a group: its turn must have ended. */
void group_state_forget(struct world *world, struct group_state *state);
/* Starts anew when the object is another one of the same name; reads its status once. */
void group_state_meet(struct world *world, struct group_state *state,
                      const struct group_view *view);
void group_states_clear(struct world *world);

#endif
