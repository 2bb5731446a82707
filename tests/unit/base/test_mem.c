/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

Test(mem, new_is_zeroed_and_never_null)
{
    char *bytes = mem_new(64, 1);
    for (int i = 0; i < 64; i++) {
        cr_assert_eq(bytes[i], 0);
    }
    mem_free(bytes);
    void *nothing = mem_new(0, 0);
    cr_assert_not_null(nothing);
    mem_free(nothing);
    mem_free(NULL);
}

Test(mem, grow_keeps_what_was_there)
{
    int *numbers = mem_new(2, sizeof(int));
    numbers[1] = 7;
    numbers = mem_grow(numbers, 1000, sizeof(int));
    cr_assert_eq(numbers[1], 7);
    mem_free(numbers);
}

Test(mem, dup_copies)
{
    char *copy = mem_dup("abc");
    cr_assert_str_eq(copy, "abc");
    mem_free(copy);
}

Test(mem, a_product_that_overflows_ends_the_program, .signal = SIGABRT)
{
    (void)mem_grow(NULL, SIZE_MAX / 2, 4);
}

Test(bug, a_true_condition_ends_the_program, .signal = SIGABRT)
{
    BUG_IF(1 + 1 == 2, "on purpose: %d", 2);
}
