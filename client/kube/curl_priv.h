/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CURL_PRIV_H
#define KUBE_CURL_PRIV_H

#include <curl/curl.h>

#include "base/buf.h"
#include "kube/curl_transport.h"
#include "kube/token.h"

/*
 * Inside of the real transport. curl_transport.c makes exchanges, curl_exchange.c is one exchange
 * as libcurl sees it, curl_lane.c drives a multi handle on the loop, curl_head.c reads
 * header lines.
 *
 * libcurl may not be called from inside its own callbacks. So while `inside` is up nothing is
 * added or removed: exchanges wait in the lane's list, cancelled ones are only marked, and
 * lane_settle does the rest once libcurl has returned.
 */

struct head_lines {
    int retry_after_s; /* -1 = none */
    struct buf warning, content_type;
};

/* One header line, without its end. */
void head_line(struct head_lines *head, const char *line, size_t len);
void head_reset(struct head_lines *head);
void head_clear(struct head_lines *head);

enum exchange_state {
    EXCHANGE_WAITING, /* not yet given to libcurl */
    EXCHANGE_FLYING,
    EXCHANGE_DONE, /* libcurl has it no more; on_end is next */
};

struct exchange {
    struct lane *lane;
    struct exchange *next, *previous;
    struct transport_handler handler;
    enum exchange_state state;
    bool cancelled;
    CURL *easy;
    CURLcode result;
    struct curl_slist *headers;
    char *method, *url, *body, *accept, *content_type;
    size_t body_len;
    bool stream, is_probe;
    int64_t timeout_ms, idle_ms;
    struct timer *idle; /* NULL without idle_ms */
    struct mono began, heard;
    uint64_t body_ceiling, body_bytes; /* ceiling 0 = none */
    struct head_lines head;
    int status;
    bool headed;   /* on_head was called */
    bool refused;  /* 401: is sent once more with a new token */
    bool repeated; /* was sent once more */
    bool too_large, went_silent;
    char error[CURL_ERROR_SIZE];
};

struct lane {
    struct curl_transport *owner;
    CURLM *multi;
    struct timer *timer; /* libcurl's */
    int inside;          /* libcurl is on the stack */
    struct exchange *first, *last;
    int flying;   /* given to libcurl */
    int requests; /* of these, neither streams nor the probe */
    bool settled; /* an answer began since the lane was last empty: rule 2 */
    struct mono heard;
    struct timer *probe_timer;
    bool probing; /* probe_timer runs */
    struct exchange *probe;
    struct mono probed;
    bool broken; /* libcurl said so: cut when it returns */
};

struct curl_transport {
    struct transport transport; /* first */
    uv_loop_t *loop;
    struct clock *clock;
    const struct kube_config *config;
    struct curl_transport_options options; /* all set; user_agent owned */
    char *base_url;                        /* scheme://host:port, or the name TLS is to check */
    struct curl_slist *connect_to;         /* with a TLS name: where it really is */
    struct token token;
    struct lane lanes[2];
    struct curl_transport_counts counts;
};

/* ---- curl_exchange.c ---- */

/* Copies the request. */
struct exchange *exchange_new(struct lane *lane, const struct transport_request *request,
                              const struct transport_handler *handler);
/* libcurl does not have it any more. */
void exchange_free(struct exchange *exchange);
/* Makes the easy handle, ready to be added. */
void exchange_prepare(struct exchange *exchange);
/* Lets go of the easy handle. */
void exchange_unprepare(struct exchange *exchange);
/* What its end means; kind NONE = a regular one. */
void exchange_result(const struct exchange *exchange, struct err *err);

/* ---- curl_lane.c ---- */

void lane_init(struct lane *lane, struct curl_transport *owner);
void lane_clear(struct lane *lane);
/* Appends; it starts as soon as it may. */
void lane_add(struct lane *lane, struct exchange *exchange);
void lane_cancel(struct lane *lane, struct exchange *exchange);
/* Bytes came from the server. */
void lane_heard(struct lane *lane);
/* Does what had to wait until libcurl returned. */
void lane_settle(struct lane *lane);

#endif
