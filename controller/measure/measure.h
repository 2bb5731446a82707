/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "kube/request.h"
#include "model/observed.h"
#include "model/policy.h"
#include "model/views.h"

/*
 * CPU and memory of pods, read from metrics.k8s.io: one LIST per namespace for all groups in it,
 * however many there are, at most every MEASURE_INTERVAL_MIN_S seconds.
 *
 * How it works: groups say that they want numbers of a namespace, and how often; the smallest wish
 * counts. After each LIST, good or bad, the owner is called and asks for readings, which are made
 * from the last answer and from the pods it names. Every evaluation has one answer behind it.
 *
 * Rules
 *  1. A failed LIST makes every reading of the namespace an error with the server's words and the
 *     remedy; the numbers before it are not used.
 *  2. What is measured is the sum of a pod's containers, or one container; the request is that of
 *     the same containers. A pod without a sample has no value and is left to the decision.
 *  3. Types that other sources serve (QPS, Prometheus, Custom, External) are errors that say so.
 *  4. All calls come from the loop; on_read is never called from inside one of them.
 */

#define MEASURE_INTERVAL_MIN_S 5
#define MEASURE_TIMEOUT_MS 5000

struct measure;

typedef void (*measure_fn)(void *arg, const char *ns);

struct measure *measure_new(struct client *client, measure_fn on_read, void *arg);
void measure_free(struct measure *measure); /* takes NULL */

/* A group wants numbers of its namespace every interval_s seconds; 0 = no longer. */
void measure_want(struct measure *measure, const char *ns, const char *group, int interval_s);
/* Whether a first LIST of the namespace was answered, well or not. */
bool measure_is_ready(const struct measure *measure, const char *ns);

/* The reading of one metric over the pods of a group; all of it lives in the arena. */
void measure_read(const struct measure *measure, const char *ns, const char *policy,
                  const struct metric *metric, const struct pod_view *const *pods, int pod_count,
                  struct arena *arena, struct reading *ret_reading);

/* Whether a metric is read from metrics.k8s.io. */
bool measure_serves(const struct metric *metric);

#endif
