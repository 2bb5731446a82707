# SPDX-License-Identifier: Apache-2.0
"""A CPU target of 50 %: up by the arithmetic, down after the window, never on bad numbers."""

import bed
import pytest

FAST = {"scaleIn": {"stabilizationWindowSeconds": 12}}


def world(namespace, nodes=2, minimum=2, behavior=None):
    bed.apply(bed.deployment(namespace, "edge", nodes, cpu="100m"),
              bed.group(namespace, "edge", minimum, 10, warmupSeconds=0),
              bed.policy(namespace, "cpu", ["edge"], metrics=[bed.CPU_50],
                         evaluationIntervalSeconds=1, behavior=behavior or FAST))


@pytest.mark.slow
def test_load_up_grows_by_the_arithmetic_and_load_down_shrinks_to_the_minimum(operator, namespace):
    bed.metrics("set", namespace, "edge-", "cpu=100m/total")  # two nodes at 50 %
    world(namespace)
    bed.wait_for("the metric is valid", lambda: bed.condition(
        bed.status(namespace, "edge"), "MetricsAvailable")["status"] == "True", 30)
    bed.stays("two nodes at the target", lambda: bed.replicas(namespace, "edge") == 2, 5)

    bed.metrics("set", namespace, "edge-", "cpu=350m/total")  # 350m over 50m a node: seven
    bed.wait_for("seven nodes", lambda: bed.replicas(namespace, "edge") == 7, 60)
    bed.stays("seven nodes", lambda: bed.replicas(namespace, "edge") == 7, 8)

    bed.metrics("set", namespace, "edge-", "cpu=20m/total")
    started = bed.time.monotonic()
    bed.wait_for("the minimum", lambda: bed.replicas(namespace, "edge") == 2, 60)
    assert bed.time.monotonic() - started > 8, "scale-in did not wait for its window"
    bed.stays("never below the minimum", lambda: bed.replicas(namespace, "edge") == 2, 6)


@pytest.mark.slow
def test_unreadable_metrics_never_scale_in(operator, namespace):
    bed.metrics("set", namespace, "edge-", "cpu=200m/total")
    world(namespace, nodes=4)
    bed.wait_for("valid", lambda: bed.condition(
        bed.status(namespace, "edge"), "MetricsAvailable")["status"] == "True", 30)
    bed.metrics("set", namespace, "edge-", "missing")
    bed.wait_for("said in the status", lambda: bed.condition(
        bed.status(namespace, "edge"), "MetricsAvailable")["reason"] == "SomeInvalid", 30)
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 20)
    message = bed.condition(bed.status(namespace, "edge"), "MetricsAvailable")["message"]
    assert "cpu" in message, message
    bed.metrics("set", namespace, "edge-", "cpu=20m/total")
    bed.wait_for("picked up again", lambda: bed.replicas(namespace, "edge") == 2, 60)


def test_a_request_missing_in_the_pod_is_named(operator, namespace):
    bed.metrics("set", namespace, "edge-", "cpu=50m")
    workload = bed.deployment(namespace, "edge", 2)
    del workload["spec"]["template"]["spec"]["containers"][0]["resources"]
    bed.apply(workload, bed.group(namespace, "edge", warmupSeconds=0),
              bed.policy(namespace, "cpu", ["edge"], metrics=[bed.CPU_50], evaluationIntervalSeconds=1))
    # Until the first sample is there, that is what is missing.
    bed.wait_for("the condition names the request", lambda: (
        lambda c: c["reason"] == "SomeInvalid" and "request" in c["message"])(
            bed.condition(bed.status(namespace, "edge"), "MetricsAvailable")), 60)


@pytest.mark.exclusive
@pytest.mark.parametrize("fault", ["fail 503", "fail off", "fail empty", "fail garbage"])
def test_metrics_out_of_order_never_scale_in(operator, namespace, fault):
    bed.metrics("set", namespace, "edge-", "cpu=200m/total")
    world(namespace, nodes=4, behavior={"scaleIn": {"stabilizationWindowSeconds": 0}})
    bed.wait_for("valid", lambda: bed.condition(
        bed.status(namespace, "edge"), "MetricsAvailable")["reason"] == "AllValid"
        and bed.status(namespace, "edge")["inService"] == 4, 40)
    try:
        bed.metrics(*fault.split())
        bed.metrics("set", namespace, "edge-", "cpu=20m/total")  # would ask for the minimum at once
        bed.wait_for("said in the status", lambda: bed.condition(
            bed.status(namespace, "edge"), "MetricsAvailable")["reason"] == "SomeInvalid", 60)
        bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 8)
    finally:
        bed.metrics("ok")
    bed.wait_for("scales in when they can be read", lambda: bed.replicas(namespace, "edge") == 2, 60)
