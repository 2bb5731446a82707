# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of scaling: the end is the same and no activity is doubled."""

import random

import bed


def test_killed_in_the_middle_of_scaling_the_end_is_the_same(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", 1, 20, desiredSize=2))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 2)
    chance = random.Random(4711)
    sizes = [5, 9, 3, 8, 2, 11]
    for size in sizes:
        bed.kubectl("scale", "sg/edge", "-n", namespace, f"--replicas={size}")
        bed.time.sleep(chance.uniform(0.0, 0.15))
        operator.kill()
        operator.start()
        bed.wait_for(f"{size} nodes", lambda: bed.replicas(namespace, "edge") == size, 30)
        bed.wait_for("in service", lambda: bed.status(namespace, "edge")["inService"] == size, 30)

    bed.wait_for("every activity has ended", lambda: all(
        one["status"]["result"] == "Successful" for one in bed.items("sact", namespace)), 30)
    changes = [(one["metadata"]["name"], one["status"]["from"], one["status"]["to"])
               for one in bed.items("sact", namespace)]
    steps = [2] + sizes
    assert sorted((a, b) for _, a, b in changes) == sorted(zip(steps, sizes)), changes


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
