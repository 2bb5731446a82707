/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

Test(buf, an_empty_one_has_text)
{
    struct buf buf = {0};
    cr_assert_str_eq(buf_text(&buf), "");
    char *taken = buf_take(&buf);
    cr_assert_str_eq(taken, "");
    mem_free(taken);
}

Test(buf, past_the_ceiling_bytes_are_dropped_and_it_stays_so)
{
    struct buf buf = {0};
    buf_init(&buf, 5);
    buf_add_text(&buf, "12345");
    cr_assert_not(buf.overflow);
    buf_add_text(&buf, "6");
    cr_assert(buf.overflow);
    buf_drop_front(&buf, 5);
    buf_add_text(&buf, "7");
    cr_assert_str_eq(buf_text(&buf), "");
    buf_reset(&buf);
    buf_printf(&buf, "%d", 123456);
    cr_assert(buf.overflow);
    buf_clear(&buf);
    buf_printf(&buf, "%d", 123);
    cr_assert_str_eq(buf_text(&buf), "123");
    cr_assert_eq(buf.ceiling_bytes, 5);
    buf_clear(&buf);
}

Test(buf, take_moves_the_text_out)
{
    struct buf buf = {0};
    buf_add_text(&buf, "mine");
    char *taken = buf_take(&buf);
    cr_assert_str_eq(taken, "mine");
    cr_assert_str_eq(buf_text(&buf), "");
    mem_free(taken);
}

/* Model: a flat array does the same, naively. */
Test(buf, random_operations_match_a_naive_twin)
{
    enum { ceiling = 3000 };
    srand(2);
    struct buf buf = {0};
    buf_init(&buf, ceiling);
    char twin[ceiling + 1] = "";
    size_t len = 0;
    bool overflow = false;
    for (int step = 0; step < 20000; step++) {
        int what = rand() % 100;
        if (what < 80) {
            char piece[64];
            size_t n = (size_t)(rand() % (int)sizeof(piece));
            memset(piece, 'a' + rand() % 26, sizeof(piece));
            overflow = overflow || len + n > ceiling;
            if (!overflow) {
                memcpy(twin + len, piece, n);
                len += n;
            }
            buf_add(&buf, piece, n);
        } else if (what < 98) {
            size_t n = len == 0 ? 0 : (size_t)rand() % (len + 1) / 2;
            memmove(twin, twin + n, len - n);
            len -= n;
            buf_drop_front(&buf, n);
        } else {
            len = 0;
            overflow = false;
            rand() % 2 ? buf_reset(&buf) : buf_clear(&buf);
        }
        twin[len] = '\0';
        cr_assert_eq(buf.len, len);
        cr_assert_eq(buf.overflow, overflow);
        cr_assert_str_eq(buf_text(&buf), twin);
    }
    buf_clear(&buf);
}
