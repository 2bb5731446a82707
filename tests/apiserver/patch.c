/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/patch.h"

#include <string.h>

#include "base/attr.h"
#include "base/str.h"

json_t *patch_merge(const json_t *target, const json_t *patch)
{
    if (!json_is_object(patch)) {
        return json_deep_copy(patch);
    }
    json_t *merged = json_is_object(target) ? json_copy((json_t *)target) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value)
    {
        if (json_is_null(value)) {
            json_object_del(merged, key);
        } else {
            json_object_set_new(merged, key, patch_merge(json_object_get(merged, key), value));
        }
    }
    return merged;
}

/* The key by which a list of objects merges: what Kubernetes' own schemas use most. */
static const char *list_key(const json_t *list)
{
    static const char *const keys[] = {"name", "type", "uid", "containerPort"};
    const json_t *first = json_array_get(list, 0);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (json_object_get(first, keys[i]) != NULL) {
            return keys[i];
        }
    }
    return NULL;
}

static json_t *apply_list(const json_t *target, const json_t *intent)
{
    const char *key = list_key(intent);
    if (key == NULL || !json_is_array(target)) {
        return json_deep_copy(intent);
    }
    json_t *merged = json_deep_copy(target);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)intent, i, item)
    {
        size_t at;
        json_t *old = NULL;
        json_array_foreach(merged, at, old)
        {
            if (json_equal(json_object_get(old, key), json_object_get(item, key))) {
                break;
            }
        }
        if (at < json_array_size(merged)) {
            json_array_set_new(merged, at, patch_apply(old, item));
        } else {
            json_array_append_new(merged, json_deep_copy(item));
        }
    }
    return merged;
}

json_t *patch_apply(const json_t *target, const json_t *intent)
{
    if (json_is_array(intent)) {
        return apply_list(target, intent);
    }
    if (!json_is_object(intent)) {
        return json_deep_copy(intent);
    }
    json_t *merged = json_is_object(target) ? json_copy((json_t *)target) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)intent, key, value)
    {
        json_object_set_new(merged, key, patch_apply(json_object_get(merged, key), value));
    }
    return merged;
}

/* ---- JSON patch ---- */

/* One segment of a JSON pointer, unescaped; false when the pointer is at its end. */
static bool pointer_next(const char **pointer, char *segment, size_t size)
{
    if (**pointer != '/') {
        return false;
    }
    size_t used = 0;
    const char *at = *pointer + 1;
    while (*at != '\0' && *at != '/' && used + 1 < size) {
        if (at[0] == '~' && (at[1] == '0' || at[1] == '1')) {
            segment[used++] = at[1] == '0' ? '~' : '/';
            at += 2;
        } else {
            segment[used++] = *at++;
        }
    }
    segment[used] = '\0';
    *pointer = at;
    return true;
}

static json_t *child(json_t *parent, const char *segment)
{
    int64_t index;
    if (json_is_array(parent)) {
        return str_to_int64(str_of(segment), &index) ? json_array_get(parent, (size_t)index) : NULL;
    }
    return json_object_get(parent, segment);
}

/* Does one operation on the parent of its target. */
static const char *operate(json_t *parent, const char *segment, const char *op, json_t *value)
{
    bool add = strcmp(op, "add") == 0;
    if (strcmp(op, "test") == 0) {
        return json_equal(child(parent, segment), value) ? NULL : "testing value failed";
    }
    if (!add && child(parent, segment) == NULL) {
        return "the path does not exist";
    }
    int64_t index = 0;
    if (json_is_array(parent)) {
        if (strcmp(segment, "-") == 0 && add) {
            json_array_append(parent, value);
            return NULL;
        }
        if (!str_to_int64(str_of(segment), &index)) {
            return "not an index";
        }
        if (add) {
            return json_array_insert(parent, (size_t)index, value) == 0 ? NULL : "beyond the end";
        }
        if (strcmp(op, "replace") == 0) {
            json_array_set(parent, (size_t)index, value);
        } else {
            json_array_remove(parent, (size_t)index);
        }
        return NULL;
    }
    if (strcmp(op, "remove") == 0) {
        json_object_del(parent, segment);
    } else {
        json_object_set(parent, segment, value);
    }
    return NULL;
}

static const char *operation(json_t *root, const json_t *item)
{
    const char *op = json_string_value(json_object_get(item, "op"));
    const char *pointer = json_string_value(json_object_get(item, "path"));
    char segment[256], next[256];
    if (op == NULL || pointer == NULL || !pointer_next(&pointer, segment, sizeof segment)) {
        return "an operation needs op and path";
    }
    json_t *parent = root;
    while (pointer_next(&pointer, next, sizeof next)) {
        parent = child(parent, segment);
        if (parent == NULL) {
            return "the path does not exist";
        }
        memcpy(segment, next, sizeof segment);
    }
    return operate(parent, segment, op, json_object_get(item, "value"));
}

json_t *patch_operations(const json_t *target, const json_t *operations, const char **ret_why)
{
    json_t *result = json_deep_copy(target);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)operations, i, item)
    {
        *ret_why = operation(result, item);
        if (*ret_why != NULL) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

/* ---- dotted paths ---- */

json_t *path_get(const json_t *object, const char *dotted)
{
    struct str rest = str_of(dotted);
    json_t *at = (json_t *)object;
    while (at != NULL && rest.len > 0) {
        struct str key = str_cut(&rest, '.');
        char name[128] = "";
        memcpy(name, key.ptr, key.len < sizeof name ? key.len : sizeof name - 1);
        at = json_object_get(at, name);
    }
    return at;
}

void path_set(json_t *object, const char *dotted, json_t *value)
{
    struct str rest = str_of(dotted);
    json_t *at = object;
    for (;;) {
        struct str key = str_cut(&rest, '.');
        char name[128] = "";
        memcpy(name, key.ptr, key.len < sizeof name ? key.len : sizeof name - 1);
        if (rest.len == 0) {
            json_object_set_new(at, name, value);
            return;
        }
        if (!json_is_object(json_object_get(at, name))) {
            json_object_set_new(at, name, json_object());
        }
        at = json_object_get(at, name);
    }
}
