/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decision as JSON. jansson keeps the order in which keys are set.
 */
#include "status/decision_json.h"

#include <stdlib.h>

#include "status/json_text.h"

const char *term_kind_word(enum term_kind kind)
{
    static const char *const words[] = {
        [TERM_SCHEDULE] = "schedule", [TERM_METRIC] = "metric",     [TERM_MANUAL] = "manual",
        [TERM_RANGE] = "range",       [TERM_FALLBACK] = "fallback", [TERM_PANIC] = "panic",
    };
    return words[kind];
}

json_t *number_json(struct number number)
{
    if (number.state != NUMBER_OK && number.state != NUMBER_NEGATIVE) {
        return json_null();
    }
    if (number.nano % NANO == 0) {
        return json_integer((json_int_t)(number.nano / NANO));
    }
    char text[NUMBER_TEXT_SIZE];
    return json_real(strtod(number_text(number, text), NULL));
}

static json_t *reason_json(enum reason reason)
{
    return reason == REASON_NONE ? json_null() : json_string(reason_word(reason));
}

static void put_text_if_any(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        put_text(object, key, text);
    }
}

/* value and target stand there, null if need be, for whatever read a metric. */
static json_t *term_json(const struct term *term)
{
    json_t *json = json_object();
    put_text(json, "kind", term_kind_word(term->kind));
    put_text_if_any(json, "policy", term->policy);
    put_text_if_any(json, "name", term->name);
    if (term->kind == TERM_METRIC) {
        json_object_set_new(json, "value", number_json(term->value));
        json_object_set_new(json, "target", number_json(term->target));
        json_object_set_new(json, "ageSeconds",
                            term->age_s < 0 ? json_null() : json_integer(term->age_s));
    }
    json_object_set_new(json, "wants", term->has_wants ? json_integer(term->wants) : json_null());
    if (term->reason != REASON_NONE) {
        json_object_set_new(json, "reason", reason_json(term->reason));
    }
    put_text_if_any(json, "detail", term->detail);
    if (term->shown_only) {
        put_bool(json, "dryRun", true);
    }
    return json;
}

static json_t *ranges_json(const struct decision *decision)
{
    json_t *json = json_object();
    put_range(json, "base", decision->base.min, decision->base.max);
    put_range(json, "effective", decision->effective.min, decision->effective.max);
    return json;
}

static json_t *terms_json(const struct decision *decision)
{
    json_t *list = json_array();
    for (int i = 0; i < decision->term_count; i++) {
        json_array_append_new(list, term_json(&decision->terms[i]));
    }
    return list;
}

static json_t *limits_json(const struct decision *decision)
{
    json_t *list = json_array();
    for (int i = 0; i < decision->limited_by_count; i++) {
        json_array_append_new(list, reason_json(decision->limited_by[i]));
    }
    return list;
}

static json_t *victims_json(const struct decision *decision)
{
    json_t *list = json_array();
    for (int i = 0; i < decision->victim_count; i++) {
        json_array_append_new(list, json_clean(decision->victims[i]));
    }
    return list;
}

json_t *decision_json(const struct decision *decision)
{
    json_t *json = json_object();
    put_int(json, "from", decision->from);
    put_int(json, "to", decision->to);
    json_object_set_new(json, "replicas",
                        decision->has_replicas ? json_integer(decision->replicas) : json_null());
    json_object_set_new(json, "range", ranges_json(decision));
    json_object_set_new(json, "terms", terms_json(decision));
    put_text(json, "winner", decision->winner);
    json_object_set_new(json, "limitedBy", limits_json(decision));
    put_text(json, "reason", reason_word(decision->reason));
    json_object_set_new(json, "held", reason_json(decision->held));
    json_object_set_new(json, "victims", victims_json(decision));
    put_text(json, "message", decision->message);
    return json;
}
