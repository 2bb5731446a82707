/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing: create, replace, patch, apply and delete, with preconditions, the status and scale
 * subresources, and the bit of managedFields that tells who wrote spec.replicas.
 */
#include <stdio.h>
#include <string.h>

#include "apiserver/core_priv.h"
#include "apiserver/patch.h"
#include "base/str.h"

static const char *text_at(const json_t *object, const char *dotted)
{
    const char *text = json_string_value(path_get(object, dotted));
    return text != NULL ? text : "";
}

json_t *scale_of(const struct api_kind *kind, const json_t *object)
{
    const json_t *spec = path_get(object, kind->scale_spec);
    const json_t *status = path_get(object, kind->scale_status);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:{s:o}, s:{s:I}}", "kind", "Scale",
                     "apiVersion", "autoscaling/v1", "metadata", "name",
                     text_at(object, "metadata.name"), "namespace",
                     text_at(object, "metadata.namespace"), "uid", text_at(object, "metadata.uid"),
                     "resourceVersion", text_at(object, "metadata.resourceVersion"), "spec",
                     "replicas", spec != NULL ? json_deep_copy(spec) : json_integer(1), "status",
                     "replicas", (json_int_t)(status != NULL ? json_integer_value(status) : 0));
}

/*
 * Who wrote spec.replicas last: what Sluice reads to name a foreign writer. Applying the value
 * that is there changes the owner all the same.
 */
static void note_writer(const struct core *core, const struct api_kind *kind, const json_t *old,
                        json_t *object, const struct writer_id *writer)
{
    if (kind->scale_spec == NULL || strcmp(kind->scale_spec, "spec.replicas") != 0) {
        return;
    }
    const json_t *owner = json_array_get(path_get(old, "metadata.managedFields"), 0);
    bool takes_over = strcmp(writer->operation, "Apply") == 0 &&
                      strcmp(writer->subresource, "scale") == 0 &&
                      strcmp(text_at(owner, "manager"), writer->manager) != 0;
    if (!takes_over &&
        json_equal(path_get(old, kind->scale_spec), path_get(object, kind->scale_spec))) {
        return;
    }
    char now[WALL_TEXT_SIZE];
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:{s:{}}}}", "manager", writer->manager,
                              "operation", writer->operation, "subresource", writer->subresource,
                              "time", wall_text(core->now, now), "fieldsType", "FieldsV1",
                              "fieldsV1", "f:spec", "f:replicas");
    json_t *entries = json_array();
    json_array_append_new(entries, entry);
    path_set(object, "metadata.managedFields", entries);
}

/* What a client may not set: taken over from what is stored. */
static void keep_system_fields(const json_t *old, json_t *object)
{
    static const char *const keys[] = {
        "uid",  "creationTimestamp", "generation", "resourceVersion", "managedFields",
        "name", "namespace"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        json_t *value = json_object_get(json_object_get(old, "metadata"), keys[i]);
        json_t *meta = json_object_get(object, "metadata");
        if (value != NULL) {
            json_object_set(meta, keys[i], value);
        } else {
            json_object_del(meta, keys[i]);
        }
    }
}

static bool spec_differs(const json_t *old, const json_t *object)
{
    json_t *a = json_copy((json_t *)old), *b = json_copy((json_t *)object);
    static const char *const outside[] = {"metadata", "status", "kind", "apiVersion"};
    for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
        json_object_del(a, outside[i]);
        json_object_del(b, outside[i]);
    }
    bool differs = !json_equal(a, b);
    json_decref(a);
    json_decref(b);
    return differs;
}

/* Stores the new state of an existing object (takes it) and answers with it. */
static void store(struct core *core, const struct target *target, const json_t *old, json_t *object,
                  const struct writer_id *writer, struct core_reply *reply)
{
    const struct api_kind *kind = target->kind;
    keep_system_fields(old, object);
    if (kind->has_status) {
        bool status_only = strcmp(target->subresource, "status") == 0;
        json_t *from = status_only ? json_copy((json_t *)old) : object;
        const json_t *status = json_object_get(status_only ? object : old, "status");
        if (status != NULL) {
            json_object_set(from, "status", (json_t *)status);
        } else {
            json_object_del(from, "status");
        }
        if (status_only) {
            json_decref(object);
            object = json_deep_copy(from);
            json_decref(from);
        }
    }
    if (spec_differs(old, object)) {
        json_int_t generation = json_integer_value(path_get(old, "metadata.generation"));
        path_set(object, "metadata.generation", json_integer(generation + 1));
    }
    note_writer(core, kind, old, object, writer);
    if (json_equal(old, object)) {
        json_decref(object);
        object = json_incref((json_t *)old);
    } else {
        commit(core, kind, "MODIFIED", json_incref(object), writer);
    }
    json_t *shown =
        strcmp(target->subresource, "scale") == 0 ? scale_of(kind, object) : json_incref(object);
    reply_json(reply, 200, shown);
    json_decref(shown);
    json_decref(object);
}

/* 409 unless the uid and resourceVersion that the writer names are those of the object. */
static bool preconditions_hold(const json_t *old, const json_t *named, struct core_reply *reply)
{
    static const char *const keys[] = {"uid", "resourceVersion"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const char *wanted = json_string_value(json_object_get(named, keys[i]));
        const char *has =
            json_string_value(json_object_get(json_object_get(old, "metadata"), keys[i]));
        if (wanted != NULL && wanted[0] != '\0' && !text_is(wanted, has)) {
            reply_status(reply, 409, "Conflict",
                         "the object has been modified; please apply your changes to the latest "
                         "version and try again");
            return false;
        }
    }
    return true;
}

