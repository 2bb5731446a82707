# SPDX-License-Identifier: Apache-2.0
"""kubectl scale on the group is a request: it acts once and leaves the policies in charge."""

import bed


def test_a_request_acts_once_and_a_policy_moves_desired_afterwards(operator, namespace):
    bed.metrics("set", namespace, "edge-", "cpu=150m/total")
    bed.apply(bed.deployment(namespace, "edge", 3), bed.group(namespace, "edge", desiredSize=3, warmupSeconds=0),
              bed.policy(namespace, "cpu", ["edge"], metrics=[bed.CPU_50], evaluationIntervalSeconds=1,
                         behavior={"scaleIn": {"stabilizationWindowSeconds": 10}}))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 3)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=6")
    bed.wait_for("six nodes", lambda: bed.replicas(namespace, "edge") == 6, 20)
    bed.wait_for("the request is shown", lambda: bed.status(namespace, "edge")["lastRequest"]["value"] == 6)
    bed.wait_for("the metric takes over after its window", lambda: bed.replicas(namespace, "edge") == 3, 60)
    assert bed.get("sg", namespace, "edge")["spec"]["desiredSize"] == 6
    bed.stays("the old request does not come back", lambda: bed.replicas(namespace, "edge") == 3, 5)

    bed.kubectl("annotate", "sg/edge", "-n", namespace, "sluice.dev/request=again")
    bed.wait_for("the same number, armed again", lambda: bed.replicas(namespace, "edge") == 6, 20)


def test_a_request_beyond_the_range_is_clamped_and_said(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", 1, 4, desiredSize=2))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 2)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=9")
    bed.wait_for("cut to the maximum", lambda: bed.replicas(namespace, "edge") == 4, 20)
    activity = bed.wait_for("its activity", lambda: bed.items("sact", namespace))[0]["status"]
    assert activity["decision"]["limitedBy"] == ["RangeMax"], activity
    assert "9" in activity["decision"]["message"] and "4" in activity["decision"]["message"], activity


def test_the_operator_never_writes_a_spec(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", desiredSize=2),
              bed.policy(namespace, "p", ["edge"], schedules=[
                  {"name": "soon", "at": bed.seconds_ahead(5), "nodes": 4}]))
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 30)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=3")
    bed.wait_for("three nodes", lambda: bed.replicas(namespace, "edge") == 3, 20)
    written = operator.writes()
    assert written, "the audit log has no write of the operator"
    for write in written:
        if write["resource"] in ("scalinggroups", "scalingpolicies"):
            assert write["subresource"] == "status", write
        if write["resource"] == "deployments":
            assert write["subresource"] == "scale", write
    assert bed.get("sg", namespace, "edge")["spec"]["desiredSize"] == 3
