/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a ScalingGroup, in the order of crds/scalinggroups.yaml.
 */
#include <string.h>

#include "crd_gen.h"
#include "watch/check_priv.h"

static bool is_set(const char *text)
{
    return text[0] != '\0';
}

static void check_sizes(const struct group *group, int max_group_size, struct check *check)
{
    check_at(check, "spec.minSize");
    if (group->min_size > group->max_size) {
        check_fail(check, CRD_SG_RULE_RANGE_ORDER, "minSize %d, maxSize %d", group->min_size,
                   group->max_size);
    } else if (group->min_size > max_group_size) {
        check_fail(check,
                   "spec.minSize is above the operator's ceiling (--max-group-size): lower "
                   "minSize, or ask the administrator to raise the ceiling",
                   "minSize %d, ceiling %d", group->min_size, max_group_size);
    }
}

static void check_target(const struct group *group, struct check *check)
{
    check_at(check, "spec");
    if (is_set(group->target_name) == is_set(group->template_name)) {
        check_fail(check, CRD_SG_RULE_ONE_TARGET, "%s given",
                   is_set(group->target_name) ? "both are" : "neither is");
    }
    check_at(check, "spec.targetRef.name");
    check_shape(check, !is_set(group->target_name) || is_object_name(group->target_name),
                CRD_SG_RULE_TARGET_NAME, group->target_name);
    check_at(check, "spec.launchTemplateRef.name");
    check_shape(check, !is_set(group->template_name) || is_object_name(group->template_name),
                CRD_SG_RULE_TEMPLATE_NAME, group->template_name);
}

static void check_zones(const struct group *group, struct check *check)
{
    check_at(check, "spec.zones");
    if (group->zone_count > 0 && !is_set(group->template_name)) {
        check_fail(check, CRD_SG_RULE_ZONES_NEED_TEMPLATE, NULL);
    }
    for (int i = 0; i < group->zone_count; i++) {
        check_at(check, "spec.zones[%d]", i);
        check_shape(check, is_label_value(group->zones[i]), CRD_SG_RULE_ZONE_NAME, group->zones[i]);
    }
}

/* ---- members ---- */

static void check_member_address(const struct group *group, const struct member *member,
                                 struct check *check)
{
    bool usable = false;
    enum address_kind kind = address_kind(member->address, &usable);
    enum address_kind wanted = group->address_type == ADDRESS_IPV6 ? ADDRESS_V6 : ADDRESS_V4;
    if (kind == ADDRESS_NONE) {
        check_shape(check, false, CRD_SG_RULE_MEMBER_ADDRESS, member->address);
        return;
    }
    if (kind != wanted) {
        check_fail(check, CRD_SG_RULE_MEMBERS_FAMILY, "%.45s is not %s", member->address,
                   wanted == ADDRESS_V6 ? "IPv6" : "IPv4");
    }
    check_shape(check, usable, CRD_SG_RULE_MEMBER_ADDRESS_SCOPE, member->address);
}

static void check_member_unique(const struct group *group, int at, struct check *check)
{
    for (int i = 0; i < at; i++) {
        if (strcmp(group->members[i].address, group->members[at].address) == 0) {
            check_fail(check, CRD_SG_RULE_MEMBER_ADDRESS_UNIQUE, "%.45s of %.63s and %.63s",
                       group->members[at].address, group->members[i].name, group->members[at].name);
            return;
        }
    }
}

static void check_members(const struct group *group, struct check *check)
{
    check_at(check, "spec.members");
    if (group->member_count > group->max_size) {
        check_fail(check, CRD_SG_RULE_MEMBERS_WITHIN_MAX, "%d members, maxSize %d",
                   group->member_count, group->max_size);
    }
    for (int i = 0; i < group->member_count; i++) {
        const struct member *member = &group->members[i];
        check_at(check, "spec.members[%d].name", i);
        check_shape(check, is_label_value(member->name), CRD_SG_RULE_MEMBER_NAME, member->name);
        check_at(check, "spec.members[%d].address", i);
        check_member_address(group, member, check);
        check_member_unique(group, i, check);
        check_at(check, "spec.members[%d].zone", i);
        check_shape(check, !is_set(member->zone) || is_label_value(member->zone),
                    CRD_SG_RULE_MEMBER_ZONE, member->zone);
    }
}

static void check_health_check(const struct member_health_check *health, struct check *check)
{
    check_at(check, "spec.memberHealthCheck.path");
    if (!health->set) {
        return;
    }
    if (health->http != is_set(health->path)) {
        check_fail(check, CRD_SG_RULE_HEALTH_CHECK_PATH, NULL);
    }
    check_shape(check, !is_set(health->path) || is_url_path(health->path),
                CRD_SG_RULE_HEALTH_CHECK_PATH_SHAPE, health->path);
}

/* ---- removal, load balancers, the rest ---- */

