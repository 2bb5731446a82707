/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who else acts on a group's target. Of two groups the older acts (creationTimestamp, then name);
 * an autoscaler, older or younger, always goes first: we hold and name it.
 */
#include <string.h>

#include "store/observe_priv.h"

static const char *first_scaler(const struct store *store, enum store_kind kind, const char *target,
                                struct arena *arena)
{
    const void *const *scalers;
    int count = store_list(store, kind, STORE_BY_TARGET, target, arena, &scalers);
    for (int i = 0; i < count; i++) {
        const struct meta *meta = scalers[i];
        if (!meta->deleting) {
            return meta->name;
        }
    }
    return NULL;
}

static bool is_older(const struct meta *a, const struct meta *b)
{
    return a->created.s != b->created.s ? a->created.s < b->created.s
                                        : strcmp(a->name, b->name) < 0;
}

static const char *older_group(const struct store *store, const struct group *group,
                               const char *target, struct arena *arena)
{
    const void *const *groups;
    int count = store_list(store, STORE_GROUP, STORE_BY_TARGET, target, arena, &groups);
    const struct meta *oldest = &group->meta;
    for (int i = 0; i < count; i++) {
        const struct meta *meta = groups[i];
        if (!meta->deleting && is_older(meta, oldest)) {
            oldest = meta;
        }
    }
    return oldest != &group->meta && strcmp(oldest->name, group->meta.name) != 0 ? oldest->name
                                                                                 : NULL;
}

const char *observe_rivals(const struct store *store, const struct group *group,
                           struct arena *arena)
{
    const char *target = arena_printf(arena, "%s/%s", group->meta.ns, group->target_name);
    const char *name = first_scaler(store, STORE_SCALED_OBJECT, target, arena);
    const char *kind = "ScaledObject";
    if (name == NULL) {
        name = first_scaler(store, STORE_AUTOSCALER, target, arena);
        kind = "HorizontalPodAutoscaler";
    }
    if (name != NULL) {
        return arena_printf(arena,
                            "%s %s scales Deployment %s too; delete it or point it at another "
                            "workload, this group holds until then",
                            kind, name, group->target_name);
    }
    name = older_group(store, group, target, arena);
    if (name != NULL) {
        return arena_printf(arena,
                            "ScalingGroup %s is older and acts on Deployment %s; delete one of "
                            "the two groups or point it at another Deployment",
                            name, group->target_name);
    }
    return "";
}
