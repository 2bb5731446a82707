/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_WORLD_FILE_H
#define CLI_WORLD_FILE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "calendar/tzload.h"
#include "cli/document.h"
#include "model/views.h"

/*
 * A world made from files: groups, policies and the operator's configuration, as they stand after
 * the documents read so far. Documents are checked as `kubectl apply` and the API server would
 * check them, with the same sentences, and defaults are applied.
 *
 * Rules
 *  1. Objects live as long as the world; a later document of the same name replaces the object,
 *     which never moves: who holds a struct world_group sees the newest.
 *  2. What is skipped is told in `notes`, one line each; what is wrong is an error with FILE:LINE.
 */

struct world_group {
    const char *key;                 /* "demo/edge" */
    const struct group_view *object; /* NULL = deleted */
    const char *status;              /* JSON text of the first status it came with; "" = none */
    int64_t births;                  /* how often it was made anew after a deletion */
};

struct world_policy {
    const char *key;
    struct policy_view *object; /* NULL = deleted; its rules are bound to zones */
};

struct world_file {
    const char *file; /* shown in complaints */
    struct zones *zones;
    struct arena arena;
    struct world_group **groups; /* in the order first met */
    int group_count, group_cap;
    struct world_policy **policies;
    int policy_count, policy_cap;
    int max_group_size;
    struct buf *notes;
};

#define WORLD_MAX_GROUP_SIZE 1000 /* unless an OperatorConfig says otherwise */

/* Called for each document that is none of the world's own; returns -1 to stop. */
typedef int (*world_other_fn)(void *arg, const struct doc *doc, const char *kind, struct err *err);

void world_file_init(struct world_file *world, const char *file, struct zones *zones,
                     struct buf *notes);
void world_file_clear(struct world_file *world);

/*
 * Takes one document: ScalingGroup, ScalingPolicy, List, Delete, OperatorConfig. Any other kind is
 * handed to `other`, or noted and skipped when other is NULL. Fails with ERR_REFUSED.
 */
int world_file_take(struct world_file *world, const struct doc *doc, world_other_fn other,
                    void *arg, struct err *err) MUST_CHECK;
/* Notes "FILE:LINE: kind X is not used here, skipped". */
void world_file_note_skipped(struct world_file *world, const struct doc *doc, const char *kind);

/*
 * The group of that name ("edge" or "demo/edge"; "" = the only one). NULL: *ret_why says what is
 * wrong and what to do.
 */
struct world_group *world_file_group(struct world_file *world, const char *name,
                                     const char **ret_why);

/* The policies bound to a group, sorted by name, in the arena; returns how many. */
int world_file_bound(const struct world_file *world, const struct group *group, struct arena *arena,
                     const struct policy ***ret_policies);

#endif
