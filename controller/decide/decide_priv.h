/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_DECIDE_PRIV_H
#define DECIDE_DECIDE_PRIV_H

#include "decide/turn_priv.h"

/*
 * One evaluation under way. Each step of behaviour.md section 6 is a file that takes the
 * evaluation as the step before left it:
 *
 *   binding  (1)  bindings made and undone, edits of ranges
 *   first    (2)  first sight
 *   members  (3)  machines attached or detached
 *   points   (4)  point rules that are due
 *   request  (5)  a manual request
 *   windows  (6)  windows, effective range, desired to its bound
 *   metrics  (7)  measure, track, steps -> propose -> envelope, panic, gates, rates -> the largest
 *   hold     (8)  what holds it
 *   record        the sentence, the activities, the next wake
 */

/* ---- the steps, in order ---- */

void nodes_look(struct turn *turn);
void hold_find(struct turn *turn);
void binding_step(struct turn *turn);
void first_step(struct turn *turn);
void members_step(struct turn *turn);
void points_step(struct turn *turn);
void request_step(struct turn *turn);
void windows_look(struct turn *turn); /* the windows of this instant, for the effective range */
void windows_step(struct turn *turn);
void metrics_step(struct turn *turn);
void hold_step(struct turn *turn);
void victims_choose(struct turn *turn);
void record_step(struct turn *turn);
void wake_step(struct turn *turn);
void memory_shed(struct turn *turn);

/* ---- ranges (range.c) ---- */

/* The base range of a binding, from the policy's and the group's spec. */
void range_bind(const struct turn *turn, struct bound *bound);
/* Recomputes running and effective ranges of the bindings and of the group. */
void range_update(struct turn *turn);
/* Brings desired into [low.min, cut] unless held; true if it moved. */
bool range_clamp(struct turn *turn, struct range low);
/* A point rule moves the running minimum of its own policy. */
bool range_fire(struct turn *turn, struct bound *bound, int target, int current);

/* ---- recommendations (envelope.c) ---- */

int bucket_seconds(int window_s);
/* Stores what was wanted at this instant in the scale-in window of one binding, or of all. */
void recommend_in(struct turn *turn, struct bound *bound, int nodes);
void recommend_in_all(struct turn *turn, int nodes);
/* Stores the raw proposal in both windows and gives desired inside the two-sided envelope. */
int envelope_apply(struct turn *turn, struct bound *bound, int raw);
/* Whether anything may be stored but failures. */
bool can_record(const struct turn *turn);

/* ---- metrics ---- */

/* What a metric reads now: valid, invalid or not applicable (measure.c). */
void measure(struct turn *turn, struct bound *bound, struct judged *judged);
/* Its proposal by target tracking (track.c) or by steps (steps.c). */
void track(const struct turn *turn, const struct bound *bound, struct judged *judged);
void steps_take(struct turn *turn, struct bound *bound, struct judged *judged);
/* The memory of a metric, made when there is none. */
struct metric_memory *metric_remember(struct turn *turn, struct bound *bound, const char *name);
/* The raw proposal of a policy, and its fallback (propose.c). */
void propose(struct turn *turn, struct bound *bound);
/* Its limits, in order (panic.c, gates.c, rates.c). */
void panic_apply(struct turn *turn, struct bound *bound, int raw);
void guard_watch(struct turn *turn, struct bound *bound);
void gates_apply(struct turn *turn, struct bound *bound);
void cooldown_apply(struct turn *turn, struct bound *bound);
void rates_apply(struct turn *turn, struct bound *bound);
void proposal_limit(struct proposal *proposal, int nodes, enum reason reason);
bool metric_is_from_nodes(const struct metric *metric);
/* Any node Pending or warming, for at most launchTimeoutSeconds (nodes.c). */
bool nodes_are_starting(const struct turn *turn);

/* ---- rules ---- */

bool schedule_is_usable(const struct schedule *schedule);
struct window_rule window_rule_of(const struct schedule *schedule);

/* ---- what is said (record.c) ---- */

struct term *term_add(struct turn *turn, enum term_kind kind, const char *policy, const char *name);
void say(struct turn *turn, const char *format, ...) PRINTF_LIKE(2, 3);
void limited(struct turn *turn, enum reason reason);
/* Desired was changed by a step: it is the winner until a later one changes it again. */
void won(struct turn *turn, const char *winner, enum reason reason);
const char *winner_name(struct turn *turn, enum term_kind kind, const char *policy,
                        const char *name);
struct activity *activity_add(struct turn *turn, const char *cause, enum activity_result result,
                              const char *message);

#endif
