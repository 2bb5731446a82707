/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_TURN_H
#define LOOP_TURN_H

/*
 * One turn of one group: look, decide, intend, act, report. Who reads turn.c has read the program.
 *
 * Rules
 *  1. What a turn has seen stays as it was until it ends: the store is pinned.
 *  2. The intent is in status, under the resourceVersion that was looked at, before anything
 *     else is written. Is it refused (409), nothing happened: the newer object is waited for and
 *     decided anew from the memory before.
 *  3. A turn ends by itself and tells the world; turn_free is for the end of the world.
 */

struct world;
struct group_state;
struct turn;

/* Begins a turn of a group that is in the store. It may have ended when this returns. */
void turn_begin(struct world *world, struct group_state *state);
/* Cancels what is under way. Takes NULL. */
void turn_free(struct turn *turn);

#endif
