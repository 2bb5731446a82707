/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_REASONS_H
#define MODEL_REASONS_H

#include <stdbool.h>

#include "base/str.h"

/*
 * The closed list of reason words, the same in decisions, conditions, Events, logs and
 * activities. A word that is not here is never shown.
 */

#define REASONS(X)                                                                                 \
    X(RECONCILED, "Reconciled")                                                                    \
    X(PROGRESSING, "Progressing")                                                                  \
    X(TARGET_NOT_FOUND, "TargetNotFound")                                                          \
    X(TARGET_TAKEN, "TargetTaken")                                                                 \
    X(TEMPLATE_NOT_FOUND, "TemplateNotFound")                                                      \
    X(TEMPLATE_INVALID, "TemplateInvalid")                                                         \
    X(LOAD_BALANCERS_NOT_ATTACHED, "LoadBalancersNotAttached")                                     \
    X(LAUNCH_FAILING, "LaunchFailing")                                                             \
    X(NOT_SEEN, "NotSeen")                                                                         \
    X(READY_FOR_SCALING, "ReadyForScaling")                                                        \
    X(ABOVE_MAXIMUM, "AboveMaximum")                                                               \
    X(PROTECTED_NODE_NOT_READY, "ProtectedNodeNotReady")                                           \
    X(ALL_PROTECTED, "AllProtected")                                                               \
    X(DISRUPTION_BUDGET, "DisruptionBudget")                                                       \
    X(ROLLOUT, "Rollout")                                                                          \
    X(SUSPENDED, "Suspended")                                                                      \
    X(PAUSED, "Paused")                                                                            \
    X(DRY_RUN, "DryRun")                                                                           \
    X(CONTESTED_HOLD, "ContestedHold")                                                             \
    X(VALID_METRIC_FOUND, "ValidMetricFound")                                                      \
    X(SCHEDULE_ONLY, "ScheduleOnly")                                                               \
    X(NO_POLICY, "NoPolicy")                                                                       \
    X(NO_NODES_TO_MEASURE, "NoNodesToMeasure")                                                     \
    X(METRICS_INVALID, "MetricsInvalid")                                                           \
    X(TOO_FEW_NODES, "TooFewNodes")                                                                \
    X(TOO_MANY_NODES, "TooManyNodes")                                                              \
    X(RATE_LIMITED, "RateLimited")                                                                 \
    X(RANGE_CLAMPED, "RangeClamped")                                                               \
    X(SCHEDULE_CLAMPED, "ScheduleClamped")                                                         \
    X(DESIRED_WITHIN_RANGE, "DesiredWithinRange")                                                  \
    X(ALL_VALID, "AllValid")                                                                       \
    X(SOME_INVALID, "SomeInvalid")                                                                 \
    X(FALLBACK_ACTIVE, "FallbackActive")                                                           \
    X(NO_METRICS, "NoMetrics")                                                                     \
    X(ATTACHED, "Attached")                                                                        \
    X(NO_LOAD_BALANCERS, "NoLoadBalancers")                                                        \
    X(SERVICE_NOT_FOUND, "ServiceNotFound")                                                        \
    X(SERVICE_HAS_SELECTOR, "ServiceHasSelector")                                                  \
    X(FOREIGN_ENDPOINTS, "ForeignEndpoints")                                                       \
    X(NO_LISTENER, "NoListener")                                                                   \
    X(NETWORK_MISMATCH, "NetworkMismatch")                                                         \
    X(HEALTH_CHECK_DISABLED, "HealthCheckDisabled")                                                \
    X(MEMBER_ADDRESS_NOT_ALLOWED, "MemberAddressNotAllowed")                                       \
    X(FOREIGN_WRITER, "ForeignWriter")                                                             \
    X(SOLE_WRITER, "SoleWriter")                                                                   \
    X(VALID, "Valid")                                                                              \
    X(INVALID, "Invalid")                                                                          \
    X(BOUND, "Bound")                                                                              \
    X(NOT_BOUND, "NotBound")                                                                       \
    X(GROUP_NOT_FOUND, "GroupNotFound")                                                            \
    X(WINDOW_ACTIVE, "WindowActive")                                                               \
    X(WAITING, "Waiting")                                                                          \
    X(NO_SCHEDULES, "NoSchedules")                                                                 \
    X(NEVER_FIRES, "NeverFires")                                                                   \
    X(EXPIRED, "Expired")                                                                          \
    X(HOLD, "Hold")                                                                                \
    X(WITHIN_TOLERANCE, "WithinTolerance")                                                         \
    X(FIRST_SIGHT, "FirstSight")                                                                   \
    X(SCHEDULE_FIRED, "ScheduleFired")                                                             \
    X(WINDOW_ENDED, "WindowEnded")                                                                 \
    X(METRIC_OUT, "MetricOut")                                                                     \
    X(METRIC_IN, "MetricIn")                                                                       \
    X(STEP_OUT, "StepOut")                                                                         \
    X(STEP_IN, "StepIn")                                                                           \
    X(MANUAL_REQUEST, "ManualRequest")                                                             \
    X(RANGE_MIN, "RangeMin")                                                                       \
    X(RANGE_MAX, "RangeMax")                                                                       \
    X(DETACHED, "Detached")                                                                        \
    X(FALLBACK, "Fallback")                                                                        \
    X(PANIC, "Panic")                                                                              \
    X(STABILIZED, "Stabilized")                                                                    \
    X(COOLDOWN, "Cooldown")                                                                        \
    X(BLACKOUT, "Blackout")                                                                        \
    X(DROP_GUARD, "DropGuard")                                                                     \
    X(METRIC_INVALID, "MetricInvalid")                                                             \
    X(NODES_STARTING, "NodesStarting")

enum reason {
    REASON_NONE,
#define REASON_ENUM(upper, word) REASON_##upper,
    REASONS(REASON_ENUM)
#undef REASON_ENUM
};

/* "ScheduleFired"; "" for REASON_NONE. */
const char *reason_word(enum reason reason);
bool reason_from_word(struct str word, enum reason *ret_reason);

#endif
