# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of scaling: the end is the same and no activity is doubled."""

import random
import subprocess

import bed


def test_killed_in_the_middle_of_scaling_the_end_is_the_same(operator, namespace):
    """Around the writes, the instant is drawn; and always before the new nodes are ready."""
    workload = bed.deployment(namespace, "edge", 2)
    workload["spec"]["template"]["metadata"]["annotations"] = {"sluice.test/ready-after": "2s"}
    bed.apply(workload, bed.group(namespace, "edge", 1, 20, desiredSize=2))
    bed.wait_for("two in service", lambda: bed.status(namespace, "edge").get("inService") == 2)
    chance = random.Random(4711)
    sizes = [5, 9, 3, 8, 2, 11]
    for before, size in zip([2] + sizes, sizes):
        change = subprocess.Popen(["kubectl", "scale", "sg/edge", "-n", namespace, f"--replicas={size}"],
                                  stdout=subprocess.DEVNULL)
        if size % 2 == 0:
            assert change.wait() == 0
        bed.time.sleep(chance.uniform(0.0, 0.3))
        operator.kill()
        assert change.wait() == 0
        assert size < before or len(bed.ready_pods(namespace, "edge")) < size, "killed too late to mean anything"
        operator.start()
        bed.wait_for(f"{size} nodes", lambda: bed.replicas(namespace, "edge") == size, 30)
        bed.wait_for("in service", lambda: bed.status(namespace, "edge")["inService"] == size, 30)

    bed.wait_for("every activity has ended", lambda: all(
        one["status"]["result"] == "Successful" for one in bed.items("sact", namespace)), 30)
    activities = sorted(bed.items("sact", namespace), key=lambda one: one["metadata"]["name"])
    assert [one["metadata"]["name"] for one in activities] == [
        f"edge-{number:08d}" for number in range(1, len(sizes) + 1)]
    assert [(one["status"]["from"], one["status"]["to"]) for one in activities] == list(
        zip([2] + sizes, sizes)), "one activity for each change, in the order of the changes"


def test_killed_around_a_firing_the_rule_takes_effect_once(operator, namespace):
    due = bed.seconds_ahead(6)
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "p", ["edge"], schedules=[{"name": "soon", "at": due, "adjust": 2}]))
    bed.wait_for("bound", lambda: bed.status(namespace, "edge")["next"]["time"] == due)
    operator.kill()
    bed.wait_for("the firing passed while it was down", lambda: bed.rfc3339(bed.now()) > due)
    operator.start()
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 20)
    operator.kill()
    operator.start()
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 5)
    assert [one["status"]["to"] for one in bed.items("sact", namespace)] == [4]


def test_a_clean_stop_exits_zero_and_leaves_everything(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", 3))
    bed.wait_for("three nodes", lambda: bed.replicas(namespace, "edge") == 3, 20)
    assert operator.stop() == 0
    bed.stays("three nodes", lambda: bed.replicas(namespace, "edge") == 3, 2)
    operator.start()
