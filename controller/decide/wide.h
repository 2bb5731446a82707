/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_WIDE_H
#define DECIDE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/number.h"

/*
 * Ratios that never round. Sums of billionths over thousands of nodes, multiplied by each other,
 * outgrow 128 bits; 384 hold every product this room makes. Beyond that a product stays at the
 * largest value: comparisons stay total.
 */

#define WIDE_LIMBS 6

struct wide {
    uint64_t limb[WIDE_LIMBS]; /* least significant first */
};

struct ratio {
    struct wide num, den;
};

struct wide wide_of(uint128 value);
struct wide wide_times(struct wide value, uint128 factor);
struct wide wide_plus(struct wide a, struct wide b);
/* Below 0, 0 or above 0. */
int wide_compare(const struct wide *a, const struct wide *b);

/* -1 below 1, 0 exactly 1, 1 above it. A denominator of 0 counts as above. */
int ratio_side(const struct ratio *ratio);
/* "Inclusive (55 against 50 at 10 % is inside)": |1 - ratio| <= pct of its side. */
bool ratio_is_within(const struct ratio *ratio, int out_pct, int in_pct);
/* The least whole number that is at least ratio * n, at most `most`. */
int ratio_ceil(const struct ratio *ratio, uint128 n, int most);

#endif
