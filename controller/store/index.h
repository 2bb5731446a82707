/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/store.h"

/*
 * Where an object is filed, and what a change of it touches: the two questions by which an event
 * of the watch becomes the keys of the groups that have to be looked at.
 *
 *   policy -> the groups it binds        deployment, replica set, pod -> the group on that target
 *   machine -> the groups of its pods    service, slice, endpoints -> the groups that serve it
 *   autoscaler -> the groups by target   group -> itself and its rivals on the same target
 */

typedef void (*index_fn)(void *arg, enum store_index index, const char *text);

/* Calls fn for each entry under which an object is filed. */
void index_entries(enum store_kind kind, const void *object, index_fn fn, void *arg);

typedef void (*touch_fn)(void *arg, const char *ns, const char *group);

/*
 * Calls fn for each group that an object concerns, as the store stands: once with the old object
 * while it is still stored, once with the new one when it is. A group may be named twice.
 */
void index_touched(const struct store *store, enum store_kind kind, const void *object, touch_fn fn,
                   void *arg);

/* Whether a new version of an object can change no decision (a machine's heartbeat). */
bool index_is_same(enum store_kind kind, const void *old, const void *new_object);

#endif
