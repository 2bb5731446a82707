/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DECIDE_RUN_H
#define CLI_DECIDE_RUN_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "calendar/tzload.h"

/*
 * The decision as data (spec/decide.md): a stream of documents in, one line of JSON an Observation
 * out. The core of `sluice decide`, and of every verb and test that replays a history.
 *
 * Rules
 *  1. Same text and same tzdata, same bytes. Reads no clock and no file but tzdata.
 *  2. The state between observations is the status that is printed: put back as the group's
 *     status, a later run continues as if there had been one.
 *  3. Fails with ERR_REFUSED and "FILE:LINE: field: what is wrong, what to do"; `out` is then
 *     worth nothing. `notes` has lines for stderr either way.
 */
int decide_run(const char *file, struct str text, struct zones *zones, struct buf *out,
               struct buf *notes, struct err *err) MUST_CHECK;

#endif
