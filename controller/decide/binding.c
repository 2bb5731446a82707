/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 1: policies meet their memories. A binding is made when a policy is not in memory and
 * undone when a memory has no policy; edits of a range are seen by comparing spec with what was
 * in force. "Deleting, unbinding, or suspend of a policy or rule: it is invalid at once, the
 * effective range goes back, nothing else moves by itself, an activity says so."
 */
#include "decide/decide_priv.h"

#include <stdio.h>

uint64_t hash_text(uint64_t hash, const char *text)
{
    const uint64_t prime = UINT64_C(1099511628211);
    for (const char *at = text != NULL ? text : ""; *at != '\0'; at++) {
        hash = (hash ^ (uint64_t)(unsigned char)*at) * prime;
    }
    return hash * prime; /* the 0 that ends it */
}

static uint64_t hash_int(uint64_t hash, int64_t value)
{
    for (int i = 0; i < 8; i++) {
        hash = (hash ^ ((uint64_t)value >> (8 * i) & 0xff)) * UINT64_C(1099511628211);
    }
    return hash;
}

/* "a rule added, re-enabled or whose cron, at or timeZone changed starts at now" */
static uint64_t rule_mark(const struct schedule *schedule)
{
    uint64_t hash = hash_text(HASH_START, schedule->name);
    hash = hash_text(hash, schedule->cron);
    hash = hash_int(hash, schedule->has_at ? schedule->at.s : INT64_MIN);
    hash = hash_text(hash, schedule->time_zone);
    return hash & (uint64_t)RULE_MARK_MASK;
}

bool schedule_is_usable(const struct schedule *schedule)
{
    bool end_is_known = schedule->end_cron[0] == '\0' || schedule->end_firing != NULL;
    return !schedule->suspend && schedule->firing != NULL && end_is_known;
}

static const struct rule_memory *find_rule(const struct binding_memory *b, uint64_t mark, int guess)
{
    if (guess < b->rule_count && b->rules[guess].mark == mark) {
        return &b->rules[guess];
    }
    for (int i = 0; i < b->rule_count; i++) {
        if (b->rules[i].mark == mark) {
            return &b->rules[i];
        }
    }
    return NULL;
}

/*
 * Where a rule that is not in memory begins: "at the policy's creationTimestamp if that is later
 * than the group's last evaluation or the group has none, else (or without one) at now".
 */
static struct wall rule_start(const struct turn *turn, const struct bound *bound)
{
    struct wall created = bound->policy->meta.created;
    bool later = !turn->had_before || created.s > turn->before.s;
    return bound->made && created.s != 0 && later ? created : turn->now;
}

static void rule_suspended(struct turn *turn, const struct bound *bound,
                           const struct schedule *schedule)
{
    const char *message =
        arena_printf(turn->arena, "rule %s of policy %s is suspended; nothing moves by itself",
                     schedule->name, bound->policy->meta.name);
    const char *cause = winner_name(turn, TERM_SCHEDULE, bound->policy->meta.name, schedule->name);
    activity_add(turn, cause, ACTIVITY_SUCCESSFUL, message);
}

/* Gives each rule its clock and forgets the rules that are gone. */
static void bind_rules(struct turn *turn, struct bound *bound)
{
    struct binding_memory *b = bound->b;
    const struct policy *policy = bound->policy;
    size_t count = (size_t)larger(policy->schedule_count, 0);
    struct rule_memory *rules = ARENA_ARRAY(turn->arena, struct rule_memory, count);
    bound->clocks = ARENA_ARRAY(turn->arena, struct wall, count);
    int kept = 0;
    for (int i = 0; i < policy->schedule_count; i++) {
        const struct schedule *schedule = &policy->schedules[i];
        uint64_t mark = rule_mark(schedule);
        const struct rule_memory *rule = find_rule(b, mark, i);
        if (!bound->in_force || !schedule_is_usable(schedule)) {
            bound->clocks[i] = turn->now;
            if (bound->in_force && rule != NULL && schedule->suspend) {
                rule_suspended(turn, bound, schedule);
            }
            continue;
        }
        bound->clocks[i] = rule == NULL  ? rule_start(turn, bound)
                           : rule->apart ? rule->clock
                                         : turn->before;
        rules[kept++] = (struct rule_memory){.mark = mark, .clock = bound->clocks[i]};
    }
    b->rules = rules;
    b->rule_count = kept;
}

