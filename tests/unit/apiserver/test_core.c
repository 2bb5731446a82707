/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "apiserver/core.h"
#include "apiserver/patch.h"

#define GROUPS "/apis/sluice.dev/v1alpha1/namespaces/demo/scalinggroups"
#define DEPLOYMENTS "/apis/apps/v1/namespaces/demo/deployments"

static const char MERGE[] = "application/merge-patch+json";
static const char APPLY[] = "application/apply-patch+yaml";

/* Sends a request; returns the HTTP status, and the body as JSON (the caller decrefs it). */
static int ask(struct core *core, const char *method, const char *path, const char *type,
               const char *body, json_t **ret_body)
{
    struct core_reply reply;
    core_handle(
        core,
        &(struct core_request){method, path, type, "test", body, body != NULL ? strlen(body) : 0},
        &reply);
    cr_assert_null(reply.watch);
    json_t *json = json_loads(buf_text(&reply.body), 0, NULL);
    buf_clear(&reply.body);
    if (ret_body != NULL) {
        *ret_body = json;
    } else {
        json_decref(json);
    }
    return reply.status;
}

static const char *text_at(const json_t *json, const char *dotted)
{
    const char *text = json_string_value(path_get(json, dotted));
    return text != NULL ? text : "";
}

static struct core *core_with_group(void)
{
    struct core *core = core_new();
    const char *body = "{\"metadata\":{\"name\":\"edge\"},\"spec\":{\"minSize\":1,\"maxSize\":9}}";
    cr_assert_eq(ask(core, "POST", GROUPS, "application/json", body, NULL), 201);
    return core;
}

Test(core, an_object_is_created_once_and_read_back)
{
    struct core *core = core_with_group();
    json_t *body;
    cr_assert_eq(
        ask(core, "POST", GROUPS, "application/json", "{\"metadata\":{\"name\":\"edge\"}}", &body),
        409);
    cr_assert_str_eq(text_at(body, "reason"), "AlreadyExists");
    json_decref(body);
    cr_assert_eq(ask(core, "GET", GROUPS "/edge", NULL, NULL, &body), 200);
    cr_assert_str_eq(text_at(body, "kind"), "ScalingGroup");
    cr_assert_str_eq(text_at(body, "metadata.namespace"), "demo");
    cr_assert_eq(json_integer_value(path_get(body, "metadata.generation")), 1);
    json_decref(body);
    core_free(core);
}

Test(core, a_write_that_changes_nothing_takes_no_version)
{
    struct core *core = core_with_group();
    int64_t before = core_version(core);
    cr_assert_eq(ask(core, "PATCH", GROUPS "/edge", MERGE, "{\"spec\":{\"minSize\":1}}", NULL),
                 200);
    cr_assert_eq(core_version(core), before);
    cr_assert_eq(ask(core, "PATCH", GROUPS "/edge", MERGE, "{\"spec\":{\"minSize\":2}}", NULL),
                 200);
    cr_assert_eq(core_version(core), before + 1);
    core_free(core);
}

Test(core, spec_and_status_never_change_in_one_write)
{
    struct core *core = core_with_group();
    json_t *body;
    const char *both = "{\"spec\":{\"minSize\":5},\"status\":{\"desired\":7}}";
    ask(core, "PATCH", GROUPS "/edge", MERGE, both, &body);
    cr_assert_null(path_get(body, "status"));
    cr_assert_eq(json_integer_value(path_get(body, "metadata.generation")), 2);
    json_decref(body);
    const char *other = "{\"spec\":{\"minSize\":1},\"status\":{\"desired\":7}}";
    ask(core, "PATCH", GROUPS "/edge/status", MERGE, other, &body);
    cr_assert_eq(json_integer_value(path_get(body, "spec.minSize")), 5);
    cr_assert_eq(json_integer_value(path_get(body, "status.desired")), 7);
    cr_assert_eq(json_integer_value(path_get(body, "metadata.generation")), 2);
    json_decref(body);
    core_free(core);
}

Test(core, a_write_on_an_old_version_is_a_conflict)
{
    struct core *core = core_with_group();
    const char *old = "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"minSize\":2}}";
    cr_assert_eq(ask(core, "PATCH", GROUPS "/edge", MERGE, old, NULL), 409);
    const char *other = "{\"metadata\":{\"uid\":\"other\"},\"spec\":{\"minSize\":2}}";
    cr_assert_eq(ask(core, "PATCH", GROUPS "/edge", MERGE, other, NULL), 409);
    core_free(core);
}

