/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fake_wire.h"
#include "kube/request.h"

static struct client client;
static char heard[4096]; /* one word an answer */

static void init(void)
{
    fake_init();
    client = (struct client){.transport = &wire.transport, .clock = &fake.clock};
    heard[0] = '\0';
}

static void hear(void *arg, const struct err *err, const char *body, size_t len)
{
    size_t used = strlen(heard);
    snprintf(heard + used, sizeof(heard) - used, "%s:%s;",
             err == NULL ? "ok" : err_kind_name(err->kind), err == NULL ? body : err->text);
}

TestSuite(request, .init = init, .fini = fake_clear);

static struct request edge(enum verb verb)
{
    return (struct request){
        .verb = verb,
        .resource = {.api = "/apis/apps/v1",
                     .plural = "deployments",
                     .ns = "demo",
                     .name = "edge",
                     .namespaced = true},
        .body = verb == VERB_GET || verb == VERB_DELETE ? NULL : "{}",
        .body_len = verb == VERB_GET || verb == VERB_DELETE ? 0 : 2,
        .field_manager = verb == VERB_APPLY ? "sluice" : NULL,
    };
}

static struct call *sent(struct request request)
{
    return request_send(&client, &request, hear, NULL);
}

Test(request, each_verb_has_one_method_and_one_content_type)
{
    static const struct {
        enum verb verb;
        const char *method, *content_type;
    } rows[] = {
        {VERB_GET, "GET", ""},
        {VERB_REPLACE, "PUT", "application/json"},
        {VERB_MERGE_PATCH, "PATCH", "application/merge-patch+json"},
        {VERB_JSON_PATCH, "PATCH", "application/json-patch+json"},
        {VERB_APPLY, "PATCH", "application/apply-patch+yaml"},
        {VERB_DELETE, "DELETE", "application/json"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sent(edge(rows[i].verb));
        struct exchange *e = wire_last();
        cr_assert_str_eq(e->method, rows[i].method);
        cr_assert_str_eq(e->content_type, rows[i].content_type);
        cr_assert_eq(strncmp(e->path, "/apis/apps/v1/namespaces/demo/deployments/edge", 46), 0);
        wire_answer(e, 200, -1, "{}");
    }
}

Test(request, apply_carries_its_manager_and_force_in_the_query)
{
    struct request r = edge(VERB_APPLY);
    r.force = true;
    r.dry_run = true;
    r.field_validation = "Strict";
    r.resource.subresource = "status";
    r.body = "{\"a\":\"\x7f\xc2\x85\xef\xbb\xbf\xef\xbf\xbf\xc3\xa9\"}";
    r.body_len = strlen(r.body);
    sent(r);
    cr_assert_str_eq(wire_path(), "/apis/apps/v1/namespaces/demo/deployments/edge/status"
                                  "?fieldManager=sluice&fieldValidation=Strict&dryRun=All"
                                  "&force=true");
    cr_assert_str_eq(buf_text(&wire_last()->body),
                     "{\"a\":\"\\u007f\\u0085\\ufeff\\uffff\xc3\xa9\"}",
                     "characters a YAML reader refuses are escaped");
    wire_answer(wire_last(), 200, -1, "done");
    cr_assert_str_eq(heard, "ok:done;");
}

Test(request, delete_names_what_it_means)
{
    struct request r = edge(VERB_DELETE);
    r.uid = "u\"1";
    r.resource_version = "7";
    r.propagation = "Background";
    r.dry_run = true;
    sent(r);
    cr_assert_str_eq(wire_path(), "/apis/apps/v1/namespaces/demo/deployments/edge",
                     "a server that reads a body ignores the query: a dry run would delete");
    cr_assert_str_eq(buf_text(&wire_last()->body),
                     "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":"
                     "{\"uid\":\"u\\\"1\",\"resourceVersion\":\"7\"},"
                     "\"propagationPolicy\":\"Background\",\"dryRun\":[\"All\"]}");
    wire_answer(wire_last(), 200, -1, "");
}

Test(request, selectors_and_names_are_escaped)
{
    struct request r = edge(VERB_GET);
    r.resource.name = "system:node x&y?";
    sent(r);
    cr_assert_str_eq(wire_path(), "/apis/apps/v1/namespaces/demo/deployments/"
                                  "system%3Anode%20x%26y%3F");
    wire_answer(wire_last(), 200, -1, "");
    r = edge(VERB_GET);
    r.resource.name = NULL;
    r.label_selector = "app in (a,b),tier!=\xc3\xa9+";
    r.limit = 5;
    sent(r);
    cr_assert_str_eq(wire_path(), "/apis/apps/v1/namespaces/demo/deployments?labelSelector="
                                  "app%20in%20%28a%2Cb%29%2Ctier%21%3D%C3%A9%2B&limit=5");
    wire_answer(wire_last(), 200, -1, "");
}

Test(request, what_must_not_leave_is_refused_before_the_wire)
{
    static const char *const names[] = {"..", ".", "a/b", "a%2fb", "a\nb", "a\x7f"};
    struct request r;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        r = edge(VERB_DELETE);
        r.resource.name = names[i];
        sent(r);
        r = edge(VERB_GET);
        r.resource.ns = names[i];
        sent(r);
    }
    r = edge(VERB_DELETE);
    r.resource.ns = "";
    sent(r);
    r = edge(VERB_DELETE);
    r.resource.name = "";
    sent(r);
    r = edge(VERB_GET);
    r.resource.ns = NULL;
    sent(r);
    r = edge(VERB_APPLY);
    r.field_manager = "";
    sent(r);
    r = edge(VERB_APPLY);
    r.field_manager = "two words";
    sent(r);
    r = edge(VERB_GET);
    r.resource.api = "apis/../../x";
    sent(r);
    cr_assert_str_eq(heard, "", "never from inside request_send");
    fake_pass(0);
    cr_assert_eq(wire.count, 0);
    int refused = 0;
    for (const char *at = strstr(heard, "REFUSED"); at != NULL; at = strstr(at + 1, "REFUSED")) {
        refused++;
    }
    cr_assert_eq(refused, 18);
}