/* The rule that held a window, or NULL when it or its window was taken out of the policy. */
static const struct schedule *window_schedule(const struct bound *bound)
{
    for (int i = 0; i < bound->policy->schedule_count; i++) {
        const struct schedule *schedule = &bound->policy->schedules[i];
        if (text_is(schedule->name, bound->b->window_rule)) {
            return schedule_is_usable(schedule) && schedule_is_window(schedule) ? schedule : NULL;
        }
    }
    return NULL;
}

static void range_reset(struct binding_memory *b)
{
    b->has_floor = false;
    b->floor = 0;
}

/* "A range in memory of a policy that changed: reset to the base range". */
static void see_range_edit(struct turn *turn, struct bound *bound)
{
    const struct policy *policy = bound->policy;
    struct binding_memory *b = bound->b;
    bool same = b->has_min == policy->has_range_min && b->has_max == policy->has_range_max &&
                (!b->has_min || b->min == clamp_nodes(policy->range_min)) &&
                (!b->has_max || b->max == clamp_nodes(policy->range_max));
    if (!same) {
        range_reset(b);
        bool counted = bound->in_force && !bound->made && !b->aside;
        turn->range_edited = turn->range_edited || counted;
    }
    b->has_min = policy->has_range_min;
    b->has_max = policy->has_range_max;
    b->min = b->has_min ? clamp_nodes(policy->range_min) : 0;
    b->max = b->has_max ? clamp_nodes(policy->range_max) : 0;
}

static void forget_window(struct turn *turn, struct binding_memory *b)
{
    turn->left = larger(turn->left, b->has_window ? b->window_nodes : 0);
    b->has_window = false;
    b->window_nodes = 0;
    b->window_rule = NULL;
}

static void forget_range(struct turn *turn, const struct binding_memory *b)
{
    turn->left = larger(turn->left, b->has_min ? b->min : 0);
}

static const char *aside_word(const struct policy *policy)
{
    return policy->suspend ? "suspended" : policy->dry_run ? "set to dryRun" : "invalid";
}

static void tell_gone(struct turn *turn, const char *policy, const char *what)
{
    const char *cause = arena_printf(turn->arena, "policy %s %s", policy, what);
    const char *message =
        arena_printf(turn->arena, "%s: its range is gone and nothing else moves by itself", cause);
    activity_add(turn, cause, ACTIVITY_SUCCESSFUL, message);
    say(turn, "policy %s is %s", policy, what);
}

/* A policy that stands aside keeps its name and what it listed, and nothing else. */
static void stand_aside(struct turn *turn, struct bound *bound)
{
    struct binding_memory *b = bound->b;
    bool was_in_force = !b->aside && !bound->made;
    forget_window(turn, b);
    range_reset(b);
    b->out.count = b->in.count = 0;
    b->panicking = b->dropped = false;
    b->panic_count = 0;
    if (was_in_force) {
        forget_range(turn, b);
        tell_gone(turn, bound->policy->meta.name, aside_word(bound->policy));
    }
    b->aside = true;
}

/* "Ending a suspension, or a gap longer than the scale-in window, stores desired". */
static void see_return(struct turn *turn, struct bound *bound)
{
    struct binding_memory *b = bound->b;
    int window_s = bound->policy->scale_in.stabilization_s;
    bool gap = turn->had_before && window_s > 0 && turn->now.s - turn->before.s > window_s;
    bool ended = (turn->m->still && turn->hold == REASON_NONE) || (turn->m->muted && !turn->muted);
    bound->fresh = bound->made || b->aside;
    bound->remember = bound->fresh || gap || ended;
    b->aside = false;
    if (b->has_window && window_schedule(bound) == NULL) {
        forget_window(turn, b);
    }
}

