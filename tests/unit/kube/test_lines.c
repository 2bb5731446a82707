/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kube/lines.h"

/* Takes all lines of a chunk and joins them with '|'. The chunk lies alone in memory. */
static void take(struct lines *lines, const char *bytes, size_t len, struct buf *heard)
{
    char *copy = malloc(len == 0 ? 1 : len);
    struct str line;
    memcpy(copy, bytes, len);
    lines_feed(lines, copy, len);
    while (lines_next(lines, &line)) {
        buf_add(heard, line.ptr, line.len);
        buf_add(heard, "|", 1);
    }
    free(copy);
}

static void assert_heard(const char *text, size_t piece, const char *expected)
{
    CLEANUP(buf_clear) struct buf heard = {0};
    CLEANUP(lines_clear) struct lines lines;
    lines_init(&lines, 0);
    for (size_t at = 0; at < strlen(text); at += piece) {
        size_t left = strlen(text) - at;
        take(&lines, text + at, left < piece ? left : piece, &heard);
    }
    cr_assert_str_eq(buf_text(&heard), expected, "piece %zu", piece);
}

Test(lines, a_frame_split_at_every_byte_is_whole)
{
    const char *text = "{\"a\":1}\n{\"b\":2}\r\n\n\r\n{\"c\":\"x\\ny\"}\n{\"cut";
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        assert_heard(text, piece, "{\"a\":1}|{\"b\":2}|{\"c\":\"x\\ny\"}|");
    }
}

Test(lines, many_frames_in_one_chunk_all_come_out)
{
    assert_heard("1\n2\n3\n", 100, "1|2|3|");
}

Test(lines, the_tail_without_a_newline_is_no_line)
{
    assert_heard("1\n23", 1, "1|");
    assert_heard("", 1, "");
}

Test(lines, a_frame_beyond_the_ceiling_is_dropped_and_the_next_is_whole)
{
    for (size_t piece = 1; piece < 40; piece++) {
        CLEANUP(buf_clear) struct buf heard = {0};
        CLEANUP(lines_clear) struct lines lines;
        const char *text = "12345678\n123456789\n1234567890123456789012345\nok\n";
        lines_init(&lines, 8);
        for (size_t at = 0; at < strlen(text); at += piece) {
            size_t left = strlen(text) - at;
            take(&lines, text + at, left < piece ? left : piece, &heard);
        }
        cr_assert_str_eq(buf_text(&heard), "12345678|ok|", "piece %zu", piece);
        cr_assert_eq(lines.too_long, 2);
    }
}

/* Model: split the whole text at once. */
Test(lines, random_text_in_random_pieces_matches_a_naive_split)
{
    srand(8);
    for (int round = 0; round < 3000; round++) {
        char text[400];
        char expected[900] = "";
        size_t len = (size_t)rand() % sizeof(text);
        size_t used = 0;
        size_t start = 0;
        for (size_t i = 0; i < len; i++) {
            text[i] = "abc\n\r"[rand() % 5];
        }
        for (size_t i = 0; i < len; i++) {
            if (text[i] == '\n') {
                size_t n = i - start;
                n -= n > 0 && text[i - 1] == '\r' ? 1 : 0;
                memcpy(expected + used, text + start, n);
                used += n;
                expected[used] = '|';
                used += n > 0 ? 1 : 0;
                start = i + 1;
            }
        }
        CLEANUP(buf_clear) struct buf heard = {0};
        CLEANUP(lines_clear) struct lines lines;
        lines_init(&lines, 0);
        for (size_t at = 0; at < len;) {
            size_t n = (size_t)rand() % 20;
            n = n > len - at ? len - at : n;
            take(&lines, text + at, n, &heard);
            at += n;
        }
        cr_assert_eq(heard.len, used);
        cr_assert(used == 0 || memcmp(buf_text(&heard), expected, used) == 0);
    }
}
