/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/calendar_run.h"

#define POLICY(name, rules)                                                                        \
    "apiVersion: sluice.dev/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " name "}\nspec:\n"    \
    "  schedules:\n" rules "---\n"

static struct wall at(const char *text)
{
    struct wall t = {0};
    cr_assert(wall_parse(str_of(text), &t));
    return t;
}

static int list(const char *text, struct calendar_request request, struct buf *out, struct err *err)
{
    struct buf notes = {0};
    struct zones *zones = zones_new(NULL);
    int result = calendar_run("p.yaml", str_of(text), &request, zones, out, &notes, err);
    buf_clear(&notes);
    zones_free(zones);
    return result;
}

Test(calendar_run, firings_come_in_order_of_time_then_policy_then_list)
{
    struct buf out = {0};
    struct err err = {0};
    static const char text[] = POLICY("b", "  - {name: one, cron: \"0 3 * * *\", nodes: 2}\n"
                                           "  - {name: two, cron: \"0 3 * * *\", adjust: -1}\n")
        POLICY("a", "  - {name: zeta, cron: \"0 4 * * *\", timeZone: Asia/Shanghai, nodes: 3, "
                    "durationSeconds: 60, suspend: true}\n"
                    "  - {name: ypsilon, cron: \"0 3 * * *\", nodes: 4}\n");
    struct calendar_request request = {.from = at("2026-03-01T03:00:00Z"),
                                       .has_until = true,
                                       .until = at("2026-03-02T03:00:00Z"),
                                       .json = true};
    cr_assert_eq(list(text, request, &out, &err), 0, "%s", err.text);
    cr_expect_str_eq(
        buf_text(&out),
        "{\"policy\":\"a\",\"rule\":\"zeta\",\"event\":\"start\",\"due\":\"2026-03-01T20:00:00Z\","
        "\"local\":\"2026-03-02T04:00:00+08:00\",\"nodes\":3,\"note\":\"suspended\"}\n"
        "{\"policy\":\"a\",\"rule\":\"zeta\",\"event\":\"end\",\"due\":\"2026-03-01T20:01:00Z\","
        "\"local\":\"2026-03-02T04:01:00+08:00\",\"nodes\":3,\"note\":\"suspended\"}\n"
        "{\"policy\":\"a\",\"rule\":\"ypsilon\",\"event\":\"fire\",\"due\":\"2026-03-02T03:00:"
        "00Z\","
        "\"local\":\"2026-03-02T03:00:00+00:00\",\"nodes\":4,\"note\":null}\n"
        "{\"policy\":\"b\",\"rule\":\"one\",\"event\":\"fire\",\"due\":\"2026-03-02T03:00:00Z\","
        "\"local\":\"2026-03-02T03:00:00+00:00\",\"nodes\":2,\"note\":null}\n"
        "{\"policy\":\"b\",\"rule\":\"two\",\"event\":\"fire\",\"due\":\"2026-03-02T03:00:00Z\","
        "\"local\":\"2026-03-02T03:00:00+00:00\",\"adjust\":-1,\"note\":null}\n");
    buf_clear(&out);
}

Test(calendar_run, a_gap_and_a_repeated_hour_are_noted)
{
    struct buf out = {0};
    struct err err = {0};
    static const char text[] =
        POLICY("a", "  - {name: dawn, cron: \"30 2 * * *\", timeZone: Europe/Berlin, nodes: 2}\n");
    struct calendar_request request = {.from = at("2026-03-28T12:00:00Z"), .count = 1};
    cr_assert_eq(list(text, request, &out, &err), 0, "%s", err.text);
    cr_expect(strstr(buf_text(&out), "2026-03-29T03:00:00+02:00") != NULL, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "gap") != NULL);
    buf_reset(&out);
    request.from = at("2026-10-24T12:00:00Z");
    cr_assert_eq(list(text, request, &out, &err), 0, "%s", err.text);
    cr_expect(strstr(buf_text(&out), "2026-10-25T02:30:00+02:00") != NULL, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "repeat") != NULL);
    buf_clear(&out);
}

Test(calendar_run, a_rule_that_never_fires_is_refused)
{
    struct buf out = {0};
    struct err err = {0};
    struct calendar_request request = {.count = 1};
    static const char text[] = POLICY("a", "  - {name: dawn, cron: \"0 0 30 2 *\", nodes: 2}\n");
    cr_assert_eq(list(text, request, &out, &err), -1);
    cr_expect(strstr(err.text, "p.yaml:6: spec.schedules[0].cron: cron names only days that its "
                               "months do not have") != NULL,
              "%s", err.text);
    buf_clear(&out);
}

Test(calendar_run, an_expired_instant_lists_nothing)
{
    struct buf out = {0};
    struct err err = {0};
    static const char text[] =
        POLICY("a", "  - {name: dawn, at: \"2026-01-01T00:00:00Z\", nodes: 2}\n");
    struct calendar_request request = {
        .from = at("2026-01-01T00:00:00Z"), .count = 10, .json = true};
    cr_assert_eq(list(text, request, &out, &err), 0, "%s", err.text);
    cr_expect_str_eq(buf_text(&out), "");
    buf_clear(&out);
}

Test(calendar_run, files_without_a_policy_and_endless_lists_are_refused)
{
    struct buf out = {0};
    struct err err = {0};
    struct calendar_request request = {.has_until = true, .until = at("2036-01-01T00:00:00Z")};
    cr_expect_eq(list("", request, &out, &err), -1);
    cr_expect(strstr(err.text, "holds no ScalingPolicy") != NULL, "%s", err.text);
    static const char text[] = POLICY("a", "  - {name: dawn, cron: \"* * * * *\", nodes: 2}\n");
    cr_expect_eq(list(text, request, &out, &err), -1);
    cr_expect(strstr(err.text, "more than 100000 events") != NULL, "%s", err.text);
    buf_clear(&out);
}
