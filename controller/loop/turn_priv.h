/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_TURN_PRIV_H
#define LOOP_TURN_PRIV_H

#include "act/plan.h"
#include "act/slices.h"
#include "decide/decide.h"
#include "loop/turn.h"
#include "loop/world_priv.h"

/* Shared by the files of a turn: turn.c is the order, the others are its steps. */

#define TURN_EVENTS_MAX 8
#define TURN_UPCOMING_MAX 5
#define TURN_WAKE_MIN_MS 200 /* no sooner than this, whatever asks for it */
#define TURN_ARENA_BYTES ((size_t)256 << 20)

struct turn {
    struct world *world;
    struct group_state *state;
    struct arena arena; /* everything below lives in it or in the pinned store */
    uint64_t pin;
    struct wall now;

    /* what was looked at */
    const struct group_view *view;
    const struct group *group;
    bool paused;                          /* the group's pause holds now */
    const char *spec_error;               /* "" = none */
    const struct policy *const *policies; /* bound */
    int policy_count;
    struct balancer_check *checks;    /* one per load balancer */
    struct balancer_state *balancers; /* their states */
    struct observation seen;

    /* what was decided */
    bool has_decided;
    struct decide_output decided;
    struct upcoming upcoming[TURN_UPCOMING_MAX];
    int upcoming_count;

    /* what is written */
    struct act_plan plan;
    struct outcome outcome;
    struct status_input report;
    struct notice_event events[TURN_EVENTS_MAX];
    int event_count;
    json_t *status;      /* on its way, or NULL */
    const char *version; /* resourceVersion the next status write is made on */
    bool acted;          /* a step was sent that status may have to tell of */
    const struct act_step *step;
    struct call *call; /* in flight, or NULL */
    int64_t after_ms;  /* when to look again; -1 = when something changes */
};

/* turn_look.c */
/* Whether the cache has seen our own writes and the metrics were read; else when to look again. */
bool turn_may_begin(struct turn *turn);
void turn_look(struct turn *turn);

/* turn_decide.c */
void turn_decide(struct turn *turn);
/* Steps of the plan that the decision asks for: scale, slices. */
void turn_plan(struct turn *turn);
/* The decision stands: what the next turn must know of this one. */
void turn_commit(struct turn *turn);

/* turn_act.c */
/* Steps that follow from the status that stands now: activities, Events. */
void turn_plan_records(struct turn *turn);
/* Sends the next step of the plan; turn->step is NULL when there is none. */
void turn_next_step(struct turn *turn, call_fn fn);
void turn_step_answered(struct turn *turn, const struct err *err, const char *body, size_t len);
/* What the steps came to. */
void turn_take_outcome(struct turn *turn);

/* turn_status.c */
/* Ends activities that are over, and gathers the Events of this turn. */
void turn_follow_activities(struct turn *turn);
/* Builds the status; true if it is to be written now (turn->status). */
bool turn_build_status(struct turn *turn);
void turn_send_status(struct turn *turn, call_fn fn);
/* It was written: it is the standing from now on. */
void turn_status_is_written(struct turn *turn, const char *body, size_t len);
void turn_status_failed(struct turn *turn, const struct err *err);

/* turn.c: moves after_ms to an earlier instant. */
void turn_wake_at(struct turn *turn, struct wall at);
void turn_wake_in(struct turn *turn, int64_t delay_ms);

#endif
