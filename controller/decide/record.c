/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of an evaluation: terms, the sentence, activities, and the view of each binding.
 * "Each change of desired, each attach, detach, refusal or miss is exactly one activity"; refusals
 * and holds are told when they begin, not each time they are met again.
 */
#include "decide/decide_priv.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

#define CLAUSES_MAX 24 /* of one sentence; the terms hold everything */
#define CLAUSE_SIZE 400

/* Room for one more item of a growing array in the arena. */
static void *grow(struct turn *turn, void *items, int count, int *cap, size_t size)
{
    if (count < *cap) {
        return items;
    }
    *cap = *cap * 2 + 8;
    char *more = arena_alloc(turn->arena, (size_t)*cap, size);
    const char *old = items;
    for (size_t i = 0; i < (size_t)count * size; i++) {
        more[i] = old[i];
    }
    return more;
}

struct term *term_add(struct turn *turn, enum term_kind kind, const char *policy, const char *name)
{
    turn->terms = grow(turn, turn->terms, turn->term_count, &turn->term_cap, sizeof(struct term));
    struct term *term = &turn->terms[turn->term_count++];
    *term = (struct term){
        .kind = kind,
        .policy = arena_dup(turn->arena, policy),
        .name = arena_dup(turn->arena, name),
        .value = {.state = NUMBER_NONE},
        .target = {.state = NUMBER_NONE},
        .age_s = -1,
        .detail = "",
    };
    return term;
}

