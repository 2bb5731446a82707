/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes documents into a world: check the schema, decode with the tables of watch/, check the
 * rules, bind the calendars.
 */
#include "cli/world_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calendar/bind.h"
#include "cli/place.h"
#include "cli/schema.h"
#include "watch/check.h"
#include "watch/kinds.h"

#include "kube/pull.h"

#define OBJECT_BYTES_MAX ((size_t)DOC_WEIGHT_MAX * 8) /* as JSON: every byte may be escaped */
#define WORLD_BYTES_MAX ((size_t)2 << 30)

void world_file_init(struct world_file *world, const char *file, struct zones *zones,
                     struct buf *notes)
{
    *world = (struct world_file){
        .file = file, .zones = zones, .notes = notes, .max_group_size = WORLD_MAX_GROUP_SIZE};
    arena_init(&world->arena, WORLD_BYTES_MAX);
}

void world_file_clear(struct world_file *world)
{
    mem_free(world->groups);
    mem_free(world->policies);
    arena_clear(&world->arena);
    *world = (struct world_file){0};
}

void world_file_note_skipped(struct world_file *world, const struct doc *doc, const char *kind)
{
    buf_printf(world->notes, "%s:%d: kind: %.63s is not used here, skipped\n", world->file,
               doc->line, kind);
}

/* ---- names ---- */

static struct world_group *find_group(struct world_file *world, const char *key)
{
    for (int i = 0; i < world->group_count; i++) {
        if (strcmp(world->groups[i]->key, key) == 0) {
            return world->groups[i];
        }
    }
    return NULL;
}

static struct world_policy *find_policy(struct world_file *world, const char *key)
{
    for (int i = 0; i < world->policy_count; i++) {
        if (strcmp(world->policies[i]->key, key) == 0) {
            return world->policies[i];
        }
    }
    return NULL;
}

/* "edge" and "demo/edge" name "demo/edge". */
static bool is_named(const char *key, const char *name)
{
    const char *slash = strchr(key, '/');
    return strcmp(key, name) == 0 || (slash != NULL && strcmp(slash + 1, name) == 0);
}

struct world_group *world_file_group(struct world_file *world, const char *name,
                                     const char **ret_why)
{
    struct world_group *found = NULL;
    int count = 0;
    for (int i = 0; i < world->group_count; i++) {
        struct world_group *group = world->groups[i];
        if (group->object != NULL && (name[0] == '\0' || is_named(group->key, name))) {
            found = group;
            count++;
        }
    }
    if (count == 1) {
        return found;
    }
    *ret_why = count > 1         ? "several groups fit, write NAMESPACE/NAME"
               : name[0] != '\0' ? "there is no such group here, put its ScalingGroup before"
                                 : "there is no group for it, put a ScalingGroup before";
    return NULL;
}

static struct world_group *add_group(struct world_file *world, const char *key)
{
    if (world->group_count == world->group_cap) {
        world->group_cap = world->group_cap == 0 ? 8 : world->group_cap * 2;
        world->groups = mem_grow(world->groups, (size_t)world->group_cap, sizeof *world->groups);
    }
    struct world_group *group = ARENA_NEW(&world->arena, struct world_group);
    group->key = key;
    group->status = "";
    world->groups[world->group_count++] = group;
    return group;
}

static struct world_policy *add_policy(struct world_file *world, const char *key)
{
    if (world->policy_count == world->policy_cap) {
        world->policy_cap = world->policy_cap == 0 ? 8 : world->policy_cap * 2;
        world->policies =
            mem_grow(world->policies, (size_t)world->policy_cap, sizeof *world->policies);
    }
    struct world_policy *policy = ARENA_NEW(&world->arena, struct world_policy);
    policy->key = key;
    world->policies[world->policy_count++] = policy;
    return policy;
}

/* ---- objects ---- */

/* "spec.minSize: sentence" of a decoder as FILE:LINE: spec.minSize: sentence. */
static int fail_decode(const struct world_file *world, const struct doc *doc,
                       const struct err *cause, struct err *err)
{
    char path[200];
    snprintf(path, sizeof path, "%.*s", (int)strcspn(cause->text, ":"), cause->text);
    return err_set(err, ERR_REFUSED, 0, "%s:%d: %s", world->file, doc_line(doc, path), cause->text);
}

