/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct fake_timer {
    struct timer timer; /* first */
    struct fake_timer *next;
    timer_fn fn;
    void *arg;
    bool running;
    int64_t due_ms;
    uint64_t sequence;
};

struct wire wire;
struct fake_clock fake;

static struct wall fake_wall(struct clock *clock)
{
    return (struct wall){1772420400 + fake.now_ms / 1000};
}

static struct mono fake_mono(struct clock *clock)
{
    return (struct mono){fake.now_ms};
}

static uint64_t fake_random(struct clock *clock)
{
    fake.seed = fake.seed * 6364136223846793005u + 1442695040888963407u;
    return fake.seed >> 11;
}

static struct timer *fake_timer_new(struct clock *clock, timer_fn fn, void *arg)
{
    struct fake_timer *timer = calloc(1, sizeof(*timer));
    timer->timer.ops = clock->ops;
    timer->fn = fn;
    timer->arg = arg;
    timer->next = fake.timers;
    fake.timers = timer;
    return &timer->timer;
}

static void fake_timer_start(struct timer *timer, int64_t delay_ms)
{
    struct fake_timer *t = (struct fake_timer *)timer;
    t->running = true;
    t->due_ms = fake.now_ms + (delay_ms < 0 ? 0 : delay_ms);
    t->sequence = fake.sequence++;
}

static void fake_timer_stop(struct timer *timer)
{
    ((struct fake_timer *)timer)->running = false;
}

static void fake_timer_free(struct timer *timer)
{
    struct fake_timer **at = &fake.timers;
    while (*at != (struct fake_timer *)timer) {
        at = &(*at)->next;
    }
    *at = (*at)->next;
    free(timer);
}

static const struct clock_ops FAKE_CLOCK_OPS = {
    fake_wall,        fake_mono,       fake_random,     fake_timer_new,
    fake_timer_start, fake_timer_stop, fake_timer_free,
};

static struct fake_timer *next_timer(void)
{
    struct fake_timer *first = NULL;
    for (struct fake_timer *t = fake.timers; t != NULL; t = t->next) {
        bool earlier = first == NULL || t->due_ms < first->due_ms ||
                       (t->due_ms == first->due_ms && t->sequence < first->sequence);
        if (t->running && earlier) {
            first = t;
        }
    }
    return first;
}

void fake_pass(int64_t ms)
{
    int64_t until = fake.now_ms + ms;
    for (struct fake_timer *t = next_timer(); t != NULL && t->due_ms <= until; t = next_timer()) {
        fake.now_ms = t->due_ms > fake.now_ms ? t->due_ms : fake.now_ms;
        t->running = false;
        t->fn(t->arg);
    }
    fake.now_ms = until;
}

int64_t fake_next_ms(void)
{
    struct fake_timer *t = next_timer();
    return t == NULL ? -1 : t->due_ms - fake.now_ms;
}

static struct exchange *wire_send(struct transport *transport,
                                  const struct transport_request *request,
                                  const struct transport_handler *handler)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    cr_assert_lt(wire.count, WIRE_MAX);
    exchange->handler = *handler;
    snprintf(exchange->path, sizeof(exchange->path), "%s", request->path);
    snprintf(exchange->method, sizeof(exchange->method), "%s", request->method);
    snprintf(exchange->content_type, sizeof(exchange->content_type), "%s",
             request->content_type == NULL ? "" : request->content_type);
    buf_add(&exchange->body, request->body, request->body_len);
    exchange->stream = request->stream;
    exchange->lane = request->lane;
    exchange->sent_ms = fake.now_ms;
    wire.all[wire.count++] = exchange;
    return exchange;
}

static void wire_cancel(struct transport *transport, struct exchange *exchange)
{
    cr_assert(!exchange->over && !exchange->cancelled, "cancelled an exchange that is gone");
    exchange->cancelled = true;
}

static const struct transport_ops WIRE_OPS = {wire_send, wire_cancel};

void fake_init(void)
{
    wire = (struct wire){.transport.ops = &WIRE_OPS};
    fake = (struct fake_clock){.clock.ops = &FAKE_CLOCK_OPS, .now_ms = 5000000, .seed = 42};
}

void fake_clear(void)
{
    cr_assert_null(fake.timers, "a timer was leaked");
    for (int i = 0; i < wire.count; i++) {
        cr_assert(wire.all[i]->over || wire.all[i]->cancelled, "an exchange was leaked: %s",
                  wire.all[i]->path);
        buf_clear(&wire.all[i]->body);
        free(wire.all[i]);
    }
}

static bool is_open(const struct exchange *exchange)
{
    return !exchange->over && !exchange->cancelled;
}

struct exchange *wire_last(void)
{
    cr_assert_gt(wire.count, 0, "nothing was sent");
    struct exchange *last = wire.all[wire.count - 1];
    cr_assert(is_open(last), "the last exchange is over: %s", last->path);
    return last;
}

const char *wire_path(void)
{
    return wire.count > 0 && is_open(wire.all[wire.count - 1]) ? wire.all[wire.count - 1]->path
                                                               : "";
}

void wire_head(struct exchange *exchange, int status, int retry_after_s)
{
    struct transport_head head = {.status = status, .retry_after_s = retry_after_s};
    cr_assert(is_open(exchange) && !exchange->headed);
    exchange->headed = true;
    exchange->handler.on_head(exchange->handler.arg, &head);
}

void wire_data(struct exchange *exchange, const char *text)
{
    if (is_open(exchange)) {
        char *copy = malloc(strlen(text) + 1); /* alone in memory */
        memcpy(copy, text, strlen(text) + 1);
        exchange->handler.on_data(exchange->handler.arg, copy, strlen(text));
        free(copy);
    }
}

static void finish(struct exchange *exchange, const struct err *err)
{
    if (is_open(exchange)) {
        exchange->over = true;
        exchange->handler.on_end(exchange->handler.arg, err);
    }
}

void wire_end(struct exchange *exchange)
{
    finish(exchange, NULL);
}

void wire_break(struct exchange *exchange)
{
    struct err err = {0};
    (void)err_set(&err, ERR_AGAIN, 0, "connection reset");
    finish(exchange, &err);
}

void wire_answer(struct exchange *exchange, int status, int retry_after_s, const char *body)
{
    wire_head(exchange, status, retry_after_s);
    wire_data(exchange, body);
    wire_end(exchange);
}
