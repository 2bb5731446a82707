/* SPDX-License-Identifier: Apache-2.0 */
/* The transport's outside: options, addresses, and which lane takes what. */
#include "kube/curl_transport.h"

#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "kube/curl_priv.h"

#define CONNECT_MS 10000
#define PROBE_AFTER_MS 10000
#define PROBE_TIMEOUT_MS 10000
#define STREAMS_MAX 80
#define REQUESTS_MAX 50

static struct exchange *send_exchange(struct transport *transport,
                                      const struct transport_request *request,
                                      const struct transport_handler *handler)
{
    struct curl_transport *owner = (struct curl_transport *)transport;
    struct lane *lane = &owner->lanes[request->lane == TRANSPORT_LANE_STATUS ? 1 : 0];
    struct exchange *exchange = exchange_new(lane, request, handler);
    lane_add(lane, exchange);
    return exchange;
}

static void cancel_exchange(struct transport *transport, struct exchange *exchange)
{
    lane_cancel(exchange->lane, exchange);
}

static const struct transport_ops CURL_OPS = {.send = send_exchange, .cancel = cancel_exchange};

/* ---- addresses ---- */

/* Where libcurl connects when TLS is to check another name: "NAME:PORT:HOST:PORT". */
static int set_tls_name(struct curl_transport *owner, CURLU *url, struct err *err)
{
    char *host = NULL;
    char *port = NULL;
    char *path = NULL;
    CLEANUP(buf_clear) struct buf text = {0};
    const char *name = owner->config->tls_server_name;
    curl_url_get(url, CURLUPART_HOST, &host, 0);
    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    curl_url_get(url, CURLUPART_PATH, &path, 0);
    buf_printf(&text, "%s:%s:%s:%s", name, port, host, port);
    owner->connect_to = curl_slist_append(NULL, buf_text(&text));
    buf_reset(&text);
    buf_printf(&text, "https://%s:%s%s", name, port, text_is(path, "/") ? "" : path);
    owner->base_url = buf_take(&text);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    return 0;
}

static int check_url(CURLU *url, const struct kube_config *config, struct err *err)
{
    char *scheme = NULL;
    char *user = NULL;
    int rc = 0;
    if (curl_url_set(url, CURLUPART_URL, config->server, 0) != CURLUE_OK) {
        return err_set(err, ERR_REFUSED, 0, "%s: server \"%s\" is no URL like https://host:6443",
                       config->source, config->server);
    }
    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    curl_url_get(url, CURLUPART_USER, &user, 0);
    if (!text_is(scheme, "https") && !text_is(scheme, "http")) {
        rc = err_set(err, ERR_REFUSED, 0, "%s: server \"%s\" must begin with https://",
                     config->source, config->server);
    } else if (user != NULL) {
        rc = err_set(err, ERR_REFUSED, 0,
                     "%s: server holds a user name: put it into the user's username field",
                     config->source);
    }
    curl_free(scheme);
    curl_free(user);
    return rc;
}

static int set_address(struct curl_transport *owner, struct err *err)
{
    CURLU *url = curl_url();
    int rc = check_url(url, owner->config, err);
    if (rc == 0 && owner->config->tls_server_name[0] != '\0') {
        rc = set_tls_name(owner, url, err);
    } else if (rc == 0) {
        owner->base_url = mem_dup(owner->config->server);
    }
    curl_url_cleanup(url);
    return rc;
}

/* ---- life ---- */

static int check_curl(struct err *err)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if ((info->features & CURL_VERSION_HTTP2) == 0 || (info->features & CURL_VERSION_SSL) == 0) {
        return err_set(err, ERR_REFUSED, 0,
                       "this libcurl (%s) has no HTTP/2 or no TLS: use one built with nghttp2 "
                       "and OpenSSL",
                       info->version);
    }
    return 0;
}

static struct curl_transport_options filled(const struct curl_transport_options *options)
{
    struct curl_transport_options all = {0};
    if (options != NULL) {
        all = *options;
    }
    all.user_agent = mem_dup(all.user_agent == NULL ? "sluice-client" : all.user_agent);
    all.connect_ms = all.connect_ms > 0 ? all.connect_ms : CONNECT_MS;
    all.probe_after_ms = all.probe_after_ms > 0 ? all.probe_after_ms : PROBE_AFTER_MS;
    all.probe_timeout_ms = all.probe_timeout_ms > 0 ? all.probe_timeout_ms : PROBE_TIMEOUT_MS;
    all.requests_max = all.requests_max > 0 ? all.requests_max : REQUESTS_MAX;
    all.streams_max = all.streams_max > 0 ? all.streams_max : STREAMS_MAX;
    return all;
}

static void ignore_sigpipe(void)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
        now.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &now, NULL);
    }
}

static void free_owner(struct curl_transport *owner)
{
    mem_free((char *)(uintptr_t)owner->options.user_agent);
    mem_free(owner->base_url);
    curl_slist_free_all(owner->connect_to);
    token_clear(&owner->token);
    mem_free(owner);
    curl_global_cleanup();
}

int curl_transport_new(uv_loop_t *loop, struct clock *clock, const struct kube_config *config,
                       const struct curl_transport_options *options,
                       struct transport **ret_transport, struct err *err)
{
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted by libcurl */
    ignore_sigpipe();
    struct curl_transport *owner = mem_new(1, sizeof(*owner));
    owner->transport.ops = &CURL_OPS;
    owner->loop = loop;
    owner->clock = clock;
    owner->config = config;
    owner->options = filled(options);
    token_init(&owner->token, config->token_file, config->token);
    if (check_curl(err) != 0 || set_address(owner, err) != 0) {
        free_owner(owner);
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        lane_init(&owner->lanes[i], owner);
    }
    *ret_transport = &owner->transport;
    return 0;
}

void curl_transport_free(struct transport *transport)
{
    struct curl_transport *owner = (struct curl_transport *)transport;
    if (owner == NULL) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        lane_clear(&owner->lanes[i]);
    }
    free_owner(owner);
}

struct curl_transport_counts curl_transport_counts(const struct transport *transport)
{
    return ((const struct curl_transport *)transport)->counts;
}
