/* SPDX-License-Identifier: Apache-2.0 */
/* The three questions a lister asks, as paths. */
#include <stdio.h>

#include "base/str.h"
#include "kube/lister_priv.h"
#include "kube/request.h"

#define WATCH_MIN_S 300
#define WATCH_SPREAD_S 300

static void add_selectors(const struct lister *lister, struct buf *path)
{
    if (!text_is(lister->source.label_selector, "")) {
        query_add(path, "labelSelector", lister->source.label_selector);
    }
    if (!text_is(lister->source.field_selector, "")) {
        query_add(path, "fieldSelector", lister->source.field_selector);
    }
}

static void add_watch(struct lister *lister, struct buf *path)
{
    char seconds[16];
    unsigned spread_s = (unsigned)(clock_random(lister->clock) % WATCH_SPREAD_S);
    snprintf(seconds, sizeof(seconds), "%u", WATCH_MIN_S + spread_s);
    query_add(path, "watch", "true");
    query_add(path, "allowWatchBookmarks", "true");
    query_add(path, "timeoutSeconds", seconds);
}

static const char *version_wanted(const struct lister *lister)
{
    switch (lister->from) {
    case FROM_CACHE: return "0";
    case FROM_LAST: return buf_text(&lister->version);
    case FROM_QUORUM: break;
    }
    return "";
}

static void add_list(const struct lister *lister, struct buf *path)
{
    char limit[16];
    snprintf(limit, sizeof(limit), "%d", LIST_PAGE);
    if (lister->next_page.len > 0) {
        query_add(path, "limit", limit);
        query_add(path, "continue", buf_text(&lister->next_page));
        return;
    }
    if (!lister->whole_next && lister->from != FROM_LAST) {
        query_add(path, "limit", limit); /* a list at a given version comes whole from memory */
    }
    if (version_wanted(lister)[0] != '\0') {
        query_add(path, "resourceVersion", version_wanted(lister));
        query_add(path, "resourceVersionMatch", "NotOlderThan");
    }
}

int lister_path(struct lister *lister, struct buf *path, struct err *err)
{
    struct resource resource = {
        .api = lister->source.api,
        .plural = lister->source.plural,
        .ns = lister->source.ns,
    };
    if (resource_path(&resource, path, err) != 0) {
        return -1;
    }
    add_selectors(lister, path);
    if (lister->ask == ASK_LIST) {
        add_list(lister, path);
        return 0;
    }
    add_watch(lister, path);
    if (lister->ask == ASK_STREAM) {
        query_add(path, "sendInitialEvents", "true");
        query_add(path, "resourceVersionMatch", "NotOlderThan");
        query_add(path, "resourceVersion",
                  lister->from == FROM_LAST ? buf_text(&lister->version) : "");
    } else {
        query_add(path, "resourceVersion", buf_text(&lister->version));
    }
    return 0;
}
