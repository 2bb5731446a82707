/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "fake_pods.h"
#include "fake_wire.h"
#include "kube/lister.h"

static struct buf heard; /* what the sink was told, one word each */
static struct lister *lister;
static const char *free_in; /* the callback in which the sink frees the lister */

static void say(const char *callback)
{
    if (free_in != NULL && strcmp(free_in, callback) == 0) {
        lister_free(lister);
        lister = NULL;
    }
}

static void on_begin(void *arg)
{
    buf_add_text(&heard, "[ ");
    say("begin");
}

static void on_item(void *arg, void *object, struct arena *arena)
{
    const struct pod *pod = object;
    buf_printf(&heard, "%s=%d ", pod->id.name, pod->replicas);
    say("item");
}

static void on_gone(void *arg, const struct object_id *id)
{
    buf_printf(&heard, "-%s ", id->name);
    say("gone");
}

static void on_bad(void *arg, const struct object_id *id, const struct err *err)
{
    buf_printf(&heard, "bad:%s ", id->name);
    say("bad");
}

static void on_replaced(void *arg, const char *version)
{
    buf_printf(&heard, "]@%s ", version);
    say("end");
}

static void on_progress(void *arg, const char *version)
{
    buf_printf(&heard, "@%s ", version);
    say("progress");
}

static void on_trouble(void *arg, const struct err *err)
{
    buf_printf(&heard, "%s%d ", err == NULL ? "well" : err_kind_name(err->kind),
               err == NULL ? 0 : err->code);
    say("trouble");
}

static struct lister_sink sink = {on_begin,    on_item,     on_gone,    on_bad,
                                  on_replaced, on_progress, on_trouble, NULL};

static void start(bool optional)
{
    struct lister_source source = {
        .api = "/api/v1",
        .plural = "pods",
        .table = &POD_TABLE,
        .optional = optional,
        .label_selector = "app=edge",
    };
    lister = lister_new(&wire.transport, &fake.clock, &source, &sink);
    int sent = wire.count;
    lister_start(lister);
    cr_assert_eq(wire.count, sent, "nothing happens inside lister_start");
    fake_pass(0);
}

static void init(void)
{
    fake_init();
    free_in = NULL;
}

static void clear(void)
{
    lister_free(lister);
    lister = NULL;
    buf_clear(&heard);
    fake_clear();
}

TestSuite(lister, .init = init, .fini = clear);

/* What the sink heard since the last call. */
static void expect(const char *words)
{
    cr_assert_str_eq(buf_text(&heard), words);
    buf_reset(&heard);
}

static bool asks(const char *part)
{
    return strstr(wire_path(), part) != NULL;
}

/* A lister that has a at 5 and b at 9 by WatchList, and watches on. */
static struct exchange *watching(void)
{
    start(false);
    struct exchange *e = wire_last();
    wire_head(e, 200, -1);
    wire_data(e, EVENT("ADDED", OBJECT("b", "9", "1")) EVENT("ADDED", OBJECT("a", "5", "2"))
                     BOOKMARK("10", INITIAL_END));
    expect("[ b=1 a=2 ]@10 ");
    return e;
}

/* The same after the stream ended well: a plain watch from 10. */
static struct exchange *rewatching(void)
{
    struct exchange *e = watching();
    fake_pass(5000);
    wire_end(e);
    cr_assert(asks("resourceVersion=10"));
    wire_head(wire_last(), 200, -1);
    return wire_last();
}

