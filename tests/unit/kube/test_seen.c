/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "kube/seen.h"
#include "kube/version.h"

Test(version, longer_is_greater_and_equal_is_reached)
{
    cr_assert(version_reached("10", "9"));
    cr_assert(version_reached("9", "9"));
    cr_assert_not(version_reached("9", "10"));
    cr_assert(version_reached("99999999999999999999", "99999999999999999998"));
    cr_assert_not(version_reached("99999999999999999998", "99999999999999999999"));
}

Test(version, what_is_not_orderly_only_equals_itself)
{
    static const char *const rows[] = {"", "0", "007", "abc", "12a", "-1", " 1"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_not(version_is_orderly(rows[i]), "%s", rows[i]);
        cr_assert(version_reached(rows[i], rows[i]));
        cr_assert_not(version_reached("5", rows[i]));
        cr_assert_not(version_reached(rows[i], "5"));
    }
    cr_assert_not(version_is_orderly(NULL));
    cr_assert_not(version_reached(NULL, "5"));
}

static struct seen seen;

static void clear(void)
{
    seen_clear(&seen);
}

TestSuite(seen, .fini = clear);

static bool current(const char *uid, const char *version, const char *progress, int64_t ms)
{
    struct seen_cache cache = {uid, version, progress};
    return seen_is_current(&seen, "deployments", "demo/edge", &cache, (struct mono){ms});
}

Test(seen, nothing_written_is_current)
{
    cr_assert(current(NULL, NULL, NULL, 0));
}

Test(seen, waits_for_the_object_or_for_the_whole_cache)
{
    seen_wrote(&seen, "deployments", "demo/edge", "u", "100", (struct mono){0});
    cr_assert_not(current("u", "99", "99", 10000));
    cr_assert_not(current(NULL, NULL, "99", 10000));
    cr_assert_gt(seen_wait_ms(&seen, "deployments", "demo/edge", (struct mono){10000}), 0);
    cr_assert(current("u", "99", "100", 10000));
    cr_assert(current("u", "99", "99", 10000), "it is forgotten once seen");
    seen_wrote(&seen, "deployments", "demo/edge", "u", "100", (struct mono){0});
    cr_assert(current("u", "101", NULL, 1));
    cr_assert_eq(seen.expired, 0);
}

Test(seen, another_key_or_resource_does_not_wait)
{
    struct seen_cache cache = {"u", "1", "1"};
    seen_wrote(&seen, "deployments", "demo/edge", "u", "100", (struct mono){0});
    cr_assert(seen_is_current(&seen, "pods", "demo/edge", &cache, (struct mono){1}));
    cr_assert(seen_is_current(&seen, "deployments", "demo/other", &cache, (struct mono){1}));
}

Test(seen, an_older_object_of_the_same_name_is_not_the_write)
{
    seen_wrote(&seen, "deployments", "demo/edge", "new", "100", (struct mono){0});
    cr_assert_not(current("old", "99", NULL, 1));
    cr_assert(current("newer", "150", NULL, 1));
}

Test(seen, versions_that_cannot_be_ordered_match_exactly_or_by_uid)
{
    seen_wrote(&seen, "deployments", "demo/edge", "u", "abc", (struct mono){0});
    cr_assert_not(current("u", "5", "7", 1));
    cr_assert(current("u", "abc", NULL, 1));
    seen_wrote(&seen, "deployments", "demo/edge", "u", "abc", (struct mono){0});
    cr_assert(current("other", "5", NULL, 1));
}

Test(seen, a_delete_waits_for_disappearance_or_five_seconds)
{
    seen_deleted(&seen, "deployments", "demo/edge", "u", (struct mono){0});
    cr_assert_not(current("u", "9", "999", 4999));
    cr_assert(current(NULL, NULL, NULL, 4999));
    seen_deleted(&seen, "deployments", "demo/edge", "u", (struct mono){0});
    cr_assert(current("v", "9", NULL, 1));
    seen_deleted(&seen, "deployments", "demo/edge", "u", (struct mono){0});
    cr_assert(current("u", "9", NULL, 5000));
    cr_assert_eq(seen.expired, 1);
}

Test(seen, no_write_waits_for_ever)
{
    seen_wrote(&seen, "deployments", "demo/edge", "u", "100", (struct mono){0});
    cr_assert_not(current("u", "99", NULL, SEEN_WRITE_MS - 1));
    cr_assert(current("u", "99", NULL, SEEN_WRITE_MS));
    cr_assert_eq(seen.expired, 1);
}