static int decode(struct world_file *world, const struct doc *doc, const struct kind *kind,
                  void **ret_object, struct err *err)
{
    CLEANUP(buf_clear) struct buf json;
    buf_init(&json, OBJECT_BYTES_MAX);
    doc_write_json(doc, &json);
    struct pull_limits limits = {.item_bytes = OBJECT_BYTES_MAX, .depth = DOC_DEPTH_MAX + 2};
    struct err cause = {0};
    struct str text = {buf_text(&json), json.len};
    if (pull_decode(kind->table, text, &limits, &world->arena, ret_object, &cause) != 0) {
        return fail_decode(world, doc, &cause, err);
    }
    if (arena_is_full(&world->arena) || json.overflow) {
        return err_set(err, ERR_REFUSED, 0, "%s:%d: document: needs too much memory, split it",
                       world->file, doc->line);
    }
    struct meta *meta = *ret_object;
    if (meta->ns[0] == '\0') {
        meta->ns = "default";
    }
    return 0;
}

static int fail_check(const struct world_file *world, const struct doc *doc,
                      const struct check *check, struct err *err)
{
    const struct check_item *item = &check->items[0];
    return err_set(err, ERR_REFUSED, 0, "%s:%d: %s: %s", world->file, doc_line(doc, item->path),
                   item->path, item->text);
}

static int take_group(struct world_file *world, const struct doc *doc, struct err *err)
{
    void *object = NULL;
    struct check check;
    if (schema_check(world->file, doc, KIND_SCALING_GROUP.name, err) != 0 ||
        decode(world, doc, &KIND_SCALING_GROUP, &object, err) != 0) {
        return -1;
    }
    const struct group_view *view = object;
    const char *key = arena_printf(&world->arena, "%s/%s", view->meta.ns, view->meta.name);
    struct world_group *group = find_group(world, key);
    group_check(&view->group, world->max_group_size, &check);
    if (group != NULL && group->object != NULL) {
        group_check_change(&group->object->group, &view->group, &check);
    }
    if (check.count > 0) {
        return fail_check(world, doc, &check, err);
    }
    if (group == NULL) {
        group = add_group(world, key);
    }
    group->object = view;
    if (group->status[0] == '\0') {
        group->status = view->status.text;
    }
    return 0;
}

static int take_policy(struct world_file *world, const struct doc *doc, struct err *err)
{
    void *object = NULL;
    struct check check;
    if (schema_check(world->file, doc, KIND_SCALING_POLICY.name, err) != 0 ||
        decode(world, doc, &KIND_SCALING_POLICY, &object, err) != 0) {
        return -1;
    }
    struct policy_view *view = object;
    const char *key = arena_printf(&world->arena, "%s/%s", view->meta.ns, view->meta.name);
    policy_check(&view->policy, world->zones, &check);
    if (check.count > 0) {
        return fail_check(world, doc, &check, err);
    }
    calendar_bind(&view->policy, world->zones, &world->arena);
    struct world_policy *policy = find_policy(world, key);
    if (policy == NULL) {
        policy = add_policy(world, key);
    }
    policy->object = view;
    return 0;
}

/* ---- Delete ---- */

struct delete_target {
    const char *kind, *name, *ns;
};

static const struct field TARGET_FIELDS[] = {
    FIELD("kind", TEXT, struct delete_target, kind, .required = true),
    FIELD("name", TEXT, struct delete_target, name, .required = true),
    FIELD("namespace", TEXT, struct delete_target, ns),
};

struct delete_sheet {
    const struct doc *target;
    const struct doc *ignored;
};

static const struct field DELETE_FIELDS[] = {
    FIELD("kind", ANY, struct delete_sheet, ignored),
    FIELD("apiVersion", ANY, struct delete_sheet, ignored),
    FIELD("target", MAP, struct delete_sheet, target, .required = true),
};

static int forget_groups(struct world_file *world, const char *name)
{
    int count = 0;
    for (int i = 0; i < world->group_count; i++) {
        struct world_group *group = world->groups[i];
        if (group->object != NULL && is_named(group->key, name)) {
            group->object = NULL;
            group->status = "";
            group->births++;
            count++;
        }
    }
    return count;
}

static int forget_policies(struct world_file *world, const char *name)
{
    int count = 0;
    for (int i = 0; i < world->policy_count; i++) {
        struct world_policy *policy = world->policies[i];
        if (policy->object != NULL && is_named(policy->key, name)) {
            policy->object = NULL;
            count++;
        }
    }
    return count;
}

static int take_delete(struct world_file *world, const struct doc *doc, struct err *err)
{
    struct place top = {.file = world->file};
    struct place at = place_key(&top, "target");
    struct delete_sheet sheet = {0};
    struct delete_target target = {.ns = ""};
    if (fields_read(&top, doc, DELETE_FIELDS, (int)ARRAY_LEN(DELETE_FIELDS), &sheet, err) != 0 ||
        fields_read(&at, sheet.target, TARGET_FIELDS, (int)ARRAY_LEN(TARGET_FIELDS), &target,
                    err) != 0) {
        return -1;
    }
    const char *name = target.ns[0] == '\0'
                           ? target.name
                           : arena_printf(&world->arena, "%s/%s", target.ns, target.name);
    bool is_group = strcmp(target.kind, KIND_SCALING_GROUP.name) == 0;
    bool is_policy = strcmp(target.kind, KIND_SCALING_POLICY.name) == 0;
    if (!is_group && !is_policy) {
        world_file_note_skipped(world, sheet.target, target.kind);
        return 0;
    }
    int count = is_group ? forget_groups(world, name) : forget_policies(world, name);
    if (count == 0) {
        return place_fail(&at, sheet.target->line, err,
                          "there is no %s %.63s to delete, "
                          "correct the name",
                          target.kind, name);
    }
    return 0;
}

