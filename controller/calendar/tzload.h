/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALENDAR_TZLOAD_H
#define CALENDAR_TZLOAD_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "calendar/zone.h"

/*
 * Time zones by name, from the system's tzdata. The only file of this room that does I/O: it
 * blocks for a read of a few kilobytes.
 *
 * Rules
 *  1. A struct zones is one reading of tzdata. Zones it returned live until zones_free.
 *  2. When zones_changed says so, make a new one, resolve every rule again with it, then free the
 *     old one: a rule never holds zones of two readings.
 *  3. "UTC" is built in and needs no tzdata.
 *  4. Single-threaded.
 */

#define ZONES_DIR "/usr/share/zoneinfo"

struct zones;

/* dir: where the TZif files lie; NULL or "" = ZONES_DIR. Touches nothing yet; never NULL. */
struct zones *zones_new(const char *dir);
/* Takes NULL. */
void zones_free(struct zones *zones);

/*
 * To be asked at start: is there usable tzdata? ERR_SYSTEM with the remedy if not; the program may
 * go on with UTC alone.
 */
int zones_check(struct zones *zones, struct err *err) MUST_CHECK;

/*
 * The zone of an IANA name; the empty name is UTC. Fails with ERR_REFUSED for text that is no such
 * name, ERR_ABSENT if there is no such zone (or no tzdata), ERR_GARBLED for a broken file,
 * ERR_SYSTEM if it cannot be read.
 */
int zones_find(struct zones *zones, struct str name, const struct zone **ret_zone,
               struct err *err) MUST_CHECK;

/* Has tzdata been replaced, added or removed since this reading? A few stat calls. */
bool zones_changed(const struct zones *zones);

/* Could this be a zone's name? Letters, digits, + - _ . in parts parted by /, no part "." or "..".
 */
bool zones_name_is_legal(struct str name);

#endif
