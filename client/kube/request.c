/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call is what is needed to send the same request again, and what came back so far. It is
 * either in flight (exchange set) or waiting (timer running): before a retry, or to deliver a
 * refusal that must not happen inside request_send.
 */
#include "kube/request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "kube/reply.h"

#define RETRIES_MAX 10
#define BROKEN_WAIT_MS 1000
#define RETRY_AFTER_MAX_S 300
#define BODY_CEILING_BYTES ((size_t)64 << 20)
#define MANAGER_MAX 128

struct call {
    struct client *client;
    call_fn fn;
    void *arg;
    enum verb verb;
    struct buf path, body; /* what is sent */
    struct transport_request request;
    struct exchange *exchange;
    struct timer *timer;
    int retries_left;
    struct err refusal; /* rule 2; kind NONE = send */
    int status;         /* of the answer under way */
    int retry_after_s;
    struct buf answer;
    bool over; /* the callback runs */
};

const char *verb_method(enum verb verb)
{
    switch (verb) {
#define VERB_METHOD(name, method, content_type)                                                    \
    case VERB_##name: return method;
        REQUEST_VERBS(VERB_METHOD)
#undef VERB_METHOD
    }
    return "GET";
}

const char *verb_content_type(enum verb verb)
{
    switch (verb) {
#define VERB_CONTENT_TYPE(name, method, content_type)                                              \
    case VERB_##name: return content_type;
        REQUEST_VERBS(VERB_CONTENT_TYPE)
#undef VERB_CONTENT_TYPE
    }
    return NULL;
}

/* ---- what is sent ---- */

static bool manager_is_good(const char *manager)
{
    size_t len = manager == NULL ? 0 : strlen(manager);
    for (size_t i = 0; i < len; i++) {
        if (manager[i] <= ' ' || manager[i] > '~') {
            return false;
        }
    }
    return len > 0 && len <= MANAGER_MAX;
}

/* What the API server would refuse anyway, or worse, take for something larger. */
static int check_request(const struct request *request, struct err *err)
{
    const struct resource *resource = &request->resource;
    bool has_name = !text_is(resource->name, "");
    bool write = request->verb != VERB_GET;
    if (write && resource->namespaced && text_is(resource->ns, "")) {
        return err_set(err, ERR_REFUSED, 0, "writing %s needs a namespace: no request was sent",
                       resource->plural);
    }
    if (write && request->verb != VERB_CREATE && !has_name) {
        return err_set(err, ERR_REFUSED, 0,
                       "writing all %s at once is never meant: no request "
                       "was sent",
                       resource->plural);
    }
    if (request->verb == VERB_APPLY && !manager_is_good(request->field_manager)) {
        return err_set(err, ERR_REFUSED, 0, "apply needs a field manager of 1 to %d letters",
                       MANAGER_MAX);
    }
    if (write && request->verb != VERB_DELETE && request->body == NULL) {
        return err_set(err, ERR_REFUSED, 0, "writing %s needs a body", resource->plural);
    }
    return 0;
}

static void add_if(struct buf *path, const char *key, const char *value)
{
    if (!text_is(value, "")) {
        query_add(path, key, value);
    }
}

static void add_query(const struct request *request, struct buf *path)
{
    bool write = request->verb != VERB_GET;
    if (request->verb == VERB_DELETE) {
        return; /* its options are in its body, beside which the server reads no query */
    }
    if (write) {
        add_if(path, "fieldManager", request->field_manager);
        add_if(path, "fieldValidation", request->field_validation);
        add_if(path, "dryRun", request->dry_run ? "All" : "");
        add_if(path, "force", request->verb == VERB_APPLY && request->force ? "true" : "");
    } else {
        add_if(path, "labelSelector", request->label_selector);
        add_if(path, "fieldSelector", request->field_selector);
        add_if(path, "resourceVersion", request->resource_version);
    }
    if (!write && request->limit > 0) {
        char number[16];
        snprintf(number, sizeof(number), "%d", request->limit);
        query_add(path, "limit", number);
    }
    if (!text_is(request->raw_query, "")) {
        buf_printf(path, "%c%s", strchr(buf_text(path), '?') == NULL ? '?' : '&',
                   request->raw_query);
    }
}

static void set_if(json_t *object, const char *key, const char *value)
{
    if (!text_is(value, "")) {
        json_object_set_new(object, key, json_string(value));
    }
}

static void add_delete_options(const struct request *request, struct buf *body)
{
    json_t *options = json_pack("{s:s, s:s}", "kind", "DeleteOptions", "apiVersion", "v1");
    json_t *conditions = json_object();
    set_if(conditions, "uid", request->uid);
    set_if(conditions, "resourceVersion", request->resource_version);
    if (json_object_size(conditions) > 0) {
        json_object_set(options, "preconditions", conditions);
    }
    set_if(options, "propagationPolicy", request->propagation);
    if (request->dry_run) {
        json_object_set_new(options, "dryRun", json_pack("[s]", "All"));
    }
    char *text = json_dumps(options, JSON_COMPACT);
    buf_add_text(body, text);
    free(text);
    json_decref(conditions);
    json_decref(options);
}

/*
 * The body of an apply is read as YAML, whose readers take no DEL, C1 control or byte order mark
 * even inside quotes; JSON allows them raw. Such a character can only stand in a string.
 */