Test(lister, begins_with_a_watch_list_and_stays_on_its_stream)
{
    start(false);
    cr_assert(asks("/api/v1/pods?labelSelector=app%3Dedge&watch=true&allowWatchBookmarks=true"));
    cr_assert(asks("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion="));
    struct exchange *e = wire_last();
    wire_head(e, 200, -1);
    wire_data(e, EVENT("ADDED", OBJECT("b", "9", "1")));
    wire_data(e, BOOKMARK("9", ""));
    expect("");
    cr_assert_not(lister_is_synced(lister));
    wire_data(e, EVENT("ADDED", OBJECT("a", "5", "2")) BOOKMARK("10", INITIAL_END)
                     EVENT("MODIFIED", OBJECT("a", "11", "3")));
    expect("[ b=1 a=2 ]@10 a=3 @11 ");
    cr_assert(lister_is_synced(lister));
    cr_assert_eq(lister_state(lister), LISTER_WATCHING);
    wire_data(e, EVENT("DELETED", OBJECT("b", "12", "1")) BOOKMARK("20", ""));
    expect("-b @12 @20 ");
    cr_assert_str_eq(lister_version(lister), "20");
    cr_assert_eq(wire.count, 1);
}

Test(lister, changes_before_the_end_of_the_beginning_are_counted_once)
{
    start(false);
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(),
              EVENT("ADDED", OBJECT("a", "5", "1")) EVENT("ADDED", OBJECT("b", "6", "1"))
                  EVENT("MODIFIED", OBJECT("a", "8", "2")) EVENT("DELETED", OBJECT("b", "9", "1"))
                      BOOKMARK("10", INITIAL_END));
    expect("[ a=2 ]@10 ");
}

Test(lister, frames_cut_anywhere_make_no_difference)
{
    const char *text = EVENT("ADDED", OBJECT("a", "5", "2")) BOOKMARK("10", INITIAL_END)
        EVENT("MODIFIED", OBJECT("a", "11", "3"));
    start(false);
    wire_head(wire_last(), 200, -1);
    for (const char *c = text; *c != '\0'; c++) {
        wire_data(wire_last(), (char[]){*c, '\0'});
    }
    expect("[ a=2 ]@10 a=3 @11 ");
}

Test(lister, a_server_without_watch_list_is_listed_at_once)
{
    static const int statuses[] = {422, 400, 500};
    for (int i = 0; i < 3; i++) {
        start(false);
        wire_answer(wire_last(), statuses[i], -1, "");
        cr_assert(asks("?labelSelector=app%3Dedge&limit=500&resourceVersion=0"));
        cr_assert_not(asks("watch="));
        wire_answer(wire_last(), 200, -1, LIST("7", "", OBJECT("a", "3", "1")));
        expect("[ a=1 ]@7 ");
        cr_assert(asks("watch=true"));
        cr_assert(asks("resourceVersion=7"));
        cr_assert_not(asks("sendInitialEvents"));
        lister_free(lister);
        lister = NULL;
    }
}

Test(lister, an_error_event_or_an_end_before_the_bookmark_is_listed_at_once_too)
{
    start(false);
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), EVENT("ADDED", OBJECT("x", "3", "1")) FAILURE("500", "InternalError"));
    cr_assert(asks("limit=500"));
    wire_answer(wire_last(), 200, -1, LIST("7", "", OBJECT("a", "3", "1")));
    expect("[ a=1 ]@7 ");
    lister_free(lister);
    start(false);
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), EVENT("ADDED", OBJECT("x", "3", "1")));
    wire_end(wire_last());
    cr_assert(asks("limit=500"));
}

Test(lister, a_bookmark_that_never_comes_is_given_up_after_thirty_silent_seconds)
{
    start(false);
    struct exchange *e = wire_last();
    wire_head(e, 200, -1);
    fake_pass(20000);
    wire_data(e, EVENT("ADDED", OBJECT("a", "3", "1")));
    fake_pass(29999);
    cr_assert_not(e->cancelled);
    fake_pass(1);
    cr_assert(e->cancelled);
    cr_assert(asks("limit=500"));
}

