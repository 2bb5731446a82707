# SPDX-License-Identifier: Apache-2.0
"""What kubectl shows: columns, describe, explain."""

import datetime

import bed


def table(*words):
    """Rows of kubectl's table as dicts by column; a column may be empty."""
    text = bed.kubectl("get", *words)
    if not text:
        return []
    header, *rows = text.splitlines()
    names = header.split()
    starts = [header.index(name) if number == 0 else header.index(" " + name) + 1
              for number, name in enumerate(names)]
    ends = starts[1:] + [None]
    return [{name: row[start:end].strip() for name, start, end in zip(names, starts, ends)} for row in rows]


def test_the_columns_tell_the_range_the_load_and_what_comes_next(operator, namespace):
    due = (bed.now() + datetime.timedelta(hours=5)).replace(second=0, microsecond=0)
    bed.metrics("set", namespace, "*", "cpu=52%")
    bed.apply(bed.deployment(namespace, "edge", 4), bed.group(namespace, "edge", 2, 10, warmupSeconds=0),
              bed.policy(namespace, "lunch", ["edge"], nodeRange={"min": 3, "max": 8}, metrics=[bed.CPU_50],
                         schedules=[{"name": "noon", "at": bed.rfc3339(due), "nodes": 5}]))
    bed.wait_for("the load", lambda: bed.status(namespace, "edge")["load"] == "cpu 52%/50%", 40)
    bed.wait_for("at rest", lambda: bed.status(namespace, "edge")["state"] == "Idle", 40)

    group, = table("sg", "-n", namespace)
    stamp = due.strftime("%m-%d %H:%MZ")
    assert {key: group[key] for key in list(group)[:8]} == {
        "NAME": "edge", "READY": "True", "STATE": "Idle", "DESIRED": "4", "IN-SERVICE": "4", "MIN": "3", "MAX": "8",
        "LOAD": "cpu 52%/50%"}, group
    assert group["NEXT"] == f"{stamp} lunch/noon 5" and group["AGE"], group
    assert list(group) == ["NAME", "READY", "STATE", "DESIRED", "IN-SERVICE", "MIN", "MAX", "LOAD", "NEXT",
                           "LAST-SCALE", "AGE"]

    wide, = table("sg", "-n", namespace, "-o", "wide")
    zones = dict(one.split("=") for one in wide["ZONES"].split(","))
    assert sum(map(int, zones.values())) == 4 and set(zones) <= {"zone-a", "zone-b"}, wide
    assert (wide["BASE-RANGE"], wide["PROTECTED"], wide["POLICIES"]) == ("3-8", "0", "lunch"), wide
    assert wide["MESSAGE"].startswith("4 wanted, 4 in service, range 3-8"), wide

    policy = bed.wait_for("bound", lambda: [
        one for one in table("sp", "-n", namespace) if one["GROUPS"] == "1/1"], 20)[0]
    assert list(policy) == ["NAME", "READY", "MODE", "GROUPS", "NEXT-RULE", "LAST-FIRED", "AGE"]
    assert (policy["READY"], policy["MODE"], policy["NEXT-RULE"], policy["LAST-FIRED"]) == (
        "True", "Both", f"{stamp} noon 5", ""), policy


def test_a_change_is_an_activity_and_an_event(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", desiredSize=2))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 2)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=4")
    bed.wait_for("ended", lambda: [one["RESULT"] for one in table("sact", "-n", namespace)] == ["Successful"], 30)
    activity, = table("sact", "-n", namespace)
    assert (activity["NAME"], activity["GROUP"], activity["FROM"], activity["TO"], activity["PROGRESS"]) == (
        "edge-00000001", "edge", "2", "4", "100"), activity
    bed.wait_for("the event", lambda: "ManualRequest" in bed.kubectl("describe", "sg", "edge", "-n", namespace), 20)
    assert bed.wait_for("LAST-SCALE", lambda: table("sg", "-n", namespace)[0]["LAST-SCALE"])
    assert bed.status(namespace, "edge")["activities"][0]["name"] == "edge-00000001"


def test_explain_teaches_every_field(installed):
    for kind in ("sg", "sp", "sact"):
        words = bed.wait_for("the fields", lambda: bed.kubectl("explain", kind, "--recursive"))
        assert "FIELDS" in words
    for field, word in (("sg.spec.warmupSeconds", "metric"), ("sg.spec.loadBalancers.drainSeconds", "drain"),
                        ("sp.spec.schedules.cron", "minute"), ("sp.spec.nodeRange", "range"),
                        ("sg.status.effectiveRange", "range")):
        text = bed.kubectl("explain", field)
        assert "DESCRIPTION" in text and word in text.lower(), text


def test_the_status_stands_up_to_its_schema(operator, namespace):
    """What the operator writes is in the CRD: the API server would drop unknown fields in silence."""
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", desiredSize=2))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 2)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=3")
    bed.wait_for("three in service", lambda: bed.status(namespace, "edge")["inService"] == 3, 30)
    stored = bed.status(namespace, "edge")
    sent = [patch["value"] for one in operator.writes() for patch in one["body"] or []
            if isinstance(patch, dict) and patch.get("path") == "/status" and one["resource"] == "scalinggroups"]
    assert sent, "the audit log has no status write"

    def lost(wrote, kept, path):
        if isinstance(wrote, dict):
            return [found for key, value in wrote.items() for found in (
                lost(value, kept[key], f"{path}.{key}") if isinstance(kept, dict) and key in kept
                else [f"{path}.{key}"] if value not in (None, {}, []) else [])]
        if isinstance(wrote, list) and isinstance(kept, list) and len(wrote) == len(kept):
            return [found for a, b in zip(wrote, kept) for found in lost(a, b, path + "[]")]
        return []

    assert lost(sent[-1], stored, "status") == []