static void add_apply_body(const char *bytes, size_t len, struct buf *body)
{
    const unsigned char *b = (const unsigned char *)bytes;
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned rune = 0;
        size_t width = 1;
        if (b[i] == 0x7f) {
            rune = b[i];
        } else if (i + 1 < len && b[i] == 0xc2 && b[i + 1] >= 0x80 && b[i + 1] <= 0x9f) {
            rune = b[i + 1];
            width = 2;
        } else if (i + 2 < len && b[i] == 0xef && b[i + 1] == 0xbb && b[i + 2] == 0xbf) {
            rune = 0xfeff;
            width = 3;
        } else if (i + 2 < len && b[i] == 0xef && b[i + 1] == 0xbf && b[i + 2] >= 0xbe) {
            rune = b[i + 2] == 0xbe ? 0xfffe : 0xffff;
            width = 3;
        } else {
            continue;
        }
        buf_add(body, bytes + start, i - start);
        buf_printf(body, "\\u%04x", rune);
        start = i + width;
        i = start - 1;
    }
    buf_add(body, bytes + start, len - start);
}

static void build_body(const struct request *request, struct buf *body)
{
    buf_init(body, BODY_CEILING_BYTES);
    if (request->verb == VERB_APPLY && request->body != NULL) {
        add_apply_body(request->body, request->body_len, body);
    } else if (request->body != NULL) {
        buf_add(body, request->body, request->body_len);
    } else if (request->verb == VERB_DELETE) {
        add_delete_options(request, body);
    }
}

/* ---- the answer ---- */

static void send_again(struct call *call);

static void free_call(struct call *call)
{
    clock_timer_free(call->timer);
    buf_clear(&call->path);
    buf_clear(&call->body);
    buf_clear(&call->answer);
    mem_free(call);
}

static void finish(struct call *call, const struct err *err)
{
    call->over = true;
    call->fn(call->arg, err, buf_text(&call->answer), call->answer.len);
    free_call(call);
}

static void on_head(void *arg, const struct transport_head *head)
{
    struct call *call = arg;
    call->status = head->status;
    call->retry_after_s = head->retry_after_s;
    if (head->warning != NULL && call->client->on_warning != NULL) {
        call->client->on_warning(call->client->arg, head->warning);
    }
}

static void on_data(void *arg, const char *bytes, size_t len)
{
    struct call *call = arg;
    buf_add(&call->answer, bytes, len);
}

/* Milliseconds to wait before the same again; -1 = not again. */
static int64_t retry_wait_ms(const struct call *call, const struct err *err)
{
    if (call->retries_left <= 0) {
        return -1;
    }
    if (err != NULL) {
        return call->verb == VERB_GET && err->kind == ERR_AGAIN ? BROKEN_WAIT_MS : -1;
    }
    if ((call->status != 429 && call->status < 500) || call->retry_after_s < 0) {
        return -1;
    }
    int s = call->retry_after_s < RETRY_AFTER_MAX_S ? call->retry_after_s : RETRY_AFTER_MAX_S;
    return (int64_t)s * 1000;
}

static void on_end(void *arg, const struct err *err)
{
    struct call *call = arg;
    struct err refusal = {0};
    call->exchange = NULL;
    int64_t wait_ms = retry_wait_ms(call, err);
    if (wait_ms >= 0) {
        call->retries_left--;
        timer_start(call->timer, wait_ms);
    } else if (err != NULL) {
        finish(call, err);
    } else if (call->answer.overflow) {
        (void)err_set(&refusal, ERR_GARBLED, call->status, "the answer has more than %zu bytes",
                      call->answer.ceiling_bytes);
        finish(call, &refusal);
    } else if (call->status >= 300 || call->status < 200) {
        struct str body = {buf_text(&call->answer), call->answer.len};
        reply_error(call->status, body, call->retry_after_s, &refusal);
        finish(call, &refusal);
    } else {
        finish(call, NULL);
    }
}

static void send_again(struct call *call)
{
    struct transport_handler handler = {on_head, on_data, on_end, call};
    call->status = 0;
    call->retry_after_s = -1;
    buf_reset(&call->answer);
    call->exchange = transport_send(call->client->transport, &call->request, &handler);
}

static void on_timer(void *arg)
{
    struct call *call = arg;
    if (call->refusal.kind != ERR_NONE) {
        finish(call, &call->refusal);
    } else {
        send_again(call);
    }
}

struct call *request_send(struct client *client, const struct request *request, call_fn fn,
                          void *arg)
{
    struct call *call = mem_new(1, sizeof(*call));
    call->client = client;
    call->fn = fn;
    call->arg = arg;
    call->verb = request->verb;
    call->retries_left = request->retries_max == 0  ? RETRIES_MAX
                         : request->retries_max < 0 ? 0
                                                    : request->retries_max;
    call->timer = clock_timer_new(client->clock, on_timer, call);
    buf_init(&call->answer,
             request->body_ceiling_bytes == 0 ? BODY_CEILING_BYTES : request->body_ceiling_bytes);
    if (check_request(request, &call->refusal) != 0 ||
        resource_path(&request->resource, &call->path, &call->refusal) != 0) {
        timer_start(call->timer, 0);
        return call;
    }
    add_query(request, &call->path);
    build_body(request, &call->body);
    call->request = (struct transport_request){
        .method = verb_method(request->verb),
        .path = buf_text(&call->path),
        .content_type = verb_content_type(request->verb),
        .body = call->body.ptr,
        .body_len = call->body.len,
        .lane = request->lane,
        .timeout_ms = request->timeout_ms,
        .body_ceiling_bytes = call->answer.ceiling_bytes,
    };
    send_again(call);
    return call;
}

void call_cancel(struct call *call)
{
    if (call == NULL || call->over) {
        return;
    }
    if (call->exchange != NULL) {
        transport_cancel(call->client->transport, call->exchange);
    }
    free_call(call);
}
