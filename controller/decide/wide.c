/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schoolbook arithmetic on six limbs. Quotients are found by halving: they are node counts, so
 * thirty comparisons are enough and no long division is needed.
 */
#include "decide/wide.h"

#define LIMB_BITS 64

static struct wide wide_max(void)
{
    struct wide max;
    for (int i = 0; i < WIDE_LIMBS; i++) {
        max.limb[i] = UINT64_MAX;
    }
    return max;
}

struct wide wide_of(uint128 value)
{
    struct wide wide = {{(uint64_t)value, (uint64_t)(value >> LIMB_BITS)}};
    return wide;
}

/* value * factor * 2^(64 * shift) */
static struct wide times_limb(const struct wide *value, uint64_t factor, int shift)
{
    struct wide product = {{0}};
    uint128 carry = 0;
    for (int i = 0; i < WIDE_LIMBS; i++) {
        if (i + shift >= WIDE_LIMBS) {
            if (value->limb[i] != 0 && factor != 0) {
                return wide_max();
            }
            continue;
        }
        carry += (uint128)value->limb[i] * factor;
        product.limb[i + shift] = (uint64_t)carry;
        carry >>= LIMB_BITS;
    }
    return carry == 0 ? product : wide_max();
}

struct wide wide_plus(struct wide a, struct wide b)
{
    struct wide sum;
    uint128 carry = 0;
    for (int i = 0; i < WIDE_LIMBS; i++) {
        carry += (uint128)a.limb[i] + b.limb[i];
        sum.limb[i] = (uint64_t)carry;
        carry >>= LIMB_BITS;
    }
    return carry == 0 ? sum : wide_max();
}

struct wide wide_times(struct wide value, uint128 factor)
{
    struct wide low = times_limb(&value, (uint64_t)factor, 0);
    struct wide high = times_limb(&value, (uint64_t)(factor >> LIMB_BITS), 1);
    return wide_plus(low, high);
}

int wide_compare(const struct wide *a, const struct wide *b)
{
    for (int i = WIDE_LIMBS - 1; i >= 0; i--) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

static bool is_zero(const struct wide *value)
{
    struct wide zero = {{0}};
    return wide_compare(value, &zero) == 0;
}

int ratio_side(const struct ratio *ratio)
{
    return is_zero(&ratio->den) ? 1 : wide_compare(&ratio->num, &ratio->den);
}

bool ratio_is_within(const struct ratio *ratio, int out_pct, int in_pct)
{
    if (is_zero(&ratio->den)) {
        return false;
    }
    struct wide num = wide_times(ratio->num, 100);
    int out = out_pct < 0 ? 0 : out_pct > 99 ? 99 : out_pct;
    struct wide high = wide_times(ratio->den, (uint128)(100 + out));
    int in = in_pct < 0 ? 0 : in_pct > 99 ? 99 : in_pct;
    struct wide low = wide_times(ratio->den, (uint128)(100 - in));
    return wide_compare(&num, &high) <= 0 && wide_compare(&num, &low) >= 0;
}

int ratio_ceil(const struct ratio *ratio, uint128 n, int most)
{
    struct wide need = wide_times(ratio->num, n);
    int low = 0, high = most;
    while (low < high) {
        int middle = low + (high - low) / 2;
        struct wide have = wide_times(ratio->den, (uint128)middle);
        if (wide_compare(&have, &need) >= 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}
