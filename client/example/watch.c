/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches any resource and prints what happens to it:
 *
 *     watch_example /api/v1 pods
 *     watch_example /apis/apps/v1 deployments kube-system
 */
#include <stdio.h>

#include "kube/config.h"
#include "kube/curl_transport.h"
#include "kube/lister.h"
#include "kube/uv_clock.h"

static void on_begin(void *arg)
{
    puts("everything there is:");
}

static void on_item(void *arg, void *object, struct arena *arena)
{
    const struct object_id *id = object;
    printf("there  %s/%s at %s\n", id->ns, id->name, id->resource_version);
}

static void on_gone(void *arg, const struct object_id *id)
{
    printf("gone   %s/%s\n", id->ns, id->name);
}

static void on_bad(void *arg, const struct object_id *id, const struct err *err)
{
    printf("bad    %s/%s: %s\n", id->ns, id->name, err->text);
}

static void on_replaced(void *arg, const char *version)
{
    printf("that is all, as of %s\n", version);
    fflush(stdout);
}

static void on_trouble(void *arg, const struct err *err)
{
    fprintf(stderr, "%s\n", err == NULL ? "all is well again" : err->text);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct kube_config config;
    struct config_sources sources = config_sources_of_process(NULL, NULL);
    struct transport *transport;
    uv_loop_t *loop = uv_default_loop();
    if (argc < 3) {
        fprintf(stderr, "usage: %s API PLURAL [NAMESPACE]\n", argv[0]);
        return 2;
    }
    struct clock *clock = uv_clock_new(loop);
    if (kube_config_load(&config, &sources, &err) != 0 ||
        curl_transport_new(loop, clock, &config, NULL, &transport, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct lister_source source = {
        .api = argv[1],
        .plural = argv[2],
        .ns = argc > 3 ? argv[3] : NULL,
        .table = &LISTER_NAMES_ONLY,
    };
    struct lister_sink sink = {
        .replace_begin = on_begin,
        .item = on_item,
        .gone = on_gone,
        .bad = on_bad,
        .replace_end = on_replaced,
        .trouble = on_trouble,
    };
    lister_start(lister_new(transport, clock, &source, &sink));
    return uv_run(loop, UV_RUN_DEFAULT);
}
