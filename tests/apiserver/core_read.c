/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: one object, lists in pages, and watches with their four beginnings (from a version,
 * from now, from everything there is, from too long ago).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/core_priv.h"
#include "apiserver/patch.h"
#include "base/mem.h"
#include "base/str.h"

static bool label_is(const json_t *labels, struct str key, struct str value)
{
    char name[CORE_PATH_PART] = "";
    memcpy(name, key.ptr, key.len < sizeof name ? key.len : sizeof name - 1);
    const char *has = json_string_value(json_object_get(labels, name));
    return has != NULL && str_is(value, has);
}

/* One requirement: "a=b", "a==b", "a!=b", "a", "!a". */
static bool requirement_holds(struct str text, const json_t *labels)
{
    struct str value = text;
    struct str key = str_cut(&value, '=');
    if (key.len == text.len) {
        bool absent = key.len > 0 && key.ptr[0] == '!';
        char name[CORE_PATH_PART] = "";
        struct str bare = absent ? (struct str){key.ptr + 1, key.len - 1} : key;
        memcpy(name, bare.ptr, bare.len < sizeof name ? bare.len : sizeof name - 1);
        return (json_object_get(labels, name) == NULL) == absent;
    }
    bool differs = key.len > 0 && key.ptr[key.len - 1] == '!';
    if (differs) {
        key.len--;
    }
    if (value.len > 0 && value.ptr[0] == '=') {
        value = (struct str){value.ptr + 1, value.len - 1};
    }
    return label_is(labels, key, value) != differs;
}

bool selector_matches(const char *selector, const json_t *object)
{
    const json_t *labels = path_get(object, "metadata.labels");
    struct str rest = str_of(selector);
    while (rest.len > 0) {
        if (!requirement_holds(str_trim(str_cut(&rest, ',')), labels)) {
            return false;
        }
    }
    return true;
}

