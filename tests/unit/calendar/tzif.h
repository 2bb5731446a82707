/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CALENDAR_TZIF_H
#define TEST_CALENDAR_TZIF_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "calendar/zone.h"

/*
 * Builds TZif files, sound or not.
 */

#define TZIF_CHANGES 12
#define TZIF_TYPES 4

struct tzif {
    unsigned char bytes[4096];
    size_t len;
};

struct tzif_shape {
    char version; /* 0, '2', '3', '4' */
    int64_t at[TZIF_CHANGES];
    int index[TZIF_CHANGES]; /* of offset_s, from `at` on */
    int count;
    int offset_s[TZIF_TYPES];
    int types;
    int leaps;
    const char *footer; /* NULL: none */
};

struct tzif tzif_make(const struct tzif_shape *shape);
/* zone_parse on a copy of the exact length, so that reading beyond it is noticed. */
int tzif_parse(const struct tzif *file, struct arena *arena, const struct zone **ret_zone,
               struct err *err);
/* Must parse. */
const struct zone *tzif_zone(const struct tzif_shape *shape, struct arena *arena);

#endif
