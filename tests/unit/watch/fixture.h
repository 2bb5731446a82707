/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_WATCH_FIXTURE_H
#define UNIT_WATCH_FIXTURE_H

#include "base/arena.h"
#include "base/err.h"
#include "watch/kinds.h"

/*
 * fixtures/: objects as `kubectl get -o json --show-managed-fields` printed them of a cluster of
 * tests/cluster, whole. activity.json and scaled_object.json are written by hand.
 */

/* The text of fixtures/NAME.json; the caller frees it with mem_free. */
char *fixture_text(const char *name);
/* Decodes it; the test fails if it cannot be decoded. */
const void *fixture_object(const struct kind *kind, const char *name, struct arena *arena);
/* Decodes text; NULL if it is refused, then err says why. */
const void *text_object(const struct kind *kind, const char *text, struct arena *arena,
                        struct err *err);

/* Every kind, and a fixture of each. */
struct kind_fixture {
    const struct kind *kind;
    const char *name;
};
extern const struct kind_fixture KIND_FIXTURES[];
extern const int KIND_FIXTURE_COUNT;

#endif
