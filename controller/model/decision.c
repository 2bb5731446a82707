/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the enums that a decision shows. */
#include "model/decision.h"

#include "base/attr.h"

const char *activity_result_name(enum activity_result result)
{
    static const char *const NAMES[] = {
        [ACTIVITY_IN_PROGRESS] = "InProgress",
        [ACTIVITY_SUCCESSFUL] = "Successful",
        [ACTIVITY_PARTIALLY_SUCCESSFUL] = "PartiallySuccessful",
        [ACTIVITY_FAILED] = "Failed",
        [ACTIVITY_CANCELLED] = "Cancelled",
        [ACTIVITY_REJECTED] = "Rejected",
    };
    size_t at = (size_t)result;
    return at < ARRAY_LEN(NAMES) ? NAMES[at] : "";
}

const char *term_kind_name(enum term_kind kind)
{
    static const char *const NAMES[] = {
        [TERM_SCHEDULE] = "schedule", [TERM_METRIC] = "metric",     [TERM_MANUAL] = "manual",
        [TERM_RANGE] = "range",       [TERM_FALLBACK] = "fallback", [TERM_PANIC] = "panic",
    };
    size_t at = (size_t)kind;
    return at < ARRAY_LEN(NAMES) ? NAMES[at] : "";
}
