/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the real clock, the real transport and the web thread, hands them to the world and runs
 * the loop. Once a second the world's state is published to the web thread, so that a slow reader
 * of /metrics never meets the control thread.
 */
#include "cli/controller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/controller_flags.h"
#include "kube/config.h"
#include "kube/curl_transport.h"
#include "kube/uv_clock.h"
#include "loop/world.h"
#include "web/web.h"

#define EXIT_MISUSED 2
#define PUBLISH_MS 1000

struct controller {
    struct controller_flags flags;
    struct log log;
    struct arena arena;
    struct kube_config config;
    uv_loop_t loop;
    uv_signal_t sigterm, sigint;
    uv_timer_t publish;
    struct clock *clock;
    struct transport *transport;
    struct world *world;
    struct web *web;
    bool stopping, stopped;
};

static struct wall now(void)
{
    uv_timeval64_t time;
    return uv_gettimeofday(&time) == 0 ? (struct wall){time.tv_sec} : (struct wall){0};
}

static void say(const struct controller *controller, enum log_level level, const char *message,
                const char *key, const char *text)
{
    log_line(&controller->log, level, now(), message, LOG_FIELDS(LOG_TEXT(key, text)));
}

/* ---- What the web thread shows ---- */

static void add_process_figures(struct buf *out)
{
    size_t rss = 0;
    if (uv_resident_set_memory(&rss) == 0) {
        buf_printf(out,
                   "# HELP process_resident_memory_bytes Resident memory.\n"
                   "# TYPE process_resident_memory_bytes gauge\n"
                   "process_resident_memory_bytes %zu\n",
                   rss);
    }
    uv_rusage_t usage;
    if (uv_getrusage(&usage) == 0) {
        buf_printf(out,
                   "# HELP process_cpu_seconds_total CPU time used.\n"
                   "# TYPE process_cpu_seconds_total counter\n"
                   "process_cpu_seconds_total %lld.%03lld\n",
                   (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
                               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000000),
                   (long long)((usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) % 1000000 / 1000));
    }
}

static void publish(struct controller *controller)
{
    if (controller->web == NULL) {
        return;
    }
    struct buf text = {0};
    const char *message;
    struct web_snapshot *snapshot = mem_new(1, sizeof(*snapshot));
    snapshot->ready = world_is_ready(controller->world, &message);
    snapshot->ready_message = mem_dup(message);
    world_figures(controller->world, &text);
    add_process_figures(&text);
    snapshot->metrics = buf_take(&text);
    web_publish(controller->web, snapshot);
    web_beat(controller->web);
}

static void on_publish(uv_timer_t *timer)
{
    publish(timer->data);
}

/* ---- Stopping ---- */

