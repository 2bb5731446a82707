/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ScalingGroup -> struct group. Field for field crds/scalinggroups.yaml, which is also where the
 * defaults come from (crd_gen.h). Bounds are not looked at here: watch/check.h answers with a
 * sentence where a decoder could only refuse the object.
 */
#include "crd_gen.h"
#include "watch/tables_priv.h"

#define G(name, type, member, ...) PULL(name, type, struct group_view, group.member, __VA_ARGS__)
#define G_MANY(name, type, member, count_member, ...)                                              \
    PULL_MANY(name, type, struct group_view, group.member, group.count_member, __VA_ARGS__)
#define G_OFFSET(member) offsetof(struct group_view, group.member)

static const char *const ADDRESS_TYPES[] = {"IPv4", "IPv6", NULL};
static const char *const REMOVAL_POLICIES[] = {"Default", "OldestTemplate", "OldestNode",
                                               "NewestNode", NULL};
static const char *const WEIGHT_VIA[] = {"Annotation", "EnvoyEDS", NULL};
/* In the order of enum process and enum notice: bit 1 << index. */
static const char *const PROCESSES[] = {
    "Launch",       "Terminate",        "ScheduledScaling", "MetricScaling",
    "LoadBalancer", "ReplaceUnhealthy", "ZoneRebalance",    NULL};
static const char *const NOTICES[] = {
    "Launch",         "LaunchError", "Terminate",   "TerminateError",
    "ScheduleMissed", "AtMaximum",   "MetricsLost", NULL};

/* ---- parts ---- */

static int convert_until(void *at, struct str text, bool is_text, struct arena *arena,
                         struct err *err)
{
    return convert_time(at, text, CRD_SG_RULE_PAUSED_UNTIL, err);
}

static const struct pull_field TARGET[] = {G("name", TEXT, target_name)};
static const struct pull_table TARGET_TABLE = PULL_TABLE(struct group_view, TARGET);

static const struct pull_field TEMPLATE[] = {G("name", TEXT, template_name)};
static const struct pull_table TEMPLATE_TABLE = PULL_TABLE(struct group_view, TEMPLATE);

static const struct pull_field NETWORK[] = {
    G("addressType", ENUM, address_type, .names = ADDRESS_TYPES)};
static const struct pull_table NETWORK_TABLE = PULL_TABLE(struct group_view, NETWORK);

static const struct pull_field MEMBER[] = {
    PULL("name", TEXT, struct member, name),
    PULL("address", TEXT, struct member, address),
    PULL("zone", TEXT, struct member, zone),
    PULL("weight", INT, struct member, weight, .preset = -1),
    PULL("scaleInProtection", BOOL, struct member, scale_in_protection,
         .preset = CRD_SG_SPEC_MEMBERS_SCALE_IN_PROTECTION_DEFAULT),
};
static const struct pull_table MEMBER_TABLE = PULL_TABLE(struct member, MEMBER);

static int convert_is_http(void *at, struct str text, bool is_text, struct arena *arena,
                           struct err *err)
{
    *(bool *)at = str_is(text, "HTTP");
    return 0;
}

static const struct pull_field HEALTH_CHECK[] = {
    PULL("type", CONVERT, struct member_health_check, http, .convert = convert_is_http),
    PULL("port", INT, struct member_health_check, port),
    PULL("path", TEXT, struct member_health_check, path),
    PULL("intervalSeconds", INT, struct member_health_check, interval_s,
         .preset = CRD_SG_SPEC_MEMBER_HEALTH_CHECK_INTERVAL_SECONDS_DEFAULT),
    PULL("timeoutSeconds", INT, struct member_health_check, timeout_s,
         .preset = CRD_SG_SPEC_MEMBER_HEALTH_CHECK_TIMEOUT_SECONDS_DEFAULT),
    PULL("healthyThreshold", INT, struct member_health_check, healthy_threshold,
         .preset = CRD_SG_SPEC_MEMBER_HEALTH_CHECK_HEALTHY_THRESHOLD_DEFAULT),
    PULL("unhealthyThreshold", INT, struct member_health_check, unhealthy_threshold,
         .preset = CRD_SG_SPEC_MEMBER_HEALTH_CHECK_UNHEALTHY_THRESHOLD_DEFAULT),
    PULL("replaceAfterSeconds", INT, struct member_health_check, replace_after_s,
         .preset = CRD_SG_SPEC_MEMBER_HEALTH_CHECK_REPLACE_AFTER_SECONDS_DEFAULT),
};
static const struct pull_table HEALTH_CHECK_TABLE =
    PULL_TABLE(struct member_health_check, HEALTH_CHECK);

