/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "measure/measure.h"
#include "measure/usage.h"
#include "unit/kube/fake_wire.h"

#define TWO_CONTAINERS                                                                             \
    "{\"kind\":\"PodMetricsList\",\"metadata\":{},\"items\":["                                     \
    "{\"metadata\":{\"name\":\"a\",\"namespace\":\"demo\"},\"timestamp\":"                         \
    "\"2026-03-02T03:00:00Z\",\"window\":\"15.5s\",\"containers\":["                               \
    "{\"name\":\"gateway\",\"usage\":{\"cpu\":\"60m\",\"memory\":\"64Mi\"}},"                      \
    "{\"name\":\"sidecar\",\"usage\":{\"cpu\":\"15000000n\",\"memory\":\"1Mi\"}}]}]}"

static struct client client;
static struct measure *measure;
static struct arena arena;
static struct pod_view pod;
static const struct pod_view *pods[] = {&pod};
static struct container_view containers[2];
static struct metric cpu;
static int reads;

static void on_read(void *arg, const char *ns)
{
    (void)arg;
    cr_assert_str_eq(ns, "demo");
    reads++;
}

static void setup(void)
{
    fake_init();
    client = (struct client){.transport = &wire.transport, .clock = &fake.clock};
    measure = measure_new(&client, on_read, NULL);
    containers[0] = (struct container_view){
        .name = "gateway", .cpu = number_parse(STR("100m")), .memory = number_parse(STR("64Mi"))};
    containers[1] = (struct container_view){
        .name = "sidecar", .cpu = number_parse(STR("50m")), .memory = number_parse(STR("1Mi"))};
    pod = (struct pod_view){
        .meta = {.name = "a", .ns = "demo"}, .containers = containers, .container_count = 2};
    cpu = (struct metric){.name = "cpu",
                          .type = METRIC_CPU,
                          .container = "",
                          .target_form = TARGET_AVERAGE_UTILIZATION};
}

static void teardown(void)
{
    measure_free(measure);
    arena_clear(&arena);
    fake_clear();
}

TestSuite(measure, .init = setup, .fini = teardown);

static void answer(int status, const char *body)
{
    struct exchange *exchange = wire_last();
    wire_head(exchange, status, -1);
    wire_data(exchange, body);
    wire_end(exchange);
}

static struct reading read_cpu(void)
{
    struct reading reading;
    measure_read(measure, "demo", "lunch", &cpu, pods, 1, &arena, &reading);
    return reading;
}

static const char *shown(struct number number)
{
    static char text[NUMBER_TEXT_SIZE];
    return number_text(number, text);
}

Test(measure, one_list_serves_every_group_of_a_namespace)
{
    measure_want(measure, "demo", "edge", 30);
    measure_want(measure, "demo", "other", 10);
    cr_assert_not(measure_is_ready(measure, "demo"));
    fake_pass(0);
    cr_assert_str_eq(wire_path(), "/apis/metrics.k8s.io/v1beta1/namespaces/demo/pods");
    answer(200, TWO_CONTAINERS);
    cr_assert(measure_is_ready(measure, "demo"));
    fake_pass(9999);
    cr_assert_eq(wire.count, 1);
    fake_pass(1);
    cr_assert_eq(wire.count, 2, "the smallest wish counts");
    answer(200, TWO_CONTAINERS);
    cr_assert_eq(reads, 2);
}

Test(measure, it_is_never_read_more_often_than_every_five_seconds)
{
    measure_want(measure, "demo", "edge", 1);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    fake_pass(4999);
    cr_assert_eq(wire.count, 1);
    fake_pass(1);
    cr_assert_eq(wire.count, 2);
    answer(200, TWO_CONTAINERS);
}

Test(measure, nobody_wants_it_nobody_reads_it)
{
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    measure_want(measure, "demo", "edge", 0);
    cr_assert_eq(fake_next_ms(), -1);
}

