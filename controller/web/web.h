/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdbool.h>

#include "base/err.h"

/*
 * /healthz, /readyz and /metrics on a thread of its own with libwebsockets. It shares nothing with
 * the control thread but one published, immutable snapshot behind a pointer, so a slow reader
 * never delays a turn.
 *
 * Rules
 *  1. web_publish takes over the snapshot's memory (mem_new); it is freed when the next one has
 *     replaced it and no reply uses it.
 *  2. web_beat is called by the control loop at least every 5 s; /healthz fails with 503 when the
 *     last beat is older than 30 s. web_start counts as the first one.
 *  3. Before the first web_publish /readyz and /metrics answer 503 "starting".
 *  4. Only GET and HEAD over HTTP/1.1; at most 64 connections, further ones are hung up; 4 KiB of
 *     headers; 10 s to send a request, 30 s to read a reply.
 *  5. publish and beat never wait; start and stop belong to one thread.
 */

struct web;

struct web_snapshot {
    bool ready;          /* first lists read and every group looked at once */
    char *ready_message; /* what /readyz says while not ready; owned */
    char *metrics;       /* the whole text of /metrics (Prometheus text format); owned */
};

/* address: "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses) or port 0 for any free one. */
int web_start(const char *address, struct web **ret_web, struct err *err) MUST_CHECK;
/* "127.0.0.1:41233": where it really listens. */
const char *web_address(const struct web *web);
void web_publish(struct web *web, struct web_snapshot *snapshot);
void web_beat(struct web *web);
/* Ends the thread and frees everything; takes NULL. */
void web_stop(struct web *web);

#endif
