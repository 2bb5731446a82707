/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which groups a policy is bound to: "groupRefs[], groupSelector: the binding, a union; an empty
 * selector is refused". The selector is a LabelSelector: every label and expression must hold.
 */
#include "model/policy.h"

#include <stddef.h>

static const char *find_label(const struct label *labels, int count, const char *key)
{
    for (int i = 0; i < count; i++) {
        if (text_is(labels[i].key, key)) {
            return labels[i].value;
        }
    }
    return NULL;
}

static bool value_is_listed(const struct selector_term *term, const char *value)
{
    for (int i = 0; i < term->value_count; i++) {
        if (text_is(term->values[i], value)) {
            return true;
        }
    }
    return false;
}

static bool term_holds(const struct selector_term *term, const char *value)
{
    switch (term->op) {
    case SELECTOR_IN: return value != NULL && value_is_listed(term, value);
    case SELECTOR_NOT_IN: return value == NULL || !value_is_listed(term, value);
    case SELECTOR_EXISTS: return value != NULL;
    case SELECTOR_DOES_NOT_EXIST: return value == NULL;
    }
    return false;
}

static bool selector_matches(const struct policy *policy, const struct label *labels, int count)
{
    if (!policy->has_selector ||
        (policy->match_label_count == 0 && policy->match_expression_count == 0)) {
        return false;
    }
    for (int i = 0; i < policy->match_label_count; i++) {
        const char *value = find_label(labels, count, policy->match_labels[i].key);
        if (value == NULL || !text_is(value, policy->match_labels[i].value)) {
            return false;
        }
    }
    for (int i = 0; i < policy->match_expression_count; i++) {
        const struct selector_term *term = &policy->match_expressions[i];
        if (!term_holds(term, find_label(labels, count, term->key))) {
            return false;
        }
    }
    return true;
}

bool policy_binds(const struct policy *policy, const char *group_name, const struct label *labels,
                  int label_count)
{
    for (int i = 0; i < policy->group_ref_count; i++) {
        if (text_is(policy->group_refs[i], group_name)) {
            return true;
        }
    }
    return selector_matches(policy, labels, label_count);
}
