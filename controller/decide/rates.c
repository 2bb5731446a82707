/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cooldown, rate limits and the cap while launches fail. "Rate periods sum metric-caused changes
 * only"; both look at the group's one list of them.
 *
 *     from 80, in 4 Nodes and 10 % a minute:  80 -> 72 -> 64 (8 then 7.2: 10 % allows more)
 */
#include "decide/decide_priv.h"

static const struct rate OUT_DEFAULTS[] = {
    {.unit = RATE_PERCENT, .value = 100, .period_s = 15},
    {.unit = RATE_NODES, .value = 4, .period_s = 15},
};
static const struct rate IN_DEFAULTS[] = {
    {.unit = RATE_PERCENT, .value = 100, .period_s = 15},
};

/*
 * "No metric change in that direction within N s after the last metric-caused change of desired in
 * any direction."
 */
void cooldown_apply(struct turn *turn, struct bound *bound)
{
    const struct memory *m = turn->m;
    struct proposal *proposal = &bound->proposal;
    if (m->change_count == 0 || proposal->nodes == turn->other) {
        return;
    }
    bool out = proposal->nodes > turn->other;
    int cooldown_s = out ? bound->policy->scale_out.cooldown_s : bound->policy->scale_in.cooldown_s;
    if (age_of(turn, m->changes[m->change_count - 1].at) < cooldown_s) {
        proposal_limit(proposal, turn->other, REASON_COOLDOWN);
    }
}

/*
 * "s = current - (replicas added in period) + (replicas removed in period)", at least 0; "a change
 * counts while younger than the period".
 */
static int64_t at_period_start(const struct turn *turn, int period_s)
{
    const struct memory *m = turn->m;
    int64_t nodes = turn->other;
    for (int i = m->change_count - 1; i >= 0; i--) {
        if (age_of(turn, m->changes[i].at) < period_s) {
            nodes -= m->changes[i].delta;
        }
    }
    return nodes > 0 ? nodes : 0;
}

/* "Percent gives ceil(s (1 + v/100))"; "percentages of 0 count as of 1". */
static int64_t limit_out(int64_t start, const struct rate *rate)
{
    int64_t value = larger(rate->value, 0);
    if (rate->unit == RATE_NODES) {
        return start + value;
    }
    int64_t from = start > 0 ? start : 1;
    return (from * (100 + value) + 99) / 100;
}

/* "Percent trunc(s (1 - v/100))" */
static int64_t limit_in(int64_t start, const struct rate *rate)
{
    int64_t value = larger(rate->value, 0);
    if (rate->unit == RATE_NODES) {
        return start > value ? start - value : 0;
    }
    int64_t from = start > 0 ? start : 1;
    return value >= 100 ? 0 : from * (100 - value) / 100;
}

/* The furthest a direction may go: of several policies the one that allows most, or least. */
static int rate_limit(const struct turn *turn, const struct behavior *behavior, bool out)
{
    const struct rate *rates = behavior->rates;
    int count = behavior->rate_count;
    if (count <= 0) {
        rates = out ? OUT_DEFAULTS : IN_DEFAULTS;
        count = out ? (int)ARRAY_LEN(OUT_DEFAULTS) : (int)ARRAY_LEN(IN_DEFAULTS);
    }
    int64_t limit = 0;
    for (int i = 0; i < count; i++) {
        int64_t start = at_period_start(turn, rates[i].period_s);
        int64_t one = out ? limit_out(start, &rates[i]) : limit_in(start, &rates[i]);
        bool high = out == (behavior->select != SELECT_MIN);
        if (i == 0 || (high ? one > limit : one < limit)) {
            limit = one;
        }
    }
    /* "the upper limit at least desired, the lower at most desired" */
    int nodes = clamp_nodes(limit);
    return out ? larger(nodes, turn->other) : smaller(nodes, turn->other);
}

/* "metrics may raise desired only to 2 x in service + 4" while launches fail */
static void cap_failing(struct turn *turn, struct proposal *proposal)
{
    int cap = larger(clamp_nodes((int64_t)2 * turn->in_service + 4), turn->other);
    if (turn->observed->launch_failing && proposal->nodes > cap) {
        proposal_limit(proposal, cap, REASON_RATE_LIMITED);
    }
}

void rates_apply(struct turn *turn, struct bound *bound)
{
    const struct policy *policy = bound->policy;
    struct proposal *proposal = &bound->proposal;
    if (proposal->nodes > turn->other) {
        int limit = rate_limit(turn, &policy->scale_out, true);
        proposal_limit(proposal, smaller(proposal->nodes, limit), REASON_RATE_LIMITED);
    } else if (proposal->nodes < turn->other) {
        int limit = rate_limit(turn, &policy->scale_in, false);
        proposal_limit(proposal, larger(proposal->nodes, limit), REASON_RATE_LIMITED);
    }
    cap_failing(turn, proposal);
}