static bool is_wanted(const json_t *object, const char *ns, const char *selector)
{
    return (ns[0] == '\0' ||
            text_is(json_string_value(path_get(object, "metadata.namespace")), ns)) &&
           selector_matches(selector, object);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of a plural after `after`, sorted, as etcd has them; the caller frees the array. */
static const char **sorted_keys(const struct core *core, const char *plural, const char *after,
                                size_t *ret_count)
{
    const char **keys = mem_new(core->objects.used + 1, sizeof *keys);
    size_t len = strlen(plural), count = 0;
    for (size_t i = 0; i < core->objects.used; i++) {
        const char *key = core->objects.slots[i].key;
        if (key != NULL && strncmp(key, plural, len) == 0 && key[len] == ' ' &&
            strcmp(key, after) > 0) {
            keys[count++] = key;
        }
    }
    qsort(keys, count, sizeof *keys, by_key);
    *ret_count = count;
    return keys;
}

static json_t *with_kind(const struct api_kind *kind, const json_t *object)
{
    json_t *copy = json_copy((json_t *)object);
    const char *version = strcmp(kind->api, "/api/v1") == 0 ? "v1" : kind->api + strlen("/apis/");
    json_object_set_new(copy, "apiVersion", json_string(version));
    json_object_set_new(copy, "kind", json_string(kind->kind));
    return copy;
}

static void list(struct core *core, const struct target *target, struct core_reply *reply)
{
    char selector[2 * CORE_PATH_PART] = "", after[3 * CORE_PATH_PART] = "", limit_text[16] = "0";
    query_get(target->query, "labelSelector", selector, sizeof selector);
    query_get(target->query, "continue", after, sizeof after);
    query_get(target->query, "limit", limit_text, sizeof limit_text);
    int64_t limit = 0;
    str_to_int64(str_of(limit_text), &limit);
    size_t count;
    const char **keys = sorted_keys(core, target->plural, after, &count);
    json_t *items = json_array();
    const char *next = "";
    for (size_t i = 0; i < count; i++) {
        const json_t *object = map_get(&core->objects, keys[i]);
        if (!is_wanted(object, target->ns, selector)) {
            continue;
        }
        json_array_append(items, (json_t *)object);
        if (limit > 0 && (int64_t)json_array_size(items) == limit && i + 1 < count) {
            next = keys[i];
            break;
        }
    }
    char kind[CORE_PATH_PART], version[32];
    snprintf(kind, sizeof kind, "%sList", target->kind->kind);
    snprintf(version, sizeof version, "%lld", (long long)core->version);
    json_t *whole =
        json_pack("{s:s, s:s, s:{s:s, s:s}, s:o}", "kind", kind, "apiVersion", "v1", "metadata",
                  "resourceVersion", version, "continue", next, "items", items);
    mem_free(keys);
    reply_json(reply, 200, whole);
    json_decref(whole);
}

void handle_read(struct core *core, const struct target *target, struct core_reply *reply)
{
    if (target->name[0] == '\0') {
        list(core, target, reply);
        return;
    }
    json_t *object = object_find(core, target->plural, target->ns, target->name);
    if (object == NULL) {
        reply_status(reply, 404, "NotFound", "not found");
        return;
    }
    json_t *shown = strcmp(target->subresource, "scale") == 0 ? scale_of(target->kind, object)
                                                              : with_kind(target->kind, object);
    reply_json(reply, 200, shown);
    json_decref(shown);
}

/* ---- watches ---- */

static void add_event(struct buf *out, const char *type, json_t *object)
{
    json_t *event = json_pack("{s:s, s:o}", "type", type, "object", object);
    char *text = json_dumps(event, JSON_COMPACT);
    buf_add_text(out, text);
    buf_add_text(out, "\n");
    free(text);
    json_decref(event);
}

static void add_bookmark(const struct core_watch *watch, struct buf *out, json_t *annotations)
{
    char version[32];
    snprintf(version, sizeof version, "%lld", (long long)watch->core->version);
    add_event(out, "BOOKMARK",
              json_pack("{s:s, s:{s:s, s:o}}", "kind", watch->kind->kind, "metadata",
                        "resourceVersion", version, "annotations", annotations));
}

static void begin_with_everything(struct core_watch *watch)
{
    struct core *core = watch->core;
    for (size_t i = 0; i < core->objects.used; i++) {
        const char *key = core->objects.slots[i].key;
        size_t len = strlen(watch->kind->plural);
        if (key != NULL && strncmp(key, watch->kind->plural, len) == 0 && key[len] == ' ' &&
            is_wanted(core->objects.slots[i].value, watch->ns, watch->selector)) {
            add_event(&watch->initial, "ADDED",
                      with_kind(watch->kind, core->objects.slots[i].value));
        }
    }
    add_bookmark(watch, &watch->initial, json_pack("{s:s}", "k8s.io/initial-events-end", "true"));
}

void handle_watch(struct core *core, const struct target *target, struct core_reply *reply)
{
    struct core_watch *watch = mem_new(1, sizeof *watch);
    char version_text[32] = "", initial[8] = "";
    int64_t version = 0;
    watch->core = core;
    watch->kind = target->kind;
    snprintf(watch->ns, sizeof watch->ns, "%s", target->ns);
    query_get(target->query, "labelSelector", watch->selector, sizeof watch->selector);
    query_get(target->query, "resourceVersion", version_text, sizeof version_text);
    str_to_int64(str_of(version_text), &version);
    watch->read = version;
    if (query_get(target->query, "sendInitialEvents", initial, sizeof initial) &&
        strcmp(initial, "true") == 0) {
        begin_with_everything(watch);
        watch->read = core->version;
    } else if (version == 0) {
        watch->read = core->version;
    } else {
        watch->expired = version < core->compacted;
    }
    reply->status = 200;
    reply->watch = watch;
}

static bool read_expired(struct core_watch *watch, struct buf *out)
{
    struct core_reply gone = {0};
    reply_status(&gone, 410, "Expired", "too old resource version");
    add_event(out, "ERROR", json_loads(buf_text(&gone.body), 0, NULL));
    buf_clear(&gone.body);
    watch->expired = false;
    watch->read = INT64_MAX; /* nothing more comes on this one */
    return true;
}

bool core_watch_read(struct core_watch *watch, struct buf *out)
{
    if (watch->expired) {
        return read_expired(watch, out);
    }
    bool any = watch->initial.len > 0;
    if (any) {
        buf_add(out, watch->initial.ptr, watch->initial.len);
        buf_clear(&watch->initial);
    }
    const struct core *core = watch->core;
    for (size_t i = core->log_count; i > 0 && core->log[i - 1].version > watch->read; i--) {
        if (i > 1 && core->log[i - 2].version > watch->read) {
            continue; /* walk back to the first one not read */
        }
        for (size_t at = i - 1; at < core->log_count; at++) {
            const struct change *change = &core->log[at];
            if (change->kind == watch->kind &&
                is_wanted(change->object, watch->ns, watch->selector)) {
                add_event(out, change->type, with_kind(change->kind, change->object));
                any = true;
            }
        }
        watch->read = core->version;
        break;
    }
    return any;
}

void core_watch_bookmark(struct core_watch *watch, struct buf *out)
{
    core_watch_read(watch, out);
    if (watch->read != INT64_MAX) {
        watch->read = watch->core->version;
        add_bookmark(watch, out, json_object());
    }
}

void core_watch_close(struct core_watch *watch)
{
    buf_clear(&watch->initial);
    mem_free(watch);
}
