/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

/* Leaks on purpose: tests/unit/leaky/proof.sh shows that the way tests are run notices it. */
Test(leaky, a_test_that_leaks_on_purpose)
{
    char *volatile lost = calloc(1, 4711);
    cr_assert_neq(lost, NULL);
    lost = NULL;
}