void say(struct turn *turn, const char *format, ...)
{
    if (turn->clause_count >= CLAUSES_MAX) {
        return;
    }
    char text[CLAUSE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    turn->clauses =
        grow(turn, turn->clauses, turn->clause_count, &turn->clause_cap, sizeof(const char *));
    turn->clauses[turn->clause_count++] = arena_dup(turn->arena, text);
}

void limited(struct turn *turn, enum reason reason)
{
    for (int i = 0; i < turn->limited_by_count; i++) {
        if (turn->limited_by[i] == reason) {
            return;
        }
    }
    turn->limited_by = grow(turn, turn->limited_by, turn->limited_by_count, &turn->limited_by_cap,
                            sizeof(enum reason));
    turn->limited_by[turn->limited_by_count++] = reason;
}

void won(struct turn *turn, const char *winner, enum reason reason)
{
    turn->winner = winner;
    turn->reason = reason;
}

const char *winner_name(struct turn *turn, enum term_kind kind, const char *policy,
                        const char *name)
{
    const char *word = term_kind_name(kind);
    if (policy[0] == '\0') {
        return word;
    }
    return arena_printf(turn->arena, "%s %s%s%s", word, policy, name[0] != '\0' ? "/" : "", name);
}

/* Group dryRun has "no activities": what is added then goes nowhere. */
struct activity *activity_add(struct turn *turn, const char *cause, enum activity_result result,
                              const char *message)
{
    struct activity activity = {
        .cause = cause,
        .from = turn->told,
        .to = turn->told,
        .start = turn->now,
        .result = result,
        .message = message,
    };
    if (turn->group->dry_run) {
        struct activity *nowhere = ARENA_NEW(turn->arena, struct activity);
        *nowhere = activity;
        return nowhere;
    }
    turn->activities = grow(turn, turn->activities, turn->activity_count, &turn->activity_cap,
                            sizeof(struct activity));
    activity.sequence = ++turn->m->sequence;
    turn->activities[turn->activity_count] = activity;
    return &turn->activities[turn->activity_count++];
}

static const char *make_message(struct turn *turn)
{
    CLEANUP(buf_clear) struct buf text = {0};
    if (turn->desired != turn->from) {
        buf_printf(&text, "%d to %d: ", turn->from, turn->desired);
    } else {
        buf_printf(&text, "%d stays: ", turn->desired);
    }
    if (turn->clause_count == 0) {
        buf_add_text(&text, "nothing asks for a change");
    }
    for (int i = 0; i < turn->clause_count; i++) {
        buf_printf(&text, "%s%s", i > 0 ? "; " : "", turn->clauses[i]);
    }
    return arena_dup(turn->arena, buf_text(&text));
}

static void record_change(struct turn *turn)
{
    if (turn->desired == turn->told || turn->hold != REASON_NONE) {
        return;
    }
    bool named = turn->winner != NULL && !text_is(turn->winner, "none");
    struct activity *activity = activity_add(turn, named ? turn->winner : "first sight",
                                             ACTIVITY_IN_PROGRESS, turn->out->decision.message);
    activity->to = turn->desired;
    turn->told = turn->desired;
}

static bool is_told(enum reason held)
{
    switch (held) {
    case REASON_PAUSED:
    case REASON_CONTESTED_HOLD:
    case REASON_TARGET_TAKEN:
    case REASON_TARGET_NOT_FOUND:
    case REASON_SUSPENDED:
    case REASON_ALL_PROTECTED:
    case REASON_PROTECTED_NODE_NOT_READY: return true;
    default: return false;
    }
}

/* "Refusals, holds and misses are edge-triggered." */
static void record_hold(struct turn *turn)
{
    enum reason edge = is_told(turn->held) ? turn->held : REASON_NONE;
    if (edge != REASON_NONE && edge != turn->m->edge) {
        activity_add(turn, arena_printf(turn->arena, "held: %s", reason_word(edge)),
                     ACTIVITY_REJECTED, turn->out->decision.message);
    }
    turn->m->edge = edge;
}

/* "If more exist than the range allows they are held", be the maximum explicit or a default. */
static bool is_above(const struct turn *turn)
{
    return turn->hold == REASON_NONE && turn->desired > turn->effective.max;
}

static enum reason final_reason(const struct turn *turn)
{
    if (is_above(turn) && turn->desired == turn->from) {
        return REASON_ABOVE_MAXIMUM;
    }
    return turn->reason != REASON_NONE ? turn->reason : REASON_HOLD;
}

static void record_decision(struct turn *turn)
{
    struct decision *decision = &turn->out->decision;
    decision->time = turn->now;
    decision->from = turn->from;
    decision->to = turn->desired;
    decision->base = turn->base;
    decision->effective = turn->effective;
    decision->terms = turn->terms;
    decision->term_count = turn->term_count;
    decision->winner = turn->winner != NULL ? turn->winner : "none";
    decision->limited_by = turn->limited_by;
    decision->limited_by_count = turn->limited_by_count;
    decision->reason = final_reason(turn);
    decision->held = turn->held;
    if (decision->reason == REASON_ABOVE_MAXIMUM) {
        say(turn, "%d are held, more than the range %d-%d allows", turn->desired,
            turn->effective.min, turn->effective.max);
    }
    decision->message = make_message(turn);
}

static const char *deciding_metric(const struct bound *bound)
{
    const char *name = "";
    for (int i = 0; i < bound->policy->metric_count; i++) {
        const struct judged *judged = &bound->judged[i];
        if (judged->state == METRIC_VALID && bound->proposal.set &&
            (name[0] == '\0' || judged->wants == bound->proposal.nodes)) {
            name = judged->metric->name;
        }
    }
    return name;
}

static struct binding_view view_of(struct turn *turn, const struct bound *bound)
{
    const struct fired_memory *fired = &bound->b->fired;
    struct binding_view view = {
        .policy = bound->policy->meta.name,
        .schedules = bound->policy->schedule_count > 0,
        .metrics = bound->policy->metric_count > 0,
        .suspended = !bound->in_force,
        .base = bound->base,
        .running = bound->running,
        .effective = bound->effective,
        .window_active = bound->window_active,
        .metrics_valid = true,
        .has_last_fired = fired->set,
        .last_rule = fired->set ? fired->rule : "",
        .last_time = fired->at,
        .last_nodes = fired->nodes,
        .deciding_metric = deciding_metric(bound),
    };
    view.policy = arena_dup(turn->arena, view.policy);
    view.deciding_metric = arena_dup(turn->arena, view.deciding_metric);
    for (int i = 0; i < bound->policy->metric_count; i++) {
        bool invalid = bound->judged[i].state == METRIC_INVALID;
        view.metrics_valid = view.metrics_valid && !invalid;
        turn->out->failing = turn->out->failing || (invalid && bound->in_force);
        turn->out->fallback_active =
            turn->out->fallback_active || (bound->in_force && bound->judged[i].fallback);
    }
    return view;
}

static bool was_limited(const struct turn *turn, enum reason reason)
{
    for (int i = 0; i < turn->limited_by_count; i++) {
        if (turn->limited_by[i] == reason) {
            return true;
        }
    }
    return turn->reason == reason;
}

static enum reason limited_reason(const struct turn *turn)
{
    for (int i = 0; i < turn->bound_count; i++) {
        if (turn->bounds[i].in_force && turn->bounds[i].apart) {
            return REASON_RANGE_CLAMPED;
        }
    }
    if (turn->schedule_clamped) {
        return REASON_SCHEDULE_CLAMPED;
    }
    if (was_limited(turn, REASON_RANGE_MAX)) {
        return REASON_TOO_MANY_NODES;
    }
    if (was_limited(turn, REASON_RANGE_MIN)) {
        return REASON_TOO_FEW_NODES;
    }
    return was_limited(turn, REASON_RATE_LIMITED) ? REASON_RATE_LIMITED
                                                  : REASON_DESIRED_WITHIN_RANGE;
}

static const char *limited_words(enum reason reason)
{
    switch (reason) {
    case REASON_RANGE_CLAMPED: return "a policy's nodeRange does not meet the group's range";
    case REASON_SCHEDULE_CLAMPED: return "a rule's target is above the maximum of its policy";
    case REASON_TOO_MANY_NODES: return "desired was cut to the maximum";
    case REASON_TOO_FEW_NODES: return "desired was raised to the minimum";
    case REASON_RATE_LIMITED: return "desired was limited by behavior.policies";
    default: return "desired is within the range";
    }
}

static void record_views(struct turn *turn)
{
    struct decide_output *out = turn->out;
    struct binding_view *views =
        ARENA_ARRAY(turn->arena, struct binding_view, (size_t)turn->bound_count);
    for (int i = 0; i < turn->bound_count; i++) {
        views[i] = view_of(turn, &turn->bounds[i]);
    }
    out->bindings = views;
    out->has_request = turn->m->requested;
    out->request_value = turn->m->requested_value;
    out->request_time = turn->m->requested_at;
    out->above_maximum = is_above(turn);
    out->limited = limited_reason(turn);
    out->limited_message =
        arena_printf(turn->arena, "%d desired, range %d-%d: %s", turn->desired, turn->effective.min,
                     turn->effective.max, limited_words(out->limited));
}

void record_step(struct turn *turn)
{
    record_decision(turn);
    record_change(turn);
    record_hold(turn);
    record_views(turn);
    turn->out->activities = turn->activities;
    turn->out->activity_count = turn->activity_count;
}
