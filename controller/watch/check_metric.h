/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_CHECK_METRIC_H
#define WATCH_CHECK_METRIC_H

#include "watch/check.h"

/* The rules of spec.metrics[at]; adds to check. */
void check_metric(const struct metric *metric, int at, struct check *check);

#endif