static void bind_one(struct turn *turn, struct bound *bound)
{
    const struct policy *policy = bound->policy;
    bound->in_force = !policy->suspend && !policy->dry_run && !policy->invalid;
    bound->shown = policy->dry_run && !policy->suspend && !policy->invalid;
    see_range_edit(turn, bound);
    range_bind(turn, bound);
    bound->judged =
        ARENA_ARRAY(turn->arena, struct judged, (size_t)larger(policy->metric_count, 0));
    if (bound->in_force) {
        see_return(turn, bound);
        turn->metric_scaling = turn->metric_scaling || policy->metric_count > 0;
    } else {
        stand_aside(turn, bound);
    }
    bind_rules(turn, bound);
}

/* "A binding found in memory without its policy is unbound on the next turn." */
static void unbind(struct turn *turn, struct binding_memory *b)
{
    forget_window(turn, b);
    if (!b->aside) {
        forget_range(turn, b);
        tell_gone(turn, b->policy, "unbound");
    }
}

/* Both lists are sorted by name: walks them side by side. */
static void join(struct turn *turn)
{
    const struct decide_input *in = turn->in;
    struct memory *m = turn->m;
    size_t count = (size_t)larger(in->policy_count, 0);
    struct binding_memory *bindings = ARENA_ARRAY(turn->arena, struct binding_memory, count);
    turn->bounds = ARENA_ARRAY(turn->arena, struct bound, count);
    turn->bound_count = (int)count;
    int old = 0;
    for (int i = 0; i < turn->bound_count; i++) {
        struct bound *bound = &turn->bounds[i];
        const char *name = in->policies[i]->meta.name;
        while (old < m->binding_count && text_compare(m->bindings[old].policy, name) < 0) {
            unbind(turn, &m->bindings[old++]);
        }
        bound->policy = in->policies[i];
        bound->b = &bindings[i];
        if (old < m->binding_count && text_is(m->bindings[old].policy, name)) {
            bindings[i] = m->bindings[old++];
        } else {
            bound->made = true;
            bindings[i].policy = arena_dup(turn->arena, name);
        }
    }
    while (old < m->binding_count) {
        unbind(turn, &m->bindings[old++]);
    }
    m->bindings = bindings;
    m->binding_count = turn->bound_count;
}

/*
 * "The running range is reset to the base range when a group gains or loses metric scaling"; and
 * the baseline is "desired as it stands when a group ceases to have metric scaling".
 */
static void see_metric_scaling(struct turn *turn)
{
    struct memory *m = turn->m;
    if (turn->metric_scaling != m->metric_scaling && !turn->first) {
        for (int i = 0; i < turn->bound_count; i++) {
            range_reset(turn->bounds[i].b);
        }
        m->baseline = turn->metric_scaling ? m->baseline : turn->desired;
    } else if (!turn->metric_scaling) {
        /* "nothing else moves by itself": what a window or a range raised stays without it. */
        m->baseline = larger(m->baseline, smaller(turn->left, turn->desired));
    }
    m->metric_scaling = turn->metric_scaling;
}

/* "First sight and binding never remove a node": what is above a new range is held. */
static void see_edits(struct turn *turn)
{
    struct memory *m = turn->m;
    turn->range_edited = turn->range_edited || m->min_size != turn->group->min_size ||
                         m->max_size != turn->group->max_size;
    m->min_size = turn->group->min_size;
    m->max_size = turn->group->max_size;
    if (turn->range_edited) {
        m->above = false;
    }
    bool fresh = false;
    for (int i = 0; i < turn->bound_count; i++) {
        fresh = fresh || turn->bounds[i].fresh;
    }
    if (fresh && turn->desired > turn->cut) {
        m->above = true;
    }
}

void binding_step(struct turn *turn)
{
    join(turn);
    for (int i = 0; i < turn->bound_count; i++) {
        bind_one(turn, &turn->bounds[i]);
    }
    see_metric_scaling(turn);
    range_update(turn);
    see_edits(turn);
}
