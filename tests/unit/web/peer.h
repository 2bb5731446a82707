/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_WEB_PEER_H
#define TEST_WEB_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "web/web.h"

/* A server on a free port of the loopback, and raw clients that behave as badly as asked. */

/* Must start. */
struct web *serve_on(const char *address);
/* A snapshot whose /metrics is `bytes` long; what: "" = ready, else why it is not. */
struct web_snapshot *snapshot_of(size_t bytes, const char *not_ready);

/* A connected socket with a receive timeout of 5 s, or -1. */
int dial(const struct web *web);
/* Sends text; false if the peer has hung up. */
bool send_text(int fd, const char *text);
/* Reads until the peer hangs up or `want` bytes have come; returns how many. NUL-terminates. */
size_t receive(int fd, char *out, size_t room, size_t want);
/* The reply to one request on a connection of its own, as text. */
const char *ask(const struct web *web, const char *request);
/* The port web listens on. */
int port_of(const struct web *web);
/* Seconds of processor time this process has used so far. */
double processor_seconds(void);
void wait_ms(int ms);

#endif