Test(core, scale_writes_the_count_and_names_the_writer)
{
    struct core *core = core_new();
    json_t *body;
    ask(core, "POST", DEPLOYMENTS, "application/json",
        "{\"metadata\":{\"name\":\"edge\"},\"spec\":{\"replicas\":3,\"paused\":false}}", NULL);
    const char *scale = "{\"spec\":{\"replicas\":5}}";
    cr_assert_eq(ask(core, "PATCH", DEPLOYMENTS "/edge/scale?fieldManager=sluice&force=true", APPLY,
                     scale, &body),
                 200);
    cr_assert_str_eq(text_at(body, "kind"), "Scale");
    cr_assert_eq(json_integer_value(path_get(body, "spec.replicas")), 5);
    json_decref(body);
    const json_t *stored = core_get(core, "deployments", "demo", "edge");
    cr_assert_not_null(path_get(stored, "spec.paused"));
    const json_t *entry = json_array_get(path_get(stored, "metadata.managedFields"), 0);
    cr_assert_str_eq(text_at(entry, "manager"), "sluice");
    cr_assert_str_eq(text_at(entry, "operation"), "Apply");
    core_free(core);
}

static struct core_watch *watch(struct core *core, const char *path)
{
    struct core_reply reply;
    core_handle(core, &(struct core_request){"GET", path, NULL, "test", NULL, 0}, &reply);
    cr_assert_eq(reply.status, 200);
    cr_assert_not_null(reply.watch);
    return reply.watch;
}

Test(core, a_watch_from_everything_ends_its_beginning_with_a_bookmark)
{
    struct core *core = core_with_group();
    struct core_watch *all =
        watch(core, GROUPS "?watch=true&sendInitialEvents=true&resourceVersion=");
    struct buf out = {0};
    cr_assert(core_watch_read(all, &out));
    cr_assert_not_null(strstr(buf_text(&out), "\"ADDED\""));
    cr_assert_not_null(strstr(buf_text(&out), "k8s.io/initial-events-end"));
    buf_reset(&out);
    cr_assert_not(core_watch_read(all, &out));
    ask(core, "PATCH", GROUPS "/edge", MERGE, "{\"spec\":{\"minSize\":2}}", NULL);
    cr_assert(core_watch_read(all, &out));
    cr_assert_not_null(strstr(buf_text(&out), "\"MODIFIED\""));
    core_watch_close(all);
    buf_clear(&out);
    core_free(core);
}

Test(core, a_watch_from_a_version_sees_each_later_change_once)
{
    struct core *core = core_with_group();
    struct core_watch *later = watch(core, GROUPS "?watch=true&resourceVersion=1");
    struct buf out = {0};
    ask(core, "DELETE", GROUPS "/edge", NULL, NULL, NULL);
    cr_assert(core_watch_read(later, &out));
    cr_assert_not_null(strstr(buf_text(&out), "\"ADDED\""));
    cr_assert_not_null(strstr(buf_text(&out), "\"DELETED\""));
    buf_reset(&out);
    cr_assert_not(core_watch_read(later, &out));
    core_watch_close(later);
    buf_clear(&out);
    core_free(core);
}

Test(core, a_bookmark_carries_the_newest_version_and_nothing_is_missed)
{
    struct core *core = core_with_group();
    struct core_watch *later = watch(core, GROUPS "?watch=true&resourceVersion=1");
    struct buf out = {0};
    core_watch_bookmark(later, &out);
    cr_assert_not_null(strstr(buf_text(&out), "\"ADDED\""));
    cr_assert_not_null(strstr(buf_text(&out), "\"BOOKMARK\""));
    buf_reset(&out);
    core_watch_bookmark(later, &out);
    cr_assert_null(strstr(buf_text(&out), "\"ADDED\""));
    cr_assert_null(strstr(buf_text(&out), "initial-events-end"));
    core_watch_close(later);
    buf_clear(&out);
    core_free(core);
}

