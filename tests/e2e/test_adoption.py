# SPDX-License-Identifier: Apache-2.0
"""Adopting what exists, and sharing a Deployment with others."""

import bed


def test_adopting_fifty_nodes_with_a_maximum_of_twenty_removes_none(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 50))
    bed.wait_for("fifty pods", lambda: len(bed.ready_pods(namespace, "edge")) == 50, 60)
    bed.apply(bed.group(namespace, "edge", 1, 20), bed.policy(namespace, "p", ["edge"], schedules=[
        {"name": "later", "cron": "0 0 1 1 *", "nodes": 3}]))
    held = bed.wait_for("held above the maximum", lambda: (lambda c: c["reason"] == "AboveMaximum" and c)(
        bed.condition(bed.status(namespace, "edge"), "AbleToScale")), 20)
    assert "50" in held["message"] and "20" in held["message"], held
    bed.stays("fifty nodes", lambda: bed.replicas(namespace, "edge") == 50, 10)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=18", check=False)
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"desiredSize":18}}')
    bed.wait_for("a request ends the hold", lambda: bed.replicas(namespace, "edge") == 18, 20)


def test_of_two_groups_on_one_deployment_the_older_acts(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "older", target="edge"))
    bed.wait_for("older is ready", lambda: bed.condition(bed.status(namespace, "older"), "Ready")["status"] == "True", 20)
    bed.time.sleep(1.1)
    bed.apply(bed.group(namespace, "newer", 5, 9, target="edge"))
    refused = bed.wait_for("newer is refused", lambda: (lambda c: c["reason"] == "TargetTaken" and c)(
        bed.condition(bed.status(namespace, "newer"), "Ready")), 20)
    assert "older" in refused["message"], refused
    bed.stays("two nodes", lambda: bed.replicas(namespace, "edge") == 2, 5)
    bed.kubectl("delete", "sg", "older", "-n", namespace)
    bed.wait_for("newer takes over", lambda: bed.replicas(namespace, "edge") == 5, 20)


def test_an_hpa_on_the_target_makes_the_group_hold(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"))
    bed.wait_for("ready", lambda: bed.condition(bed.status(namespace, "edge"), "Ready")["status"] == "True", 20)
    bed.kubectl("autoscale", "deployment", "edge", "-n", namespace, "--min=2", "--max=3", "--cpu-percent=50",
                "--name=rival", check=False)
    taken = bed.wait_for("taken by the HPA", lambda: (lambda c: c["reason"] == "TargetTaken" and c)(
        bed.condition(bed.status(namespace, "edge"), "Ready")), 20)
    assert "rival" in taken["message"], taken
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"desiredSize":6}}')
    bed.stays("nothing moves", lambda: bed.replicas(namespace, "edge") <= 3, 5)
    bed.kubectl("delete", "hpa", "rival", "-n", namespace)
    bed.wait_for("the request acts when it is ours again", lambda: bed.replicas(namespace, "edge") == 6, 30)


def test_a_foreign_kubectl_scale_is_put_back_and_named(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 3), bed.group(namespace, "edge"))
    bed.wait_for("ready", lambda: bed.condition(bed.status(namespace, "edge"), "Ready")["status"] == "True", 20)
    bed.kubectl("scale", "deployment/edge", "-n", namespace, "--replicas=5")
    named = bed.wait_for("contested", lambda: (lambda c: c["status"] == "True" and c)(
        bed.condition(bed.status(namespace, "edge"), "Contested")), 20)
    assert named["reason"] == "ForeignWriter" and "kubectl" in named["message"] and "5" in named["message"], named
    bed.wait_for("put back", lambda: bed.replicas(namespace, "edge") == 3, 20)
    for value in (5, 6):
        bed.kubectl("scale", "deployment/edge", "-n", namespace, f"--replicas={value}")
        bed.wait_for("put back again", lambda: bed.replicas(namespace, "edge") == 3, 20)
    bed.kubectl("scale", "deployment/edge", "-n", namespace, "--replicas=7")
    bed.wait_for("after three restores it holds", lambda: bed.condition(
        bed.status(namespace, "edge"), "AbleToScale")["reason"] == "ContestedHold", 20)
    bed.stays("the other's count stands", lambda: bed.replicas(namespace, "edge") == 7, 5)


def test_a_missing_target_is_picked_up_when_it_appears(operator, namespace):
    bed.apply(bed.group(namespace, "edge", 2, 5))
    missing = bed.wait_for("not found", lambda: (lambda c: c["reason"] == "TargetNotFound" and c)(
        bed.condition(bed.status(namespace, "edge"), "Ready")), 20)
    assert "edge" in missing["message"], missing
    bed.apply(bed.deployment(namespace, "edge", 1))
    bed.wait_for("raised to the minimum", lambda: bed.replicas(namespace, "edge") == 2, 20)


def test_an_apply_without_replicas_leaves_the_count(operator, namespace):
    workload = bed.deployment(namespace, "edge", 2)
    bed.kubectl("apply", "--server-side", "-f", "-", stdin=bed.yaml.safe_dump(workload))
    bed.apply(bed.group(namespace, "edge", 4, 10))
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 20)
    del workload["spec"]["replicas"]
    bed.kubectl("apply", "--server-side", "-f", "-", stdin=bed.yaml.safe_dump(workload))
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 5)
