/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * All state between two decisions, kept in ScalingGroup.status.memory: put back, a later decision
 * continues exactly as if the program had never stopped. Only decide/ looks inside; everybody
 * else stores, loads and hands it on.
 *
 * Rules
 *  1. A struct memory is immutable; decide() makes the next one in the arena it is given.
 *  2. memory_to_json and memory_from_json are exact inverses: same memory, same bytes.
 *  3. `v: 1`, at most 64 KiB of text; decide() sheds the oldest to stay below.
 */

struct memory;

/* A deep copy in another arena. */
const struct memory *memory_copy(const struct memory *memory, struct arena *arena);

/* A new reference; the caller decrefs it. */
json_t *memory_to_json(const struct memory *memory);

/*
 * Reads status.memory. ERR_REFUSED: from a newer version or damaged, with a sentence for a
 * condition; the group then starts as at first sight, which never removes a node.
 */
int memory_from_json(const json_t *json, struct arena *arena, const struct memory **ret_memory,
                     struct err *err) MUST_CHECK;

/*
 * Whether the step from a to b owes no status write. What the clock moves in a quiet world does not
 * count: the time of the last evaluation, the newest bucket of a list, the samples of panic and
 * dropGuard. A memory that was stored before such moves is older, never wrong: a rule that fired
 * since then would have been a change, and a gap makes the next decision slower to scale in.
 */
bool memory_is_same(const struct memory *a, const struct memory *b);

#endif
