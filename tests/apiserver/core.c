/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes requests apart and hands them to reading or writing. Knows nothing of any one kind.
 */
#include "apiserver/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/core_priv.h"
#include "base/mem.h"
#include "base/str.h"

struct core *core_new(void)
{
    struct core *core = mem_new(1, sizeof *core);
    core->version = 1;
    return core;
}

void core_free(struct core *core)
{
    if (core == NULL) {
        return;
    }
    for (size_t i = 0; i < core->objects.used; i++) {
        if (core->objects.slots[i].key != NULL) {
            json_decref(core->objects.slots[i].value);
        }
    }
    map_clear(&core->objects);
    core_compact(core);
    mem_free(core->log);
    mem_free(core);
}

void core_set_now(struct core *core, struct wall now)
{
    core->now = now;
}

int64_t core_version(const struct core *core)
{
    return core->version;
}

void core_on_write(struct core *core, core_write_fn fn, void *arg)
{
    core->on_write = fn;
    core->on_write_arg = arg;
}

void core_serve(struct core *core, const char *prefix, core_serve_fn fn, void *arg)
{
    struct served *served = &core->served[core->served_count++];
    snprintf(served->prefix, sizeof served->prefix, "%s", prefix);
    served->fn = fn;
    served->arg = arg;
}

/* ---- replies ---- */

void reply_json(struct core_reply *reply, int status, const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    reply->status = status;
    buf_add_text(&reply->body, text);
    free(text);
}

void reply_status(struct core_reply *reply, int status, const char *reason, const char *message)
{
    json_t *object =
        json_pack("{s:s, s:s, s:{}, s:s, s:s, s:s, s:i}", "kind", "Status", "apiVersion", "v1",
                  "metadata", "status", status < 400 ? "Success" : "Failure", "message", message,
                  "reason", reason, "code", status);
    reply_json(reply, status, object);
    json_decref(object);
}

/* ---- paths and queries ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

static void unescape(struct str text, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < text.len && used + 1 < size; i++) {
        if (text.ptr[i] == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
            hex_digit(text.ptr[i + 2]) >= 0) {
            out[used++] = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        } else {
            out[used++] = text.ptr[i] == '+' ? ' ' : text.ptr[i];
        }
    }
    out[used] = '\0';
}

bool query_get(const char *query, const char *key, char *out, size_t size)
{
    struct str rest = str_of(query);
    while (rest.len > 0) {
        struct str pair = str_cut(&rest, '&');
        struct str name = str_cut(&pair, '=');
        if (str_is(name, key)) {
            unescape(pair, out, size);
            return true;
        }
    }
    return false;
}

static void part(struct str *path, char out[CORE_PATH_PART])
{
    unescape(str_cut(path, '/'), out, CORE_PATH_PART);
}

/* "/apis/apps/v1/namespaces/demo/deployments/edge/scale?x" -> its parts. */
static void take_apart(const char *path, struct target *target)
{
    memset(target, 0, sizeof *target);
    struct str query = str_of(path);
    struct str rest = str_cut(&query, '?');
    target->query = query.len > 0 ? query.ptr : "";
    char root[CORE_PATH_PART], a[CORE_PATH_PART], b[CORE_PATH_PART] = "";
    str_cut(&rest, '/');
    part(&rest, root);
    part(&rest, a);
    if (strcmp(root, "apis") == 0) {
        part(&rest, b);
    }
    snprintf(target->api, sizeof target->api, "/%.20s/%.100s%s%.100s", root, a,
             b[0] != '\0' ? "/" : "", b);
    part(&rest, target->plural);
    if (strcmp(target->plural, "namespaces") == 0 && memchr(rest.ptr, '/', rest.len) != NULL) {
        part(&rest, target->ns);
        part(&rest, target->plural);
    }
    part(&rest, target->name);
    part(&rest, target->subresource);
    target->kind = api_kind_find(target->api, target->plural);
}

static bool serve(struct core *core, const struct core_request *request, struct core_reply *reply)
{
    for (int i = 0; i < core->served_count; i++) {
        const struct served *served = &core->served[i];
        if (strncmp(request->path, served->prefix, strlen(served->prefix)) == 0) {
            json_t *object = served->fn(served->arg, request->path);
            if (object == NULL) {
                reply_status(reply, 503, "ServiceUnavailable",
                             "the server is currently unable to handle the request");
            } else {
                reply_json(reply, 200, object);
            }
            json_decref(object);
            return true;
        }
    }
    return false;
}

void core_handle(struct core *core, const struct core_request *request, struct core_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    struct target target;
    char watch[8] = "";
    bool is_get = strcmp(request->method, "GET") == 0;
    if (is_get && (strcmp(request->path, "/livez") == 0 || strcmp(request->path, "/readyz") == 0)) {
        reply->status = 200;
        buf_add_text(&reply->body, "ok");
        return;
    }
    if (is_get && serve(core, request, reply)) {
        return;
    }
    take_apart(request->path, &target);
    if (target.kind == NULL) {
        reply_status(reply, 404, "NotFound", "the server could not find the requested resource");
    } else if (!is_get) {
        handle_write(core, &target, request, reply);
    } else if (query_get(target.query, "watch", watch, sizeof watch) &&
               strcmp(watch, "true") == 0) {
        handle_watch(core, &target, reply);
    } else {
        handle_read(core, &target, reply);
    }
}
