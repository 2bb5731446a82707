/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load as it is shown, "cpu 52%/50%", and the rule that says when a moved load is worth a
 * write: more than 5 % of the target, at most once a minute.
 */
#include <string.h>

#include "status/status_priv.h"

const struct policy *input_policy(const struct status_input *in, const char *name)
{
    for (int i = 0; i < in->policy_count; i++) {
        if (strcmp(in->policies[i]->meta.name, name) == 0) {
            return in->policies[i];
        }
    }
    return NULL;
}

static bool is_percent(const struct policy *policy, const char *metric_name)
{
    for (int i = 0; policy != NULL && i < policy->metric_count; i++) {
        const struct metric *metric = &policy->metrics[i];
        if (strcmp(metric->name, metric_name) == 0) {
            return metric->target_form == TARGET_AVERAGE_UTILIZATION ||
                   (metric->target_form == TARGET_NONE &&
                    (metric->type == METRIC_CPU || metric->type == METRIC_MEMORY));
        }
    }
    return false;
}

const char *term_load_text(const struct status_input *in, const struct term *term,
                           struct arena *arena)
{
    char value[NUMBER_TEXT_SIZE], target[NUMBER_TEXT_SIZE];
    bool has_value = number_is_ok(term->value);
    const char *unit = is_percent(input_policy(in, term->policy), term->name) ? "%" : "";
    return arena_printf(arena, "%s %s%s/%s%s", term->name,
                        has_value ? number_short(term->value, value) : "unknown",
                        has_value ? unit : "", number_short(term->target, target), unit);
}

static const struct term *find_term(const struct decision *decision, const char *policy,
                                    const char *name)
{
    for (int i = 0; i < decision->term_count; i++) {
        const struct term *term = &decision->terms[i];
        if (term->kind == TERM_METRIC && strcmp(term->policy, policy) == 0 &&
            strcmp(term->name, name) == 0) {
            return term;
        }
    }
    return NULL;
}

/* The metric that decided; else the one that asks for most; else the first. */
static const struct term *deciding_term(const struct decide_output *decided, int policy_count)
{
    const struct decision *decision = &decided->decision;
    const struct term *best = NULL;
    for (int i = 0; i < decision->term_count; i++) {
        const struct term *term = &decision->terms[i];
        if (term->kind != TERM_METRIC || term->shown_only) {
            continue;
        }
        size_t policy_len = strlen(term->policy);
        if (strncmp(decision->winner, "metric ", 7) == 0 &&
            strncmp(decision->winner + 7, term->policy, policy_len) == 0 &&
            decision->winner[7 + policy_len] == '/' &&
            strcmp(decision->winner + 8 + policy_len, term->name) == 0) {
            return term;
        }
    }
    for (int i = 0; i < policy_count; i++) {
        const struct binding_view *binding = &decided->bindings[i];
        const struct term *term = find_term(decision, binding->policy, binding->deciding_metric);
        if (term != NULL && !term->shown_only && term->has_wants &&
            (best == NULL || term->wants > best->wants)) {
            best = term;
        }
    }
    for (int i = 0; best == NULL && i < decision->term_count; i++) {
        if (decision->terms[i].kind == TERM_METRIC) {
            best = &decision->terms[i];
        }
    }
    return best;
}

const char *report_load(const struct report *report)
{
    const struct status_input *in = report->in;
    if (in->decided == NULL) {
        return "";
    }
    const struct term *term = deciding_term(in->decided, in->policy_count);
    return term != NULL ? term_load_text(in, term, report->arena) : "";
}

static const struct shown_value *find_shown(const struct standing *standing,
                                            const struct term *term)
{
    for (int i = 0; i < standing->value_count; i++) {
        if (strcmp(standing->values[i].policy, term->policy) == 0 &&
            strcmp(standing->values[i].name, term->name) == 0) {
            return &standing->values[i];
        }
    }
    return NULL;
}

/* |value - shown| > 5 % of target, without a division. */
static bool has_moved(const struct shown_value *shown, const struct term *term)
{
    if (shown == NULL || number_is_ok(shown->value) != number_is_ok(term->value)) {
        return true;
    }
    if (!number_is_ok(term->value)) {
        return false;
    }
    int128 gap = term->value.nano - shown->value.nano;
    int128 target = number_is_ok(term->target) ? term->target.nano : 0;
    return (gap < 0 ? -gap : gap) * 20 > target;
}

bool values_have_moved(const struct standing *standing, const struct decision *decision)
{
    for (int i = 0; i < decision->term_count; i++) {
        const struct term *term = &decision->terms[i];
        if (term->kind == TERM_METRIC && has_moved(find_shown(standing, term), term)) {
            return true;
        }
    }
    return false;
}