Test(lister, a_list_comes_in_pages_and_is_delivered_whole)
{
    start(false);
    wire_answer(wire_last(), 422, -1, "");
    wire_answer(wire_last(), 200, -1, LIST("7", "tok/en", OBJECT("a", "3", "1")));
    expect("");
    cr_assert(asks("limit=500&continue=tok%2Fen"));
    cr_assert_not(asks("resourceVersion"));
    wire_answer(wire_last(), 200, -1, LIST("7", "more", ""));
    cr_assert(asks("continue=more"), "a page may be empty: only continue tells");
    wire_answer(wire_last(), 200, -1, LIST("8", "", OBJECT("b", "4", "2")));
    expect("[ a=1 b=2 ]@8 ");
}

Test(lister, a_continue_token_that_expired_makes_one_whole_list)
{
    start(false);
    wire_answer(wire_last(), 422, -1, "");
    wire_answer(wire_last(), 200, -1, LIST("7", "old", OBJECT("gone", "3", "1")));
    wire_answer(wire_last(), 410, -1, "");
    cr_assert_str_eq(wire_path(), "/api/v1/pods?labelSelector=app%3Dedge");
    wire_answer(wire_last(), 200, -1, LIST("9", "", OBJECT("a", "8", "1")));
    expect("[ a=1 ]@9 ");
}

Test(lister, an_expired_or_future_version_is_read_anew_at_once_from_the_store)
{
    start(false);
    wire_answer(wire_last(), 422, -1, "");
    wire_answer(wire_last(), 504, 1,
                "{\"kind\":\"Status\",\"reason\":\"Timeout\",\"details\":{\"causes\":[{\"reason\":"
                "\"ResourceVersionTooLarge\"}]}}");
    cr_assert_not(asks("resourceVersion"));
    cr_assert(asks("limit=500"));
    wire_answer(wire_last(), 200, -1, LIST("7", "", ""));
    wire_answer(wire_last(), 410, -1, "");
    cr_assert(asks("sendInitialEvents"));
    cr_assert(asks("NotOlderThan&resourceVersion="));
}

Test(lister, too_old_in_the_stream_makes_a_replace_without_an_empty_moment)
{
    struct exchange *e = rewatching();
    wire_data(e, FAILURE("410", "Expired"));
    expect("");
    cr_assert(e->cancelled);
    cr_assert(asks("sendInitialEvents"));
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), EVENT("ADDED", OBJECT("c", "50", "1")) BOOKMARK("60", INITIAL_END));
    expect("[ c=1 ]@60 ");
}

Test(lister, a_healthy_end_is_resumed_at_once_where_it_ended)
{
    struct exchange *e = rewatching();
    for (int i = 0; i < 5; i++) {
        fake_pass(60000);
        wire_data(e, BOOKMARK("30", ""));
    }
    expect("@30 @30 @30 @30 @30 ");
    wire_end(e);
    cr_assert(asks("resourceVersion=30"));
    expect("");
}

Test(lister, a_broken_connection_resumes_from_the_same_version_after_a_wait)
{
    struct exchange *e = rewatching();
    wire_data(e, EVENT("MODIFIED", OBJECT("a", "11", "3")) "{\"type\":\"MODI");
    wire_break(e);
    expect("a=3 @11 AGAIN0 ");
    cr_assert_str_eq(wire_path(), "");
    int64_t wait = fake_next_ms();
    cr_assert(wait >= 800 && wait < 1600);
    fake_pass(wait);
    cr_assert(asks("resourceVersion=11"));
    wire_head(wire_last(), 200, -1);
    expect("well0 ");
}

Test(lister, waits_double_up_to_thirty_seconds_times_chance_and_start_anew_after_two_good_minutes)
{
    struct exchange *e = rewatching();
    int64_t base = 800;
    for (int i = 0; i < 10; i++) {
        wire_break(e);
        int64_t wait = fake_next_ms();
        cr_assert(wait >= base && wait < 2 * base, "%lld of %lld", (long long)wait,
                  (long long)base);
        base = base * 2 > 30000 ? 30000 : base * 2;
        fake_pass(wait);
        e = wire_last();
    }
    expect("AGAIN0 "); /* said once, not ten times */
    wire_head(e, 200, -1);
    for (int i = 0; i < 3; i++) {
        fake_pass(50000);
        wire_data(e, BOOKMARK("70", ""));
    }
    wire_break(e);
    cr_assert_lt(fake_next_ms(), 1600);
}

