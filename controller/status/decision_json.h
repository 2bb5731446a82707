/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STATUS_DECISION_JSON_H
#define STATUS_DECISION_JSON_H

#include <jansson.h>

#include "model/decision.h"

/*
 * A decision as data: what `sluice decide` prints as "decision" and what stands in
 * status.lastDecision and in activities (spec/decide.md). Keys come in the order of the example
 * there, so the same decision gives the same bytes.
 *
 * Whole numbers print as integers. Others are doubles: dump with DECISION_JSON_FLAGS, or 0.1 comes
 * out as 0.10000000000000001.
 */

#define DECISION_JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* A new reference, without the time; the caller decrefs it. */
json_t *decision_json(const struct decision *decision);

/* "schedule", "metric", "manual", "range", "fallback", "panic". */
const char *term_kind_word(enum term_kind kind);

/* A measured number, or null if it is none. A new reference. */
json_t *number_json(struct number number);

#endif
