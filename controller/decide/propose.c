/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 7, second part: from the metrics of one policy to its raw proposal. "Scale out if any
 * metric of a policy asks for it (1.6); scale in only if every metric is readable and agrees
 * (A13)." An invalid metric "proposes nothing in either direction, and its policy then proposes at
 * least desired"; one that is not applicable neither proposes nor blocks. A fallback is "a floor
 * while a metric is unreadable, never a ceiling".
 */
#include "decide/decide_priv.h"

static void add_metric_term(struct turn *turn, const struct bound *bound,
                            const struct judged *judged)
{
    const struct metric *metric = judged->metric;
    struct term *term = term_add(turn, TERM_METRIC, bound->policy->meta.name, metric->name);
    term->target = metric->target_form == TARGET_NONE ? metric->steps.threshold : metric->target;
    term->age_s = judged->age_s;
    term->shown_only = bound->shown;
    term->detail = judged->detail;
    if (judged->state == METRIC_VALID) {
        term->value = judged->shown;
        term->has_wants = true;
        term->wants = judged->wants;
    } else {
        term->age_s = -1;
        term->reason =
            judged->state == METRIC_INVALID ? REASON_METRIC_INVALID : REASON_NO_NODES_TO_MEASURE;
    }
}

static void judge(struct turn *turn, struct bound *bound, int i)
{
    struct judged *judged = &bound->judged[i];
    bool recorded = can_record(turn) && bound->in_force;
    judged->metric = &bound->policy->metrics[i];
    measure(turn, bound, judged);
    if (judged->metric->target_form != TARGET_NONE) {
        if (judged->state == METRIC_VALID) {
            track(turn, bound, judged);
        }
    } else if (judged->state == METRIC_VALID && recorded) {
        steps_take(turn, bound, judged);
    } else if (judged->state == METRIC_VALID) {
        judged->wants = turn->other;
    } else if (judged->state == METRIC_INVALID && recorded) {
        metric_remember(turn, bound, judged->metric->name)->side = 0;
    }
    if (bound->in_force || bound->shown) {
        add_metric_term(turn, bound, judged);
    }
}

/* What the metrics of a policy come to. */
struct sum {
    int valid, invalid;
    int highest;                   /* of the valid proposals */
    const struct judged *deciding; /* the first that proposes it */
    bool fallback;
};

static struct sum sum_up(const struct bound *bound)
{
    struct sum sum = {0};
    for (int i = 0; i < bound->policy->metric_count; i++) {
        const struct judged *judged = &bound->judged[i];
        sum.invalid += judged->state == METRIC_INVALID ? 1 : 0;
        sum.fallback = sum.fallback || judged->fallback;
        if (judged->state != METRIC_VALID) {
            continue;
        }
        if (sum.valid == 0 || judged->wants > sum.highest) {
            sum.highest = judged->wants;
            sum.deciding = judged;
        }
        sum.valid++;
    }
    return sum;
}

static enum reason cause_of(const struct turn *turn, const struct judged *judged)
{
    bool steps = judged->metric->target_form == TARGET_NONE;
    if (judged->wants > turn->other) {
        return steps ? REASON_STEP_OUT : REASON_METRIC_OUT;
    }
    if (judged->wants < turn->other) {
        return steps ? REASON_STEP_IN : REASON_METRIC_IN;
    }
    return judged->within ? REASON_WITHIN_TOLERANCE : REASON_HOLD;
}

void proposal_limit(struct proposal *proposal, int nodes, enum reason reason)
{
    if (nodes == proposal->nodes) {
        return;
    }
    proposal->nodes = nodes;
    proposal->reason = reason;
    if (proposal->limit_count < (int)ARRAY_LEN(proposal->limits)) {
        proposal->limits[proposal->limit_count++] = reason;
    }
}

static void raise_to_fallback(struct turn *turn, struct bound *bound)
{
    int nodes = clamp_nodes(bound->policy->fallback_nodes);
    const char *policy = bound->policy->meta.name;
    struct term *term = term_add(turn, TERM_FALLBACK, policy, "");
    term->has_wants = true;
    term->wants = nodes;
    if (nodes > bound->proposal.nodes) {
        bound->proposal.nodes = nodes;
        bound->proposal.reason = REASON_FALLBACK;
        bound->proposal.winner = winner_name(turn, TERM_FALLBACK, policy, "");
    }
}

/* The raw proposal; `set` stays false when no metric is applicable. */
static void propose_raw(struct turn *turn, struct bound *bound)
{
    struct proposal *proposal = &bound->proposal;
    struct sum sum = sum_up(bound);
    if (sum.valid + sum.invalid == 0) {
        proposal->reason = REASON_NO_NODES_TO_MEASURE;
        return;
    }
    proposal->set = true;
    proposal->nodes = turn->other;
    proposal->reason = REASON_METRIC_INVALID;
    if (sum.deciding != NULL && (sum.invalid == 0 || sum.highest > turn->other)) {
        proposal->nodes = sum.highest;
        proposal->reason = cause_of(turn, sum.deciding);
    }
    const char *name = sum.deciding != NULL ? sum.deciding->metric->name : "";
    proposal->winner = sum.deciding != NULL
                           ? winner_name(turn, TERM_METRIC, bound->policy->meta.name, name)
                           : NULL;
    if (sum.fallback) {
        raise_to_fallback(turn, bound);
    }
}

static void say_metrics(struct turn *turn, const struct bound *bound)
{
    for (int i = 0; i < bound->policy->metric_count; i++) {
        const struct judged *judged = &bound->judged[i];
        const struct metric *metric = judged->metric;
        if (judged->state != METRIC_VALID) {
            say(turn, "%s %s: %s", metric->name,
                judged->state == METRIC_INVALID ? "is invalid" : "is not applicable",
                judged->detail);
            continue;
        }
        bool steps = metric->target_form == TARGET_NONE;
        char value[NUMBER_TEXT_SIZE], target[NUMBER_TEXT_SIZE];
        const char *unit = metric->target_form == TARGET_AVERAGE_UTILIZATION ? " %" : "";
        number_short(judged->shown, value);
        number_short(steps ? metric->steps.threshold : metric->target, target);
        say(turn, "%s %s%s against %s%s %s %d", metric->name, value, unit, target, unit,
            judged->wants == turn->other ? "keeps" : "wants", judged->wants);
    }
}

void propose(struct turn *turn, struct bound *bound)
{
    for (int i = 0; i < bound->policy->metric_count; i++) {
        judge(turn, bound, i);
    }
    if (!bound->in_force || bound->policy->metric_count == 0) {
        return;
    }
    say_metrics(turn, bound);
    if (can_record(turn)) {
        propose_raw(turn, bound);
    }
}
