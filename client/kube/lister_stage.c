/* SPDX-License-Identifier: Apache-2.0 */
/* Objects on their way to the sink, in the order received. */
#include "base/mem.h"
#include "base/str.h"
#include "kube/lister_priv.h"

void stage_clear(struct stage *stage)
{
    for (size_t i = 0; i < stage->count; i++) {
        arena_clear(&stage->items[i].arena);
    }
    mem_free(stage->items);
    *stage = (struct stage){0};
}

static struct staged *add(struct stage *stage)
{
    if (stage->count == stage->cap) {
        stage->cap = stage->cap == 0 ? 64 : stage->cap * 2;
        stage->items = mem_grow(stage->items, stage->cap, sizeof(*stage->items));
    }
    struct staged *staged = &stage->items[stage->count++];
    *staged = (struct staged){0};
    return staged;
}

void stage_item(struct stage *stage, void *object, struct arena *arena)
{
    struct staged *staged = add(stage);
    staged->object = object;
    staged->id = *(const struct object_id *)object;
    staged->arena = *arena;
    *arena = (struct arena){0};
}

void stage_bad(struct stage *stage, const struct object_id *id, const struct err *err)
{
    struct staged *staged = add(stage);
    staged->id = (struct object_id){
        .name = arena_dup(&staged->arena, id->name),
        .ns = arena_dup(&staged->arena, id->ns),
        .uid = arena_dup(&staged->arena, id->uid),
        .resource_version = arena_dup(&staged->arena, id->resource_version),
    };
    staged->err = ARENA_NEW(&staged->arena, struct err);
    *staged->err = *err;
}

void stage_drop(struct stage *stage, const struct object_id *id)
{
    for (size_t i = stage->count; i > 0; i--) {
        struct staged *staged = &stage->items[i - 1];
        if (text_is(staged->id.name, id->name) && text_is(staged->id.ns, id->ns)) {
            staged->dropped = true;
        }
    }
}
