/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fixture.h"
#include "kube/pull.h"

#define EXPECT_TEXT(is, wanted) cr_expect_str_eq(is, wanted)

static struct wall at(const char *text)
{
    struct wall t = {0};
    cr_assert(wall_parse(str_of(text), &t));
    return t;
}

Test(workload, tables_fit_their_structs)
{
    for (int i = 0; i < KIND_FIXTURE_COUNT; i++) {
        pull_table_check(KIND_FIXTURES[i].kind->table);
        cr_expect(KIND_FIXTURES[i].kind->table->size >= KIND_FIXTURES[i].kind->size);
    }
}

Test(workload, a_deployment_tells_count_selector_and_ports)
{
    struct arena arena = {0};
    const struct deployment_view *d = fixture_object(&KIND_DEPLOYMENT, "deployment", &arena);
    EXPECT_TEXT(d->meta.name, "edge");
    EXPECT_TEXT(d->meta.ns, "demo");
    cr_expect_eq(d->meta.generation, 2);
    cr_expect_eq(d->meta.annotation_count, 1, "only sluice.dev/ is kept");
    EXPECT_TEXT(meta_annotation(&d->meta, "sluice.dev/note"), "kept");
    cr_expect(d->replicas == 4 && !d->paused);
    cr_assert_eq(d->match_label_count, 1);
    EXPECT_TEXT(d->match_labels[0].value, "edge");
    cr_assert_eq(d->match_expression_count, 1);
    cr_expect_eq(d->match_expressions[0].op, SELECTOR_IN);
    cr_expect_eq(d->match_expressions[0].value_count, 2);
    cr_expect_eq(d->template_label_count, 2);
    cr_expect(d->observed_generation == 2 && d->updated_replicas == 4 && d->ready_replicas == 4);
    cr_expect_eq(d->condition_count, 2);
    arena_clear(&arena);
}

Test(workload, sidecars_count_among_the_containers_and_other_init_containers_do_not)
{
    struct arena arena = {0};
    const struct deployment_view *d = fixture_object(&KIND_DEPLOYMENT, "deployment", &arena);
    cr_assert_eq(d->container_count, 3);
    const struct container_view *gateway = &d->containers[0];
    EXPECT_TEXT(gateway->name, "gateway");
    cr_expect(gateway->readiness_probe);
    cr_assert_eq(gateway->port_count, 2);
    cr_expect(strcmp(gateway->ports[0].name, "http") == 0 && gateway->ports[0].port == 8080);
    cr_expect(gateway->cpu.nano == NANO / 4 && number_is_ok(gateway->memory));
    EXPECT_TEXT(d->containers[1].name, "log");
    cr_expect_eq(d->containers[1].cpu.state, NUMBER_NONE);
    cr_expect(!d->containers[1].readiness_probe);
    EXPECT_TEXT(d->containers[2].name, "mesh");
    cr_expect(d->containers[2].cpu.nano == NANO / 20);
    arena_clear(&arena);
}

Test(workload, of_managed_fields_only_the_writers_of_the_count_stay)
{
    struct arena arena = {0};
    const struct deployment_view *d = fixture_object(&KIND_DEPLOYMENT, "deployment", &arena);
    cr_assert_eq(d->replica_writer_count, 1);
    EXPECT_TEXT(d->replica_writers[0].manager, "kubectl");
    EXPECT_TEXT(d->replica_writers[0].subresource, "scale");
    EXPECT_TEXT(d->replica_writers[0].operation, "Update");
    cr_expect_eq(d->replica_writers[0].time.s, 0, "kubectl scale leaves no time");
    arena_clear(&arena);
}

Test(workload, a_deployment_without_replicas_has_one)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct deployment_view *d =
        text_object(&KIND_DEPLOYMENT, "{\"metadata\":{\"name\":\"a\"}}", &arena, &err);
    cr_assert(d != NULL, "%s", err.text);
    cr_expect_eq(d->replicas, 1);
    EXPECT_TEXT(d->meta.uid, "");
    arena_clear(&arena);
}

