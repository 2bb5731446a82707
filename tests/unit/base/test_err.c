/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/err.h"

Test(err, set_fills_everything_and_returns_minus_one)
{
    struct err err = {.retry_after_s = 9};
    cr_assert_eq(err_set(&err, ERR_ABSENT, 404, "no %s", "group"), -1);
    cr_assert_eq(err.kind, ERR_ABSENT);
    cr_assert_eq(err.code, 404);
    cr_assert_eq(err.retry_after_s, 0);
    cr_assert_str_eq(err.text, "no group");
}

Test(err, its_own_text_may_be_an_argument)
{
    struct err err = {0};
    err_set(&err, ERR_AGAIN, 0, "refused");
    err_set(&err, ERR_SYSTEM, 0, "giving up: %s", err.text);
    cr_assert_str_eq(err.text, "giving up: refused");
}

Test(err, wrap_adds_context_and_keeps_kind_code_and_wait)
{
    struct err err = {0};
    err_set(&err, ERR_AGAIN, 429, "too many requests");
    err.retry_after_s = 3;
    cr_assert_eq(err_wrap(&err, "listing %s", "pods"), -1);
    cr_assert_str_eq(err.text, "listing pods: too many requests");
    cr_assert_eq(err.kind, ERR_AGAIN);
    cr_assert_eq(err.code, 429);
    cr_assert_eq(err.retry_after_s, 3);
}

Test(err, long_text_is_cut_and_says_so)
{
    char longer[2000];
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    struct err err = {0};
    err_set(&err, ERR_GARBLED, 0, "%s", longer);
    cr_assert_eq(strlen(err.text), sizeof(err.text) - 1);
    cr_assert_str_eq(err.text + sizeof(err.text) - 4, "...");
    err_wrap(&err, "%s", longer);
    cr_assert_eq(strlen(err.text), sizeof(err.text) - 1);
    cr_assert_str_eq(err.text + sizeof(err.text) - 4, "...");
}

Test(err, text_that_just_fits_is_not_cut)
{
    struct err err = {0};
    char exact[sizeof(err.text)];
    memset(exact, 'y', sizeof(exact));
    exact[sizeof(exact) - 1] = '\0';
    err_set(&err, ERR_GARBLED, 0, "%s", exact);
    cr_assert_str_eq(err.text, exact);
}

Test(err, every_kind_has_its_name)
{
    cr_assert_str_eq(err_kind_name(ERR_NONE), "NONE");
    cr_assert_str_eq(err_kind_name(ERR_SYSTEM), "SYSTEM");
    cr_assert_str_eq(err_kind_name((enum err_kind)99), "UNKNOWN");
}
