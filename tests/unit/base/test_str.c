/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

Test(str, compares_without_a_nul)
{
    struct str text = {"abcdef", 3};
    cr_assert(str_is(text, "abc"));
    cr_assert_not(str_is(text, "abcd"));
    cr_assert_not(str_is(text, "ab"));
    cr_assert(str_starts(text, ""));
    cr_assert(str_starts(text, "ab"));
    cr_assert_not(str_starts(text, "abcd"));
    cr_assert(str_is(str_of(NULL), ""));
    cr_assert(str_is((struct str){0}, NULL));
}

Test(str, cut_takes_pieces_until_nothing_is_left)
{
    struct str text = STR("a::bc");
    cr_assert(str_is(str_cut(&text, ':'), "a"));
    cr_assert(str_is(str_cut(&text, ':'), ""));
    cr_assert(str_is(str_cut(&text, ':'), "bc"));
    cr_assert_eq(text.len, 0);
    cr_assert(str_is(str_cut(&text, ':'), ""));
}

Test(str, trim_drops_blanks_on_both_sides)
{
    cr_assert(str_is(str_trim(STR(" \t a b\r\n")), "a b"));
    cr_assert(str_is(str_trim(STR(" \n ")), ""));
}

Test(str, numbers_at_the_borders)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"92233720368547758070", false, 0},
        {"99999999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 42;
        cr_assert_eq(str_to_int64(str_of(rows[i].text), &value), rows[i].good, "%s", rows[i].text);
        cr_assert_eq(value, rows[i].good ? rows[i].value : 42, "%s", rows[i].text);
    }
}

Test(str, every_printed_number_reads_back)
{
    srand(3);
    for (int i = 0; i < 10000; i++) {
        int64_t number =
            (int64_t)(((uint64_t)rand() << 33) ^ ((uint64_t)rand() << 11) ^ (uint64_t)rand());
        char text[32];
        snprintf(text, sizeof(text), "%" PRId64, number);
        int64_t back = 0;
        cr_assert(str_to_int64(str_of(text), &back));
        cr_assert_eq(back, number);
    }
}

Test(text, null_is_the_empty_text)
{
    cr_assert(text_is(NULL, ""));
    cr_assert(text_is(NULL, NULL));
    cr_assert_lt(text_compare(NULL, "a"), 0);
    cr_assert_gt(text_compare("b", "a"), 0);
}
