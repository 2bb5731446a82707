/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "loop/counting.h"

/* A transport with one exchange, which the test answers. */
static struct {
    struct transport transport;
    struct transport_handler handler;
    int cancelled;
} inner;

static struct exchange *inner_send(struct transport *transport,
                                   const struct transport_request *request,
                                   const struct transport_handler *handler)
{
    (void)transport;
    (void)request;
    inner.handler = *handler;
    return (struct exchange *)&inner;
}

static void inner_cancel(struct transport *transport, struct exchange *exchange)
{
    (void)transport;
    cr_assert_eq((void *)exchange, (void *)&inner);
    inner.cancelled++;
}

static int ended;

static void on_end(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
    ended++;
}

static struct counting counting;

static void setup(void)
{
    static const struct transport_ops OPS = {.send = inner_send, .cancel = inner_cancel};
    inner.transport.ops = &OPS;
    counting_init(&counting, &inner.transport);
}

static void teardown(void)
{
    counting_clear(&counting);
}

TestSuite(counting, .init = setup, .fini = teardown);

static struct exchange *send_get(void)
{
    struct transport_request request = {.method = "GET", .path = "/"};
    struct transport_handler handler = {.on_end = on_end};
    return transport_send(&counting.transport, &request, &handler);
}

static bool shows(const char *line)
{
    CLEANUP(buf_clear) struct buf out = {0};
    counting_figures(&counting, &out);
    return strstr(buf_text(&out), line) != NULL;
}

Test(counting, answers_are_counted_by_method_and_code_and_passed_on)
{
    for (int i = 0; i < 2; i++) {
        (void)send_get();
        inner.handler.on_head(inner.handler.arg, &(struct transport_head){.status = 200});
        inner.handler.on_end(inner.handler.arg, NULL);
    }
    cr_assert_eq(ended, 2);
    cr_assert(shows("rest_client_requests_total{code=\"200\",method=\"GET\"} 2\n"));
}

Test(counting, an_exchange_without_an_answer_is_an_error)
{
    struct err err = {.kind = ERR_AGAIN};
    (void)send_get();
    inner.handler.on_end(inner.handler.arg, &err);
    cr_assert(shows("{code=\"<error>\",method=\"GET\"} 1\n"));
}

Test(counting, a_cancelled_one_is_cancelled_inside_and_forgotten)
{
    struct exchange *exchange = send_get();
    transport_cancel(&counting.transport, exchange);
    cr_assert_eq(inner.cancelled, 1);
    cr_assert_not(shows("GET"));
}