static void check_removal(const struct group *group, struct check *check)
{
    int count = group->removal_policy_count;
    check_at(check, "spec.removalPolicies");
    unsigned seen = 0;
    bool twice = false;
    bool early = false;
    for (int i = 0; i < count; i++) {
        twice |= (seen & (1U << group->removal_policies[i])) != 0;
        seen |= 1U << group->removal_policies[i];
    }
    if (count > 0 && group->removal_policies[count - 1] != REMOVE_DEFAULT) {
        early = (seen & (1U << REMOVE_DEFAULT)) != 0;
    }
    if (early) {
        check_fail(check, CRD_SG_RULE_REMOVAL_DEFAULT_LAST, NULL);
    }
    if (twice) {
        check_fail(check, CRD_SG_RULE_REMOVAL_UNIQUE, NULL);
    }
}

static void check_listener_unique(const struct group *group, int at, struct check *check)
{
    const struct load_balancer *b = &group->load_balancers[at];
    for (int i = 0; i < at; i++) {
        const struct load_balancer *a = &group->load_balancers[i];
        if (a->port == b->port && strcmp(a->service, b->service) == 0) {
            check_fail(check, CRD_SG_RULE_LOAD_BALANCER_LISTENER_UNIQUE,
                       "%.63s and %.63s: %.63s port %d", a->name, b->name, b->service, b->port);
            return;
        }
    }
}

static void check_load_balancers(const struct group *group, struct check *check)
{
    for (int i = 0; i < group->load_balancer_count; i++) {
        const struct load_balancer *balancer = &group->load_balancers[i];
        check_at(check, "spec.loadBalancers[%d].name", i);
        check_shape(check, is_label_value(balancer->name), CRD_SG_RULE_LOAD_BALANCER_NAME,
                    balancer->name);
        check_at(check, "spec.loadBalancers[%d].service", i);
        check_shape(check, is_service_name(balancer->service), CRD_SG_RULE_LOAD_BALANCER_SERVICE,
                    balancer->service);
        check_at(check, "spec.loadBalancers[%d].serverGroup", i);
        check_shape(check, is_label_value(balancer->server_group),
                    CRD_SG_RULE_LOAD_BALANCER_SERVER_GROUP, balancer->server_group);
        check_at(check, "spec.loadBalancers[%d]", i);
        check_listener_unique(group, i, check);
    }
}

static void check_metrics_endpoint(const struct metrics_endpoint *endpoint, struct check *check)
{
    if (!endpoint->set) {
        return;
    }
    check_at(check, "spec.metricsEndpoint");
    if (is_set(endpoint->preset) == is_set(endpoint->requests_total)) {
        check_fail(check, CRD_SG_RULE_METRICS_ENDPOINT_ONE, "%s given",
                   is_set(endpoint->preset) ? "both are" : "neither is");
    }
    check_at(check, "spec.metricsEndpoint.path");
    check_shape(check, !is_set(endpoint->path) || is_url_path(endpoint->path),
                CRD_SG_RULE_METRICS_ENDPOINT_PATH, endpoint->path);
    check_at(check, "spec.metricsEndpoint.requestsTotal");
    check_shape(check,
                !is_set(endpoint->requests_total) || is_counter_name(endpoint->requests_total),
                CRD_SG_RULE_METRICS_ENDPOINT_COUNTER, endpoint->requests_total);
}

static void check_sinks(const struct group *group, struct check *check)
{
    for (int i = 0; i < group->notification_count; i++) {
        check_at(check, "spec.notifications[%d].sink", i);
        check_shape(check, is_label_value(group->notifications[i].sink),
                    CRD_SG_RULE_NOTIFICATION_SINK, group->notifications[i].sink);
    }
}

void group_check(const struct group *group, int max_group_size, struct check *ret_check)
{
    *ret_check = (struct check){0};
    struct check *check = ret_check;
    check_at(check, "metadata.name");
    if (strlen(group->meta.name) > 63) {
        check_fail(check, CRD_SG_RULE_NAME_LENGTH, "it has %zu", strlen(group->meta.name));
    }
    check_at(check, "spec.displayName");
    if (has_control(group->display_name)) {
        check_fail(check, CRD_SG_RULE_DISPLAY_NAME, NULL);
    }
    check_sizes(group, max_group_size, check);
    check_target(group, check);
    check_zones(group, check);
    check_members(group, check);
    check_health_check(&group->member_health_check, check);
    check_removal(group, check);
    check_load_balancers(group, check);
    check_metrics_endpoint(&group->metrics_endpoint, check);
    check_at(check, "spec.paused.reason");
    if (group->paused && has_control(group->pause_reason)) {
        check_fail(check, CRD_SG_RULE_PAUSED_REASON, NULL);
    }
    check_sinks(group, check);
}

void group_check_change(const struct group *before, const struct group *after, struct check *check)
{
    check_at(check, "spec.targetRef");
    if (strcmp(before->target_name, after->target_name) != 0) {
        check_fail(check, CRD_SG_RULE_TARGET_IMMUTABLE, "\"%.63s\" became \"%.63s\"",
                   before->target_name, after->target_name);
    }
    check_at(check, "spec.launchTemplateRef");
    if (strcmp(before->template_name, after->template_name) != 0) {
        check_fail(check, CRD_SG_RULE_TEMPLATE_IMMUTABLE, "\"%.63s\" became \"%.63s\"",
                   before->template_name, after->template_name);
    }
    check_at(check, "spec.network.addressType");
    if (before->address_type != after->address_type) {
        check_fail(check, CRD_SG_RULE_ADDRESS_TYPE_IMMUTABLE, NULL);
    }
}
