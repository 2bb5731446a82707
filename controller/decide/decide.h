/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_DECIDE_H
#define DECIDE_DECIDE_H

#include "base/arena.h"
#include "model/verdict.h"

/*
 * The decision: a pure, total function (behaviour.md section 6). The controller, the simulator,
 * the tests and the command line call this one function.
 *
 * Rules
 *  1. No clock, no I/O, no logging, no failure: an input it dislikes gives "hold, because ...".
 *  2. Same input, same output, byte for byte.
 *  3. Everything it returns lives in `arena`; nothing of the input is kept.
 */

void decide(const struct decide_input *input, struct arena *arena, struct decide_output *output);

#endif
