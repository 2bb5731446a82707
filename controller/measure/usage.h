/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEASURE_USAGE_H
#define MEASURE_USAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/time.h"
#include "model/number.h"

/*
 * One answer of metrics.k8s.io: what each pod of a namespace used. Pure: text in, structs out.
 * An item that cannot be read is left out; the others count.
 */

struct container_usage {
    const char *name;
    struct number cpu, memory; /* cores, bytes */
};

struct pod_usage {
    struct wall at;     /* end of the window */
    const char *window; /* "30s", "1m0.5s" */
    int window_s;       /* rounded up; 0 = unknown */
    const struct container_usage *containers;
    int container_count;
};

struct usage {
    struct arena arena;
    struct map pods; /* name -> struct pod_usage */
};

void usage_clear(struct usage *usage);
/* Fills an empty usage from the body of the LIST. ERR_GARBLED: it is no list. */
int usage_parse(struct usage *usage, struct str body, struct err *err) MUST_CHECK;
const struct pod_usage *usage_of(const struct usage *usage, const char *pod);

/* Whole seconds of a Go duration ("1m30.5s" is 91), rounded up; 0 if it is none. */
int usage_window_s(const char *window);

#endif
