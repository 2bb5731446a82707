/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* What one line looks like. */
static const char *printed(bool json, const char *message, const char *value)
{
    static char text[4096];
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    struct log log = {.level = LOG_INFO, .json = json, .fd = ends[1]};
    log_line(&log, LOG_INFO, (struct wall){1772420400}, message,
             LOG_FIELDS(LOG_TEXT("group", value), LOG_NUMBER("to", 5)));
    log_line(&log, LOG_DEBUG, (struct wall){0}, "too talkative", NULL, 0);
    close(ends[1]);
    ssize_t len = read(ends[0], text, sizeof(text) - 1);
    close(ends[0]);
    text[len < 0 ? 0 : len] = '\0';
    return text;
}

Test(log, a_text_line_quotes_only_what_needs_it)
{
    cr_assert_str_eq(printed(false, "scaled", "demo/edge"),
                     "time=2026-03-02T03:00:00Z level=info msg=\"scaled\" group=demo/edge to=5\n");
    cr_assert_str_eq(printed(false, "a", "x y"),
                     "time=2026-03-02T03:00:00Z level=info msg=\"a\" group=\"x y\" to=5\n");
    cr_assert_str_eq(printed(false, "a", ""),
                     "time=2026-03-02T03:00:00Z level=info msg=\"a\" group=\"\" to=5\n");
}

Test(log, json_is_one_object)
{
    cr_assert_str_eq(printed(true, "scaled \"up\"", "demo/edge"),
                     "{\"time\":\"2026-03-02T03:00:00Z\",\"level\":\"info\","
                     "\"msg\":\"scaled \\\"up\\\"\",\"group\":\"demo/edge\",\"to\":5}\n");
}

Test(log, foreign_text_cannot_forge_a_line_or_break_utf8)
{
    cr_assert_str_eq(printed(false, "a\nlevel=error", "\x1b[31m=\\"),
                     "time=2026-03-02T03:00:00Z level=info msg=\"a\\nlevel=error\" "
                     "group=\"\\u001b[31m=\\\\\" to=5\n");
    cr_assert_str_eq(printed(true, "\xff ok \xc3\xa9 \xed\xa0\x80", "\xe2\x82"),
                     "{\"time\":\"2026-03-02T03:00:00Z\",\"level\":\"info\",\"msg\":"
                     "\"\\ufffd ok \xc3\xa9 \\ufffd\\ufffd\\ufffd\",\"group\":\"\\ufffd\\ufffd\","
                     "\"to\":5}\n");
}

Test(log, a_line_beyond_its_ceiling_says_so)
{
    static char huge[100000];
    memset(huge, 'x', sizeof(huge) - 1);
    cr_assert_str_eq(printed(true, huge, "a"),
                     "{\"level\":\"warn\",\"msg\":\"log line too long\"}\n");
}
