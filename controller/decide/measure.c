/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step 7, first part: what a metric reads. From the readings of an observation to one of: valid,
 * with sums; invalid, with the cause; not applicable. "NaN, infinite, negative, unparsable, zero
 * where the source just failed: invalid. Quorum: at least half of the nodes in service and past
 * warm-up. One failure counter for all of these."
 */
#include "decide/decide_priv.h"

#include <stdlib.h>

#define AHEAD_MAX_S 30 /* "a sample up to 30 s in the future has age 0" */
#define STALE_MIN_S 60 /* "older than max(60 s, 3 x the sample's window)" */
#define STALE_WINDOWS 3
#define STALE_INTERVALS 3 /* QPS: "no successful scrape for 3 evaluation intervals" */

bool metric_is_from_nodes(const struct metric *metric)
{
    switch (metric->type) {
    case METRIC_CPU:
    case METRIC_MEMORY:
    case METRIC_QPS: return true;
    case METRIC_CUSTOM: return metric->object_name == NULL || metric->object_name[0] == '\0';
    case METRIC_PROMETHEUS:
    case METRIC_EXTERNAL: break;
    }
    return false;
}

/* "Members have no CPU or memory"; the custom metrics API knows only pods. */
static bool counts_members(const struct metric *metric)
{
    return metric->type == METRIC_QPS;
}

/* The reading for a policy's metric: one made for this policy goes before one for all. */
static const struct reading *find_reading(const struct turn *turn, const struct bound *bound,
                                          const struct metric *metric)
{
    const struct reading *general = NULL;
    for (int i = 0; i < turn->observed->reading_count; i++) {
        const struct reading *reading = &turn->observed->readings[i];
        if (!text_is(reading->metric, metric->name)) {
            continue;
        }
        if (text_is(reading->policy, bound->policy->meta.name)) {
            return reading;
        }
        if (general == NULL && text_is(reading->policy, "")) {
            general = reading;
        }
    }
    return general;
}

static int64_t stale_after(const struct bound *bound, const struct metric *metric,
                           const struct reading *reading)
{
    int64_t windows = (int64_t)STALE_WINDOWS * larger(reading->window_s, 0);
    switch (metric->type) {
    case METRIC_QPS: return (int64_t)STALE_INTERVALS * bound->policy->evaluation_interval_s;
    case METRIC_PROMETHEUS: return STALE_MIN_S;
    case METRIC_CPU:
    case METRIC_MEMORY:
    case METRIC_CUSTOM:
    case METRIC_EXTERNAL: break;
    }
    return windows > STALE_MIN_S ? windows : STALE_MIN_S;
}

static const char *bad_time(const struct turn *turn, struct wall at, int64_t stale_s)
{
    if (at.s - turn->now.s > AHEAD_MAX_S) {
        return arena_printf(turn->arena, "the sample is %lld s in the future",
                            (long long)(at.s - turn->now.s));
    }
    if (age_of(turn, at) > stale_s) {
        return arena_printf(turn->arena, "the sample is %lld s old, %lld are allowed",
                            (long long)age_of(turn, at), (long long)stale_s);
    }
    return NULL;
}

static const char *bad_number(struct number number)
{
    switch (number.state) {
    case NUMBER_OK: return NULL;
    case NUMBER_NONE: return "no value";
    case NUMBER_NAN: return "the value is not a number";
    case NUMBER_INFINITE: return "the value is infinite";
    case NUMBER_NEGATIVE: return "the value is negative";
    case NUMBER_TOO_LARGE: return "the value is too large";
    case NUMBER_UNREADABLE: break;
    }
    return "the value cannot be read";
}

/* ---- values of nodes ---- */

/* Per-node readings, found by name: in step with the nodes as a rule, by search otherwise. */
struct lookup {
    const struct reading *reading;
    const struct node_reading **sorted;
    int next;
};

static int compare_readings(const void *a, const void *b)
{
    const struct node_reading *const *x = a;
    const struct node_reading *const *y = b;
    int order = text_compare((*x)->node, (*y)->node);
    return order != 0 ? order : *x < *y ? -1 : *x > *y ? 1 : 0;
}

static void sort_readings(struct turn *turn, struct lookup *lookup)
{
    size_t count = (size_t)lookup->reading->value_count;
    lookup->sorted = ARENA_ARRAY(turn->arena, const struct node_reading *, count);
    for (size_t i = 0; i < count; i++) {
        lookup->sorted[i] = &lookup->reading->values[i];
    }
    qsort(lookup->sorted, count, sizeof(lookup->sorted[0]), compare_readings);
}

