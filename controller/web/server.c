/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 with libwebsockets 4.1.6 on a thread of its own. Its traps and what is done about them:
 *
 *  - A failed bind is not reported by lws_create_context: LWS_SERVER_OPTION_EXPLICIT_VHOSTS and a
 *    vhost of our own, whose NULL comes back.
 *  - After a short write to a client that has vanished, poll() spins for ever: such a connection
 *    gets LWS_TO_KILL_ASYNC, and no connection is ever without a timeout.
 *  - Its upgrade paths have known holes: every request that asks for one is hung up.
 *  - HTTP/2 breaks beyond some twenty streams: not offered.
 */
#include <errno.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "web/address.h"
#include "web/shelf.h"

#define CONNECTIONS_MAX 64
#define HEADER_BYTES_MAX 4096
#define CHUNK_BYTES 16384
#define REQUEST_TIMEOUT_S 10 /* to send the headers, and between two requests */
#define REPLY_TIMEOUT_S 30   /* to read the whole reply */
#define BEAT_TIMEOUT_MS 30000

struct web {
    struct lws_context *context;
    pthread_t thread;
    char address[ADDRESS_TEXT_SIZE + 16];
    struct shelf shelf;
    atomic_bool is_stopping;
    atomic_llong beat_ms; /* CLOCK_MONOTONIC of the last web_beat */
    int connections;      /* of the web thread */
};

/* One reply: the session of a connection, made anew with each request. */
struct reply {
    struct volume *volume; /* what `body` points into, NULL = `text` */
    const char *body;
    size_t len, sent;
    bool must_close;
    char text[256];
};

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what is answered ---- */

static unsigned say(struct reply *reply, unsigned status, const char *text)
{
    snprintf(reply->text, sizeof(reply->text), "%s\n", text);
    reply->body = reply->text;
    reply->len = strlen(reply->text);
    return status;
}

static unsigned answer_health(struct web *web, struct reply *reply)
{
    long long silent_ms = now_ms() - atomic_load(&web->beat_ms);
    char text[128];
    if (silent_ms <= BEAT_TIMEOUT_MS) {
        return say(reply, 200, "ok");
    }
    snprintf(text, sizeof(text), "the control loop has stood still for %lld s: restart the process",
             silent_ms / 1000);
    return say(reply, 503, text);
}

/* Whether anything was published; otherwise the answer is that we are starting. */
static bool take_snapshot(struct web *web, struct reply *reply)
{
    reply->volume = shelf_take(&web->shelf);
    return reply->volume != NULL;
}

static unsigned answer_ready(struct web *web, struct reply *reply)
{
    if (!take_snapshot(web, reply)) {
        return say(reply, 503, "starting");
    }
    const struct web_snapshot *snapshot = reply->volume->snapshot;
    if (snapshot->ready) {
        return say(reply, 200, "ok");
    }
    return say(reply, 503, snapshot->ready_message != NULL ? snapshot->ready_message : "not ready");
}

static unsigned answer_metrics(struct web *web, struct reply *reply)
{
    if (!take_snapshot(web, reply)) {
        return say(reply, 503, "starting");
    }
    const char *metrics = reply->volume->snapshot->metrics;
    reply->body = metrics != NULL ? metrics : "";
    reply->len = strlen(reply->body);
    return 200;
}

static unsigned answer(struct web *web, struct reply *reply, int method, const char *path)
{
    if (method != LWSHUMETH_GET && method != LWSHUMETH_HEAD) {
        reply->must_close = true; /* a body may follow that nobody reads */
        return say(reply, 405, "only GET and HEAD are served");
    }
    if (strcmp(path, "/healthz") == 0) {
        return answer_health(web, reply);
    }
    if (strcmp(path, "/readyz") == 0) {
        return answer_ready(web, reply);
    }
    if (strcmp(path, "/metrics") == 0) {
        return answer_metrics(web, reply);
    }
    return say(reply, 404, "nothing here; look at /healthz, /readyz or /metrics");
}

/* ---- how it is sent ---- */

static int add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at,
                      unsigned char *end)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value), at, end);
}

/* The headers, and behind them in the same write a short text, unless it was a HEAD. */
static int send_head(struct lws *wsi, struct reply *reply, unsigned status, bool with_text)
{
    static const char *const type = "text/plain; version=0.0.4; charset=utf-8";
    unsigned char head[LWS_PRE + 1024];
    unsigned char *start = &head[LWS_PRE];
    unsigned char *at = start;
    unsigned char *end = head + sizeof(head) - 1;
    if (lws_add_http_common_headers(wsi, status, type, reply->len, &at, end) != 0 ||
        add_header(wsi, "cache-control:", "no-store", &at, end) != 0 ||
        (reply->must_close && (add_header(wsi, "allow:", "GET, HEAD", &at, end) != 0 ||
                               add_header(wsi, "connection:", "close", &at, end) != 0)) ||
        lws_finalize_http_header(wsi, &at, end) != 0) {
        return -1;
    }
    if (with_text && reply->len <= (size_t)(end - at)) {
        memcpy(at, reply->body, reply->len);
        at += reply->len;
        reply->sent = reply->len;
    }
    int len = (int)(at - start);
    return lws_write(wsi, start, (size_t)len, LWS_WRITE_HTTP_HEADERS) < len ? -1 : 0;
}

static int finish(struct lws *wsi, struct reply *reply)
{
    volume_drop(reply->volume);
    reply->volume = NULL;
    if (reply->must_close || lws_http_transaction_completed(wsi) != 0) {
        return -1;
    }
    return 0;
}

