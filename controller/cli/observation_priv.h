/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OBSERVATION_PRIV_H
#define CLI_OBSERVATION_PRIV_H

#include "cli/observation.h"
#include "cli/place.h"

/* Reads the list `metrics` into observed->readings; `now` is the default of `at`. */
int metrics_read(const struct place *top, const struct doc *list, struct wall now,
                 struct arena *arena, struct observed *observed, struct err *err) MUST_CHECK;

#endif
