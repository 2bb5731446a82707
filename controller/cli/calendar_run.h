/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CALENDAR_RUN_H
#define CLI_CALENDAR_RUN_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "calendar/tzload.h"

/*
 * The calendar of the policies in a file: each firing of each rule, in order of time, policy name
 * and list. The core of `sluice calendar`.
 */

#define CALENDAR_COUNT_DEFAULT 10
#define CALENDAR_EVENTS_MAX 100000

struct calendar_request {
    struct wall from; /* exclusive */
    bool has_until;
    struct wall until; /* inclusive; without it `count` events */
    int count;
    bool json; /* one object a line, else a table */
};

/*
 * Fails with ERR_REFUSED and "FILE:LINE: field: what is wrong, what to do". More events than
 * CALENDAR_EVENTS_MAX are refused.
 */
int calendar_run(const char *file, struct str text, const struct calendar_request *request,
                 struct zones *zones, struct buf *out, struct buf *notes,
                 struct err *err) MUST_CHECK;

#endif