Test(lister, watches_that_end_at_once_back_off)
{
    struct exchange *e = rewatching();
    for (int i = 0; i < 7; i++) {
        wire_end(e);
        cr_assert_geq(fake_next_ms(), 800 * (1 << (i < 5 ? i : 5)));
        fake_pass(fake_next_ms());
        e = wire_last();
        wire_head(e, 200, -1);
    }
    expect("AGAIN0 ");
    wire_data(e, BOOKMARK("70", ""));
    expect("@70 well0 ");
}

Test(lister, a_server_that_ends_each_watch_after_one_event_does_not_make_it_spin)
{
    struct exchange *e = rewatching();
    for (int i = 0; i < 4; i++) {
        wire_data(e, BOOKMARK("70", ""));
        wire_end(e);
        e = wire_last();
        wire_head(e, 200, -1);
    }
    wire_data(e, BOOKMARK("70", ""));
    wire_end(e);
    cr_assert_str_eq(wire_path(), "");
    cr_assert_geq(fake_next_ms(), 800);
}

Test(lister, overload_in_the_stream_waits_and_keeps_its_place)
{
    struct exchange *e = rewatching();
    wire_data(e, FAILURE("429", "TooManyRequests"));
    expect("AGAIN429 ");
    fake_pass(1600);
    cr_assert(asks("resourceVersion=10"));
    wire_head(wire_last(), 200, -1);
    expect("well0 ");
    wire_data(wire_last(), FAILURE("500", "InternalError"));
    fake_pass(3200);
    cr_assert(asks("resourceVersion=10"));
}

Test(lister, retry_after_is_obeyed)
{
    struct exchange *e = rewatching();
    wire_end(e);
    fake_pass(1600);
    wire_answer(wire_last(), 429, 20, "");
    cr_assert_geq(fake_next_ms(), 20000);
}

Test(lister, silence_is_ended_and_resumed_and_the_third_time_all_is_read_anew)
{
    for (int i = 0; i < 3; i++) {
        struct exchange *e = i == 0 ? rewatching() : wire_last();
        if (i > 0) {
            cr_assert(asks("resourceVersion=10"));
            wire_head(e, 200, -1);
        }
        fake_pass(99999);
        cr_assert_not(e->cancelled);
        fake_pass(1);
        cr_assert(e->cancelled);
    }
    cr_assert(asks("sendInitialEvents"));
    expect("");
}

Test(lister, a_request_without_any_answer_is_given_up)
{
    struct exchange *e = watching();
    fake_pass(5000);
    wire_end(e);
    e = wire_last();
    fake_pass(100000);
    cr_assert(e->cancelled);
    expect("AGAIN0 ");
}

Test(lister, one_malformed_item_is_said_and_the_rest_goes_on)
{
    start(false);
    wire_answer(wire_last(), 422, -1, "");
    wire_answer(
        wire_last(), 200, -1,
        LIST("7", "",
             OBJECT("a", "3", "1") "," OBJECT("b", "4", "\"x\"") "," OBJECT("c", "5", "1e99")));
    expect("[ a=1 bad:b bad:c ]@7 ");
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), EVENT("MODIFIED", OBJECT("a", "8", "null,\"replicas\":[]")));
    wire_data(wire_last(), EVENT("MODIFIED", OBJECT("a", "9", "2")));
    expect("bad:a @8 a=2 @9 ");
    cr_assert_eq(lister_counts(lister).bad, 3);
}

