/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_CHECK_H
#define WATCH_CHECK_H

#include <stdbool.h>

#include "calendar/tzload.h"
#include "model/group.h"
#include "model/policy.h"
#include "model/reasons.h"

/*
 * The rules of a spec, once more: what the CRDs refuse at `kubectl apply`, with the same sentences
 * and with numbers, and what no CRD can see: whether a time zone exists and a cron line ever fires.
 * For the controller, which may meet objects that an older CRD let through (Ready=False, reason
 * Invalid), and for the command line, where nothing has been checked before.
 *
 * Types, bounds and lengths are not looked at: the API server's schema and cli/schema.h do that.
 *
 * Rules
 *  1. Pure and total. The first CHECK_ITEMS_MAX complaints are kept, in the order of the spec.
 *  2. A complaint's `sentence` is the CRD's own and lives for ever; `text` is the same with
 * numbers.
 */

#define CHECK_ITEMS_MAX 16

struct check_item {
    char path[120];       /* "spec.schedules[2].cron" */
    const char *sentence; /* of crd_gen.h */
    char text[480];       /* the sentence and, in brackets, the numbers */
    enum reason reason;   /* INVALID: of the object. NEVER_FIRES: only this rule is out of force */
};

struct check {
    struct check_item items[CHECK_ITEMS_MAX];
    int count;       /* 0 = nothing to complain about */
    bool is_invalid; /* an item has reason INVALID */
    char path[120];  /* private: where the check is */
};

/* max_group_size: the operator's ceiling; a range that lies above it as a whole is a complaint. */
void group_check(const struct group *group, int max_group_size, struct check *ret_check);

/* What must not change from one version of a group to the next; adds to `check`. */
void group_check_change(const struct group *before, const struct group *after, struct check *check);

/* zones: where time zones are looked up. */
void policy_check(const struct policy *policy, struct zones *zones, struct check *ret_check);

/* "text; text; ..." of every item with that reason into out, cut to size; returns out. */
char *check_text(const struct check *check, enum reason reason, char *out, size_t size);

#endif
