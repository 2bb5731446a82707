/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SIM_TRANSPORT_H
#define FLOW_SIM_TRANSPORT_H

#include "apiserver/core.h"
#include "base/clock.h"
#include "base/transport.h"

/*
 * The simulated transport: a request reaches the server core after `latency_ms` of virtual time and
 * its answer comes back after as much again; watch events follow each commit by the same delay.
 * One process, one thread, no bytes on any wire.
 *
 * Rules
 *  1. The core and the clock outlive it. Several transports may share one core: several operators.
 *  2. While `down` is set every exchange ends ERR_AGAIN, and those open are cut at once by
 *     sim_transport_cut.
 */

struct sim_transport {
    struct transport transport; /* hand this out */
    struct core *core;
    struct clock *clock;
    const char *user_agent;
    int64_t latency_ms;
    bool down;
    struct exchange *open; /* newest first */
    int64_t requests;      /* sent so far, watches included */
};

void sim_transport_init(struct sim_transport *sim, struct core *core, struct clock *clock,
                        const char *user_agent);
/* Ends every open exchange with ERR_AGAIN, as a broken connection does. */
void sim_transport_cut(struct sim_transport *sim);
/* Cancels what is open; nothing is called back. */
void sim_transport_clear(struct sim_transport *sim);
/* Call after the core changed outside a request (its controllers): watches are read soon. */
void sim_transport_poke(struct sim_transport *sim);

#endif