Test(lister, a_frame_that_is_no_event_may_have_been_one_so_all_is_read_anew)
{
    static const char *const frames[] = {"garbage\n", "{\"type\":\"ADDED\"}\n", "{}\n", "[]\n",
                                         "{\"type\":\"NEW\",\"object\":{}}\n"};
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct exchange *e = rewatching();
        wire_data(e, frames[i]);
        expect("GARBLED0 ");
        cr_assert(e->cancelled);
        fake_pass(1600);
        cr_assert(asks("sendInitialEvents"));
        lister_free(lister);
        lister = NULL;
    }
}

Test(lister, a_server_put_back_in_time_is_read_anew)
{
    struct exchange *e = rewatching();
    wire_data(e, BOOKMARK("9", ""));
    expect("GARBLED0 ");
    fake_pass(1600);
    cr_assert(asks("sendInitialEvents"));
    cr_assert(asks("&resourceVersion="));
    wire_head(wire_last(), 200, -1);
    wire_data(wire_last(), EVENT("ADDED", OBJECT("a", "2", "1")) BOOKMARK("3", INITIAL_END));
    expect("[ a=1 ]@3 well0 ");
}

Test(lister, the_order_of_versions_in_a_list_does_not_matter)
{
    start(false);
    wire_answer(wire_last(), 422, -1, "");
    wire_answer(wire_last(), 200, -1,
                LIST("7", "", OBJECT("a", "6", "1") "," OBJECT("b", "2", "1")));
    cr_assert(asks("resourceVersion=7"));
}

Test(lister, missing_rights_or_kinds_are_said_once_and_tried_until_they_come)
{
    static const int statuses[] = {403, 404};
    for (int i = 0; i < 2; i++) {
        start(false);
        for (int tries = 0; tries < 5; tries++) {
            wire_answer(wire_last(), statuses[i], -1, "");
            cr_assert_str_eq(wire_path(), "");
            fake_pass(fake_next_ms());
        }
        expect(i == 0 ? "DENIED403 " : "ABSENT404 ");
        wire_answer(wire_last(), 200, -1, LIST("7", "", ""));
        expect("[ ]@7 well0 ");
        lister_free(lister);
        lister = NULL;
    }
}

Test(lister, an_optional_kind_that_is_missing_is_empty_and_asked_for_again)
{
    start(true);
    wire_answer(wire_last(), 404, -1, "");
    expect("[ ]@ ");
    cr_assert(lister_is_synced(lister));
    cr_assert_geq(fake_next_ms(), 60000);
    fake_pass(70000);
    wire_answer(wire_last(), 404, -1, "");
    expect("");
    fake_pass(70000);
    wire_answer(wire_last(), 200, -1, LIST("7", "", OBJECT("a", "3", "1")));
    expect("[ a=1 ]@7 ");
    wire_answer(wire_last(), 404, -1, "");
    expect("[ ]@ ");
}

Test(lister, an_answer_that_is_no_list_is_an_error_and_nothing_is_replaced)
{
    static const char cut[] = "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[{\"a\":{}}";
    static const char *const bodies[] = {"<html>",         "{}", "", "{\"items\":[]}",
                                         "{\"items\":[{}", cut};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        start(false);
        wire_answer(wire_last(), 422, -1, "");
        wire_answer(wire_last(), 200, -1, bodies[i]);
        expect("GARBLED0 ");
        lister_free(lister);
        lister = NULL;
    }
}

Test(lister, it_may_be_freed_in_every_callback)
{
    static const char *const callbacks[] = {"begin", "item",     "bad",    "end",
                                            "gone",  "progress", "trouble"};
    for (size_t i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++) {
        free_in = NULL;
        start(false);
        free_in = callbacks[i];
        struct exchange *e = wire_last();
        wire_head(e, 200, -1);
        wire_data(e, EVENT("ADDED", OBJECT("a", "5", "1")) EVENT("ADDED", OBJECT("b", "5", "{}"))
                         BOOKMARK("10", INITIAL_END) EVENT("DELETED", OBJECT("a", "11", "1")));
        wire_break(e);
        cr_assert_null(lister, "%s", callbacks[i]);
    }
    buf_reset(&heard);
}
