/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange: its easy handle, what libcurl calls while it flies, and what its end means. */
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/curl_priv.h"

#define REPLY_CEILING_BYTES ((uint64_t)64 << 20)
#define TIMEOUT_MS 30000

static char *own(const char *text)
{
    return text == NULL ? NULL : mem_dup(text);
}

static char *join(const char *base, const char *path)
{
    struct buf url = {0};
    buf_printf(&url, "%s%s", base, path);
    return buf_take(&url);
}

static void on_idle(void *arg)
{
    struct exchange *exchange = arg;
    struct clock *clock = exchange->lane->owner->clock;
    int64_t quiet_ms = clock_mono(clock).ms - exchange->heard.ms;
    if (quiet_ms < exchange->idle_ms) {
        timer_start(exchange->idle, exchange->idle_ms - quiet_ms);
        return;
    }
    exchange->went_silent = true;
    lane_settle(exchange->lane);
}

struct exchange *exchange_new(struct lane *lane, const struct transport_request *request,
                              const struct transport_handler *handler)
{
    struct exchange *exchange = mem_new(1, sizeof(*exchange));
    struct curl_transport *owner = lane->owner;
    exchange->lane = lane;
    exchange->handler = *handler;
    exchange->method = own(request->method);
    exchange->url = join(owner->base_url, request->path);
    exchange->accept = own(request->accept);
    exchange->content_type = own(request->content_type);
    exchange->stream = request->stream;
    exchange->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS;
    exchange->body_ceiling = request->body_ceiling_bytes;
    if (exchange->body_ceiling == 0 && !request->stream) {
        exchange->body_ceiling = REPLY_CEILING_BYTES;
    }
    if (request->body != NULL) {
        exchange->body = mem_new(request->body_len + 1, 1);
        memcpy(exchange->body, request->body, request->body_len);
        exchange->body_len = request->body_len;
    }
    head_reset(&exchange->head);
    exchange->heard = clock_mono(owner->clock);
    if (request->stream && request->idle_ms > 0) {
        exchange->idle_ms = request->idle_ms;
        exchange->idle = clock_timer_new(owner->clock, on_idle, exchange);
        timer_start(exchange->idle, exchange->idle_ms);
    }
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    exchange_unprepare(exchange);
    clock_timer_free(exchange->idle);
    head_clear(&exchange->head);
    mem_free(exchange->method);
    mem_free(exchange->url);
    mem_free(exchange->body);
    mem_free(exchange->accept);
    mem_free(exchange->content_type);
    mem_free(exchange);
}

/* ---- what libcurl calls ---- */

static void tell_head(struct exchange *exchange)
{
    struct transport_head head = {
        .status = exchange->status,
        .retry_after_s = exchange->head.retry_after_s,
        .warning = exchange->head.warning.len > 0 ? buf_text(&exchange->head.warning) : NULL,
        .content_type =
            exchange->head.content_type.len > 0 ? buf_text(&exchange->head.content_type) : NULL,
    };
    exchange->headed = true;
    if (exchange->handler.on_head != NULL) {
        exchange->handler.on_head(exchange->handler.arg, &head);
    }
}

/* The empty line after the headers. */
static void end_head(struct exchange *exchange)
{
    long status = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) {
        head_reset(&exchange->head); /* 1xx: the answer is still to come */
        return;
    }
    exchange->status = (int)status;
    exchange->lane->settled = true;
    if (status == 401) {
        token_refused(&exchange->lane->owner->token, exchange->began);
        exchange->refused =
            !exchange->repeated && !exchange->stream && strcmp(exchange->method, "GET") == 0;
    }
    if (!exchange->refused) {
        tell_head(exchange);
    }
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t len = size * count;
    struct str line = str_trim((struct str){bytes, len});
    exchange->heard = clock_mono(exchange->lane->owner->clock);
    lane_heard(exchange->lane);
    if (exchange->cancelled || exchange->headed) {
        return exchange->cancelled ? 0 : len; /* trailers are nothing to us */
    }
    if (line.len == 0) {
        end_head(exchange);
    } else {
        head_line(&exchange->head, line.ptr, line.len);
    }
    return exchange->cancelled ? 0 : len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t len = size * count;
    struct curl_transport *owner = exchange->lane->owner;
    exchange->heard = clock_mono(owner->clock);
    lane_heard(exchange->lane);
    if (exchange->cancelled) {
        return 0;
    }
    if (exchange->refused) {
        return len;
    }
    owner->counts.bytes += (int64_t)len;
    exchange->body_bytes += len;
    if (exchange->body_ceiling != 0 && exchange->body_bytes > exchange->body_ceiling) {
        exchange->too_large = true;
        return 0;
    }
    exchange->handler.on_data(exchange->handler.arg, bytes, len);
    return exchange->cancelled ? 0 : len;
}

static int on_socket(void *arg, curl_socket_t socket, curlsocktype purpose)
{
    struct curl_transport *owner = arg;
    owner->counts.connections++;
    return CURL_SOCKOPT_OK;
}

