/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane is one multi handle on the loop: libcurl says which sockets and which moment it waits
 * for, libuv tells it when they come. Around that: who may start (rule 2), the probe, and ends.
 */
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "kube/curl_priv.h"

/* A socket of libcurl's, watched. */
struct watched {
    uv_poll_t poll;
    struct lane *lane;
    curl_socket_t socket;
};

static void begin_probing(struct lane *lane);

/* ---- the loop ---- */

static void drive(struct lane *lane, curl_socket_t socket, int events)
{
    int running = 0;
    lane->inside++;
    CURLMcode rc = curl_multi_socket_action(lane->multi, socket, events, &running);
    lane->inside--;
    lane->broken = lane->broken || rc != CURLM_OK;
    lane_settle(lane);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;
    int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0) | (status < 0 ? CURL_CSELECT_ERR : 0);
    drive(watched->lane, watched->socket, flags);
}

static void on_watched_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void unwatch(struct watched *watched)
{
    uv_poll_stop(&watched->poll);
    uv_close((uv_handle_t *)&watched->poll, on_watched_closed);
}

/* NULL: the loop does not take the socket. */
static struct watched *watch(struct lane *lane, curl_socket_t socket)
{
    struct watched *watched = mem_new(1, sizeof(*watched));
    watched->lane = lane;
    watched->socket = socket;
    watched->poll.data = watched;
    if (uv_poll_init_socket(lane->owner->loop, &watched->poll, socket) != 0) {
        mem_free(watched);
        return NULL;
    }
    curl_multi_assign(lane->multi, socket, watched);
    return watched;
}

/* libcurl: what to wait for on a socket. -1 makes it give up, and the lane is cut. */
static int on_socket_wish(CURL *easy, curl_socket_t socket, int what, void *arg, void *assigned)
{
    struct lane *lane = arg;
    struct watched *watched = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL) {
            curl_multi_assign(lane->multi, socket, NULL);
            unwatch(watched);
        }
        return 0;
    }
    if (watched == NULL) {
        watched = watch(lane, socket);
    }
    if (watched == NULL) {
        return -1;
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watched->poll, events, on_ready) == 0 ? 0 : -1;
}

/* libcurl: when to be called again. It must not be from here. */
static int on_timer_wish(CURLM *multi, long ms, void *arg)
{
    struct lane *lane = arg;
    if (ms < 0) {
        timer_stop(lane->timer);
    } else {
        timer_start(lane->timer, ms);
    }
    return 0;
}

