/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fake_pods.h"
#include "fake_wire.h"
#include "kube/lister.h"

static struct lister *lister;

TestSuite(lister_model, .init = fake_init, .fini = fake_clear);

/* Model: objects change at random under random faults; in the end the copy is the truth. */
enum { NAMES = 6 };

static int truth[NAMES], copy[NAMES], incoming[NAMES];

static void model_begin(void *arg)
{
    memset(incoming, 0, sizeof(incoming));
}

static void model_item(void *arg, void *object, struct arena *arena)
{
    const struct pod *pod = object;
    copy[pod->id.name[0] - 'a'] = pod->replicas;
    incoming[pod->id.name[0] - 'a'] = 1;
}

static void model_gone(void *arg, const struct object_id *id)
{
    copy[id->name[0] - 'a'] = 0;
}

static void model_bad(void *arg, const struct object_id *id, const struct err *err)
{
    cr_assert_fail("nothing is bad here");
}

static void model_end(void *arg, const char *version)
{
    for (int i = 0; i < NAMES; i++) {
        copy[i] = incoming[i] ? copy[i] : 0;
    }
}

struct model {
    int version;
    int oldest;                          /* versions up to here are forgotten: 410 */
    int log_name[4000], log_value[4000]; /* by version */
    bool has_watch_list;
    int sent;     /* watch: up to which version the open stream was told */
    bool listing; /* WatchList: the beginning is still to come */
};

static struct model model;

static void model_change(void)
{
    int name = rand() % NAMES;
    int value = truth[name] == 0 || rand() % 4 != 0 ? 1 + rand() % 100 : 0;
    model.version++;
    model.log_name[model.version] = name;
    model.log_value[model.version] = value;
    truth[name] = value;
}

static void print_object(struct buf *out, int name, int version, int value)
{
    buf_printf(out,
               "{\"metadata\":{\"name\":\"%c\",\"namespace\":\"n\",\"resourceVersion\":\"%d\"},"
               "\"spec\":{\"replicas\":%d}}",
               'a' + name, version, value);
}

static void serve_list(struct exchange *e)
{
    struct buf out = {0};
    buf_printf(&out, "{\"metadata\":{\"resourceVersion\":\"%d\"},\"items\":[", model.version);
    for (int i = 0, first = 1; i < NAMES; i++) {
        if (truth[i] != 0) {
            buf_add_text(&out, first ? "" : ",");
            print_object(&out, i, model.version, truth[i]);
            first = 0;
        }
    }
    buf_add_text(&out, "]}");
    wire_answer(e, 200, -1, buf_text(&out));
    buf_clear(&out);
}

/* Begins to serve what was asked for last. */
static void serve(struct exchange *e)
{
    const char *version = strstr(e->path, "&resourceVersion=");
    bool initial = strstr(e->path, "sendInitialEvents") != NULL;
    if (strstr(e->path, "watch=") == NULL) {
        serve_list(e);
        return;
    }
    if (initial && !model.has_watch_list) {
        wire_answer(e, 422, -1, "");
        return;
    }
    model.listing = initial;
    model.sent = initial ? 0 : atoi(version + strlen("&resourceVersion="));
    wire_head(e, 200, -1);
    if (!initial && model.sent < model.oldest) {
        wire_data(e, FAILURE("410", "Expired"));
    }
}

/* Tells the open stream one step more. */
static void stream(struct exchange *e)
{
    struct buf out = {0};
    if (model.listing) {
        for (int i = 0; i < NAMES; i++) {
            if (truth[i] != 0) {
                buf_add_text(&out, "{\"type\":\"ADDED\",\"object\":");
                print_object(&out, i, model.version, truth[i]);
                buf_add_text(&out, "}\n");
            }
        }
        buf_printf(&out,
                   "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":"
                   "\"%d\",\"annotations\":{" INITIAL_END "}}}}\n",
                   model.version);
        model.listing = false;
        model.sent = model.version;
    } else if (model.sent < model.version) {
        int v = ++model.sent;
        buf_printf(
            &out, "{\"type\":\"%s\",\"object\":", model.log_value[v] == 0 ? "DELETED" : "MODIFIED");
        print_object(&out, model.log_name[v], v, model.log_value[v]);
        buf_add_text(&out, "}\n");
    }
    size_t cut = out.len == 0 || rand() % 8 != 0 ? out.len : (size_t)rand() % out.len;
    char *text = buf_take(&out);
    bool torn = text[cut] != '\0';
    text[cut] = '\0';
    wire_data(e, text);
    free(text);
    if (torn) {
        wire_break(e);
    }
}

static void disturb(struct exchange *e)
{
    switch (rand() % 6) {
    case 0: wire_break(e); break;
    case 1: wire_end(e); break;
    case 2: wire_data(e, FAILURE("410", "Expired")); break;
    case 3: wire_data(e, FAILURE("500", "InternalError")); break;
    case 4: wire_data(e, "garbage\n"); break;
    default: model.oldest = model.version; break;
    }
}

static struct exchange *open_exchange(void)
{
    return wire.count > 0 && wire_path()[0] != '\0' ? wire_last() : NULL;
}

static void play(int steps, bool faults)
{
    for (int step = 0; step < steps; step++) {
        struct exchange *e = open_exchange();
        if (e == NULL) {
            fake_pass(fake_next_ms() < 0 ? 0 : fake_next_ms());
        } else if (!e->headed) {
            if (faults && rand() % 5 == 0) {
                static const int statuses[] = {410, 429, 500, 503, 502};
                wire_answer(e, statuses[rand() % 5], rand() % 3 - 1, "");
            } else {
                serve(e);
            }
        } else if (faults && rand() % 12 == 0) {
            disturb(e);
        } else {
            stream(e);
        }
        if (faults && rand() % 3 == 0 && model.version < 3900) {
            model_change();
        }
        fake_pass(rand() % 3);
    }
}

Test(lister_model, after_random_faults_the_copy_is_the_truth)
{
    struct lister_sink model_sink = {
        .replace_begin = model_begin,
        .item = model_item,
        .gone = model_gone,
        .bad = model_bad,
        .replace_end = model_end,
    };
    struct lister_source source = {.api = "/api/v1", .plural = "pods", .table = &POD_TABLE};
    for (unsigned seed = 1; seed <= 60; seed++) {
        srand(seed);
        model = (struct model){.version = 1, .has_watch_list = seed % 3 != 0};
        memset(truth, 0, sizeof(truth));
        memset(copy, 0, sizeof(copy));
        lister = lister_new(&wire.transport, &fake.clock, &source, &model_sink);
        lister_start(lister);
        fake_pass(0);
        play(300, true);
        play(model.version + 200, false);
        for (int i = 0; i < NAMES; i++) {
            cr_assert_eq(copy[i], truth[i], "seed %u: %c is %d, not %d", seed, 'a' + i, copy[i],
                         truth[i]);
        }
        lister_free(lister);
        lister = NULL;
        fake_clear();
        fake_init();
    }
}
