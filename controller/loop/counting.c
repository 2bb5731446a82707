/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each exchange is wrapped: the handler given to the inner transport notes the status code and
 * calls the caller's. Frees the wrapper at the end or at cancelling.
 */
#include "loop/counting.h"

#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"

struct counted {
    struct counting *counting;
    struct exchange *inner;
    struct transport_handler handler; /* the caller's */
    char method[12];
    struct counted *next, *previous;
};

static void count(struct counting *counting, const char *method, int status)
{
    char key[48];
    if (status > 0) {
        snprintf(key, sizeof(key), "%s %d", method, status);
    } else {
        snprintf(key, sizeof(key), "%s <error>", method);
    }
    int64_t *value = map_get(&counting->counts, key);
    if (value == NULL) {
        value = mem_new(1, sizeof(*value));
        map_put(&counting->counts, key, value);
    }
    (*value)++;
}

static void unlink_counted(struct counted *counted)
{
    if (counted->previous != NULL) {
        counted->previous->next = counted->next;
    } else {
        counted->counting->first = counted->next;
    }
    if (counted->next != NULL) {
        counted->next->previous = counted->previous;
    }
}

static void on_head(void *arg, const struct transport_head *head)
{
    struct counted *counted = arg;
    count(counted->counting, counted->method, head->status);
    counted->method[0] = '\0'; /* counted */
    if (counted->handler.on_head != NULL) {
        counted->handler.on_head(counted->handler.arg, head);
    }
}

static void on_data(void *arg, const char *bytes, size_t len)
{
    const struct counted *counted = arg;
    if (counted->handler.on_data != NULL) {
        counted->handler.on_data(counted->handler.arg, bytes, len);
    }
}

static void on_end(void *arg, const struct err *err)
{
    struct counted *counted = arg;
    struct transport_handler handler = counted->handler;
    if (counted->method[0] != '\0') {
        count(counted->counting, counted->method, 0);
    }
    unlink_counted(counted);
    mem_free(counted);
    handler.on_end(handler.arg, err);
}

static struct exchange *counting_send(struct transport *transport,
                                      const struct transport_request *request,
                                      const struct transport_handler *handler)
{
    struct counting *counting = (struct counting *)transport;
    struct counted *counted = mem_new(1, sizeof(*counted));
    counted->counting = counting;
    counted->handler = *handler;
    snprintf(counted->method, sizeof(counted->method), "%s", request->method);
    counted->next = counting->first;
    if (counting->first != NULL) {
        counting->first->previous = counted;
    }
    counting->first = counted;
    struct transport_handler own = {
        .on_head = on_head, .on_data = on_data, .on_end = on_end, .arg = counted};
    counted->inner = transport_send(counting->inner, request, &own);
    return (struct exchange *)counted;
}

static void counting_cancel(struct transport *transport, struct exchange *exchange)
{
    struct counting *counting = (struct counting *)transport;
    struct counted *counted = (struct counted *)exchange;
    struct exchange *inner = counted->inner;
    unlink_counted(counted);
    mem_free(counted);
    transport_cancel(counting->inner, inner);
}

static const struct transport_ops COUNTING_OPS = {.send = counting_send, .cancel = counting_cancel};

void counting_init(struct counting *counting, struct transport *inner)
{
    *counting = (struct counting){.transport = {.ops = &COUNTING_OPS}, .inner = inner};
}

void counting_clear(struct counting *counting)
{
    BUG_IF(counting->first != NULL, "an exchange is still under way");
    for (size_t i = 0; i < counting->counts.used; i++) {
        if (counting->counts.slots[i].key != NULL) {
            mem_free(counting->counts.slots[i].value);
        }
    }
    map_clear(&counting->counts);
}

void counting_figures(const struct counting *counting, struct buf *out)
{
    buf_add_text(out, "# HELP rest_client_requests_total Requests to the API server, by method "
                      "and status code.\n# TYPE rest_client_requests_total counter\n");
    for (size_t i = 0; i < counting->counts.used; i++) {
        const struct map_slot *slot = &counting->counts.slots[i];
        if (slot->key == NULL) {
            continue;
        }
        struct str code = str_of(slot->key);
        struct str method = str_cut(&code, ' ');
        buf_printf(out, "rest_client_requests_total{code=\"%.*s\",method=\"%.*s\"} %lld\n",
                   (int)code.len, code.ptr, (int)method.len, method.ptr,
                   (long long)*(const int64_t *)slot->value);
    }
}