static void on_timer(void *arg)
{
    drive(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void open_multi(struct lane *lane)
{
    lane->multi = curl_multi_init();
    BUG_IF(lane->multi == NULL, "out of memory");
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(lane->multi, CURLMOPT_MAX_CONCURRENT_STREAMS,
                      (long)lane->owner->options.streams_max);
    lane->settled = false;
    lane->broken = false;
}

/* Closes every connection. */
static void close_multi(struct lane *lane)
{
    curl_multi_cleanup(lane->multi);
    lane->multi = NULL;
    timer_stop(lane->timer);
}

/* ---- the list ---- */

static void link_last(struct lane *lane, struct exchange *exchange)
{
    exchange->previous = lane->last;
    exchange->next = NULL;
    if (lane->last == NULL) {
        lane->first = exchange;
    } else {
        lane->last->next = exchange;
    }
    lane->last = exchange;
}

static void unlink_exchange(struct lane *lane, struct exchange *exchange)
{
    if (exchange->previous == NULL) {
        lane->first = exchange->next;
    } else {
        exchange->previous->next = exchange->next;
    }
    if (exchange->next == NULL) {
        lane->last = exchange->previous;
    } else {
        exchange->next->previous = exchange->previous;
    }
}

static bool counts_as_request(const struct exchange *exchange)
{
    return !exchange->stream && !exchange->is_probe;
}

/* Takes it out of libcurl, wherever it is. */
static void land(struct lane *lane, struct exchange *exchange)
{
    if (exchange->state == EXCHANGE_FLYING) {
        lane->inside++;
        curl_multi_remove_handle(lane->multi, exchange->easy);
        lane->inside--;
        lane->flying--;
        lane->requests -= counts_as_request(exchange) ? 1 : 0;
        lane->settled = lane->settled && lane->flying > 0;
    }
    exchange->state = EXCHANGE_DONE;
}

static void drop(struct lane *lane, struct exchange *exchange)
{
    land(lane, exchange);
    unlink_exchange(lane, exchange);
    if (lane->probe == exchange) {
        lane->probe = NULL;
    }
    exchange_free(exchange);
}

static void end(struct lane *lane, struct exchange *exchange)
{
    struct err err = {0};
    exchange_result(exchange, &err);
    unlink_exchange(lane, exchange);
    if (lane->probe == exchange) {
        lane->probe = NULL;
    }
    exchange->handler.on_end(exchange->handler.arg, err.kind == ERR_NONE ? NULL : &err);
    exchange_free(exchange);
}

/* ---- starting and ending ---- */

static void launch(struct lane *lane, struct exchange *exchange)
{
    exchange_prepare(exchange);
    exchange->state = EXCHANGE_FLYING;
    lane->requests += counts_as_request(exchange) ? 1 : 0;
    if (lane->flying++ == 0) {
        lane->heard = exchange->began;
    }
    lane->owner->counts.exchanges++;
    lane->inside++;
    CURLMcode rc = curl_multi_add_handle(lane->multi, exchange->easy);
    lane->inside--;
    BUG_IF(rc != CURLM_OK, "curl_multi_add_handle: %s", curl_multi_strerror(rc));
}

/* Rule 2: one alone until an answer began, and not too many at once. The probe waits for nobody. */
static bool may_start(const struct lane *lane, const struct exchange *exchange)
{
    if (exchange->is_probe) {
        return true;
    }
    if (!lane->settled && lane->flying > 0) {
        return false;
    }
    return exchange->stream || lane->requests < lane->owner->options.requests_max;
}

static void launch_waiting(struct lane *lane)
{
    for (struct exchange *e = lane->first; e != NULL; e = e->next) {
        if (e->state == EXCHANGE_WAITING && may_start(lane, e)) {
            launch(lane, e);
        }
    }
}

/* Who waited for an exchange that found no server would only find the same, one after the other. */
static void share_failure(struct lane *lane, const struct exchange *failed)
{
    for (struct exchange *e = lane->first; e != NULL; e = e->next) {
        if (e->state == EXCHANGE_WAITING && !e->is_probe) {
            e->state = EXCHANGE_DONE;
            e->result = failed->result;
            memcpy(e->error, failed->error, sizeof(e->error));
        }
    }
}

static bool found_no_server(const struct exchange *exchange)
{
    curl_off_t ready_us = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    return exchange->result != CURLE_OK && ready_us == 0 && exchange->status == 0;
}

/* A 401 was answered: the same again with what the token file says now. */
static void repeat(struct lane *lane, struct exchange *exchange)
{
    exchange_unprepare(exchange);
    head_reset(&exchange->head);
    exchange->refused = false;
    exchange->repeated = true;
    exchange->status = 0;
    exchange->state = EXCHANGE_WAITING;
}

static void collect_results(struct lane *lane)
{
    int left = 0;
    for (CURLMsg *msg = curl_multi_info_read(lane->multi, &left); msg != NULL;
         msg = curl_multi_info_read(lane->multi, &left)) {
        char *private = NULL;
        CURLcode result = msg->data.result;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        struct exchange *exchange = (struct exchange *)(void *)private;
        exchange->result = result;
        bool alone = !lane->settled && !exchange->cancelled;
        land(lane, exchange);
        if (alone && found_no_server(exchange)) {
            share_failure(lane, exchange);
        }
    }
}

/* The first exchange that something has to be done about, or NULL. */
static struct exchange *next_due(struct lane *lane)
{
    for (struct exchange *e = lane->first; e != NULL; e = e->next) {
        if (e->cancelled || e->state == EXCHANGE_DONE || e->went_silent) {
            return e;
        }
    }
    return NULL;
}

/* Ends everything under way and starts over with fresh connections. */
static void cut(struct lane *lane, const char *why)
{
    for (struct exchange *e = lane->first; e != NULL; e = e->next) {
        if (e->state == EXCHANGE_FLYING) {
            land(lane, e);
            e->result = CURLE_RECV_ERROR;
            snprintf(e->error, sizeof(e->error), "%s", why);
        }
    }
    close_multi(lane);
    open_multi(lane);
}

void lane_settle(struct lane *lane)
{
    if (lane->inside > 0) {
        return;
    }
    collect_results(lane);
    if (lane->broken) {
        cut(lane, "libcurl gave the connection up");
    }
    lane->inside++; /* callbacks below may add and cancel: only into the list */
    for (struct exchange *e = next_due(lane); e != NULL; e = next_due(lane)) {
        if (e->cancelled) {
            drop(lane, e);
        } else if (e->state == EXCHANGE_DONE && e->refused && e->result == CURLE_OK) {
            repeat(lane, e);
        } else {
            land(lane, e);
            end(lane, e);
        }
    }
    lane->inside--;
    launch_waiting(lane);
    begin_probing(lane);
}

void lane_add(struct lane *lane, struct exchange *exchange)
{
    link_last(lane, exchange);
    lane_settle(lane);
}

void lane_cancel(struct lane *lane, struct exchange *exchange)
{
    exchange->cancelled = true;
    lane_settle(lane);
}

/* ---- is the server still there ---- */

void lane_heard(struct lane *lane)
{
    lane->heard = clock_mono(lane->owner->clock);
}

static void probe_data(void *arg, const char *bytes, size_t len)
{
}

static void probe_end(void *arg, const struct err *err)
{
}

static void send_probe(struct lane *lane)
{
    struct transport_request request = {
        .method = "GET",
        .path = "/livez",
        .accept = "*/*",
        .timeout_ms = lane->owner->options.probe_timeout_ms * 2, /* the timer below is quicker */
        .body_ceiling_bytes = 65536,
    };
    struct transport_handler handler = {.on_data = probe_data, .on_end = probe_end};
    lane->probe = exchange_new(lane, &request, &handler);
    lane->probe->is_probe = true;
    lane->probed = clock_mono(lane->owner->clock);
    timer_start(lane->probe_timer, lane->owner->options.probe_timeout_ms);
    lane_add(lane, lane->probe);
}

static void on_probe_timer(void *arg)
{
    struct lane *lane = arg;
    struct curl_transport *owner = lane->owner;
    int64_t quiet_ms = clock_mono(owner->clock).ms - lane->heard.ms;
    if (lane->flying == 0) {
        lane->probing = false; /* begin_probing starts it again */
        return;
    }
    if (quiet_ms < owner->options.probe_after_ms) {
        timer_start(lane->probe_timer, owner->options.probe_after_ms - quiet_ms);
    } else if (lane->probe == NULL) {
        send_probe(lane);
    } else {
        owner->counts.cuts++;
        lane->probing = false;
        cut(lane, "the server does not answer");
        lane_settle(lane);
    }
}

/* Called whenever the lane changed: the timer runs while something flies. */
static void begin_probing(struct lane *lane)
{
    if (lane->flying > 0 && !lane->probing) {
        lane->probing = true;
        timer_start(lane->probe_timer, lane->owner->options.probe_after_ms);
    }
}

/* ---- life ---- */

void lane_init(struct lane *lane, struct curl_transport *owner)
{
    *lane = (struct lane){.owner = owner};
    lane->timer = clock_timer_new(owner->clock, on_timer, lane);
    lane->probe_timer = clock_timer_new(owner->clock, on_probe_timer, lane);
    open_multi(lane);
}

void lane_clear(struct lane *lane)
{
    BUG_IF(lane->inside > 0, "the transport is freed inside one of its callbacks");
    while (lane->first != NULL) {
        drop(lane, lane->first);
    }
    close_multi(lane);
    clock_timer_free(lane->timer);
    clock_timer_free(lane->probe_timer);
}
