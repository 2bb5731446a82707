/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks by themselves; that they say what the CRDs say is seen in tests/unit/cli, with the
 * samples of tests/crds.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "crd_gen.h"
#include "fixture.h"
#include "watch/check.h"

static struct arena arena;
static struct zones *zones;

static void begin(void)
{
    zones = zones_new(NULL);
}

static void end(void)
{
    zones_free(zones);
    arena_clear(&arena);
}

TestSuite(check, .init = begin, .fini = end);

static struct check group_of(const char *spec, int ceiling)
{
    struct err err = {0};
    char text[4096];
    struct check check;
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"a\"},\"spec\":{%s}}", spec);
    const struct group_view *view = text_object(&KIND_SCALING_GROUP, text, &arena, &err);
    cr_assert(view != NULL, "%s", err.text);
    group_check(&view->group, ceiling, &check);
    return check;
}

static struct check policy_of(const char *spec)
{
    struct err err = {0};
    char text[4096];
    struct check check;
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"a\"},\"spec\":{%s}}", spec);
    const struct policy_view *view = text_object(&KIND_SCALING_POLICY, text, &arena, &err);
    cr_assert(view != NULL, "%s", err.text);
    policy_check(&view->policy, zones, &check);
    return check;
}

Test(check, the_examples_have_nothing_to_complain_about)
{
    struct check check;
    const struct group_view *group = fixture_object(&KIND_SCALING_GROUP, "group", &arena);
    const struct policy_view *policy = fixture_object(&KIND_SCALING_POLICY, "policy", &arena);
    group_check(&group->group, 1000, &check);
    cr_expect_eq(check.count, 0, "%s", check.items[0].text);
    policy_check(&policy->policy, zones, &check);
    cr_expect_eq(check.count, 0, "%s", check.items[0].text);
}

Test(check, a_complaint_has_the_sentence_of_the_crd_and_the_numbers)
{
    struct check check =
        group_of("\"minSize\":7,\"maxSize\":5,\"targetRef\":{\"name\":\"edge\"}", 1000);
    cr_assert_eq(check.count, 1);
    cr_expect(check.is_invalid);
    cr_expect_str_eq(check.items[0].path, "spec.minSize");
    cr_expect_str_eq(check.items[0].sentence, CRD_SG_RULE_RANGE_ORDER);
    cr_expect_str_eq(check.items[0].text, CRD_SG_RULE_RANGE_ORDER " (minSize 7, maxSize 5)");
}

Test(check, a_range_above_the_operators_ceiling_is_a_complaint_only_as_a_whole)
{
    static const char across[] = "\"minSize\":1,\"maxSize\":2000,\"targetRef\":{\"name\":\"edge\"}";
    static const char above[] =
        "\"minSize\":1500,\"maxSize\":2000,\"targetRef\":{\"name\":\"edge\"}";
    struct check check = group_of(across, 1000);
    cr_expect_eq(check.count, 0, "the ceiling holds: %s", check.items[0].text);
    check = group_of(above, 1000);
    cr_assert_eq(check.count, 1);
    cr_expect(strstr(check.items[0].text, "minSize 1500, ceiling 1000") != NULL);
}

Test(check, a_zone_that_does_not_exist_is_seen)
{
    struct check check = policy_of("\"schedules\":[{\"name\":\"noon\",\"cron\":\"0 11 * * *\","
                                   "\"timeZone\":\"Mars/Olympus\",\"nodes\":1}]");
    cr_assert_eq(check.count, 1);
    cr_expect(check.is_invalid);
    cr_expect_str_eq(check.items[0].path, "spec.schedules[0].timeZone");
    cr_expect_str_eq(check.items[0].sentence, CRD_SP_RULE_SCHEDULE_TIME_ZONE);
}

Test(check, a_rule_that_never_fires_does_not_make_the_policy_invalid)
{
    static const char *const crons[] = {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 FEB ?"};
    for (size_t i = 0; i < sizeof crons / sizeof crons[0]; i++) {
        char spec[200];
        snprintf(spec, sizeof spec,
                 "\"schedules\":[{\"name\":\"noon\",\"cron\":\"%s\",\"nodes\":1}]", crons[i]);
        struct check check = policy_of(spec);
        cr_assert_eq(check.count, 1, "%s", crons[i]);
        cr_expect(!check.is_invalid);
        cr_expect_eq(check.items[0].reason, REASON_NEVER_FIRES);
        cr_expect_str_eq(check.items[0].sentence, CRD_SP_RULE_SCHEDULE_CRON_NEVER);
    }
}

Test(check, complaints_are_kept_up_to_the_limit_and_joined)
{
    char spec[4000] = "\"schedules\":[";
    char text[100];
    for (int i = 0; i < CHECK_ITEMS_MAX + 4; i++) {
        snprintf(spec + strlen(spec), sizeof spec - strlen(spec),
                 "%s{\"name\":\"r%d\",\"cron\":\"0 0 30 2 *\",\"nodes\":1}", i == 0 ? "" : ",", i);
    }
    snprintf(spec + strlen(spec), sizeof spec - strlen(spec), ",{\"name\":\"x\"}]");
    struct check check = policy_of(spec);
    cr_expect_eq(check.count, CHECK_ITEMS_MAX);
    cr_expect(check.is_invalid, "the last rule is, although its complaint found no room");
    check_text(&check, REASON_NEVER_FIRES, text, sizeof text);
    cr_expect_eq(strlen(text), sizeof text - 1, "cut to size");
    cr_expect_str_eq(check_text(&check, REASON_INVALID, text, sizeof text), "");
}

Test(check, what_must_not_change_is_told_apart)
{
    struct err err = {0};
    struct check check = {0};
    const struct group_view *a = text_object(
        &KIND_SCALING_GROUP, "{\"spec\":{\"targetRef\":{\"name\":\"a\"}}}", &arena, &err);
    const struct group_view *b = text_object(
        &KIND_SCALING_GROUP,
        "{\"spec\":{\"targetRef\":{\"name\":\"b\"},\"network\":{\"addressType\":\"IPv6\"}}}",
        &arena, &err);
    group_check_change(&a->group, &a->group, &check);
    cr_expect_eq(check.count, 0);
    group_check_change(&a->group, &b->group, &check);
    cr_assert_eq(check.count, 2);
    cr_expect_str_eq(check.items[0].sentence, CRD_SG_RULE_TARGET_IMMUTABLE);
    cr_expect_str_eq(check.items[1].sentence, CRD_SG_RULE_ADDRESS_TYPE_IMMUTABLE);
}

Test(check, addresses_of_members_must_be_those_of_machines)
{
    static const char *const refused[] = {
        "127.0.0.1",       "169.254.1.1",  "224.0.0.1",     "0.0.0.0",
        "255.255.255.255", "10.0.0.01",    "10.0.0.1:80",   "10.1",
        "::ffff:10.0.0.1", "fe80::1%eth0", "vm.example.com"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char spec[300];
        snprintf(spec, sizeof spec,
                 "\"maxSize\":2,\"targetRef\":{\"name\":\"e\"},\"members\":[{\"name\":\"m\","
                 "\"address\":\"%s\"}]",
                 refused[i]);
        cr_expect(group_of(spec, 1000).is_invalid, "%s", refused[i]);
    }
    struct check check = group_of("\"maxSize\":2,\"targetRef\":{\"name\":\"e\"},\"network\":{"
                                  "\"addressType\":\"IPv6\"},\"members\":[{\"name\":\"m\","
                                  "\"address\":\"fd00::7\"}]",
                                  1000);
    cr_expect_eq(check.count, 0, "%s", check.items[0].text);
}
