# SPDX-License-Identifier: Apache-2.0
"""S0's lunch: two nodes more for a while, then back."""

import bed


def test_a_window_adds_two_nodes_and_takes_them_back(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 3), bed.group(namespace, "edge"),
              bed.policy(namespace, "lunch", ["edge"], schedules=[
                  {"name": "noon", "at": bed.seconds_ahead(6), "adjust": 2, "durationSeconds": 12}]))
    bed.wait_for("the group is seen", lambda: bed.status(namespace, "edge")["desired"] == 3)
    bed.wait_for("two nodes more", lambda: bed.replicas(namespace, "edge") == 5, 20)
    bed.wait_for("the window is told", lambda: bed.status(namespace, "edge")["effectiveRange"]["min"] == 5)
    bed.wait_for("back to three", lambda: bed.replicas(namespace, "edge") == 3, 25)
    bed.stays("three nodes", lambda: bed.replicas(namespace, "edge") == 3, 4)
    changes = [(one["status"]["from"], one["status"]["to"]) for one in bed.items("sact", namespace)]
    assert sorted(changes) == [(3, 5), (5, 3)], changes


def test_a_window_open_at_creation_acts_at_once(operator, namespace):
    import datetime
    start = bed.rfc3339(bed.now() - datetime.timedelta(seconds=30))
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "lunch", ["edge"], schedules=[
                  {"name": "noon", "at": start, "nodes": 4, "durationSeconds": 600}]))
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 15)
    bed.kubectl("delete", "sp", "-n", namespace, "lunch")
    bed.wait_for("the range is the group's own again", lambda: bed.status(namespace, "edge")[
        "effectiveRange"] == {"min": 1, "max": 10}, 15)