static void create(struct core *core, const struct target *target, json_t *object,
                   const struct writer_id *writer, struct core_reply *reply)
{
    const char *name = text_at(object, "metadata.name");
    if (target->kind->namespaced) {
        path_set(object, "metadata.namespace", json_string(target->ns));
    }
    if (name[0] == '\0') {
        reply_status(reply, 422, "Invalid",
                     "metadata.name: Required value: name or generateName is required");
    } else if (object_find(core, target->plural, target->ns, name) != NULL) {
        reply_status(reply, 409, "AlreadyExists", "already exists");
    } else {
        char uid[64], now[WALL_TEXT_SIZE];
        snprintf(uid, sizeof uid, "00000000-0000-4000-8000-%012lld", (long long)++core->uids);
        path_set(object, "metadata.uid", json_string(uid));
        path_set(object, "metadata.creationTimestamp", json_string(wall_text(core->now, now)));
        path_set(object, "metadata.generation", json_integer(1));
        if (target->kind->has_status) {
            json_object_del(object, "status");
        }
        note_writer(core, target->kind, NULL, object, writer);
        commit(core, target->kind, "ADDED", json_incref(object), writer);
        reply_json(reply, 201, object);
    }
    json_decref(object);
}

/* A write of a Scale becomes a write of the one field behind it. */
static json_t *through_scale(const struct api_kind *kind, const json_t *old, const json_t *body)
{
    json_t *object = json_deep_copy(old);
    const json_t *replicas = path_get(body, "spec.replicas");
    if (replicas != NULL) {
        path_set(object, kind->scale_spec, json_deep_copy(replicas));
    }
    return object;
}

static bool is_type(const char *content_type, const char *wanted)
{
    return content_type != NULL && strncmp(content_type, wanted, strlen(wanted)) == 0;
}

/* What the object becomes; NULL when the reply already says why not. */
static json_t *changed(const struct target *target, const struct core_request *request,
                       const json_t *old, const json_t *body, struct core_reply *reply)
{
    const char *why = NULL;
    json_t *object = NULL;
    if (is_type(request->content_type, "application/json-patch+json")) {
        object = patch_operations(old, body, &why);
        if (object == NULL) {
            reply_status(reply, 422, "Invalid", why);
        }
        return object;
    }
    if (!preconditions_hold(old, json_object_get(body, "metadata"), reply)) {
        return NULL;
    }
    if (strcmp(target->subresource, "scale") == 0) {
        return through_scale(target->kind, old, body);
    }
    if (strcmp(request->method, "PUT") == 0) {
        return json_deep_copy(body);
    }
    json_t *merged =
        is_type(request->content_type, "application/apply-patch+yaml") ||
                is_type(request->content_type, "application/strategic-merge-patch+json")
            ? patch_apply(old, body)
            : patch_merge(old, body);
    object = json_deep_copy(merged);
    json_decref(merged);
    return object;
}

static void update(struct core *core, const struct target *target,
                   const struct core_request *request, json_t *body, const struct writer_id *writer,
                   struct core_reply *reply)
{
    json_t *old = object_find(core, target->plural, target->ns, target->name);
    bool apply = is_type(request->content_type, "application/apply-patch+yaml");
    if (old == NULL && apply && target->subresource[0] == '\0') {
        create(core, target, json_deep_copy(body), writer, reply);
    } else if (old == NULL) {
        reply_status(reply, 404, "NotFound", "not found");
    } else {
        json_incref(old);
        json_t *object = changed(target, request, old, body, reply);
        if (object != NULL) {
            store(core, target, old, object, writer, reply);
        }
        json_decref(old);
    }
}

static void delete_one(struct core *core, const struct target *target, const json_t *body,
                       const struct writer_id *writer, struct core_reply *reply)
{
    const json_t *old = object_find(core, target->plural, target->ns, target->name);
    if (old == NULL) {
        reply_status(reply, 404, "NotFound", "not found");
    } else if (preconditions_hold(old, json_object_get(body, "preconditions"), reply)) {
        remove_object(core, target->kind, target->ns, target->name, writer);
        reply_status(reply, 200, "", "");
    }
}

void handle_write(struct core *core, const struct target *target,
                  const struct core_request *request, struct core_reply *reply)
{
    char manager[CORE_PATH_PART];
    if (!query_get(target->query, "fieldManager", manager, sizeof manager)) {
        snprintf(manager, sizeof manager, "%s",
                 request->user_agent != NULL ? request->user_agent : "unknown");
    }
    const struct writer_id writer = {
        .manager = manager,
        .method = request->method,
        .operation =
            is_type(request->content_type, "application/apply-patch+yaml") ? "Apply" : "Update",
        .subresource = target->subresource,
    };
    json_t *body =
        request->body_len > 0 ? json_loadb(request->body, request->body_len, 0, NULL) : NULL;
    if (request->body_len > 0 && body == NULL) {
        reply_status(reply, 400, "BadRequest", "the body is not JSON");
    } else if (target->kind->namespaced && target->ns[0] == '\0') {
        reply_status(reply, 405, "MethodNotAllowed", "a namespace is required");
    } else if (strcmp(request->method, "POST") == 0) {
        create(core, target, json_incref(body), &writer, reply);
    } else if (strcmp(request->method, "DELETE") == 0) {
        delete_one(core, target, body, &writer, reply);
    } else if (target->name[0] == '\0' || body == NULL) {
        reply_status(reply, 405, "MethodNotAllowed", "a name and a body are required");
    } else {
        update(core, target, request, body, &writer, reply);
    }
    json_decref(body);
}