/* ---- OperatorConfig ---- */

/* What a decision uses is read; the rest is the controller's and only has to be spelled right. */
struct config_sheet {
    int max_group_size;
    const struct doc *ignored;
};

#define CONFIG(name_, type_) FIELD(name_, type_, struct config_sheet, ignored)
static const struct field CONFIG_FIELDS[] = {
    CONFIG("kind", ANY),
    CONFIG("apiVersion", ANY),
    CONFIG("metadata", ANY),
    FIELD("maxGroupSize", INT, struct config_sheet, max_group_size, .min = 1, .max = 10000),
    CONFIG("maxActivities", ANY),
    CONFIG("memberRanges", LIST),
    CONFIG("sources", LIST),
    CONFIG("sinks", LIST),
    CONFIG("envoyDiscovery", MAP),
};

static int take_config(struct world_file *world, const struct doc *doc, struct err *err)
{
    struct place top = {.file = world->file};
    struct config_sheet sheet = {.max_group_size = WORLD_MAX_GROUP_SIZE};
    if (fields_read(&top, doc, CONFIG_FIELDS, (int)ARRAY_LEN(CONFIG_FIELDS), &sheet, err) != 0) {
        return -1;
    }
    world->max_group_size = sheet.max_group_size;
    return 0;
}

/* ---- any document ---- */

static int take_list(struct world_file *world, const struct doc *doc, world_other_fn other,
                     void *arg, struct err *err)
{
    const struct doc *items = doc_get(doc, "items");
    struct place top = {.file = world->file};
    struct place at = place_key(&top, "items");
    if (items == NULL || items->type != DOC_LIST) {
        return place_fail(&at, doc->line, err, "must be a list of objects");
    }
    for (int i = 0; i < items->count; i++) {
        if (world_file_take(world, items->entries[i].value, other, arg, err) != 0) {
            return -1;
        }
    }
    return 0;
}

int world_file_take(struct world_file *world, const struct doc *doc, world_other_fn other,
                    void *arg, struct err *err)
{
    struct place top = {.file = world->file};
    struct place at = place_key(&top, "kind");
    const struct doc *kind = doc_get(doc, "kind");
    if (kind == NULL || kind->type != DOC_TEXT) {
        return place_fail(&at, doc->line, err,
                          doc->type == DOC_MAP ? "is missing, say what the document is"
                                               : "is missing, a document must be a map");
    }
    if (strcmp(kind->text, KIND_SCALING_GROUP.name) == 0) {
        return take_group(world, doc, err);
    }
    if (strcmp(kind->text, KIND_SCALING_POLICY.name) == 0) {
        return take_policy(world, doc, err);
    }
    if (strcmp(kind->text, "List") == 0) {
        return take_list(world, doc, other, arg, err);
    }
    if (strcmp(kind->text, "Delete") == 0) {
        return take_delete(world, doc, err);
    }
    if (strcmp(kind->text, "OperatorConfig") == 0) {
        return take_config(world, doc, err);
    }
    if (other != NULL) {
        return other(arg, doc, kind->text, err);
    }
    world_file_note_skipped(world, doc, kind->text);
    return 0;
}

/* ---- bindings ---- */

static int compare_policies(const void *a, const void *b)
{
    const struct policy *const *x = a;
    const struct policy *const *y = b;
    return strcmp((*x)->meta.name, (*y)->meta.name);
}

int world_file_bound(const struct world_file *world, const struct group *group, struct arena *arena,
                     const struct policy ***ret_policies)
{
    const struct policy **bound =
        ARENA_ARRAY(arena, const struct policy *, (size_t)world->policy_count);
    int count = 0;
    for (int i = 0; i < world->policy_count; i++) {
        const struct policy_view *view = world->policies[i]->object;
        if (view != NULL && !view->meta.deleting && strcmp(view->meta.ns, group->meta.ns) == 0 &&
            policy_binds(&view->policy, group->meta.name, group->meta.labels,
                         group->meta.label_count)) {
            bound[count++] = &view->policy;
        }
    }
    qsort(bound, (size_t)count, sizeof *bound, compare_policies);
    *ret_policies = bound;
    return count;
}
