# SPDX-License-Identifier: Apache-2.0
"""Every sample is applied as it stands, and the groups in it become what its first lines say."""

import datetime
import json
import subprocess
import zoneinfo

import bed
import pytest

SAMPLES = bed.ROOT / "manifests" / "samples"


def local_hour(zone):
    return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).hour


def lunch():
    return 5 if local_hour("Asia/Shanghai") in (11, 12) else 3


def at_rest(group, nodes):
    def seen(status):
        return (bed.condition(status, "Ready")["reason"] == "Reconciled" and status["state"] == "Idle"
                and status["desired"] == status["inService"] == nodes)
    return group, seen


def becomes(group, kind, reason):
    return group, lambda status: bed.condition(status, kind)["reason"] == reason


def bound_to_three(status):
    names = [one["name"] for one in status["policies"]]
    return names == ["follow", "friday", "office"] and 2 <= status["inService"] == status["desired"] <= 12


EXPECTED = {
    "cpu-target.yaml": [at_rest("cpu", 1)],
    "dry-run.yaml": [becomes("trial", "AbleToScale", "DryRun"), at_rest("trial", 4)],
    "full-group.yaml": [becomes("full", "AbleToScale", "Paused"), becomes("full", "Ready", "TargetNotFound")],
    "full-policy.yaml": [],
    "launch-template.yaml": [("spread", lambda status: "launch" in bed.condition(status, "Ready")["message"])],
    "load-balancer.yaml": [becomes("web", "LoadBalancersAttached", "Attached"), at_rest("web", 3)],
    "lunch-window.yaml": [("lunch", lambda status: status["inService"] == lunch())],
    "schedule-moves-the-range.yaml": [at_rest("table-5", 5), at_rest("table-7", 5), at_rest("table-3", 5)],
    "several-policies.yaml": [("shop", bound_to_three)],
}


def test_every_sample_is_expected_here():
    assert sorted(path.name for path in SAMPLES.glob("*.yaml")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_does_what_it_says(operator, namespace, name):
    text = (SAMPLES / name).read_text(encoding="utf-8")
    kinds = [thing["kind"] for thing in bed.yaml.safe_load_all(text)]
    bed.kubectl("apply", "-n", namespace, "-f", SAMPLES / name)
    for group, seen in EXPECTED[name]:
        bed.wait_for(f"{group} as expected", lambda: seen(bed.status(namespace, group)), 40)
    for policy in (bed.items("sp", namespace) if "ScalingPolicy" in kinds else []):
        bed.wait_for("the policy is valid", lambda: bed.condition(
            bed.get("sp", namespace, policy["metadata"]["name"]).get("status", {}), "Ready")["reason"] == "Valid")


def decide(document):
    done = subprocess.run([bed.SLUICE, "decide", "-f", "-"], input=document, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_kubectl_prints_is_decided_on_a_laptop(operator, namespace):
    """kubectl get sg,sp -o yaml, as it is: the laptop goes on from the status of the cluster."""
    bed.apply(bed.deployment(namespace, "edge", 3), bed.group(namespace, "edge", warmupSeconds=0),
              bed.policy(namespace, "lunch", ["edge"], metrics=[bed.CPU_50], schedules=[
                  {"name": "later", "at": bed.rfc3339(bed.now() + datetime.timedelta(hours=1)), "nodes": 7}]))
    bed.metrics("set", namespace, "*", "cpu=50%")
    bed.wait_for("known", lambda: bed.condition(bed.status(namespace, "edge"), "MetricsAvailable")["reason"]
                 == "AllValid" and bed.status(namespace, "edge")["next"]["rule"] == "lunch/later", 40)
    taken = bed.kubectl("get", "sg,sp", "-n", namespace, "-o", "yaml")

    def observation(instant):
        return (f"---\nkind: Observation\nnow: \"{bed.rfc3339(instant)}\"\nnodeCount: 3\n"
                "metrics: [{name: cpu, everyNode: 50}]\n")

    hour_later = bed.now() + datetime.timedelta(hours=1, seconds=10)
    now, later = decide(taken + observation(bed.now()) + observation(hour_later))
    assert (now["group"], now["decision"]["from"], now["decision"]["to"]) == (f"{namespace}/edge", 3, 3)
    assert (later["decision"]["to"], later["decision"]["winner"]) == (7, "schedule lunch/later")
    assert later["decision"]["range"]["effective"] == {"min": 7, "max": 10}
    assert decide(taken + observation(hour_later))[0]["decision"] == later["decision"]
