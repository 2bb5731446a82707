/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a snapshot together: the workload first, then its nodes (nodes.c), failed launches
 * (launch.c), rivals (rivals.c) and the writer of the count.
 */
#include "store/observe.h"

#include <string.h>

#include "base/str.h"
#include "store/links.h"
#include "store/observe_priv.h"

const struct deployment_view *observe_deployment(const struct store *store,
                                                 const struct group *group)
{
    if (group->target_name[0] == '\0') {
        return NULL;
    }
    return store_get(store, STORE_DEPLOYMENT, group->meta.ns, group->target_name);
}

int observe_policies(const struct store *store, const struct group *group, struct arena *arena,
                     const struct policy *const **ret_policies)
{
    const void *const *views;
    int count = store_list(store, STORE_POLICY, STORE_BY_NAMESPACE, group->meta.ns, arena, &views);
    const struct policy **bound = ARENA_ARRAY(arena, const struct policy *, (size_t)count + 1);
    int filled = 0;
    for (int i = 0; i < count; i++) {
        const struct policy_view *view = views[i];
        if (!view->meta.deleting && policy_binds(&view->policy, group->meta.name,
                                                 group->meta.labels, group->meta.label_count)) {
            bound[filled++] = &view->policy;
        }
    }
    *ret_policies = bound;
    return filled;
}

static void add_text(struct arena *arena, const char **text, const char *more)
{
    *text = (*text)[0] == '\0' ? more : arena_printf(arena, "%s,%s", *text, more);
}

static const char *term_text(const struct selector_term *term, struct arena *arena)
{
    const char *values = "";
    for (int i = 0; i < term->value_count; i++) {
        add_text(arena, &values, term->values[i]);
    }
    switch (term->op) {
    case SELECTOR_IN: return arena_printf(arena, "%s in (%s)", term->key, values);
    case SELECTOR_NOT_IN: return arena_printf(arena, "%s notin (%s)", term->key, values);
    case SELECTOR_EXISTS: return term->key;
    case SELECTOR_DOES_NOT_EXIST: return arena_printf(arena, "!%s", term->key);
    }
    return "";
}

/* "app=edge,tier in (a,b)": the form in which kubectl and the scale subresource take it. */
static const char *selector_text(const struct deployment_view *deployment, struct arena *arena)
{
    const char *text = "";
    for (int i = 0; i < deployment->match_label_count; i++) {
        const struct label *label = &deployment->match_labels[i];
        add_text(arena, &text, arena_printf(arena, "%s=%s", label->key, label->value));
    }
    for (int i = 0; i < deployment->match_expression_count; i++) {
        add_text(arena, &text, term_text(&deployment->match_expressions[i], arena));
    }
    return text;
}

/* A rollout is under way while more than one replica set of the Deployment has pods. */
static bool rolls_out(const struct store *store, const struct deployment_view *deployment,
                      struct arena *arena)
{
    const struct replica_set_view *const *sets;
    int count = links_replica_sets(store, deployment, arena, &sets);
    int alive = 0;
    for (int i = 0; i < count; i++) {
        alive += sets[i]->replicas > 0 || sets[i]->status_replicas > 0;
    }
    return alive > 1;
}

/* ---- Who wrote the count ---- */

static bool is_ours(const struct field_writer *writer)
{
    return strcmp(writer->manager, OBSERVE_FIELD_MANAGER) == 0 &&
           strcmp(writer->operation, "Apply") == 0;
}

static const struct field_writer *newest_writer(const struct deployment_view *deployment,
                                                bool *ret_ours)
{
    const struct field_writer *newest = NULL;
    *ret_ours = false;
    for (int i = 0; i < deployment->replica_writer_count; i++) {
        const struct field_writer *writer = &deployment->replica_writers[i];
        *ret_ours = *ret_ours || is_ours(writer);
        if (newest == NULL || writer->time.s >= newest->time.s) {
            newest = writer;
        }
    }
    return newest;
}

static bool is_foreign(const struct count_note *note, const struct deployment_view *deployment,
                       const struct field_writer *newest)
{
    if (note->known) {
        return strcmp(note->uid, deployment->meta.uid) == 0 && note->value != deployment->replicas;
    }
    return note->has_memory && deployment->meta.created.s <= note->decided_at.s && newest != NULL &&
           newest->time.s > note->decided_at.s;
}

static void observe_writer(const struct observe_input *input, struct observation *seen)
{
    const struct deployment_view *deployment = seen->deployment;
    const struct field_writer *newest = newest_writer(deployment, &seen->adopted);
    if (!seen->adopted && is_foreign(&input->note, deployment, newest)) {
        seen->observed.writer =
            (struct writer){.set = true,
                            .manager = newest != NULL ? newest->manager : "unknown",
                            .value = deployment->replicas};
    }
}

/* ---- The whole ---- */

static void observe_workload(const struct observe_input *input, struct arena *arena,
                             struct observation *seen)
{
    const struct deployment_view *deployment = seen->deployment;
    struct workload_state *workload = &seen->workload;
    workload->found = true;
    workload->selector = selector_text(deployment, arena);
    workload->taken_by = observe_rivals(input->store, input->group, arena);
    workload->taken = workload->taken_by[0] != '\0';
    workload->paused = deployment->paused;
    workload->rollout = rolls_out(input->store, deployment, arena);
    seen->observed.replicas = deployment->replicas;
    seen->observed.rollout = workload->rollout;
    if (workload->taken) {
        seen->observed.target_error = TARGET_TAKEN;
    } else if (workload->paused) {
        seen->observed.target_error = TARGET_PAUSED;
    }
    observe_writer(input, seen);
}

void observe(const struct observe_input *input, struct arena *arena, struct observation *ret_seen)
{
    *ret_seen = (struct observation){
        .workload = {.selector = "",
                     .template_version = "",
                     .taken_by = "",
                     .launch_cause = "",
                     .launch_message = ""},
        .observed = {.target_error = TARGET_NOT_FOUND,
                     .writer = {.manager = ""},
                     .readings = input->readings,
                     .reading_count = input->reading_count},
        .deployment = observe_deployment(input->store, input->group),
    };
    const struct pod_view *const *pods = NULL;
    int pod_count = 0;
    if (ret_seen->deployment != NULL) {
        ret_seen->observed.target_error = TARGET_FINE;
        observe_workload(input, arena, ret_seen);
        pod_count = links_pods(input->store, ret_seen->deployment, arena, &pods);
    }
    observe_nodes(input, pods, pod_count, arena, ret_seen);
    if (ret_seen->deployment != NULL) {
        observe_launches(input, arena, ret_seen);
    }
}