static const struct pull_field BALANCER[] = {
    PULL("name", TEXT, struct load_balancer, name),
    PULL("service", TEXT, struct load_balancer, service),
    PULL("serverGroup", TEXT, struct load_balancer, server_group,
         .preset_text = CRD_SG_SPEC_LOAD_BALANCERS_SERVER_GROUP_DEFAULT),
    PULL("port", INT, struct load_balancer, port),
    PULL("weight", INT, struct load_balancer, weight,
         .preset = CRD_SG_SPEC_LOAD_BALANCERS_WEIGHT_DEFAULT),
    PULL("drainSeconds", INT, struct load_balancer, drain_s,
         .preset = CRD_SG_SPEC_LOAD_BALANCERS_DRAIN_SECONDS_DEFAULT),
    PULL("settleSeconds", INT, struct load_balancer, settle_s,
         .preset = CRD_SG_SPEC_LOAD_BALANCERS_SETTLE_SECONDS_DEFAULT),
    PULL("weightVia", ENUM, struct load_balancer, weight_via, .names = WEIGHT_VIA),
};
static const struct pull_table BALANCER_TABLE = PULL_TABLE(struct load_balancer, BALANCER);

static const struct pull_field METRICS_ENDPOINT[] = {
    PULL("port", INT, struct metrics_endpoint, port),
    PULL("path", TEXT, struct metrics_endpoint, path),
    PULL("requestsTotal", TEXT, struct metrics_endpoint, requests_total),
    PULL("preset", TEXT, struct metrics_endpoint, preset),
};
static const struct pull_table METRICS_ENDPOINT_TABLE =
    PULL_TABLE(struct metrics_endpoint, METRICS_ENDPOINT);

static const struct pull_field PAUSED[] = {
    G("reason", TEXT, pause_reason),
    G("until", CONVERT, pause_until, .convert = convert_until,
      .present_at = G_OFFSET(has_pause_until)),
};
static const struct pull_table PAUSED_TABLE = PULL_TABLE(struct group_view, PAUSED);

static const struct pull_field NOTIFICATION[] = {
    PULL("sink", TEXT, struct notification, sink),
    PULL("events", ENUM_SET, struct notification, events, .names = NOTICES),
};
static const struct pull_table NOTIFICATION_TABLE = PULL_TABLE(struct notification, NOTIFICATION);

/* ---- spec ---- */

static const struct pull_field SPEC[] = {
    G("displayName", TEXT, display_name),
    G("minSize", INT, min_size),
    G("maxSize", INT, max_size),
    G("initialSize", INT, initial_size, .present_at = G_OFFSET(has_initial_size)),
    G("desiredSize", INT, desired_size, .present_at = G_OFFSET(has_desired_size)),
    PULL_INSIDE("targetRef", TARGET_TABLE),
    PULL_INSIDE("launchTemplateRef", TEMPLATE_TABLE),
    G_MANY("zones", TEXT_ARRAY, zones, zone_count),
    PULL_INSIDE("network", NETWORK_TABLE),
    G_MANY("members", ARRAY, members, member_count, .table = &MEMBER_TABLE),
    G("memberHealthCheck", OBJECT, member_health_check, .table = &HEALTH_CHECK_TABLE,
      .present_at = G_OFFSET(member_health_check.set)),
    G_MANY("removalPolicies", ENUM_ARRAY, removal_policies, removal_policy_count,
           .names = REMOVAL_POLICIES),
    G("newNodesProtected", BOOL, new_nodes_protected,
      .preset = CRD_SG_SPEC_NEW_NODES_PROTECTED_DEFAULT),
    G_MANY("loadBalancers", ARRAY, load_balancers, load_balancer_count, .table = &BALANCER_TABLE),
    G("warmupSeconds", INT, warmup_s, .preset = CRD_SG_SPEC_WARMUP_SECONDS_DEFAULT),
    G("launchTimeoutSeconds", INT, launch_timeout_s,
      .preset = CRD_SG_SPEC_LAUNCH_TIMEOUT_SECONDS_DEFAULT),
    G("metricsEndpoint", OBJECT, metrics_endpoint, .table = &METRICS_ENDPOINT_TABLE,
      .present_at = G_OFFSET(metrics_endpoint.set)),
    G("replaceUnhealthy", BOOL, replace_unhealthy, .preset = CRD_SG_SPEC_REPLACE_UNHEALTHY_DEFAULT),
    G("rebalanceZones", BOOL, rebalance_zones, .preset = CRD_SG_SPEC_REBALANCE_ZONES_DEFAULT),
    G("unhealthyGraceSeconds", INT, unhealthy_grace_s,
      .preset = CRD_SG_SPEC_UNHEALTHY_GRACE_SECONDS_DEFAULT),
    G("suspend", ENUM_SET, suspend, .names = PROCESSES),
    G("paused", PRESENT, paused),
    PULL_INSIDE("paused", PAUSED_TABLE),
    G("dryRun", BOOL, dry_run, .preset = CRD_SG_SPEC_DRY_RUN_DEFAULT),
    G("historyLimit", INT, history_limit, .preset = CRD_SG_SPEC_HISTORY_LIMIT_DEFAULT),
    G_MANY("notifications", ARRAY, notifications, notification_count, .table = &NOTIFICATION_TABLE),
};
static const struct pull_table SPEC_TABLE = PULL_TABLE(struct group_view, SPEC);

static const struct pull_field GROUP[] = {
    PULL("metadata", OBJECT, struct group_view, meta, .table = &META_TABLE),
    PULL_INSIDE("spec", SPEC_TABLE),
    PULL("status", RAW, struct group_view, status, .max = STATUS_BYTES_MAX),
};
const struct pull_table GROUP_TABLE = PULL_TABLE(struct group_view, GROUP);
