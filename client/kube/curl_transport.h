/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CURL_TRANSPORT_H
#define KUBE_CURL_TRANSPORT_H

#include <stdint.h>
#include <uv.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/transport.h"
#include "kube/config.h"

/*
 * The real transport: libcurl's multi interface, driven by a libuv loop. One HTTP/2 connection
 * carries everything of a lane; HTTP/1.1 servers get as many connections as exchanges.
 *
 * How it stays alive: libcurl does not notice a server that froze. So while a lane has exchanges
 * and heard nothing for probe_after_ms, it asks GET /livez; no answer of any kind within
 * probe_timeout_ms cuts every exchange of the lane (ERR_AGAIN) and drops its connections. Frozen
 * to noticed is at most probe_after_ms + probe_timeout_ms, 20 s as set.
 *
 * Rules
 *  1. The config must outlive the transport.
 *  2. A lane's first exchange is sent alone; the others follow once its answer began, because only
 *     then is the server's limit of streams known.
 *  3. Certificates are verified unless the config says otherwise; redirects are never followed,
 *     no proxy, netrc or cookie of the environment is used; http:// only if the config says so.
 *  4. A 401 makes the token file be read again; a GET that is no stream is repeated once.
 *  5. Nothing is paused: who receives, takes what comes.
 *  6. SIGPIPE is set to be ignored unless the program handles it: TLS writes to sockets that a peer
 *     has closed.
 *  7. curl_transport_free is not legal inside a callback of an exchange.
 */

struct curl_transport_options {
    const char *user_agent;   /* NULL = "sluice-client" */
    int64_t connect_ms;       /* 0 = 10 s, TCP and TLS together */
    int64_t probe_after_ms;   /* 0 = 10 s */
    int64_t probe_timeout_ms; /* 0 = 10 s */
    int streams_max;          /* on one connection; 0 = 80 */
    int requests_max;         /* under way in a lane at a time, streams not counted; 0 = 50 */
};

struct curl_transport_counts {
    int64_t exchanges;   /* sent */
    int64_t connections; /* opened */
    int64_t cuts;        /* lanes cut because a probe was not answered */
    int64_t bytes;       /* of reply bodies */
};

/* options may be NULL. ERR_REFUSED: the config cannot work, or this libcurl cannot. */
int curl_transport_new(uv_loop_t *loop, struct clock *clock, const struct kube_config *config,
                       const struct curl_transport_options *options,
                       struct transport **ret_transport, struct err *err) MUST_CHECK;
/*
 * Cancels what is under way without calling back. Afterwards run the loop until uv_loop_close
 * succeeds. Takes NULL.
 */
void curl_transport_free(struct transport *transport);
struct curl_transport_counts curl_transport_counts(const struct transport *transport);

#endif
