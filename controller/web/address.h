/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_ADDRESS_H
#define WEB_ADDRESS_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Where to listen, as a person writes it: "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (which
 * is 127.0.0.1), ":8080" (every address of both families), port 0 for any free one.
 */

#define ADDRESS_TEXT_SIZE 64

struct address {
    char host[ADDRESS_TEXT_SIZE]; /* a numeric address; "" = every address */
    bool ipv6;                    /* of `host`; "" listens on both where there is IPv6 */
    int port;
};

/* ERR_REFUSED: not of the forms above, with a sentence. */
int address_parse(const char *text, struct address *ret_address, struct err *err) MUST_CHECK;

/*
 * Binds and lets go again, because libwebsockets tells that a bind has failed but not why.
 * ERR_SYSTEM with errno and a sentence.
 */
int address_probe(const struct address *address, struct err *err) MUST_CHECK;

/* Whether this machine can bind an IPv6 socket at all. */
bool address_has_ipv6(void);

/* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080" into out[ADDRESS_TEXT_SIZE + 16]; returns out. */
char *address_text(const struct address *address, int port, char *out);

#endif
