/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state: objects, versions, the log of changes, ownership. Every change passes commit() or
 * remove_object(), so no watch can miss one.
 */
#include <stdio.h>
#include <string.h>

#include "apiserver/core_priv.h"
#include "apiserver/patch.h"
#include "base/mem.h"
#include "base/str.h"

void object_key(const char *plural, const char *ns, const char *name, char out[3 * CORE_PATH_PART])
{
    snprintf(out, 3 * CORE_PATH_PART, "%s %s/%s", plural, ns, name);
}

json_t *object_find(const struct core *core, const char *plural, const char *ns, const char *name)
{
    char key[3 * CORE_PATH_PART];
    object_key(plural, ns, name, key);
    return map_get(&core->objects, key);
}

static const char *meta_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(object, "metadata"), key));
    return text != NULL ? text : "";
}

static void log_change(struct core *core, const struct api_kind *kind, const char *type,
                       json_t *object)
{
    if (core->log_count == core->log_cap) {
        core->log_cap = core->log_cap == 0 ? 256 : core->log_cap * 2;
        core->log = mem_grow(core->log, core->log_cap, sizeof core->log[0]);
    }
    core->log[core->log_count++] = (struct change){core->version, type, kind, json_incref(object)};
}

void core_compact(struct core *core)
{
    for (size_t i = 0; i < core->log_count; i++) {
        json_decref(core->log[i].object);
    }
    core->log_count = 0;
    core->compacted = core->version;
}

static void tell(struct core *core, const struct api_kind *kind, const char *ns, const char *name,
                 const json_t *object, const struct writer_id *writer)
{
    if (core->on_write != NULL) {
        core->on_write(core->on_write_arg,
                       &(struct core_write){writer->manager, writer->method, kind->plural, ns, name,
                                            writer->subresource, object});
    }
}

void commit(struct core *core, const struct api_kind *kind, const char *type, json_t *object,
            const struct writer_id *writer)
{
    char key[3 * CORE_PATH_PART], version[32];
    const char *ns = meta_text(object, "namespace"), *name = meta_text(object, "name");
    core->version++;
    snprintf(version, sizeof version, "%lld", (long long)core->version);
    path_set(object, "metadata.resourceVersion", json_string(version));
    object_key(kind->plural, ns, name, key);
    json_t *old = map_put(&core->objects, key, object);
    log_change(core, kind, type, object);
    tell(core, kind, ns, name, object, writer);
    json_decref(old);
}

static bool is_owned_by(const json_t *object, const char *uid)
{
    size_t i;
    json_t *owner;
    json_array_foreach(path_get(object, "metadata.ownerReferences"), i, owner)
    {
        if (text_is(json_string_value(json_object_get(owner, "uid")), uid)) {
            return true;
        }
    }
    return false;
}

/* Kubernetes collects in the background; here what is owned goes with its owner. */
static void collect(struct core *core, const char *uid)
{
    static const struct writer_id collector = {"garbage-collector", "DELETE", "Update", ""};
    for (size_t i = 0; i < core->objects.used; i++) {
        if (core->objects.slots[i].key == NULL || !is_owned_by(core->objects.slots[i].value, uid)) {
            continue;
        }
        const json_t *object = core->objects.slots[i].value;
        char plural[CORE_PATH_PART] = "", ns[CORE_PATH_PART], name[CORE_PATH_PART];
        struct str key = str_of(core->objects.slots[i].key);
        struct str first = str_cut(&key, ' ');
        memcpy(plural, first.ptr, first.len);
        snprintf(ns, sizeof ns, "%s", meta_text(object, "namespace"));
        snprintf(name, sizeof name, "%s", meta_text(object, "name"));
        remove_object(core, api_kind_of_plural(plural), ns, name, &collector);
    }
}

void remove_object(struct core *core, const struct api_kind *kind, const char *ns, const char *name,
                   const struct writer_id *writer)
{
    char key[3 * CORE_PATH_PART], version[32], uid[64];
    object_key(kind->plural, ns, name, key);
    json_t *object = map_remove(&core->objects, key);
    if (object == NULL) {
        return;
    }
    core->version++;
    snprintf(version, sizeof version, "%lld", (long long)core->version);
    json_t *last = json_deep_copy(object);
    path_set(last, "metadata.resourceVersion", json_string(version));
    log_change(core, kind, "DELETED", last);
    json_decref(last);
    tell(core, kind, ns, name, NULL, writer);
    snprintf(uid, sizeof uid, "%s", meta_text(object, "uid"));
    json_decref(object);
    collect(core, uid);
}

const json_t *core_get(const struct core *core, const char *plural, const char *ns,
                       const char *name)
{
    return object_find(core, plural, ns, name);
}

json_t *core_list(const struct core *core, const char *plural)
{
    json_t *list = json_array();
    size_t len = strlen(plural);
    for (size_t i = 0; i < core->objects.used; i++) {
        const char *key = core->objects.slots[i].key;
        if (key != NULL && strncmp(key, plural, len) == 0 && key[len] == ' ') {
            json_array_append(list, core->objects.slots[i].value);
        }
    }
    return list;
}

void core_put(struct core *core, const char *plural, json_t *object, const char *manager)
{
    const struct writer_id writer = {manager, "PUT", "Update", ""};
    const json_t *old =
        object_find(core, plural, meta_text(object, "namespace"), meta_text(object, "name"));
    if (old == NULL) {
        char uid[64], now[WALL_TEXT_SIZE];
        snprintf(uid, sizeof uid, "00000000-0000-4000-8000-%012lld", (long long)++core->uids);
        path_set(object, "metadata.uid", json_string(uid));
        path_set(object, "metadata.creationTimestamp", json_string(wall_text(core->now, now)));
    }
    commit(core, api_kind_of_plural(plural), old == NULL ? "ADDED" : "MODIFIED", object, &writer);
}

void core_delete(struct core *core, const char *plural, const char *ns, const char *name,
                 const char *manager)
{
    remove_object(core, api_kind_of_plural(plural), ns, name,
                  &(struct writer_id){manager, "DELETE", "Update", ""});
}
