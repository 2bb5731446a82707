# SPDX-License-Identifier: Apache-2.0
"""A quiet world causes no writes: the audit log is the witness."""

import collections

import bed
import pytest

GROUPS = 100
REST_SECONDS = 60


def readings(operator, since):
    """How often the operator asked for metrics since then: at rest it still looks."""
    return sum(one["resource"] == "pods" and one["verb"] == "list" and one["code"] == 200
               and one["group"] == "metrics.k8s.io" for one in operator.requests(since))


@pytest.mark.slow
def test_at_rest_a_hundred_groups_write_nothing(operator, namespace):
    bed.metrics("set", namespace, "*", "cpu=50%")
    objects = []
    for number in range(GROUPS):
        name = f"g{number:03d}"
        objects += [bed.deployment(namespace, name, 1),
                    bed.group(namespace, name, 1, 10, warmupSeconds=0)]
    objects.append(bed.policy(namespace, "cpu", [f"g{number:03d}" for number in range(GROUPS)],
                              metrics=[bed.CPU_50]))
    bed.apply(*objects)
    bed.wait_for("all groups are ready with valid metrics", lambda: sum(
        bed.condition(one.get("status", {}), "Ready")["status"] == "True"
        and bed.condition(one["status"], "MetricsAvailable")["status"] == "True"
        for one in bed.items("sg", namespace)) == GROUPS, 120, 2)
    bed.time.sleep(20)  # the last activities end, the last refresh of live values is written

    since = bed.rfc3339(bed.now())
    bed.time.sleep(REST_SECONDS)
    quiet = operator.writes(since)
    assert quiet == [], f"{len(quiet)} writes at rest, first: {quiet[0]}"
    assert readings(operator, since) >= REST_SECONDS / 10

    bed.metrics("set", namespace, "*", "cpu=48%-52%")
    since = bed.rfc3339(bed.now())
    bed.time.sleep(REST_SECONDS)
    noisy = operator.writes(since)
    assert all(one["subresource"] == "status" for one in noisy), noisy
    each = collections.Counter(one["name"] for one in noisy)
    assert all(count <= 1 for count in each.values()), each.most_common(3)
    assert readings(operator, since) >= REST_SECONDS / 10
    loads = {bed.re.search(r"[0-9.]+", one["status"]["load"]).group() for one in bed.items("sg", namespace)}
    assert all(48 <= float(load) <= 52 for load in loads), loads
