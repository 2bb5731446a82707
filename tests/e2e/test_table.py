# SPDX-License-Identifier: Apache-2.0
"""S1's table: a schedule moves the range of metric scaling, and nodes follow the range."""

import bed
import pytest

# target of the schedule -> nodes and effective range afterwards; range 1-10 and five nodes before.
ROWS = {5: (5, 1, 10), 7: (7, 7, 10), 3: (5, 1, 10)}


def test_a_schedule_moves_the_range_as_in_the_table_of_s1(operator, namespace):
    bed.metrics("set", namespace, "*", "cpu=50%")
    for target in ROWS:
        name = f"edge-{target}"
        bed.apply(bed.deployment(namespace, name, 5), bed.group(namespace, name))
    bed.wait_for("fifteen ready pods", lambda: sum(
        len(bed.ready_pods(namespace, f"edge-{target}")) for target in ROWS) == 15)
    due = bed.seconds_ahead(8)
    for target in ROWS:
        bed.apply(bed.policy(
            namespace, f"lunch-{target}", [f"edge-{target}"], metrics=[bed.CPU_50],
            schedules=[{"name": "noon", "at": due, "nodes": target}]))

    for target, (nodes, low, high) in ROWS.items():
        name = f"edge-{target}"
        bed.wait_for(f"{name}: the schedule fired", lambda: bed.get(
            "sp", namespace, f"lunch-{target}")["status"]["groups"][0].get("lastFired"), 30)
        bed.wait_for(f"{name}: range {low}-{high}", lambda: bed.status(namespace, name)[
            "effectiveRange"] == {"min": low, "max": high}, 15)
        bed.wait_for(f"{name}: {nodes} nodes", lambda: bed.replicas(namespace, name) == nodes, 15)
        bed.wait_for(f"{name}: {nodes} in service",
                     lambda: bed.status(namespace, name)["inService"] == nodes, 15)
    bed.stays("the table", lambda: all(
        bed.replicas(namespace, f"edge-{target}") == row[0] for target, row in ROWS.items()), 5)

    assert [len(bed.ready_pods(namespace, f"edge-{target}")) for target in ROWS] == [row[0] for row in ROWS.values()]
    table = {line.split()[0]: line.split() for line in
             bed.kubectl("get", "sg", "-n", namespace).splitlines()}
    header = table["NAME"]
    for target, (nodes, low, high) in ROWS.items():
        row = dict(zip(header, table[f"edge-{target}"]))
        assert (row["DESIRED"], row["MIN"], row["MAX"]) == (str(nodes), str(low), str(high)), row
        assert row["READY"] == "True", row


def test_the_decision_names_the_rule_that_won(operator, namespace):
    bed.metrics("set", namespace, "*", "cpu=50%")
    bed.apply(bed.deployment(namespace, "edge", 5), bed.group(namespace, "edge"),
              bed.policy(namespace, "lunch", ["edge"], metrics=[bed.CPU_50],
                         schedules=[{"name": "noon", "at": bed.seconds_ahead(6), "nodes": 7}]))
    bed.wait_for("seven nodes", lambda: bed.replicas(namespace, "edge") == 7, 30)
    activities = bed.wait_for("the activity is over", lambda: [
        one for one in bed.items("sact", namespace) if one["status"]["result"] == "Successful"
        and one["status"]["to"] == 7], 30)
    assert len(activities) == 1
    done = activities[0]["status"]
    assert (done["cause"], done["from"], done["to"]) == ("schedule lunch/noon", 5, 7)
    assert done["decision"]["reason"] == "ScheduleFired"
    assert "7" in done["decision"]["message"] and "noon" in done["decision"]["message"]
    owner = activities[0]["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("ScalingGroup", "edge")
    events = bed.kubectl("describe", "sg", "edge", "-n", namespace)
    assert "ScheduleFired" in events


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_cron_rule_fires_at_the_local_minute(operator, namespace, zone):
    import datetime
    import zoneinfo
    due = (bed.now() + datetime.timedelta(seconds=64)).replace(second=0, microsecond=0)
    local = due.astimezone(zoneinfo.ZoneInfo(zone))
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "daily", ["edge"], schedules=[
                  {"name": "now", "cron": f"{local.minute} {local.hour} * * *", "timeZone": zone, "nodes": 4}]))
    bed.wait_for("next firing in status", lambda: bed.status(namespace, "edge")["next"]["time"]
                 == bed.rfc3339(due), 15)
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 90)
    lateness = (bed.now() - due).total_seconds()
    assert 0 <= lateness < 5, f"fired {lateness:.1f} s after its minute"
