/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include "base/attr.h"
#include "base/err.h"
#include "cli/document.h"

/*
 * What the API server checks by a CRD's schema, checked on a file: unknown fields, types, required
 * fields, bounds, lengths, choices, lists that must not hold the same twice. The schema is that of
 * crds/, by way of the table in crd_gen.h; the rules with sentences are checked by watch/check.h.
 */

/*
 * Checks apiVersion, metadata.name and spec of a ScalingGroup or ScalingPolicy. Fails with
 * ERR_REFUSED "FILE:LINE: field: what is wrong, what to do" for the first thing that is wrong.
 */
int schema_check(const char *file, const struct doc *doc, const char *kind,
                 struct err *err) MUST_CHECK;

#endif
