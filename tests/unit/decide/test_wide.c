/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "decide/wide.h"

static struct ratio ratio(uint128 num, uint128 den)
{
    return (struct ratio){wide_of(num), wide_of(den)};
}

Test(wide, a_ceiling_is_the_least_whole_number_that_is_enough)
{
    for (uint128 num = 0; num <= 60; num++) {
        for (uint128 den = 1; den <= 60; den++) {
            for (uint128 n = 0; n <= 20; n += 5) {
                struct ratio r = ratio(num, den);
                cr_assert_eq(ratio_ceil(&r, n, 100000), (int)((num * n + den - 1) / den));
            }
        }
    }
}

Test(wide, tolerance_includes_its_border_and_nothing_beyond)
{
    const uint128 whole = (uint128)50 * NANO;
    struct ratio high = ratio((uint128)55 * NANO, whole);
    struct ratio beyond_high = ratio((uint128)55 * NANO + 1, whole);
    struct ratio low = ratio((uint128)45 * NANO, whole);
    struct ratio beyond_low = ratio((uint128)45 * NANO - 1, whole);
    cr_assert(ratio_is_within(&high, 10, 10));
    cr_assert_not(ratio_is_within(&beyond_high, 10, 10));
    cr_assert(ratio_is_within(&low, 10, 10));
    cr_assert_not(ratio_is_within(&beyond_low, 10, 10));
}

Test(wide, products_beyond_128_bits_stay_exact)
{
    uint128 big = ~(uint128)0;
    struct ratio r = {wide_times(wide_of(big), big), wide_times(wide_of(big), big - 1)};
    cr_assert_eq(ratio_side(&r), 1);
    cr_assert_eq(ratio_ceil(&r, 1, 10), 2);
    struct ratio same = {wide_times(wide_of(big), 3), wide_times(wide_of(big), 3)};
    cr_assert_eq(ratio_side(&same), 0);
}

Test(wide, what_does_not_fit_stays_the_largest)
{
    struct wide value = wide_of(~(uint128)0);
    for (int i = 0; i < 4; i++) {
        value = wide_times(value, ~(uint128)0);
    }
    struct wide more = wide_times(value, 7);
    cr_assert_eq(wide_compare(&value, &more), 0);
    struct ratio r = {value, wide_of(0)};
    cr_assert_eq(ratio_ceil(&r, 5, 77), 77);
}
