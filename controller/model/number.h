/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NUMBER_H
#define MODEL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Measured numbers and targets, exact to a billionth: a 128-bit count of billionths ("nano"), so
 * that ratios and tolerances are compared as integers and nothing moves by rounding noise.
 * No double is ever converted. What broken sources send (NaN, Inf, negative) is kept as a state,
 * so that a decision can name it.
 */

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#define NANO 1000000000LL

/* Largest magnitude accepted, in units: a number above it is NUMBER_TOO_LARGE. */
#define NUMBER_MAX_UNITS 1000000000000000000LL

enum number_state {
    NUMBER_NONE, /* not given: a zeroed number is none */
    NUMBER_OK,
    NUMBER_NAN,
    NUMBER_INFINITE, /* either sign */
    NUMBER_NEGATIVE, /* parsed, value kept: legal for step bounds only */
    NUMBER_TOO_LARGE,
    NUMBER_UNREADABLE,
};

struct number {
    enum number_state state;
    int128 nano; /* the value in billionths; meaningful for OK and NEGATIVE */
};

/*
 * Reads a Kubernetes quantity or a JSON number: digits, a fraction, an exponent (e3, E-2) or a
 * suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei), NaN, Inf, -Inf, +Inf in any case. Digits beyond a
 * billionth are cut. Never fails: the state tells.
 */
struct number number_parse(struct str text);

struct number number_of(int64_t units);

static inline bool number_is_ok(struct number number)
{
    return number.state == NUMBER_OK;
}

#define NUMBER_TEXT_SIZE 64

/* Shortest exact decimal ("0.25", "52.5", "2000") into out[NUMBER_TEXT_SIZE]; legal JSON for OK and
 * NEGATIVE, "null" otherwise. */
char *number_text(struct number number, char *out);
/* For people: at most 3 significant decimals and k/M/G above 1000 ("1.2k", "63", "0.25"). */
char *number_short(struct number number, char *out);

#endif