Test(request, a_whole_retry_after_is_waited_for_by_writes_too)
{
    static const int statuses[] = {429, 503, 500};
    sent(edge(VERB_APPLY));
    for (int i = 0; i < 3; i++) {
        wire_answer(wire_last(), statuses[i], 2, "");
        fake_pass(1999);
        cr_assert_str_eq(wire_path(), "");
        fake_pass(1);
    }
    wire_answer(wire_last(), 200, -1, "x");
    cr_assert_str_eq(heard, "ok:x;");
    cr_assert_eq(wire.count, 4);
}

Test(request, without_retry_after_an_error_is_the_callers)
{
    sent(edge(VERB_GET));
    wire_answer(wire_last(), 503, -1, "");
    cr_assert_str_eq(heard, "AGAIN:the API server answered 503 without a word;");
    cr_assert_eq(fake_next_ms(), -1);
}

Test(request, a_retry_after_on_a_refusal_is_not_a_retry)
{
    sent(edge(VERB_GET));
    wire_answer(wire_last(), 404, 1, "");
    cr_assert_str_eq(heard, "ABSENT:the API server answered 404 without a word;");
}

Test(request, ten_retries_are_enough)
{
    sent(edge(VERB_GET));
    for (int i = 0; i < 11; i++) {
        wire_answer(wire_last(), 429, 0, "");
        fake_pass(0);
    }
    cr_assert_str_eq(heard, "AGAIN:the API server answered 429 without a word;");
    cr_assert_eq(wire.count, 11);
}

Test(request, a_broken_connection_is_retried_for_get_only)
{
    static const enum verb writes[] = {VERB_CREATE, VERB_REPLACE, VERB_APPLY, VERB_MERGE_PATCH,
                                       VERB_DELETE};
    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
        sent(edge(writes[i]));
        wire_break(wire_last());
        cr_assert_eq(fake_next_ms(), -1);
    }
    heard[0] = '\0';
    sent(edge(VERB_GET));
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), "hal");
    wire_break(wire_last());
    fake_pass(1000);
    wire_answer(wire_last(), 200, -1, "whole");
    cr_assert_str_eq(heard, "ok:whole;");
}

Test(request, cancelled_in_flight_or_waiting_it_is_never_heard_of_again)
{
    struct call *flying = sent(edge(VERB_GET));
    call_cancel(flying);
    struct call *waiting = sent(edge(VERB_GET));
    wire_answer(wire_last(), 429, 5, "");
    call_cancel(waiting);
    struct request bad = edge(VERB_GET);
    bad.resource.name = "..";
    call_cancel(sent(bad));
    call_cancel(NULL);
    fake_pass(100000);
    cr_assert_str_eq(heard, "");
}
