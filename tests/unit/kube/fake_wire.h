/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_KUBE_FAKE_WIRE_H
#define TESTS_KUBE_FAKE_WIRE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/transport.h"

/*
 * A clock that moves when told, and a transport whose other end is the test: it sees each request
 * and says what comes back. Both check the rules of their interfaces.
 */

#define WIRE_MAX 512

struct exchange {
    struct transport_handler handler;
    char path[1024];
    char method[16];
    char content_type[64];
    struct buf body;
    bool stream;
    enum transport_lane lane;
    int64_t sent_ms;
    bool headed, over, cancelled;
};

struct fake_timer;

struct wire {
    struct transport transport; /* first */
    struct exchange *all[WIRE_MAX];
    int count;
};

struct fake_clock {
    struct clock clock; /* first */
    int64_t now_ms;
    uint64_t sequence, seed;
    struct fake_timer *timers;
};

extern struct wire wire;
extern struct fake_clock fake;

void fake_init(void);
/* Fails the test if a timer or an exchange was leaked. */
void fake_clear(void);
/* Lets time pass, firing timers in order. */
void fake_pass(int64_t ms);
/* Milliseconds until the next timer fires; -1 = none. */
int64_t fake_next_ms(void);

/* The newest exchange, which must not be over. */
struct exchange *wire_last(void);
/* The newest exchange's path; "" if none is open. */
const char *wire_path(void);
void wire_head(struct exchange *exchange, int status, int retry_after_s);
void wire_data(struct exchange *exchange, const char *text);
void wire_end(struct exchange *exchange);
void wire_break(struct exchange *exchange);
/* A whole answer. */
void wire_answer(struct exchange *exchange, int status, int retry_after_s, const char *body);

#endif
