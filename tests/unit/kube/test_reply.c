/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "kube/reply.h"

static struct err err;

static enum reply_reason read(int status, const char *body)
{
    err = (struct err){0};
    return reply_error(status, str_of(body), -1, &err);
}

#define STATUS(reason, message)                                                                    \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","           \
    "\"message\":\"" message "\",\"reason\":\"" reason "\",\"code\":409}"

Test(reply, the_reason_decides_not_the_code)
{
    cr_assert_eq(read(409, STATUS("AlreadyExists", "it exists")), REPLY_ALREADY_EXISTS);
    cr_assert_eq(err.kind, ERR_EXISTS);
    cr_assert_str_eq(err.text, "it exists");
    cr_assert_eq(read(409, STATUS("Conflict", "modified")), REPLY_CONFLICT);
    cr_assert_eq(err.kind, ERR_STALE);
    cr_assert_eq(err.code, 409);
    cr_assert_eq(read(410, STATUS("Gone", "")), REPLY_GONE);
    cr_assert_eq(err.kind, ERR_EXPIRED);
    cr_assert_eq(read(410, STATUS("Expired", "too old resource version")), REPLY_EXPIRED);
    cr_assert_eq(err.kind, ERR_EXPIRED);
    cr_assert_eq(read(403, STATUS("Forbidden", "no")), REPLY_FORBIDDEN);
    cr_assert_eq(err.kind, ERR_DENIED);
}

Test(reply, without_a_body_the_code_decides)
{
    static const struct {
        int status;
        enum err_kind kind;
    } rows[] = {
        {400, ERR_REFUSED}, {401, ERR_DENIED},  {403, ERR_DENIED}, {404, ERR_ABSENT},
        {405, ERR_REFUSED}, {408, ERR_AGAIN},   {409, ERR_STALE},  {410, ERR_EXPIRED},
        {415, ERR_REFUSED}, {422, ERR_REFUSED}, {429, ERR_AGAIN},  {500, ERR_AGAIN},
        {502, ERR_AGAIN},   {503, ERR_AGAIN},   {504, ERR_AGAIN},  {418, ERR_REFUSED},
        {302, ERR_REFUSED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)read(rows[i].status, "");
        cr_assert_eq(err.kind, rows[i].kind, "%d", rows[i].status);
        cr_assert_eq(err.code, rows[i].status);
        cr_assert_not_null(strstr(err.text, "without a word"));
    }
}

Test(reply, a_load_balancers_page_becomes_a_sentence)
{
    (void)read(502, "<html>\n<head><title>502 Bad Gateway</title></head>\n"
                    "<body>\x01\xff<h1>sorry</h1></body>");
    cr_assert_eq(err.kind, ERR_AGAIN);
    cr_assert_str_eq(err.text, "the API server answered 502: 502 Bad Gateway sorry ");
}

Test(reply, garbage_and_half_a_status_are_quoted)
{
    static const char *const rows[] = {"{",
                                       "{\"kind\":\"Status\"",
                                       "\x01",
                                       "null",
                                       "[]",
                                       "{\"kind\":\"Other\",\"reason\":\"Conflict\"}",
                                       "{\"kind\":\"Status\",\"code\":\"x\"}"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(read(500, rows[i]), REPLY_INTERNAL_ERROR);
        cr_assert_eq(err.kind, ERR_AGAIN);
    }
}

Test(reply, a_huge_body_is_cut)
{
    static char body[200000];
    memset(body, 'x', sizeof(body) - 1);
    (void)read(500, body);
    cr_assert_lt(strlen(err.text), sizeof(err.text));
}

Test(reply, a_version_from_the_future_is_told_apart)
{
    const char *body = "{\"kind\":\"Status\",\"reason\":\"Timeout\",\"message\":\"Timeout\","
                       "\"details\":{\"retryAfterSeconds\":1,\"causes\":[{\"reason\":"
                       "\"ResourceVersionTooLarge\",\"message\":\"x\"}]},\"code\":504}";
    cr_assert_eq(read(504, body), REPLY_VERSION_TOO_LARGE);
    cr_assert_eq(err.kind, ERR_AGAIN);
    cr_assert_eq(err.retry_after_s, 1);
    cr_assert_eq(read(504, STATUS("Timeout", "Too large resource version: 9, current: 3")),
                 REPLY_VERSION_TOO_LARGE);
    cr_assert_eq(read(504, STATUS("Timeout", "slow")), REPLY_TIMEOUT);
}

Test(reply, a_status_in_a_watch_brings_its_own_code)
{
    cr_assert_eq(read(0, "{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}"),
                 REPLY_EXPIRED);
    cr_assert_eq(err.code, 410);
    cr_assert_eq(read(0, "{\"kind\":\"Status\",\"reason\":\"Expired\"}"), REPLY_EXPIRED);
}

Test(reply, the_header_says_how_long_to_wait)
{
    struct err later = {0};
    (void)reply_error(429, str_of(""), 7, &later);
    cr_assert_eq(later.retry_after_s, 7);
}
