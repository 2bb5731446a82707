/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target tracking: how many nodes bring a metric to its target (field.md 4.1).
 *
 *     target 50 %, 3 nodes: 90, 90, 90                     r 1.8              ceil(5.4) = 6
 *                           90, 90, one never ready        r 1.8, r' 1.2      ceil(3.6) = 4
 *                           30, 30, one missing            r 0.6, r' 1.07     keeps 3
 *
 * "Current is desired. n and n' count the nodes that have a number, measured or filled in: r n is
 * the total need." Everything is compared as products of whole numbers: nothing rounds but the
 * one ceiling, and that exactly.
 */
#include "decide/decide_priv.h"
#include "decide/wide.h"

#define HUNDRED ((uint128)100 * NANO) /* 100 %, in billionths */

static uint128 target_nano(const struct metric *metric)
{
    return metric->target.nano > 0 ? (uint128)metric->target.nano : 1;
}

/*
 * Utilisation: r = 100 U / (R t). averageValue: r = U / (n t). `nodes` counts those filled in:
 * each has the mean request of the measured ones, which is why R grows by nodes / measured. To
 * stay whole, both sides are multiplied by the number measured.
 */
static struct ratio ratio_of(const struct judged *judged, int nodes, int filled)
{
    uint128 measured = (uint128)judged->measured;
    uint128 target = target_nano(judged->metric);
    struct wide used = wide_times(wide_of((uint128)judged->sum), measured);
    if (judged->metric->target_form != TARGET_AVERAGE_UTILIZATION) {
        /* A missing node counts "exactly the target for averageValue". */
        struct wide extra = wide_times(wide_times(wide_of(target), (uint128)filled), measured);
        struct wide all = wide_times(wide_times(wide_of(target), (uint128)nodes), measured);
        return (struct ratio){wide_plus(used, extra), all};
    }
    /* "Missing nodes count max(100 %, target) on the way in" */
    uint128 full = target > HUNDRED ? target : HUNDRED;
    struct wide requests = wide_of((uint128)judged->requests);
    struct wide extra = wide_times(wide_times(requests, full), (uint128)filled);
    return (struct ratio){
        .num = wide_plus(wide_times(used, HUNDRED), extra),
        .den = wide_times(wide_times(requests, (uint128)nodes), target),
    };
}

/*
 * "No missing, and not (ignored exist and r > 1)": as measured. Otherwise filled in and computed
 * once more: on the way in missing nodes count full and ignored ones stay out, on the way out both
 * count 0. True when r and r' lie on different sides of 1: keep.
 */
static bool ratio_filled(const struct judged *judged, struct ratio *ret_ratio, int *ret_nodes)
{
    int nodes = judged->measured;
    struct ratio ratio = ratio_of(judged, nodes, 0);
    int side = ratio_side(&ratio);
    *ret_ratio = ratio;
    *ret_nodes = nodes;
    if (judged->missing == 0 && !(judged->ignored > 0 && side > 0)) {
        return false;
    }
    if (side == 0) {
        return true;
    }
    int filled = side < 0 ? judged->missing : 0;
    nodes += judged->missing + (side > 0 ? judged->ignored : 0);
    *ret_ratio = ratio_of(judged, nodes, filled);
    *ret_nodes = nodes;
    return side * ratio_side(ret_ratio) < 0;
}

/* "'Keep', and a result against its direction, return desired." */
static int with_direction(const struct turn *turn, int side, int64_t result)
{
    int nodes = clamp_nodes(result);
    bool against = (side < 0 && nodes > turn->other) || (side > 0 && nodes < turn->other);
    return against || side == 0 ? turn->other : nodes;
}

static bool is_within(const struct bound *bound, const struct ratio *ratio)
{
    return ratio_is_within(ratio, bound->policy->scale_out.tolerance_pct,
                           bound->policy->scale_in.tolerance_pct);
}

static void track_nodes(const struct turn *turn, const struct bound *bound, struct judged *judged)
{
    struct ratio ratio;
    int nodes = 0;
    bool keep = ratio_filled(judged, &ratio, &nodes);
    judged->wants = turn->other;
    judged->within = keep || is_within(bound, &ratio);
    if (judged->within) {
        return;
    }
    /* "Members have no CPU or memory: the ratio is from pods, result = ceil(r n) + members." */
    int members = judged->metric->type == METRIC_QPS ? 0 : turn->members;
    int64_t result = (int64_t)ratio_ceil(&ratio, (uint128)nodes, NODES_MAX) + members;
    judged->wants = with_direction(turn, ratio_side(&ratio), result);
}

/* "target.value: r = value/target, c = ceil(r * ready nodes), at desired 0 ceil(r)." */
static void track_value(const struct turn *turn, const struct bound *bound, struct judged *judged)
{
    struct ratio ratio = {wide_of((uint128)judged->sum), wide_of(target_nano(judged->metric))};
    if (turn->other == 0) {
        judged->wants = ratio_ceil(&ratio, 1, NODES_MAX);
        return;
    }
    judged->within = is_within(bound, &ratio);
    judged->wants = turn->other;
    if (!judged->within) {
        judged->wants = with_direction(turn, ratio_side(&ratio),
                                       ratio_ceil(&ratio, (uint128)turn->ready, NODES_MAX));
    }
}

/*
 * "averageValue of a total: tolerance on value/(target * desired), c = ceil(value/target); at
 * desired 0 no tolerance."
 */
static void track_total(const struct turn *turn, const struct bound *bound, struct judged *judged)
{
    struct wide target = wide_of(target_nano(judged->metric));
    struct ratio whole = {wide_of((uint128)judged->sum), target};
    judged->wants = ratio_ceil(&whole, 1, NODES_MAX);
    if (turn->other == 0) {
        return;
    }
    struct ratio share = {whole.num, wide_times(target, (uint128)turn->other)};
    judged->within = is_within(bound, &share);
    judged->wants =
        judged->within ? turn->other : with_direction(turn, ratio_side(&share), judged->wants);
}

void track(const struct turn *turn, const struct bound *bound, struct judged *judged)
{
    if (!judged->single) {
        track_nodes(turn, bound, judged);
    } else if (judged->metric->target_form == TARGET_VALUE) {
        track_value(turn, bound, judged);
    } else {
        track_total(turn, bound, judged);
    }
    /* "Metrics read from nodes never propose less than 1." */
    if (metric_is_from_nodes(judged->metric)) {
        judged->wants = larger(judged->wants, 1);
    }
}
