/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_POLICY_TURN_H
#define LOOP_POLICY_TURN_H

/*
 * The status of one policy: a view of how it stands with each group, gathered from what the turns
 * of those groups noted, written when it says something new. Nothing is decided here.
 */

struct world;
struct policy_state;
struct policy_turn;

/* Begins a turn of a policy that is in the store. It may have ended when this returns. */
void policy_turn_begin(struct world *world, struct policy_state *state);
/* Cancels what is under way. Takes NULL. */
void policy_turn_free(struct policy_turn *turn);

#endif
