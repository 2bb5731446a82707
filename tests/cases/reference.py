#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Target tracking against a slow reference in fractions, over a dense domain.

usage: reference.py [--sluice COMMAND]

The reference is written from the words of the algorithm, node by node, and shares no idea with the
program: it knows no scaled integers and fills missing nodes in one by one.
"""
import itertools
import json
import math
import os
import random
import subprocess
import sys
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
NOW = "2026-03-02T10:00:00Z"
MISSING, IGNORED = "missing", "ignored"


def inside(ratio, out, low):
    return 1 - Fraction(low, 100) <= ratio <= 1 + Fraction(out, 100)


def keep_direction(ratio, count, current):
    if (ratio < 1 and count > current) or (ratio > 1 and count < current):
        return current
    return count


def per_node(values, target, utilisation, out, low):
    """values: numbers, (usage, request) pairs, MISSING or IGNORED; one for each node there is."""
    current = len(values)
    pairs = [v if isinstance(v, tuple) else (v, Fraction(100 if utilisation else 1))
             for v in values if v not in (MISSING, IGNORED)]
    missing, ignored = values.count(MISSING), values.count(IGNORED)
    if ignored == len(values):
        return None
    if 2 * len(pairs) < len(values) - ignored:
        return None
    mean_request = sum(r for _, r in pairs) / len(pairs)

    def ratio_of(nodes):
        share = sum(u for u, _ in nodes) / sum(r for _, r in nodes)
        return (share * 100 if utilisation else share) / target

    ratio, count = ratio_of(pairs), len(pairs)
    if missing or (ignored and ratio > 1):
        filled = list(pairs)
        if ratio < 1:
            full = mean_request * max(100, target) / 100 if utilisation else target
            filled += [(full, mean_request)] * missing
        elif ratio > 1:
            filled += [(Fraction(0), mean_request)] * (missing + ignored)
        again = ratio_of(filled)
        if (ratio - 1) * (again - 1) < 0:
            return current
        ratio, count = again, len(filled)
    if inside(ratio, out, low):
        return current
    return max(1, keep_direction(ratio, math.ceil(ratio * count), current))


def single_value(value, target, current, ready, out, low):
    ratio = value / target
    if current == 0:
        return math.ceil(ratio)
    if inside(ratio, out, low):
        return current
    return keep_direction(ratio, math.ceil(ratio * ready), current)


def total(value, target, current, out, low):
    count = math.ceil(value / target)
    if current == 0:
        return count
    ratio = value / (target * current)
    return current if inside(ratio, out, low) else keep_direction(ratio, count, current)


def node(i, value):
    return {"name": "n%d" % i, "ready": False} if value == IGNORED else {"name": "n%d" % i}


def observation_of(values):
    readings = {}
    for i, value in enumerate(values):
        if isinstance(value, tuple):
            readings["n%d" % i] = {"value": float(value[0]), "request": float(value[1])}
        elif value != MISSING:
            readings["n%d" % i] = 77 if value == IGNORED else float(value)
    return {"nodes": [node(i, v) for i, v in enumerate(values)],
            "metrics": [{"name": "x", "perNode": readings}]}


def node_cases():
    dense = [Fraction(v) for v in (0, 25, 44, 45, 50, 55, 56, 90, 110)] + [MISSING, IGNORED]
    for size in (1, 2, 3):
        for values in itertools.combinations_with_replacement(dense, size):
            for target in (50, 120):
                yield list(values), Fraction(target), True, 10, 10
    dice = random.Random(4711)
    for _ in range(1500):
        values = [dice.choice([Fraction(dice.randrange(0, 2000), dice.choice((1, 2, 4, 8)))] * 6
                              + [MISSING, IGNORED]) for _ in range(dice.randrange(1, 12))]
        utilisation = dice.random() < 0.6
        if utilisation and dice.random() < 0.4:
            values = [(v, Fraction(dice.randrange(1, 4000))) if isinstance(v, Fraction) else v
                      for v in values]
        target = Fraction(dice.randrange(1, 200))
        yield values, target, utilisation, dice.randrange(0, 30), dice.randrange(0, 30)


def metric(utilisation, target):
    if utilisation:
        return {"name": "x", "type": "CPU", "target": {"averageUtilization": int(target)}}
    return {"name": "x", "type": "CPU", "target": {"averageValue": str(target)}}


def external(form, target):
    return {"name": "x", "type": "External", "external": {"metric": {"name": "x"}},
            "target": {form: target}}


def worlds():
    """(metric, tolerances, observation, what the reference wants)"""
    for values, target, utilisation, out, low in node_cases():
        yield (metric(utilisation, target), out, low, observation_of(values),
               per_node(values, target, utilisation, out, low))
    for current in range(0, 13):
        for tenths in range(0, 60):
            value = Fraction(tenths, 4)
            seen = {"nodeCount": current, "metrics": [{"name": "x", "value": float(value)}]}
            yield (external("averageValue", "0.25"), 10, 10, seen,
                   total(value, Fraction(1, 4), current, 10, 10))
            yield (external("value", "0.75"), 10, 10, seen,
                   single_value(value, Fraction(3, 4), current, current, 10, 10))


def documents(i, world):
    reads, out, low, seen, _ = world
    name = "g%d" % i
    metadata = {"name": name, "namespace": "demo"}
    behavior = {"scaleOut": {"tolerancePercent": out}, "scaleIn": {"tolerancePercent": low}}
    yield {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup", "metadata": metadata,
           "spec": {"minSize": 0, "maxSize": 1000, "targetRef": {"name": name}}}
    yield {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingPolicy", "metadata": metadata,
           "spec": {"groupRefs": [{"name": name}], "nodeRange": {"min": 0, "max": 1000},
                    "metrics": [reads], "behavior": behavior}}
    yield dict(seen, kind="Observation", now=NOW, group=name)
    yield {"kind": "Delete", "target": {"kind": "ScalingPolicy", "name": name}}
    yield {"kind": "Delete", "target": {"kind": "ScalingGroup", "name": name}}


def wants(sluice, batch):
    text = "\n---\n".join(json.dumps(d) for i, w in batch for d in documents(i, w))
    done = subprocess.run(sluice + ["decide", "-f", "-"], input=text, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit("exit %d: %s" % (done.returncode, done.stderr))
    for line in done.stdout.splitlines():
        yield json.loads(line)["decision"]["terms"][-1]["wants"]


def main():
    sluice = [os.path.join(HERE, "..", "..", "build", "sluice")]
    if sys.argv[1:2] == ["--sluice"]:
        sluice = sys.argv[2].split()
    everything = list(enumerate(worlds()))
    failed = 0
    for at in range(0, len(everything), 400):
        batch = everything[at:at + 400]
        for (_, world), have in zip(batch, wants(sluice, batch)):
            if world[4] != have:
                failed += 1
                print("FAIL %s: want %s, have %s" % (json.dumps(world[:4]), world[4], have))
    print("%d worlds, %d failed" % (len(everything), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