Test(workload, a_replica_set_names_its_deployment)
{
    struct arena arena = {0};
    const struct replica_set_view *r = fixture_object(&KIND_REPLICA_SET, "replica_set", &arena);
    EXPECT_TEXT(meta_label(&r->meta, LABEL_TEMPLATE_HASH), "6fc7db77ff");
    cr_assert_eq(r->owner_count, 1);
    EXPECT_TEXT(r->owners[0].uid, "23ca9740-be96-4ab6-a6d9-9b69945ff0eb");
    cr_expect(r->owners[0].controller && r->replicas == 4 && r->status_replicas == 4);
    arena_clear(&arena);
}

Test(workload, a_running_pod_is_ready_since_and_where)
{
    struct arena arena = {0};
    const struct pod_view *p = fixture_object(&KIND_POD, "pod_running", &arena);
    EXPECT_TEXT(p->node_name, "zone-b-3");
    EXPECT_TEXT(p->phase, "Running");
    EXPECT_TEXT(p->ip, "10.244.0.1");
    cr_assert_eq(p->ip_count, 1);
    EXPECT_TEXT(p->ips[0], "10.244.0.1");
    cr_expect(p->ready && p->scheduled);
    cr_expect_eq(p->ready_changed.s, at("2026-11-23T10:13:53Z").s);
    cr_expect_eq(p->started.s, at("2026-11-23T10:13:53Z").s);
    EXPECT_TEXT(meta_annotation(&p->meta, NODE_ANNOTATION_WEIGHT), "10");
    cr_expect_eq(p->meta.annotation_count, 1);
    EXPECT_TEXT(p->owners[0].kind, "ReplicaSet");
    cr_expect_eq(p->container_count, 3);
    EXPECT_TEXT(p->waiting_reason, "");
    EXPECT_TEXT(p->unscheduled_reason, "");
    cr_expect(!p->meta.deleting && p->deletion.s == 0);
    arena_clear(&arena);
}

Test(workload, a_pod_that_finds_no_node_says_why)
{
    struct arena arena = {0};
    const struct pod_view *p = fixture_object(&KIND_POD, "pod_stuck", &arena);
    cr_expect(!p->ready && !p->scheduled && p->ready_changed.s == 0);
    EXPECT_TEXT(p->phase, "Pending");
    EXPECT_TEXT(p->unscheduled_reason, "Unschedulable");
    cr_expect(strncmp(p->unscheduled_message, "0/6 nodes", 9) == 0);
    arena_clear(&arena);
}

Test(workload, a_waiting_init_container_speaks_before_the_others)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct pod_view *p = text_object(
        &KIND_POD,
        "{\"metadata\":{\"name\":\"a\",\"deletionTimestamp\":\"2026-03-02T03:00:00Z\"},"
        "\"status\":{\"containerStatuses\":[{\"state\":{\"running\":{}}},{\"state\":{\"waiting\":"
        "{\"reason\":\"PodInitializing\"}}}],\"initContainerStatuses\":[{\"state\":{\"terminated\":"
        "{}}},{\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off "
        "pulling\\nimage\"}}}]}}",
        &arena, &err);
    cr_assert(p != NULL, "%s", err.text);
    EXPECT_TEXT(p->waiting_reason, "ImagePullBackOff");
    EXPECT_TEXT(p->waiting_message, "Back-off pulling\nimage");
    cr_expect(p->meta.deleting && p->deletion.s == at("2026-03-02T03:00:00Z").s);
    arena_clear(&arena);
}

Test(workload, a_node_keeps_its_zone_and_readiness_only)
{
    struct arena arena = {0};
    struct err err = {0};
    const struct node_view *n = fixture_object(&KIND_NODE, "node", &arena);
    EXPECT_TEXT(meta_label(&n->meta, LABEL_ZONE), "zone-a");
    cr_expect(n->meta.label_count == 1 && n->ready && !n->lost && !n->unschedulable);
    n = text_object(&KIND_NODE,
                    "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"unschedulable\":true},\"status\":{"
                    "\"conditions\":[{\"type\":\"DiskPressure\",\"status\":\"False\"},{\"type\":"
                    "\"Ready\",\"status\":\"Unknown\"}]}}",
                    &arena, &err);
    cr_assert(n != NULL, "%s", err.text);
    cr_expect(!n->ready && n->lost && n->unschedulable);
    arena_clear(&arena);
}
