/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_COUNTING_H
#define LOOP_COUNTING_H

#include "base/buf.h"
#include "base/map.h"
#include "base/transport.h"

/*
 * A transport that counts the requests that pass through it, by method and status code, for
 * /metrics. Everything else it hands on untouched.
 */

struct counting {
    struct transport transport; /* hand this on */
    struct transport *inner;
    struct map counts;     /* "GET 200" -> int64_t; "GET <error>" where no answer came */
    struct counted *first; /* private: exchanges under way */
};

void counting_init(struct counting *counting, struct transport *inner);
/* Every exchange has ended or was cancelled. */
void counting_clear(struct counting *counting);
/* Appends rest_client_requests_total. */
void counting_figures(const struct counting *counting, struct buf *out);

#endif