Test(measure, containers_are_summed_and_so_are_their_requests)
{
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    struct reading reading = read_cpu();
    cr_assert_eq(reading.shape, READING_PER_NODE);
    cr_assert_eq(reading.value_count, 1);
    cr_assert_str_eq(shown(reading.values[0].value), "0.075");
    cr_assert_str_eq(shown(reading.values[0].request), "0.15");
    cr_assert_eq(reading.window_s, 16);
}

Test(measure, one_container_is_measured_alone)
{
    cpu.container = "gateway";
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    struct reading reading = read_cpu();
    cr_assert_str_eq(shown(reading.values[0].value), "0.06");
    cr_assert_str_eq(shown(reading.values[0].request), "0.1");
    cpu.container = "nobody";
    reading = read_cpu();
    cr_assert_eq(reading.shape, READING_ERROR);
    cr_assert(strstr(reading.error, "no container nobody"), "%s", reading.error);
}

Test(measure, a_percentage_of_nothing_is_an_error_with_a_remedy)
{
    containers[1].cpu = (struct number){.state = NUMBER_NONE};
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    struct reading reading = read_cpu();
    cr_assert_eq(reading.shape, READING_ERROR);
    cr_assert(strstr(reading.error, "resources.requests.cpu"), "%s", reading.error);
    cpu.target_form = TARGET_AVERAGE_VALUE;
    reading = read_cpu();
    cr_assert_eq(reading.shape, READING_PER_NODE);
    cr_assert_eq(reading.values[0].request.state, NUMBER_NONE);
}

Test(measure, a_pod_without_a_sample_has_no_value)
{
    pod.meta.name = "b";
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    struct reading reading = read_cpu();
    cr_assert_eq(reading.shape, READING_PER_NODE);
    cr_assert_eq(reading.value_count, 0);
}

Test(measure, without_the_api_it_says_what_to_install_and_forgets_old_numbers)
{
    measure_want(measure, "demo", "edge", 5);
    fake_pass(0);
    answer(200, TWO_CONTAINERS);
    fake_pass(5000);
    answer(404, "404 page not found");
    cr_assert_eq(reads, 2, "a failure is an answer too");
    struct reading reading = read_cpu();
    cr_assert_eq(reading.shape, READING_ERROR);
    cr_assert(strstr(reading.error, "metrics-server"), "%s", reading.error);
}

Test(measure, what_other_sources_serve_is_refused_honestly)
{
    cpu.type = METRIC_PROMETHEUS;
    struct reading reading = read_cpu();
    cr_assert_eq(reading.shape, READING_ERROR);
    cr_assert(strstr(reading.error, "Prometheus"));
}

Test(usage, windows_are_read_as_go_writes_them)
{
    cr_assert_eq(usage_window_s("30s"), 30);
    cr_assert_eq(usage_window_s("15.001s"), 16);
    cr_assert_eq(usage_window_s("1m0.5s"), 61);
    cr_assert_eq(usage_window_s("500ms"), 1);
    cr_assert_eq(usage_window_s("1h0m0s"), 3600);
    cr_assert_eq(usage_window_s(""), 0);
    cr_assert_eq(usage_window_s("30"), 0);
    cr_assert_eq(usage_window_s("s"), 0);
}

Test(usage, a_broken_item_leaves_the_others)
{
    CLEANUP(usage_clear) struct usage usage = {0};
    struct err err;
    const char *text = "{\"kind\":\"PodMetricsList\",\"metadata\":{},\"items\":["
                       "{\"metadata\":{\"name\":7}},"
                       "{\"metadata\":{\"name\":\"b\"},\"containers\":[]}]}";
    cr_assert_eq(usage_parse(&usage, str_of(text), &err), 0);
    cr_assert_not_null(usage_of(&usage, "b"));
    cr_assert_eq(usage.pods.count, 1);
}

Test(usage, what_is_no_list_is_refused)
{
    CLEANUP(usage_clear) struct usage usage = {0};
    struct err err;
    cr_assert_eq(usage_parse(&usage, STR("<html>"), &err), -1);
    cr_assert_eq(err.kind, ERR_GARBLED);
}
