/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/sim_transport.h"

#include <string.h>

#include "base/mem.h"

#define BOOKMARK_MS 60000

struct exchange {
    struct sim_transport *sim;
    struct transport_handler handler;
    char *method, *path, *content_type, *body;
    size_t body_len;
    struct timer *timer; /* the next thing that happens to this exchange */
    bool answered;       /* the core has seen it */
    int64_t heard_ms;    /* watches: when something was last delivered */
    bool headed;         /* on_head was called */
    struct core_reply reply;
    bool *gone; /* set when it is freed during a callback; NULL outside one */
    struct exchange *next;
};

static void exchange_free(struct exchange *exchange)
{
    struct exchange **at = &exchange->sim->open;
    while (*at != exchange) {
        at = &(*at)->next;
    }
    *at = exchange->next;
    if (exchange->gone != NULL) {
        *exchange->gone = true;
    }
    if (exchange->reply.watch != NULL) {
        core_watch_close(exchange->reply.watch);
    }
    buf_clear(&exchange->reply.body);
    clock_timer_free(exchange->timer);
    mem_free(exchange->method);
    mem_free(exchange->path);
    mem_free(exchange->content_type);
    mem_free(exchange->body);
    mem_free(exchange);
}

static void end(struct exchange *exchange, const struct err *err)
{
    struct transport_handler handler = exchange->handler;
    exchange_free(exchange);
    handler.on_end(handler.arg, err);
}

static void cut(struct exchange *exchange)
{
    struct err err;
    (void)err_set(&err, ERR_AGAIN, 0, "the connection was cut");
    end(exchange, &err);
}

static void to_core(struct exchange *exchange)
{
    struct sim_transport *sim = exchange->sim;
    core_set_now(sim->core, clock_wall(sim->clock));
    core_handle(sim->core,
                &(struct core_request){exchange->method, exchange->path, exchange->content_type,
                                       sim->user_agent, exchange->body, exchange->body_len},
                &exchange->reply);
    exchange->answered = true;
    exchange->heard_ms = clock_mono(sim->clock).ms;
    timer_start(exchange->timer, sim->latency_ms);
    sim_transport_poke(sim);
}

/* What is new; after a minute without anything, a bookmark, as the real server sends. */
static void read_watch(struct exchange *exchange)
{
    int64_t now_ms = clock_mono(exchange->sim->clock).ms;
    if (core_watch_read(exchange->reply.watch, &exchange->reply.body)) {
        exchange->heard_ms = now_ms;
    } else if (now_ms - exchange->heard_ms >= BOOKMARK_MS) {
        core_watch_bookmark(exchange->reply.watch, &exchange->reply.body);
        exchange->heard_ms = now_ms;
    }
    timer_start(exchange->timer, exchange->heard_ms + BOOKMARK_MS - now_ms);
}

/* Calls back with whatever is there; false if the exchange is gone afterwards. */
static bool deliver(struct exchange *exchange)
{
    bool gone = false;
    exchange->gone = &gone;
    if (!exchange->headed) {
        exchange->headed = true;
        const struct transport_head head = {.status = exchange->reply.status,
                                            .retry_after_s = -1,
                                            .content_type = "application/json"};
        exchange->handler.on_head(exchange->handler.arg, &head);
    }
    if (!gone && exchange->reply.watch != NULL) {
        read_watch(exchange);
    }
    if (!gone && exchange->reply.body.len > 0) {
        struct buf body = exchange->reply.body;
        exchange->reply.body = (struct buf){0};
        exchange->handler.on_data(exchange->handler.arg, body.ptr, body.len);
        buf_clear(&body);
    }
    if (!gone) {
        exchange->gone = NULL;
    }
    return !gone;
}

static void on_timer(void *arg)
{
    struct exchange *exchange = arg;
    if (exchange->sim->down) {
        cut(exchange);
    } else if (!exchange->answered) {
        to_core(exchange);
    } else if (deliver(exchange) && exchange->reply.watch == NULL) {
        end(exchange, NULL);
    }
}

static char *copy(const char *text, size_t len)
{
    char *bytes = mem_new(len + 1, 1);
    if (len > 0) {
        memcpy(bytes, text, len);
    }
    return bytes;
}

static struct exchange *sim_send(struct transport *transport,
                                 const struct transport_request *request,
                                 const struct transport_handler *handler)
{
    struct sim_transport *sim = (struct sim_transport *)transport;
    struct exchange *exchange = mem_new(1, sizeof *exchange);
    exchange->sim = sim;
    exchange->handler = *handler;
    exchange->method = mem_dup(request->method);
    exchange->path = mem_dup(request->path);
    exchange->content_type = mem_dup(request->content_type != NULL ? request->content_type : "");
    exchange->body = copy(request->body, request->body_len);
    exchange->body_len = request->body_len;
    exchange->next = sim->open;
    sim->open = exchange;
    sim->requests++;
    exchange->timer = clock_timer_new(sim->clock, on_timer, exchange);
    timer_start(exchange->timer, sim->latency_ms);
    return exchange;
}

static void sim_cancel(struct transport *transport, struct exchange *exchange)
{
    (void)transport;
    exchange_free(exchange);
}

static const struct transport_ops ops = {.send = sim_send, .cancel = sim_cancel};

void sim_transport_init(struct sim_transport *sim, struct core *core, struct clock *clock,
                        const char *user_agent)
{
    *sim = (struct sim_transport){.transport = {&ops},
                                  .core = core,
                                  .clock = clock,
                                  .user_agent = user_agent,
                                  .latency_ms = 2};
}

void sim_transport_poke(struct sim_transport *sim)
{
    for (struct exchange *at = sim->open; at != NULL; at = at->next) {
        if (at->reply.watch != NULL) {
            timer_start(at->timer, sim->latency_ms);
        }
    }
}

void sim_transport_cut(struct sim_transport *sim)
{
    /* Callbacks may send again: only those open now are cut. A cut one is no longer in the list,
     * and new ones are put before it, so the count tells when to stop. */
    int count = 0;
    for (struct exchange *at = sim->open; at != NULL; at = at->next) {
        count++;
    }
    for (; count > 0; count--) {
        struct exchange *oldest = sim->open;
        while (oldest != NULL && oldest->next != NULL) {
            oldest = oldest->next;
        }
        if (oldest != NULL) {
            cut(oldest);
        }
    }
}

void sim_transport_clear(struct sim_transport *sim)
{
    while (sim->open != NULL) {
        exchange_free(sim->open);
    }
}
