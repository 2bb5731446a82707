/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OBSERVATION_H
#define CLI_OBSERVATION_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "cli/document.h"
#include "model/group.h"
#include "model/observed.h"

/*
 * `kind: Observation` (spec/decide.md): what is seen of a group at one instant, as a document.
 */

#define OBSERVATION_NODES_MAX 100000 /* nodes, listed or by nodeCount */

struct observation {
    const char *group; /* "edge", "demo/edge", or "" = the only one */
    struct wall now;
    struct observed observed;
};

/*
 * What an Observation says of its group and time; observed is left empty. The rest needs the
 * group, whose members have defaults of their own.
 */
int observation_read_head(const char *file, const struct doc *doc, struct observation *ret,
                          struct err *err) MUST_CHECK;

/* Reads the whole; everything lives in the arena. */
int observation_read(const char *file, const struct doc *doc, const struct group *group,
                     struct arena *arena, struct observation *ret, struct err *err) MUST_CHECK;

#endif
