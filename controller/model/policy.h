/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/meta.h"
#include "model/number.h"

/*
 * A ScalingPolicy as the user wrote it, defaults applied (crds/scalingpolicies.yaml has the
 * meaning of each field). Immutable once decoded, except for the `firing` pointers of its
 * schedules and blackouts, which calendar/bind.h fills from cron text and zone names before a
 * decision.
 */

#define POLICY_METRICS_MAX 10
#define POLICY_SCHEDULES_MAX 50
#define POLICY_DEFAULT_MAX_NODES 20

struct firing_rule; /* calendar/firing.h */

enum metric_type {
    METRIC_CPU,
    METRIC_MEMORY,
    METRIC_QPS,
    METRIC_PROMETHEUS,
    METRIC_CUSTOM,
    METRIC_EXTERNAL,
};

enum target_form {
    TARGET_NONE,                /* steps instead */
    TARGET_AVERAGE_UTILIZATION, /* percent of the request */
    TARGET_AVERAGE_VALUE,       /* per node */
    TARGET_VALUE,               /* of the whole */
};

enum adjustment_type { ADJUST_CHANGE_IN_SIZE, ADJUST_PERCENT_CHANGE, ADJUST_EXACT_SIZE };

/* Bounds are relative to the threshold; an open end has state NUMBER_NONE. */
struct step {
    struct number lower, upper;
    int by;
};

struct steps {
    struct number threshold;
    int sustain_s;
    enum adjustment_type adjustment_type;
    int min_change;
    const struct step *adjustments;
    int adjustment_count;
};

struct metric {
    const char *name;
    enum metric_type type;
    const char *container;  /* CPU, Memory: "" = the whole pod */
    const char *source;     /* Prometheus: a source of the operator's configuration */
    const char *query_name; /* Prometheus */
    const char *query;      /* Prometheus: free text, "" = none */
    const struct label *parameters;
    int parameter_count;
    const char *metric_name;      /* Custom, External */
    const struct label *selector; /* Custom, External: matchLabels */
    int selector_count;
    const char *object_kind, *object_name,
        *object_api_version; /* Custom: describedObject, "" = of each pod */
    bool has_custom, has_external, has_target, has_steps; /* as written, for watch/check */
    int target_forms; /* how many of the three were written: 1, or it is refused */
    enum target_form target_form;
    struct number target;
    struct steps steps; /* with TARGET_NONE */
};

struct schedule {
    const char *name;
    const char *cron; /* "" with `at` */
    bool has_at;
    struct wall at;
    const char *time_zone; /* IANA; default "UTC" */
    bool has_nodes;        /* else adjust */
    int nodes;
    bool has_adjust;
    int adjust;
    int duration_s;       /* 0 = none */
    const char *end_cron; /* "" = none */
    int ramp_s;
    const char *const *exclude_dates; /* "2026-12-25", local */
    int exclude_date_count;
    int starting_deadline_s;
    bool suspend;
    const struct firing_rule *firing;     /* NULL = cannot be resolved: the rule is invalid */
    const struct firing_rule *end_firing; /* of endCron; NULL without one */
};

static inline bool schedule_is_window(const struct schedule *schedule)
{
    return schedule->duration_s > 0 || schedule->end_cron[0] != '\0';
}

enum rate_unit { RATE_NODES, RATE_PERCENT };
enum rate_select { SELECT_MAX, SELECT_MIN, SELECT_DISABLED };

struct rate {
    enum rate_unit unit;
    int value;
    int period_s;
};

struct blackout {
    const char *cron;
    int duration_s;
    const char *time_zone;
    const struct firing_rule *firing; /* NULL = cannot be resolved */
};

struct drop_guard {
    bool set;
    int percent, window_s, hold_s;
};

/* One direction of `behavior`. */
struct behavior {
    int stabilization_s;
    int tolerance_pct; /* 0-99 */
    int cooldown_s;
    bool disabled;
    enum rate_select select;
    const struct rate *rates;
    int rate_count;
    const struct blackout *blackouts; /* scaleIn only */
    int blackout_count;
    struct drop_guard drop_guard; /* scaleIn only */
};

struct policy {
    struct meta meta;
    const char *display_name, *description;
    const char *const *group_refs;
    int group_ref_count;
    bool has_selector;
    const struct label *match_labels;
    int match_label_count;
    /* matchExpressions: operator In, NotIn, Exists, DoesNotExist */
    const struct selector_term *match_expressions;
    int match_expression_count;
    bool has_range_min, has_range_max;
    int range_min,
        range_max; /* as written; defaults depend on the group (behaviour.md section 3) */
    int evaluation_interval_s;
    const struct metric *metrics;
    int metric_count;
    struct schedule *schedules;
    int schedule_count;
    struct behavior scale_out, scale_in;
    bool has_panic;
    int panic_window_s, panic_threshold_pct;
    bool has_fallback;
    int fallback_after_failures, fallback_nodes;
    bool suspend, dry_run;
    bool invalid; /* the controller's own checks failed: counts as suspended */
};

enum selector_operator { SELECTOR_IN, SELECTOR_NOT_IN, SELECTOR_EXISTS, SELECTOR_DOES_NOT_EXIST };

struct selector_term {
    const char *key;
    enum selector_operator op;
    const char *const *values;
    int value_count;
};

/* Whether the policy names or selects a group of this name and these labels (same namespace). */
bool policy_binds(const struct policy *policy, const char *group_name, const struct label *labels,
                  int label_count);

#endif