Test(core, a_watch_from_too_long_ago_is_told_410_once)
{
    struct core *core = core_with_group();
    core_compact(core);
    struct core_watch *old = watch(core, GROUPS "?watch=true&resourceVersion=1");
    struct buf out = {0};
    cr_assert(core_watch_read(old, &out));
    cr_assert_not_null(strstr(buf_text(&out), "410"));
    buf_reset(&out);
    cr_assert_not(core_watch_read(old, &out));
    core_watch_close(old);
    buf_clear(&out);
    core_free(core);
}

Test(core, lists_come_in_pages_that_miss_nothing)
{
    struct core *core = core_new();
    char body[128], path[512];
    for (int i = 0; i < 25; i++) {
        snprintf(body, sizeof body,
                 "{\"metadata\":{\"name\":\"g%02d\",\"labels\":{\"odd\":\"%d\"}}}", i, i % 2);
        ask(core, "POST", GROUPS, "application/json", body, NULL);
    }
    char next[256] = "";
    size_t seen = 0, pages = 0;
    do {
        json_t *page;
        snprintf(path, sizeof path, GROUPS "?limit=10&continue=%s", next);
        for (char *at = path; *at != '\0'; at++) {
            *at = *at == ' ' ? '+' : *at;
        }
        cr_assert_eq(ask(core, "GET", path, NULL, NULL, &page), 200);
        seen += json_array_size(path_get(page, "items"));
        snprintf(next, sizeof next, "%s", text_at(page, "metadata.continue"));
        pages++;
        json_decref(page);
    } while (next[0] != '\0');
    cr_assert_eq(seen, 25);
    cr_assert_eq(pages, 3);
    json_t *odd;
    ask(core, "GET", GROUPS "?labelSelector=odd%3D1", NULL, NULL, &odd);
    cr_assert_eq(json_array_size(path_get(odd, "items")), 12);
    json_decref(odd);
    core_free(core);
}

Test(core, what_is_owned_goes_with_its_owner)
{
    struct core *core = core_with_group();
    char body[256];
    snprintf(body, sizeof body,
             "{\"metadata\":{\"name\":\"edge-1\",\"ownerReferences\":[{\"uid\":\"%s\"}]}}",
             text_at(core_get(core, "scalinggroups", "demo", "edge"), "metadata.uid"));
    cr_assert_eq(ask(core, "POST", "/apis/sluice.dev/v1alpha1/namespaces/demo/scalingactivities",
                     "application/json", body, NULL),
                 201);
    ask(core, "DELETE", GROUPS "/edge", NULL, NULL, NULL);
    cr_assert_null(core_get(core, "scalingactivities", "demo", "edge-1"));
    core_free(core);
}

Test(patch, operations_do_what_the_rfc_says)
{
    json_t *target = json_loads("{\"a\":{\"b\":[1,2]},\"m~n\":1,\"x/y\":2}", 0, NULL);
    json_t *good = json_loads("[{\"op\":\"test\",\"path\":\"/a/b/0\",\"value\":1},"
                              "{\"op\":\"add\",\"path\":\"/a/b/-\",\"value\":3},"
                              "{\"op\":\"remove\",\"path\":\"/m~0n\"},"
                              "{\"op\":\"replace\",\"path\":\"/x~1y\",\"value\":5}]",
                              0, NULL);
    json_t *bad = json_loads("[{\"op\":\"test\",\"path\":\"/a/b/0\",\"value\":9}]", 0, NULL);
    json_t *wanted = json_loads("{\"a\":{\"b\":[1,2,3]},\"x/y\":5}", 0, NULL);
    const char *why = NULL;
    json_t *done = patch_operations(target, good, &why);
    cr_assert(json_equal(done, wanted));
    cr_assert_null(patch_operations(target, bad, &why));
    cr_assert_not_null(why);
    json_decref(target);
    json_decref(good);
    json_decref(bad);
    json_decref(wanted);
    json_decref(done);
}

Test(patch, a_merge_removes_what_is_null)
{
    json_t *target = json_loads("{\"a\":{\"b\":1,\"c\":2},\"l\":[1,2]}", 0, NULL);
    json_t *change = json_loads("{\"a\":{\"b\":null},\"l\":[3]}", 0, NULL);
    json_t *wanted = json_loads("{\"a\":{\"c\":2},\"l\":[3]}", 0, NULL);
    json_t *done = patch_merge(target, change);
    cr_assert(json_equal(done, wanted));
    json_decref(target);
    json_decref(change);
    json_decref(wanted);
    json_decref(done);
}