/* ---- the easy handle ---- */

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
    struct curl_blob blob = {
        .data = (void *)(uintptr_t)pem,
        .len = strlen(pem),
        .flags = CURL_BLOB_NOCOPY, /* the config outlives the transport */
    };
    if (pem[0] != '\0') {
        curl_easy_setopt(easy, option, &blob);
    }
}

static void set_tls(CURL *easy, const struct kube_config *config)
{
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, config->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, config->insecure ? 0L : 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    set_blob(easy, CURLOPT_CAINFO_BLOB, config->ca_pem);
    if (config->cert_pem[0] != '\0') {
        curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
        curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
        set_blob(easy, CURLOPT_SSLCERT_BLOB, config->cert_pem);
        set_blob(easy, CURLOPT_SSLKEY_BLOB, config->key_pem);
    }
}

/* A header whose value holds nothing that could end it; others are left out. */
static void add_header(struct exchange *exchange, const char *name, const char *value)
{
    CLEANUP(buf_clear) struct buf line = {0};
    if (text_is(value, "")) {
        return;
    }
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
        if (*c < ' ' || *c == 0x7f) {
            return;
        }
    }
    buf_printf(&line, "%s: %s", name, value);
    exchange->headers = curl_slist_append(exchange->headers, buf_text(&line));
    BUG_IF(exchange->headers == NULL, "out of memory");
}

static void add_identity(struct exchange *exchange)
{
    struct curl_transport *owner = exchange->lane->owner;
    const struct kube_config *config = owner->config;
    CLEANUP(buf_clear) struct buf bearer = {0};
    const char *token = token_now(&owner->token, exchange->began, NULL);
    if (token[0] != '\0') {
        buf_printf(&bearer, "Bearer %s", token);
        add_header(exchange, "Authorization", buf_text(&bearer));
    } else if (config->username[0] != '\0') {
        curl_easy_setopt(exchange->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(exchange->easy, CURLOPT_USERNAME, config->username);
        curl_easy_setopt(exchange->easy, CURLOPT_PASSWORD, config->password);
    }
    add_header(exchange, "Impersonate-User", config->as);
    add_header(exchange, "Impersonate-Uid", config->as_uid);
    for (int i = 0; i < config->as_group_count; i++) {
        add_header(exchange, "Impersonate-Group", config->as_groups[i]);
    }
}

static void set_request(struct exchange *exchange)
{
    CURL *easy = exchange->easy;
    add_header(exchange, "Accept",
               exchange->accept == NULL ? "application/json" : exchange->accept);
    if (exchange->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_len);
        add_header(exchange, "Content-Type", exchange->content_type);
        exchange->headers = curl_slist_append(exchange->headers, "Expect:");
    }
    if (exchange->body != NULL || strcmp(exchange->method, "GET") != 0) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
    }
    add_identity(exchange);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
    curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
}

static void set_limits(struct exchange *exchange)
{
    CURL *easy = exchange->easy;
    struct curl_transport *owner = exchange->lane->owner;
    bool https = strncmp(owner->base_url, "https:", 6) == 0;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)owner->options.connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, exchange->stream ? 0L : (long)exchange->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (owner->connect_to != NULL) {
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, owner->connect_to);
    }
}

void exchange_prepare(struct exchange *exchange)
{
    struct curl_transport *owner = exchange->lane->owner;
    exchange->easy = curl_easy_init();
    BUG_IF(exchange->easy == NULL, "out of memory");
    CURL *easy = exchange->easy;
    exchange->began = exchange->heard = clock_mono(owner->clock);
    exchange->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, owner);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, owner->options.user_agent);
    set_limits(exchange);
    set_tls(easy, owner->config);
    set_request(exchange);
}

void exchange_unprepare(struct exchange *exchange)
{
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    exchange->easy = NULL;
    exchange->headers = NULL;
}

/* ---- the end ---- */

static bool is_about_certificates(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

void exchange_result(const struct exchange *exchange, struct err *err)
{
    const struct curl_transport *owner = exchange->lane->owner;
    CURLcode code = exchange->result;
    const char *server = owner->config->server;
    const char *words = exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(code);
    if (exchange->too_large) {
        (void)err_set(err, ERR_GARBLED, exchange->status, "%s answered with more than %llu bytes",
                      server, (unsigned long long)exchange->body_ceiling);
    } else if (exchange->went_silent) {
        (void)err_set(err, ERR_AGAIN, 0, "%s was silent for %lld s", server,
                      (long long)(exchange->idle_ms / 1000));
    } else if (code == CURLE_OK && !exchange->headed) {
        (void)err_set(err, ERR_AGAIN, 0, "%s ended without an answer", server);
    } else if (code == CURLE_OK) {
        return;
    } else if (is_about_certificates(code)) {
        (void)err_set(err, ERR_DENIED, (int)code, "%s is not trusted: %s (%s)", server, words,
                      owner->config->source);
    } else {
        (void)err_set(err, ERR_AGAIN, (int)code, "%s: %s", server, words);
    }
}
