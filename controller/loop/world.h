/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOP_WORLD_H
#define LOOP_WORLD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/transport.h"

/*
 * The operator, whole: builds every room and wires them on a clock and a transport given from
 * outside. The program gives it libuv and libcurl (cli/controller.c), a simulation gives it a
 * virtual clock and a server in the same process.
 *
 * How it works: feeds copy what the API server has into the store and name the groups that a
 * change concerns; the queue holds each of them once; a turn (loop/turn.h) looks, decides, writes
 * its intent, acts and reports. A key has at most one turn in flight.
 *
 * Rules
 *  1. Single-threaded; everything happens in callbacks of the clock and the transport.
 *  2. No turn begins before the first lists of every kind are read.
 *  3. The world never ends by itself: what is missing (rights, definitions, the server) is logged
 *     once per change with its remedy, waited for, and picked up.
 *  4. The same inputs at the same times give the same requests, byte for byte.
 */

struct world_config {
    const char *ns;        /* "" = all namespaces */
    const char *server;    /* for messages: "https://10.96.0.1:443" */
    const char *instance;  /* who we are in Events: a host or pod name */
    const char *zones_dir; /* "" = the system's tzdata */
    int max_group_size;    /* --max-group-size */
    int max_activities;    /* --max-activities */
    struct log log;
};

#define WORLD_MAX_GROUP_SIZE 1000
#define WORLD_MAX_ACTIVITIES 20000

struct world;

/* Copies config; borrows clock and transport, which must outlive it. Never NULL. */
struct world *world_new(const struct world_config *config, struct clock *clock,
                        struct transport *transport);
/* Begins to list and watch. */
void world_start(struct world *world);
/*
 * Begins no more turns; calls on_stopped from the loop once those in flight have ended, at the
 * latest after 10 s.
 */
void world_stop(struct world *world, void (*on_stopped)(void *arg), void *arg);
/* Cancels everything under way; takes NULL. */
void world_free(struct world *world);

/*
 * Whether the first lists are read and every group was looked at once; stays true. ret_message
 * (never NULL afterwards) says what is waited for; it lives until control returns to the loop.
 */
bool world_is_ready(struct world *world, const char **ret_message);

/* Appends /metrics in Prometheus text format, without what only the process knows. */
void world_figures(const struct world *world, struct buf *out);

#endif