static void on_stopped(void *arg)
{
    struct controller *controller = arg;
    controller->stopped = true;
    uv_stop(&controller->loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct controller *controller = handle->data;
    if (controller->stopping) {
        uv_stop(&controller->loop); /* asked twice: at once */
        return;
    }
    controller->stopping = true;
    say(controller, LOG_INFO, "stopping", "signal", number == SIGTERM ? "SIGTERM" : "SIGINT");
    world_stop(controller->world, on_stopped, controller);
}

/* ---- Starting ---- */

static const char *instance_name(struct controller *controller)
{
    char host[128];
    const char *pod = getenv("POD_NAME");
    if (pod != NULL && pod[0] != '\0') {
        return arena_dup(&controller->arena, pod);
    }
    if (gethostname(host, sizeof(host)) != 0) {
        return "sluice";
    }
    host[sizeof(host) - 1] = '\0';
    return arena_dup(&controller->arena, host);
}

static int load_kubeconfig(struct controller *controller, struct err *err)
{
    struct config_sources sources =
        config_sources_of_process(controller->flags.kubeconfig, controller->flags.context);
    if (kube_config_load(&controller->config, &sources, err) != 0) {
        return err_wrap(err, "kubeconfig");
    }
    if (controller->config.warning[0] != '\0') {
        say(controller, LOG_WARN, controller->config.warning, "source", controller->config.source);
    }
    return 0;
}

static int start_web(struct controller *controller, struct err *err)
{
    const char *address = controller->flags.health_addr;
    if (address[0] == '\0') {
        return 0;
    }
    if (web_start(address, &controller->web, err) != 0) {
        return err_wrap(err, "--health-addr %s", address);
    }
    say(controller, LOG_INFO, "serving /healthz, /readyz and /metrics", "address",
        web_address(controller->web));
    return 0;
}

static void init_handles(struct controller *controller)
{
    uv_signal_init(&controller->loop, &controller->sigterm);
    uv_signal_init(&controller->loop, &controller->sigint);
    uv_timer_init(&controller->loop, &controller->publish);
    controller->sigterm.data = controller;
    controller->sigint.data = controller;
    controller->publish.data = controller;
}

static void start_loop(struct controller *controller)
{
    uv_signal_start(&controller->sigterm, on_signal, SIGTERM);
    uv_signal_start(&controller->sigint, on_signal, SIGINT);
    uv_timer_start(&controller->publish, on_publish, 0, PUBLISH_MS);
}

static int start_world(struct controller *controller, struct err *err)
{
    controller->clock = uv_clock_new(&controller->loop);
    struct curl_transport_options options = {.user_agent =
                                                 "sluice/" SLUICE_VERSION " (linux/amd64)"};
    if (curl_transport_new(&controller->loop, controller->clock, &controller->config, &options,
                           &controller->transport, err) != 0) {
        return err_wrap(err, "%s", controller->config.source);
    }
    struct world_config config = {
        .ns = controller->flags.ns,
        .server = controller->config.server,
        .instance = instance_name(controller),
        .zones_dir = "",
        .max_group_size = controller->flags.max_group_size,
        .max_activities = controller->flags.max_activities,
        .log = controller->log,
    };
    controller->world = world_new(&config, controller->clock, controller->transport);
    return 0;
}

/* ---- The whole ---- */

static void close_handle(uv_handle_t *handle, void *arg)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

/* The handles first: none of them may call into what is freed next. */
static void clear(struct controller *controller)
{
    uv_close((uv_handle_t *)&controller->publish, NULL);
    uv_close((uv_handle_t *)&controller->sigterm, NULL);
    uv_close((uv_handle_t *)&controller->sigint, NULL);
    world_free(controller->world);
    curl_transport_free(controller->transport);
    uv_clock_free(controller->clock);
    web_stop(controller->web);
    uv_run(&controller->loop, UV_RUN_NOWAIT);
    uv_walk(&controller->loop, close_handle, NULL);
    while (uv_loop_close(&controller->loop) == UV_EBUSY) {
        uv_run(&controller->loop, UV_RUN_ONCE);
    }
    kube_config_clear(&controller->config);
    arena_clear(&controller->arena);
}

static int fail(struct controller *controller, const struct err *err, int code)
{
    if (controller->log.json) {
        say(controller, LOG_ERROR, err->text, "verb", "controller");
    } else {
        (void)fprintf(stderr, "sluice controller: %s\n", err->text);
    }
    return code;
}

static int run(struct controller *controller)
{
    struct err err;
    if (start_world(controller, &err) != 0) {
        return fail(controller, &err, EXIT_MISUSED);
    }
    if (start_web(controller, &err) != 0) {
        return fail(controller, &err, err.kind == ERR_REFUSED ? 2 : 1);
    }
    start_loop(controller);
    log_line(&controller->log, LOG_INFO, now(), "starting",
             LOG_FIELDS(LOG_TEXT("server", controller->config.server),
                        LOG_TEXT("source", controller->config.source),
                        LOG_TEXT("namespace", controller->flags.ns[0] != '\0' ? controller->flags.ns
                                                                              : "(all)")));
    if (controller->flags.ignored[0] != '\0') {
        say(controller, LOG_WARN, "parts of the configuration are not used in this version", "keys",
            controller->flags.ignored + 1);
    }
    world_start(controller->world);
    uv_run(&controller->loop, UV_RUN_DEFAULT);
    say(controller, LOG_INFO, "stopped", "clean", controller->stopped ? "true" : "false");
    return controller->stopped ? 0 : 1;
}

int controller_main(int argc, char **argv)
{
    struct controller controller = {.log = {.level = LOG_INFO, .fd = STDERR_FILENO}};
    struct err err;
    if (controller_flags_read(&controller.flags, argc, argv, &controller.arena, &err) != 0) {
        int code = fail(&controller, &err, EXIT_MISUSED);
        arena_clear(&controller.arena);
        return code;
    }
    if (controller.flags.help) {
        (void)fputs(controller_help(), stdout);
        return 0;
    }
    controller.log.level = controller.flags.level;
    controller.log.json = controller.flags.json;
    (void)signal(SIGPIPE, SIG_IGN);
    if (load_kubeconfig(&controller, &err) != 0) {
        int code = fail(&controller, &err, EXIT_MISUSED);
        kube_config_clear(&controller.config);
        arena_clear(&controller.arena);
        return code;
    }
    if (uv_loop_init(&controller.loop) != 0) {
        (void)err_set(&err, ERR_SYSTEM, 0, "no event loop: out of file descriptors?");
        return fail(&controller, &err, 1);
    }
    init_handles(&controller);
    int code = run(&controller);
    clear(&controller);
    return code;
}
