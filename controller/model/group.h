/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_GROUP_H
#define MODEL_GROUP_H

#include <stdbool.h>

#include "model/meta.h"

/*
 * A ScalingGroup as the user wrote it, defaults applied. Field for field the CRD
 * (crds/scalinggroups.yaml): where a meaning is not repeated here, its description is there.
 * Immutable once decoded; all of it lives in one arena.
 */

#define GROUP_LOAD_BALANCERS_MAX 20
#define GROUP_ANNOTATION_REQUEST "sluice.dev/request"
#define NODE_ANNOTATION_PROTECTION "sluice.dev/scale-in-protection"
#define NODE_ANNOTATION_WEIGHT "sluice.dev/weight"
#define NODE_ANNOTATION_STANDBY "sluice.dev/standby"

enum address_type { ADDRESS_IPV4, ADDRESS_IPV6 };

enum removal_policy {
    REMOVE_DEFAULT,
    REMOVE_OLDEST_TEMPLATE,
    REMOVE_OLDEST_NODE,
    REMOVE_NEWEST_NODE
};

enum weight_via { WEIGHT_VIA_ANNOTATION, WEIGHT_VIA_ENVOY_EDS };

/* Suspended processes, as bits of struct group.suspend. */
enum process {
    PROCESS_LAUNCH = 1 << 0,
    PROCESS_TERMINATE = 1 << 1,
    PROCESS_SCHEDULED_SCALING = 1 << 2,
    PROCESS_METRIC_SCALING = 1 << 3,
    PROCESS_LOAD_BALANCER = 1 << 4,
    PROCESS_REPLACE_UNHEALTHY = 1 << 5,
    PROCESS_ZONE_REBALANCE = 1 << 6,
};

/* Notification events, as bits of struct notification.events. */
enum notice {
    NOTICE_LAUNCH = 1 << 0,
    NOTICE_LAUNCH_ERROR = 1 << 1,
    NOTICE_TERMINATE = 1 << 2,
    NOTICE_TERMINATE_ERROR = 1 << 3,
    NOTICE_SCHEDULE_MISSED = 1 << 4,
    NOTICE_AT_MAXIMUM = 1 << 5,
    NOTICE_METRICS_LOST = 1 << 6,
};

struct member {
    const char *name;
    const char *address;
    const char *zone;         /* "" = none */
    int weight;               /* 0-100; -1 = the load balancer's */
    bool scale_in_protection; /* default true */
};

struct member_health_check {
    bool set;
    bool http; /* false = TCP */
    int port;
    const char *path;
    int interval_s, timeout_s;
    int healthy_threshold, unhealthy_threshold;
    int replace_after_s; /* 0 = never */
};

struct load_balancer {
    const char *name;
    const char *service;
    const char *server_group; /* "Default" or a virtual group's name */
    int port;
    int weight; /* 0-100 */
    int drain_s, settle_s;
    enum weight_via weight_via;
};

struct metrics_endpoint {
    bool set;
    int port;
    const char *path;           /* "" with a preset */
    const char *requests_total; /* "" with a preset */
    const char *preset;         /* "" = none */
};

struct notification {
    const char *sink;
    unsigned events; /* enum notice bits */
};

struct group {
    struct meta meta;
    const char *display_name;
    int min_size, max_size;
    bool has_initial_size;
    int initial_size;
    bool has_desired_size;
    int desired_size;
    const char *target_name;   /* Deployment of targetRef; "" = launch template */
    const char *template_name; /* PodTemplate of launchTemplateRef; "" = targetRef */
    const char *const *zones;
    int zone_count;
    enum address_type address_type;
    const struct member *members;
    int member_count;
    struct member_health_check member_health_check;
    const enum removal_policy *removal_policies;
    int removal_policy_count; /* 0 counts as [Default] */
    bool new_nodes_protected;
    const struct load_balancer *load_balancers;
    int load_balancer_count;
    int warmup_s;
    int launch_timeout_s;
    struct metrics_endpoint metrics_endpoint;
    bool replace_unhealthy, rebalance_zones;
    int unhealthy_grace_s;
    unsigned suspend; /* enum process bits */
    bool paused;
    const char *pause_reason;
    bool has_pause_until;
    struct wall pause_until; /* paused while now < until, for ever without one */
    bool dry_run;
    int history_limit;
    const struct notification *notifications;
    int notification_count;
};

#endif
