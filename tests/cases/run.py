#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the decision cases of this folder through `sluice decide`.

usage: run.py [--sluice COMMAND] [FILE.yaml ...]

A case file is a stream of the documents of `sluice decide` with three additions:

  kind: Case          begins a case: `name` (a claim) and `why` (the rule or source)
  Observation.expect  what the answer must contain: keys of "decision", besides `activities`,
                      `status` and `policyStatus`; mappings may leave keys out, lists may not
  Observation.why     the arithmetic, for people

Every case is played twice: in one call, and with the status put back before each observation.
Both must print the same bytes. range-vectors.csv is played too.
"""
import csv
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
OUTER = ("activities", "status", "policyStatus", "group", "now")


class Loader(yaml.SafeLoader):
    """YAML without dates: a time stays the text it is."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def decide(sluice, documents):
    text = "\n---\n".join(json.dumps(d) for d in documents)
    done = subprocess.run(sluice + ["decide", "-f", "-"], input=text, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise AssertionError("exit %d: %s" % (done.returncode, done.stderr.strip()))
    return done.stdout.splitlines()


def differences(want, have, path):
    if isinstance(want, dict) and isinstance(have, dict):
        for key, value in want.items():
            yield from differences(value, have.get(key), path + "." + key)
    elif isinstance(want, list) and isinstance(have, list) and len(want) == len(have):
        for i, value in enumerate(want):
            yield from differences(value, have[i], "%s[%d]" % (path, i))
    elif want != have or isinstance(want, bool) != isinstance(have, bool):
        yield "%s: want %s, have %s" % (path.lstrip("."), json.dumps(want), json.dumps(have))


def bare(document):
    return {k: v for k, v in document.items() if k not in ("expect", "why")}


def check(observation, line):
    answer = json.loads(line)
    for key, want in observation.get("expect", {}).items():
        have = answer[key] if key in OUTER else answer["decision"].get(key, "no such key")
        for text in differences(want, have, key):
            yield "at %s: %s\n      %s" % (observation["now"], text, answer["decision"]["message"])


def replay(sluice, documents):
    """One call an observation, the status of the one before put back."""
    groups, others, lines = {}, {}, []
    for document in documents:
        kind = document.get("kind")
        name = document.get("metadata", {}).get("name")
        if kind == "ScalingGroup":
            status = groups.get(name, {}).get("status")
            groups[name] = dict(document, status=status) if status else dict(document)
        elif kind == "Delete":
            groups.pop(document["target"]["name"], None)
            others.pop((document["target"]["kind"], document["target"]["name"]), None)
        elif kind == "Observation":
            lines += decide(sluice, list(others.values()) + list(groups.values()) + [document])
            answer = json.loads(lines[-1])
            groups[answer["group"].split("/")[-1]]["status"] = answer["status"]
        else:
            others[(kind, name)] = document
    return lines


def play(sluice, documents):
    observations = [d for d in documents if d.get("kind") == "Observation"]
    plain = [bare(d) for d in documents]
    try:
        lines = decide(sluice, plain)
        problems = [p for o, line in zip(observations, lines) for p in check(o, line)]
        if len(lines) != len(observations):
            problems.append("%d answers to %d observations" % (len(lines), len(observations)))
        for one, many in zip(lines, replay(sluice, plain)):
            if json.loads(one) != json.loads(many):
                problems += ["one call and many differ: " + p
                             for p in differences(json.loads(one), json.loads(many), "")]
    except AssertionError as error:
        problems = [str(error)]
    return problems


def cases_of(path):
    with open(path, encoding="utf-8") as file:
        documents = [d for d in yaml.load_all(file, Loader) if d is not None]
    name, current = os.path.basename(path), []
    for document in documents:
        if document.get("kind") == "Case":
            if current:
                yield name, current
            name, current = "%s: %s" % (os.path.basename(path), document["name"]), []
        else:
            current.append(document)
    if current:
        yield name, current


def vector_cases():
    with open(os.path.join(HERE, "range-vectors.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            low, high, target, current, low_after, high_after, nodes_after = (
                int(row[k]) for k in list(row)[:7])
            metadata = {"name": "edge", "namespace": "demo"}
            observation = {"kind": "Observation", "nodeCount": current,
                           "metrics": [{"name": "cpu", "everyNode": 50}]}
            yield "range-vectors.csv: %s" % ",".join(row.values()), [
                {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup", "metadata": metadata,
                 "spec": {"minSize": 0, "maxSize": 1000, "targetRef": {"name": "edge"}}},
                {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingPolicy",
                 "metadata": dict(metadata, name="p"),
                 "spec": {"groupRefs": [{"name": "edge"}],
                          "nodeRange": {"min": low, "max": high},
                          "metrics": [{"name": "cpu", "type": "CPU",
                                       "target": {"averageUtilization": 50}}],
                          "schedules": [{"name": "r", "at": "2026-03-02T03:00:00Z",
                                         "nodes": target}]}},
                dict(observation, now="2026-03-02T02:59:55Z", expect={"to": current}),
                dict(observation, now="2026-03-02T03:00:00Z", expect={
                    "from": current, "to": nodes_after,
                    "range": {"effective": {"min": low_after, "max": high_after}}}),
            ]


def main():
    sluice = [os.path.join(HERE, "..", "..", "build", "sluice")]
    arguments = sys.argv[1:]
    if arguments[:1] == ["--sluice"]:
        sluice, arguments = arguments[1].split(), arguments[2:]
    files = arguments or sorted(
        os.path.join(HERE, f) for f in os.listdir(HERE) if f.endswith(".yaml"))
    cases = [c for f in files for c in cases_of(f)]
    if not arguments:
        cases += list(vector_cases())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: play(sluice, case[1]), cases))
    for (name, _), problems in zip(cases, results):
        for problem in problems:
            print("FAIL %s\n  %s" % (name, problem))
    failed = sum(1 for problems in results if problems)
    print("%d cases, %d failed" % (len(cases), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