static int start_reply(struct web *web, struct lws *wsi, struct reply *reply, const char *path)
{
    char *uri;
    int uri_len;
    int method = lws_http_get_uri_and_method(wsi, &uri, &uri_len);
    *reply = (struct reply){0};
    unsigned status = answer(web, reply, method, path);
    bool is_head = method == LWSHUMETH_HEAD;
    if (send_head(wsi, reply, status, !is_head && reply->body == reply->text) != 0) {
        return -1;
    }
    if (is_head || reply->sent == reply->len) {
        return finish(wsi, reply);
    }
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, REPLY_TIMEOUT_S);
    lws_callback_on_writable(wsi);
    return 0;
}

static int send_more(struct lws *wsi, struct reply *reply)
{
    unsigned char chunk[LWS_PRE + CHUNK_BYTES];
    if (reply->body == NULL) {
        return 0;
    }
    size_t left = reply->len - reply->sent;
    size_t len = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    memcpy(&chunk[LWS_PRE], reply->body + reply->sent, len);
    int written =
        lws_write(wsi, &chunk[LWS_PRE], len, len == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
    if (written < (int)len) {
        lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
        return -1;
    }
    reply->sent += len;
    if (reply->sent == reply->len) {
        return finish(wsi, reply);
    }
    lws_callback_on_writable(wsi);
    return 0;
}

static void drop_reply(struct reply *reply)
{
    if (reply != NULL) {
        volume_drop(reply->volume);
        *reply = (struct reply){0};
    }
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t len)
{
    struct web *web = lws_context_user(lws_get_context(wsi));
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return web->connections >= CONNECTIONS_MAX ? -1 : 0;
    case LWS_CALLBACK_WSI_CREATE: web->connections++; return 0;
    case LWS_CALLBACK_WSI_DESTROY: web->connections--; return 0;
    case LWS_CALLBACK_HTTP: return start_reply(web, wsi, user, in);
    case LWS_CALLBACK_HTTP_WRITEABLE: return send_more(wsi, user);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return -1;
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP: drop_reply(user); return 0;
    default: return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_http, .per_session_data_size = sizeof(struct reply)},
    {.name = NULL},
};

/* ---- life ---- */

static struct lws_context *create_context(struct web *web)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .user = web,
        .gid = -1,
        .uid = -1,
        .max_http_header_data = HEADER_BYTES_MAX,
        .max_http_header_pool = CONNECTIONS_MAX,
        .pt_serv_buf_size = CHUNK_BYTES,
        .timeout_secs_ah_idle = REQUEST_TIMEOUT_S,
    };
    lws_set_log_level(0, NULL);
    return lws_create_context(&info);
}

static struct lws_vhost *create_vhost(struct web *web, const struct address *address)
{
    bool ipv6 = address->host[0] != '\0' ? address->ipv6 : address_has_ipv6();
    bool is_any = strcmp(address->host, "0.0.0.0") == 0 || strcmp(address->host, "::") == 0;
    struct lws_context_creation_info info = {
        .port = address->port,
        .iface = address->host[0] != '\0' && !is_any ? address->host : NULL,
        .options = ipv6 ? 0 : LWS_SERVER_OPTION_DISABLE_IPV6,
        .protocols = protocols,
        .vhost_name = "web",
        .server_string = "sluice",
        .timeout_secs = REQUEST_TIMEOUT_S,
        .keepalive_timeout = REQUEST_TIMEOUT_S,
    };
    return lws_create_vhost(web->context, &info);
}

static int listen_on(struct web *web, const struct address *address, struct err *err)
{
    char text[ADDRESS_TEXT_SIZE + 16];
    web->context = create_context(web);
    if (web->context == NULL) {
        return err_set(err, ERR_SYSTEM, 0, "libwebsockets cannot start");
    }
    struct lws_vhost *vhost = create_vhost(web, address);
    int port = vhost != NULL ? lws_get_vhost_listen_port(vhost) : -1;
    if (port <= 0) {
        return err_set(err, ERR_SYSTEM, 0,
                       "cannot listen on %s; choose another address with --health-addr",
                       address_text(address, address->port, text));
    }
    address_text(address, port, web->address);
    return 0;
}

static void *serve(void *arg)
{
    struct web *web = arg;
    while (!atomic_load(&web->is_stopping) && lws_service(web->context, 0) >= 0) {
    }
    return NULL;
}

/* The web thread takes no signal: they are the control loop's. */
static int start_thread(struct web *web, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&web->thread, NULL, serve, web);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0
               ? 0
               : err_set(err, ERR_SYSTEM, code, "cannot start the web thread: %s", strerror(code));
}

static void web_free(struct web *web)
{
    if (web->context != NULL) {
        lws_context_destroy(web->context);
    }
    shelf_clear(&web->shelf);
    mem_free(web);
}

int web_start(const char *address_given, struct web **ret_web, struct err *err)
{
    struct address address;
    if (address_parse(address_given, &address, err) != 0 || address_probe(&address, err) != 0) {
        return -1;
    }
    struct web *web = mem_new(1, sizeof(*web));
    shelf_init(&web->shelf);
    atomic_init(&web->is_stopping, false);
    atomic_init(&web->beat_ms, now_ms());
    if (listen_on(web, &address, err) != 0 || start_thread(web, err) != 0) {
        web_free(web);
        return -1;
    }
    *ret_web = web;
    return 0;
}

const char *web_address(const struct web *web)
{
    return web->address;
}

void web_publish(struct web *web, struct web_snapshot *snapshot)
{
    shelf_put(&web->shelf, snapshot);
}

void web_beat(struct web *web)
{
    atomic_store(&web->beat_ms, now_ms());
}

void web_stop(struct web *web)
{
    if (web == NULL) {
        return;
    }
    atomic_store(&web->is_stopping, true);
    lws_cancel_service(web->context);
    pthread_join(web->thread, NULL);
    web_free(web);
}