static const struct node_reading *search(const struct lookup *lookup, const char *node)
{
    int low = 0, high = lookup->reading->value_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (text_compare(lookup->sorted[middle]->node, node) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < lookup->reading->value_count && text_is(lookup->sorted[low]->node, node);
    return found ? lookup->sorted[low] : NULL;
}

static const struct node_reading *value_of(struct turn *turn, struct lookup *lookup,
                                           const struct node *node)
{
    const struct reading *reading = lookup->reading;
    if (reading->value_count <= 0) {
        return NULL;
    }
    if (lookup->sorted == NULL && lookup->next < reading->value_count &&
        text_is(reading->values[lookup->next].node, node->name)) {
        return &reading->values[lookup->next++];
    }
    if (lookup->sorted == NULL) {
        sort_readings(turn, lookup);
    }
    return search(lookup, node->name);
}

/* How the nodes of one metric divide, for the quorum. */
struct tally {
    struct judged *judged;
    bool with_requests;  /* utilisation of given requests, not percent as they are */
    int in_service;      /* and past warm-up */
    int in_service_read; /* of those, measured */
    const char *cause;   /* of the first node that is missing */
};

/* One valid sample; false when the node counts as missing. */
static bool add_sample(const struct turn *turn, struct tally *tally, const struct node_reading *r,
                       int64_t stale_s)
{
    const char *bad = r == NULL ? "no sample" : bad_number(r->value);
    bad = bad == NULL ? bad_time(turn, r->at, stale_s) : bad;
    bool percent = r != NULL && r->request.state == NUMBER_NONE;
    if (bad == NULL && tally->with_requests &&
        (percent || !number_is_ok(r->request) || r->request.nano <= 0)) {
        bad = "the request is missing or zero";
    }
    if (bad != NULL) {
        tally->cause = tally->cause == NULL ? bad : tally->cause;
        return false;
    }
    struct judged *judged = tally->judged;
    judged->sum += r->value.nano;
    /* "without `request` the value is the percentage" */
    judged->requests += tally->with_requests ? r->request.nano : (int128)100 * NANO;
    int64_t age_s = age_of(turn, r->at);
    judged->age_s = age_s > judged->age_s ? age_s : judged->age_s;
    judged->measured++;
    return true;
}

/* Percent of requests: what utilisation is, and what a threshold on CPU or Memory is meant in. */
static bool is_percent(const struct metric *metric)
{
    return metric->target_form == TARGET_AVERAGE_UTILIZATION ||
           (metric->target_form == TARGET_NONE &&
            (metric->type == METRIC_CPU || metric->type == METRIC_MEMORY));
}

static bool has_requests(const struct metric *metric, const struct reading *reading)
{
    if (!is_percent(metric)) {
        return false;
    }
    for (int i = 0; i < reading->value_count; i++) {
        if (reading->shape == READING_PER_NODE && reading->values[i].request.state != NUMBER_NONE) {
            return true;
        }
    }
    return false;
}

static void tally_nodes(struct turn *turn, const struct reading *reading, struct tally *tally,
                        int64_t stale_s)
{
    const struct metric *metric = tally->judged->metric;
    struct lookup lookup = {.reading = reading};
    struct node_reading every = {
        .value = reading->value, .request = {.state = NUMBER_NONE}, .at = reading->at};
    tally->with_requests = has_requests(metric, reading);
    for (int i = 0; i < turn->node_count; i++) {
        const struct seen_node *seen = &turn->nodes[i];
        if (seen->node->member && !counts_members(metric)) {
            continue;
        }
        const struct node_reading *r = &every;
        if (reading->shape == READING_PER_NODE) {
            r = value_of(turn, &lookup, seen->node);
        }
        if (seen->ignored) {
            tally->judged->ignored++;
            continue;
        }
        bool read = add_sample(turn, tally, r, stale_s);
        tally->judged->missing += read ? 0 : 1;
        tally->in_service += seen->node->in_service ? 1 : 0;
        tally->in_service_read += seen->node->in_service && read ? 1 : 0;
    }
    if (counts_members(metric)) {
        tally->judged->ignored += turn->absent_members;
    }
}

/* The number of a term: mean or percent over the measured nodes. Shown only, so it may be cut. */
static struct number shown_mean(const struct judged *judged)
{
    const int128 hundred = (int128)100 * NANO;
    if (!is_percent(judged->metric)) {
        return (struct number){NUMBER_OK, judged->sum / judged->measured};
    }
    int128 sum = judged->sum, requests = judged->requests;
    while (requests > (int128)1 << 80) { /* room for the product below */
        sum /= 2;
        requests /= 2;
    }
    int128 whole = sum / requests, rest = sum % requests;
    if (whole > NUMBER_MAX_UNITS / 100) {
        return (struct number){.state = NUMBER_TOO_LARGE};
    }
    return (struct number){NUMBER_OK, whole * hundred + rest * hundred / requests};
}

static void judge_nodes(struct turn *turn, const struct bound *bound, const struct reading *reading,
                        struct judged *judged)
{
    struct tally tally = {.judged = judged};
    tally_nodes(turn, reading, &tally, stale_after(bound, judged->metric, reading));
    if (judged->measured == 0 || tally.in_service_read * 2 < tally.in_service) {
        judged->detail = arena_printf(
            turn->arena, "%d of %d nodes in service have a valid sample: %s", tally.in_service_read,
            tally.in_service, tally.cause != NULL ? tally.cause : "none");
        return;
    }
    judged->state = METRIC_VALID;
    judged->shown = shown_mean(judged);
}

/* ---- one value ---- */

static void judge_value(struct turn *turn, const struct bound *bound, const struct reading *reading,
                        struct judged *judged)
{
    const char *bad = bad_number(reading->value);
    if (bad == NULL) {
        bad = bad_time(turn, reading->at, stale_after(bound, judged->metric, reading));
    }
    if (bad != NULL) {
        judged->detail = bad;
        return;
    }
    judged->state = METRIC_VALID;
    judged->single = true;
    judged->sum = reading->value.nano;
    judged->age_s = age_of(turn, reading->at);
    judged->shown = reading->value;
    if (judged->metric->target_form == TARGET_AVERAGE_VALUE && turn->other > 0) {
        judged->shown.nano = judged->sum / turn->other;
    }
}

/* ---- failures ---- */

static struct metric_memory *find_metric(const struct bound *bound, const char *name)
{
    for (int i = 0; i < bound->b->metric_count; i++) {
        if (text_is(bound->b->metrics[i].name, name)) {
            return &bound->b->metrics[i];
        }
    }
    return NULL;
}

struct metric_memory *metric_remember(struct turn *turn, struct bound *bound, const char *name)
{
    struct metric_memory *found = find_metric(bound, name);
    if (found != NULL) {
        return found;
    }
    struct binding_memory *b = bound->b;
    size_t count = (size_t)b->metric_count + 1;
    struct metric_memory *more = ARENA_ARRAY(turn->arena, struct metric_memory, count);
    for (int i = 0; i < b->metric_count; i++) {
        more[i] = b->metrics[i];
    }
    b->metrics = more;
    b->metrics[b->metric_count] = (struct metric_memory){
        .name = arena_dup(turn->arena, name),
        .step = -1,
    };
    return &b->metrics[b->metric_count++];
}

/* "A zero (all nodes read zero) directly after a failure is one more failure; the next is valid."
 */
static bool is_suspect_zero(const struct judged *judged, const struct metric_memory *memory)
{
    return judged->state == METRIC_VALID && judged->sum == 0 && memory != NULL &&
           memory->failures > 0 && !memory->zero;
}

/* Counts no further than anything asks: a counter that runs on would be a change of memory. */
static int failures_matter(const struct policy *policy)
{
    return policy->has_fallback ? larger(policy->fallback_after_failures, 1) : 1;
}

static void count_failures(struct turn *turn, struct bound *bound, struct judged *judged)
{
    const struct policy *policy = bound->policy;
    struct metric_memory *memory = find_metric(bound, judged->metric->name);
    bool zero = is_suspect_zero(judged, memory);
    if (zero) {
        judged->state = METRIC_INVALID;
        judged->detail = "zero right after a failure";
    }
    if (judged->state == METRIC_INVALID) {
        memory = metric_remember(turn, bound, judged->metric->name);
        memory->failures = smaller(larger(memory->failures, 0) + 1, failures_matter(policy));
        memory->zero = memory->zero || zero;
        judged->fallback =
            policy->has_fallback && memory->failures >= larger(policy->fallback_after_failures, 1);
    } else if (judged->state == METRIC_VALID && memory != NULL) {
        memory->failures = 0;
        memory->zero = false;
    }
}

/* "No node past warm-up: not applicable"; so is a group at zero, which has nothing to measure. */
static bool has_nodes_to_measure(const struct turn *turn, const struct metric *metric)
{
    for (int i = 0; turn->other > 0 && i < turn->node_count; i++) {
        const struct seen_node *seen = &turn->nodes[i];
        if (!seen->ignored && (!seen->node->member || counts_members(metric))) {
            return true;
        }
    }
    return false;
}

/* "Another shape is invalid, except one `value` for a node-read averageValue: it is the total." */
static bool shape_fits(const struct metric *metric, const struct reading *reading)
{
    bool single = reading->shape == READING_VALUE;
    if (!metric_is_from_nodes(metric)) {
        return single && metric->target_form != TARGET_AVERAGE_UTILIZATION;
    }
    if (metric->target_form == TARGET_VALUE) {
        return false;
    }
    return !single || metric->target_form == TARGET_AVERAGE_VALUE;
}

void measure(struct turn *turn, struct bound *bound, struct judged *judged)
{
    const struct metric *metric = judged->metric;
    const struct reading *reading = find_reading(turn, bound, metric);
    judged->state = METRIC_INVALID;
    judged->age_s = -1;
    judged->shown.state = NUMBER_NONE;
    judged->detail = "";
    if (metric_is_from_nodes(metric) && !has_nodes_to_measure(turn, metric)) {
        judged->state = METRIC_NOT_APPLICABLE;
        judged->detail = "there is no node to measure";
        return;
    }
    if (reading == NULL) {
        judged->detail = "no reading";
    } else if (reading->shape == READING_ERROR) {
        judged->detail = arena_dup(turn->arena, reading->error != NULL ? reading->error : "");
    } else if (!shape_fits(metric, reading)) {
        judged->detail = "the reading has another shape than the metric";
    } else if (reading->shape == READING_VALUE) {
        judge_value(turn, bound, reading, judged);
    } else {
        judge_nodes(turn, bound, reading, judged);
    }
    count_failures(turn, bound, judged);
}
