/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

Test(arena, a_zeroed_one_works)
{
    struct arena arena = {0};
    char *copy = arena_dup(&arena, "hello");
    cr_assert_str_eq(copy, "hello");
    cr_assert_not(arena_is_full(&arena));
    arena_clear(&arena);
    cr_assert_eq(arena.used_bytes, 0);
}

Test(arena, memory_is_zeroed_and_aligned_after_odd_text)
{
    struct arena arena = {0};
    for (int i = 0; i < 500; i++) {
        (void)arena_dup_n(&arena, "xyzxyzxyz", (size_t)(i % 9));
        long double *number = ARENA_NEW(&arena, long double);
        cr_assert_eq((uintptr_t)number % _Alignof(long double), 0);
        unsigned char *bytes = (unsigned char *)number;
        for (size_t b = 0; b < sizeof(*number); b++) {
            cr_assert_eq(bytes[b], 0);
        }
        memset(number, 0xff, sizeof(*number));
    }
    arena_clear(&arena);
}

Test(arena, past_the_ceiling_it_is_full_until_cleared_and_still_safe)
{
    struct arena arena = {0};
    arena_init(&arena, 100);
    (void)arena_alloc(&arena, 1, 96);
    cr_assert_not(arena_is_full(&arena));
    char *more = arena_alloc(&arena, 1, 1000);
    cr_assert_not_null(more);
    memset(more, 1, 1000);
    cr_assert(arena_is_full(&arena));
    arena_clear(&arena);
    cr_assert_not(arena_is_full(&arena));
    cr_assert_eq(arena.ceiling_bytes, 100);
    cr_assert_geq(arena.peak_bytes, 1096);
}

Test(arena, tiny_allocations_meet_the_ceiling_with_their_padding)
{
    struct arena arena = {0};
    arena_init(&arena, 1600);
    for (int i = 0; i < 110; i++) {
        (void)arena_alloc(&arena, 1, 1);
    }
    cr_assert(arena_is_full(&arena));
    arena_clear(&arena);
}

Test(arena, printf_formats)
{
    struct arena arena = {0};
    cr_assert_str_eq(arena_printf(&arena, "%s/%d", "a", 5), "a/5");
    arena_clear(&arena);
}

#define TWINS 400

/* Model: every allocation has a twin on the heap; none may ever be disturbed by another. */
Test(arena, random_allocations_never_overlap)
{
    srand(1);
    for (int round = 0; round < 50; round++) {
        struct arena arena = {0};
        char *mine[TWINS];
        char *twin[TWINS];
        size_t len[TWINS];
        for (int i = 0; i < TWINS; i++) {
            len[i] = (size_t)(rand() % (i % 50 == 0 ? 100000 : 90));
            twin[i] = malloc(len[i] + 1);
            memset(twin[i], rand() % 256, len[i] + 1);
            twin[i][len[i]] = '\0';
            mine[i] = rand() % 2 ? arena_dup_n(&arena, twin[i], len[i])
                                 : memcpy(arena_alloc(&arena, len[i] + 1, 1), twin[i], len[i] + 1);
        }
        for (int i = 0; i < TWINS; i++) {
            cr_assert_eq(memcmp(mine[i], twin[i], len[i] + 1), 0);
            free(twin[i]);
        }
        arena_clear(&arena);
    }
}
