# SPDX-License-Identifier: Apache-2.0
"""Binding, unbinding, editing and deleting policies; order and past of rules."""

import datetime

import bed


def test_one_policy_acts_on_both_groups_it_is_bound_to(operator, namespace):
    for name in ("edge", "api"):
        bed.apply(bed.deployment(namespace, name, 2), bed.group(namespace, name))
    bed.apply(bed.policy(namespace, "both", ["edge", "api"], schedules=[
        {"name": "soon", "at": bed.seconds_ahead(6), "nodes": 4}]))
    for name in ("edge", "api"):
        bed.wait_for(f"{name}: four nodes", lambda: bed.replicas(namespace, name) == 4, 30)
    shown = bed.wait_for("both in the policy's status", lambda: (lambda s: s.get("boundGroups") == 2 and s)(
        bed.get("sp", namespace, "both")["status"]))
    assert [one["name"] for one in shown["groups"]] == ["api", "edge"]


def test_unbinding_gives_the_range_back_and_moves_nothing(operator, namespace):
    bed.metrics("set", namespace, "edge-", "cpu=50%")
    bed.apply(bed.deployment(namespace, "edge", 5), bed.group(namespace, "edge"),
              bed.policy(namespace, "range", ["edge"], nodeRange={"min": 4, "max": 8}, metrics=[bed.CPU_50]))
    bed.wait_for("4-8", lambda: bed.status(namespace, "edge")["effectiveRange"] == {"min": 4, "max": 8}, 20)
    bed.kubectl("patch", "sp", "range", "-n", namespace, "--type=merge", "-p", '{"spec":{"groupRefs":[]}}')
    bed.wait_for("1-10", lambda: bed.status(namespace, "edge")["effectiveRange"] == {"min": 1, "max": 10}, 20)
    bed.stays("five nodes", lambda: bed.replicas(namespace, "edge") == 5, 5)
    bed.wait_for("the policy says it is not bound", lambda: bed.condition(
        bed.get("sp", namespace, "range")["status"], "Bound")["reason"] == "NotBound")


def test_deleting_a_policy_moves_nothing(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "floor", ["edge"], nodeRange={"min": 4}))
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 20)
    bed.kubectl("delete", "sp", "floor", "-n", namespace)
    bed.wait_for("1-10", lambda: bed.status(namespace, "edge")["effectiveRange"] == {"min": 1, "max": 10}, 20)
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 5)


def test_an_edited_range_acts_at_once(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "range", ["edge"], nodeRange={"min": 2, "max": 8}))
    bed.wait_for("2-8", lambda: bed.status(namespace, "edge")["effectiveRange"] == {"min": 2, "max": 8}, 20)
    bed.kubectl("patch", "sp", "range", "-n", namespace, "--type=merge", "-p", '{"spec":{"nodeRange":{"min":5}}}')
    bed.wait_for("five nodes", lambda: bed.replicas(namespace, "edge") == 5, 20)
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"minSize":6}}')
    bed.wait_for("six nodes", lambda: bed.replicas(namespace, "edge") == 6, 20)


def test_two_rules_of_one_second_run_in_list_order(operator, namespace):
    due = bed.seconds_ahead(6)
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "order", ["edge"], schedules=[
                  {"name": "first", "at": due, "nodes": 7}, {"name": "second", "at": due, "nodes": 4}]))
    bed.wait_for("the last in the list has the word", lambda: bed.replicas(namespace, "edge") == 4, 30)
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 4)
    changes = [(one["status"]["from"], one["status"]["to"]) for one in bed.items("sact", namespace)]
    assert changes == [(2, 4)], changes


def test_beside_a_metric_two_rules_of_one_second_move_the_range_in_list_order(operator, namespace):
    bed.metrics("set", namespace, "*", "cpu=50%")
    bed.apply(bed.deployment(namespace, "edge", 5), bed.group(namespace, "edge", warmupSeconds=0))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["inService"] == 5)
    due = bed.seconds_ahead(6)
    bed.apply(bed.policy(namespace, "order", ["edge"], metrics=[bed.CPU_50], schedules=[
        {"name": "first", "at": due, "nodes": 7}, {"name": "second", "at": due, "nodes": 3}]))
    bed.wait_for("3-10: the second undid the first", lambda: bed.status(namespace, "edge")[
        "effectiveRange"] == {"min": 3, "max": 10}, 30)
    bed.stays("five nodes all the while", lambda: bed.replicas(namespace, "edge") == 5, 4)
    assert bed.items("sact", namespace) == []


def test_a_label_binds_and_unbinds(operator, namespace):
    selected = bed.policy(namespace, "gateways", [], nodeRange={"min": 4})
    selected["spec"] = {"groupSelector": {"matchLabels": {"tier": "gateway"}}, "nodeRange": {"min": 4}}
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"), selected)
    bed.wait_for("selects none", lambda: bed.condition(
        bed.get("sp", namespace, "gateways").get("status", {}), "Bound")["status"] == "False")
    bed.stays("two nodes", lambda: bed.replicas(namespace, "edge") == 2, 2)
    bed.kubectl("label", "sg", "edge", "-n", namespace, "tier=gateway")
    bed.wait_for("bound by its label", lambda: bed.replicas(namespace, "edge") == 4, 20)
    bed.kubectl("label", "sg", "edge", "-n", namespace, "tier-")
    bed.wait_for("the range goes back", lambda: bed.status(namespace, "edge")["effectiveRange"] == {
        "min": 1, "max": 10}, 20)
    bed.stays("and nothing else moves", lambda: bed.replicas(namespace, "edge") == 4, 3)


def test_a_rule_whose_time_today_has_passed_waits_for_the_next_period(operator, namespace):
    passed = (bed.now() - datetime.timedelta(minutes=2)).replace(second=0, microsecond=0)
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge"),
              bed.policy(namespace, "daily", ["edge"], schedules=[
                  {"name": "passed", "cron": f"{passed.minute} {passed.hour} * * *", "nodes": 6}]))
    following = bed.rfc3339(passed + datetime.timedelta(days=1))
    bed.wait_for("the next period is shown", lambda: bed.status(namespace, "edge")["next"]["time"] == following, 20)
    bed.stays("two nodes", lambda: bed.replicas(namespace, "edge") == 2, 6)
