/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fake_pods.h"

static void note_item(void *arg, void *object, struct arena *arena)
{
    const struct pod *pod = object;
    buf_printf(arg, "%s=%d ", pod->id.name, pod->replicas);
}

static void note_bad(void *arg, const struct object_id *id, const struct err *err)
{
    buf_printf(arg, "bad(%s/%s) ", id->ns, id->name);
}

/* Feeds json in pieces of `piece` bytes and says what came out. */
static const char *heard(const char *json, size_t piece, const struct pull_limits *limits)
{
    static char text[4096];
    CLEANUP(buf_clear) struct buf notes = {0};
    struct pull_list_handler handler = {note_item, note_bad, &notes};
    struct pull_list list;
    struct err err = {0};
    pull_list_init(&list, &POD_TABLE, limits, &handler);
    size_t len = strlen(json);
    int rc = 0;
    for (size_t at = 0; at < len && rc == 0; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        char *copy = malloc(n);
        memcpy(copy, json + at, n);
        rc = pull_list_feed(&list, copy, n, &err);
        free(copy);
    }
    if (rc != 0 || pull_list_end(&list, &err) != 0) {
        buf_printf(&notes, "error: %s", err.text);
    } else {
        buf_printf(&notes, "%s rv=%s next=%s", list.kind, list.resource_version, list.next);
    }
    pull_list_clear(&list);
    snprintf(text, sizeof(text), "%s", buf_text(&notes));
    return text;
}

#define ITEM(name, replicas)                                                                       \
    "{\"metadata\":{\"namespace\":\"n\",\"name\":\"" name                                          \
    "\",\"managedFields\":[{\"x\":\"}]\\\"\"}]},\"spec\":{\"replicas\":" replicas "}}"

static const char LIST[] =
    "{\"kind\":\"PodList\", \"apiVersion\":\"v1\",\"metadata\":"
    "{\"resourceVersion\":\"77\",\"continue\":\"tok\\u0065n\"},\n\"items\":[" ITEM(
        "a", "1") "," ITEM("b", "\"x\"") " ,\n" ITEM("c", "3") "]}\n";

Test(pull_list, a_list_cut_at_every_size_is_the_same_list)
{
    for (size_t piece = 1; piece <= sizeof(LIST); piece++) {
        cr_assert_str_eq(heard(LIST, piece, NULL), "a=1 bad(n/b) c=3 PodList rv=77 next=token",
                         "piece %zu", piece);
    }
}

Test(pull_list, metadata_may_come_last_and_items_be_empty)
{
    cr_assert_str_eq(heard("{\"items\":[],\"metadata\":{\"resourceVersion\":\"1\"}}", 5, NULL),
                     " rv=1 next=");
    cr_assert_str_eq(heard("{\"items\":null,\"metadata\":{\"resourceVersion\":\"1\"}}", 5, NULL),
                     " rv=1 next=");
}

Test(pull_list, one_malformed_item_is_quarantined_never_the_list)
{
    static const char *const bad[] = {
        ITEM("b", "1e20"),
        ITEM("b", "100000000000000000000"),
        ITEM("b", "{}"),
        ITEM("b", "tru"),
        "{\"metadata\":{\"namespace\":\"n\",\"name\":\"b\",\"uid\":\"\\u0000\"}}",
        "{\"metadata\":{\"namespace\":\"n\",\"name\":\"b\"},\"spec\":[]}",
        "{\"metadata\":{\"namespace\":\"n\",\"name\":\"b\",\"uid\":\"\xff\"}}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char json[2000];
        snprintf(json, sizeof(json),
                 "{\"items\":[%s,%s,%s],\"metadata\":{\"resourceVersion\":\"5\"}}", ITEM("a", "1"),
                 bad[i], ITEM("c", "2"));
        for (size_t piece = 1; piece < 60; piece += 7) {
            cr_assert_str_eq(heard(json, piece, NULL), "a=1 bad(n/b) c=2  rv=5 next=", "%s",
                             bad[i]);
        }
    }
    cr_assert_str_eq(heard("{\"items\":[7,\"x\",null,[]," ITEM("c", "2") "]}", 3, NULL),
                     "bad(/) bad(/) bad(/) bad(/) c=2  rv= next=");
}

Test(pull_list, an_item_beyond_the_limit_is_quarantined_without_being_kept)
{
    static char json[30000];
    struct pull_limits limits = {.item_bytes = 300};
    memset(json, 0, sizeof(json));
    strcpy(json,
           "{\"items\":[" ITEM("a", "1") ",{\"metadata\":{\"namespace\":\"n\",\"name\":\"b\"},"
                                         "\"data\":\"");
    memset(json + strlen(json), 'x', 20000);
    strcat(json, "\"}," ITEM("c", "2") "],\"metadata\":{\"resourceVersion\":\"5\"}}");
    cr_assert_str_eq(heard(json, 100, &limits), "a=1 bad(n/b) c=2  rv=5 next=");
    cr_assert_str_eq(heard(json, sizeof(json), &limits), "a=1 bad(n/b) c=2  rv=5 next=");
}

Test(pull_list, what_is_no_list_is_an_error)
{
    static const char *const rows[] = {
        "",
        "{",
        "{}",
        "[]",
        "<html>",
        "{\"items\":[",
        "{\"items\":[{}",
        "{\"items\":[{}]",
        "{\"items\":[{},]}",
        "{\"items\":[{} {}]}",
        "{\"items\":{}}",
        "{\"items\":[]}x",
        "{\"items\" []}",
        "{\"items\":[],\"items\":[]}",
        "{\"items\":[],}",
        "{items:[]}",
        "{\"kind\":\"Status\",\"code\":404}",
        "null",
        "{\"items\":]}",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t piece = 1; piece < 4; piece++) {
            cr_assert_not_null(strstr(heard(rows[i], piece, NULL), "error:"), "%s", rows[i]);
        }
    }
}

Test(pull_list, damaged_lists_never_hurt)
{
    size_t len = sizeof(LIST) - 1;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char copy[sizeof(LIST)];
        memcpy(copy, LIST, sizeof(LIST));
        for (int hits = 1 + rand() % 3; hits > 0; hits--) {
            copy[(size_t)rand() % len] = "{}[]\",:\\n"[rand() % 9];
        }
        copy[(size_t)rand() % (len + 1)] = '\0';
        (void)heard(copy, 1 + (size_t)rand() % 40, NULL);
    }
}
