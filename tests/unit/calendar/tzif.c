/* SPDX-License-Identifier: Apache-2.0 */
#include "tzif.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void put(struct tzif *f, const void *bytes, size_t len)
{
    memcpy(f->bytes + f->len, bytes, len);
    f->len += len;
}

static void put_number(struct tzif *f, int64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        f->bytes[f->len++] = (unsigned char)((uint64_t)value >> (8 * (len - 1 - i)));
    }
}

static void put_block(struct tzif *f, const struct tzif_shape *s, size_t time_bytes)
{
    put(f, "TZif", 4);
    put_number(f, s->version, 1);
    put_number(f, 0, 7);
    put_number(f, 0, 8);
    put_number(f, 0, 8); /* no marks */
    put_number(f, s->leaps, 4);
    put_number(f, s->count, 4);
    put_number(f, s->types, 4);
    put_number(f, 4, 4);
    for (int i = 0; i < s->count; i++) {
        put_number(f, s->at[i], time_bytes);
    }
    for (int i = 0; i < s->count; i++) {
        put_number(f, s->index[i], 1);
    }
    for (int i = 0; i < s->types; i++) {
        put_number(f, s->offset_s[i], 4);
        put_number(f, 0, 2);
    }
    put(f, "ABC", 4);
    for (int i = 0; i < s->leaps; i++) {
        put_number(f, 78796800, time_bytes);
        put_number(f, 1, 4);
    }
}

struct tzif tzif_make(const struct tzif_shape *shape)
{
    struct tzif f = {.len = 0};
    put_block(&f, shape, 4);
    if (shape->version != 0) {
        put_block(&f, shape, 8);
    }
    if (shape->footer != NULL) {
        put(&f, "\n", 1);
        put(&f, shape->footer, strlen(shape->footer));
        put(&f, "\n", 1);
    }
    return f;
}

int tzif_parse(const struct tzif *file, struct arena *arena, const struct zone **ret_zone,
               struct err *err)
{
    unsigned char *exact = malloc(file->len > 0 ? file->len : 1);
    memcpy(exact, file->bytes, file->len);
    int result = zone_parse(exact, file->len, arena, ret_zone, err);
    free(exact);
    return result;
}

const struct zone *tzif_zone(const struct tzif_shape *shape, struct arena *arena)
{
    const struct zone *z = NULL;
    struct err err = {0};
    struct tzif f = tzif_make(shape);
    cr_assert(tzif_parse(&f, arena, &z, &err) == 0, "%s", err.text);
    return z;
}
