# SPDX-License-Identifier: Apache-2.0
"""The custom resource definitions as a real API server enforces them.

refused/*.yaml   each document is refused with exactly the sentences of its `# refused:` lines; the first
                 is the one that matters, others are what the API server says besides
accepted/*.yaml  each document is accepted with strict validation: the legal side of the borders
changed/*.yaml   the first document stands; each later one is a change of it, refused or accepted

A sentence is what follows "Invalid value: " for a rule of the definitions, and the whole line for
what the schema says by itself. Run on a bed: tests/e2e/run tests/crds
"""

import base64
import contextlib
import copy
import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile
import time
import urllib.parse

import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
API = "/apis/sluice.dev/v1alpha1"
PLURALS = {"ScalingGroup": "scalinggroups", "ScalingPolicy": "scalingpolicies",
           "ScalingActivity": "scalingactivities"}
CRDS = {kind: yaml.safe_load((ROOT / "crds" / f"{plural}.yaml").read_text(encoding="utf-8"))
        for kind, plural in PLURALS.items()}
MARK = "# refused: "
UNCHECKED = "some validation rules were not checked"


# --- samples -----------------------------------------------------------------------------------


def documents(path):
    """(sentences, object) of each document of a file."""
    for text in re.split(r"(?m)^---\n", path.read_text(encoding="utf-8")):
        wanted = [line[len(MARK):] for line in text.splitlines() if line.startswith(MARK)]
        thing = yaml.safe_load(text)
        if thing is not None:
            yield wanted, thing


def samples(folder):
    """One pytest parameter a document, named FILE-NAME."""
    for path in sorted((HERE / folder).glob("*.yaml")):
        for wanted, thing in documents(path):
            yield pytest.param(wanted, thing, id=f"{path.stem}-{thing['metadata']['name'][:50]}")


def schema_of(kind):
    return CRDS[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def rules(kind):
    """(id, sentence) of each rule of a kind."""
    pending = [schema_of(kind)]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            for rule in node.get("x-kubernetes-validations", []):
                yield rule["rule"].splitlines()[0].removeprefix("// "), rule["message"]
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


# --- the API server ------------------------------------------------------------------------------


def kubectl(*words, stdin=None, check=True):
    done = subprocess.run(["kubectl", *map(str, words)], input=stdin, text=True, capture_output=True)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout if check else done


class Server:
    """Requests as JSON over one connection; kubectl would cost a process each."""

    def __init__(self):
        config = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        address = urllib.parse.urlsplit(cluster["server"])
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=authority)
        self.headers = {"Content-Type": "application/json"}
        if "token" in user:
            self.headers["Authorization"] = "Bearer " + user["token"]
        else:
            with tempfile.NamedTemporaryFile() as pair:
                for key in ("client-certificate-data", "client-key-data"):
                    pair.write(base64.b64decode(user[key]))
                pair.flush()
                context.load_cert_chain(pair.name)
        self.connection = http.client.HTTPSConnection(address.hostname, address.port, context=context)

    def ask(self, verb, path, body=None, content=None):
        """(status code, object)"""
        headers = dict(self.headers)
        if content:
            headers["Content-Type"] = content
        self.connection.request(verb, path, body and json.dumps(body), headers)
        reply = self.connection.getresponse()
        return reply.status, json.loads(reply.read())

    def create(self, namespace, thing, dry=True):
        thing = copy.deepcopy(thing)
        thing["metadata"]["namespace"] = namespace
        query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
        return self.ask("POST", f"{API}/namespaces/{namespace}/{PLURALS[thing['kind']]}{query}", thing)

    def replace(self, namespace, thing, dry=True):
        path = f"{API}/namespaces/{namespace}/{PLURALS[thing['kind']]}/{thing['metadata']['name']}"
        code, stands = self.ask("GET", path)
        assert code == 200, stands
        thing = copy.deepcopy(thing)
        thing["metadata"].update(namespace=namespace,
                                 resourceVersion=stands["metadata"]["resourceVersion"])
        query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
        return self.ask("PUT", path + query, thing)


def generations():
    return [kubectl("get", "crd", crd["metadata"]["name"], "-o", "jsonpath={.metadata.generation}",
                    check=False).stdout for crd in CRDS.values()]


@pytest.fixture(scope="session")
def server():
    if not os.environ.get("SLUICE_BED_STATE"):
        pytest.exit("run these tests with tests/e2e/run tests/crds, or inside tests/cluster/exec", 2)
    before = generations()
    kubectl("apply", "--server-side", "--force-conflicts", "-f", ROOT / "crds")
    kubectl("wait", "--for=condition=Established", "--timeout=30s",
            *(f"crd/{crd['metadata']['name']}" for crd in CRDS.values()))
    if generations() != before:
        time.sleep(2)  # the old definition is served a moment longer
    return Server()


@pytest.fixture(scope="session")
def namespace(server):
    name = f"crds-{os.getpid()}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def said(reply):
    """What the API server complains of, a line each, as kubectl would print it."""
    causes = reply.get("details", {}).get("causes")
    if not causes:
        return [reply["message"]]
    lines = [f"{cause['field']}: {cause['message']}" for cause in causes]
    return [line for line in lines if UNCHECKED not in line]


def matches(line, sentence):
    return line == sentence or line.endswith(": " + sentence)


def assert_refused(code, reply, wanted):
    assert 400 <= code < 500 and code != 409, f"not refused: {code}"
    lines = said(reply)
    assert len(lines) == len(wanted), lines
    for sentence in wanted:
        assert any(matches(line, sentence) for line in lines), lines


# --- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted, thing", samples("refused"))
def test_it_is_refused_with_its_sentence(server, namespace, wanted, thing):
    assert wanted, "a document of refused/ needs a line that begins with " + MARK
    assert_refused(*server.create(namespace, thing), wanted)


@pytest.mark.parametrize("wanted, thing", samples("accepted"))
def test_it_is_accepted(server, namespace, wanted, thing):
    code, reply = server.create(namespace, thing)
    assert code == 201, said(reply)


@pytest.mark.parametrize("path", sorted((HERE / "changed").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_change_is_judged_by_what_stands(server, namespace, path):
    (_, first), *changes = documents(path)
    code, reply = server.create(namespace, first, dry=False)
    assert code == 201, reply
    for wanted, thing in changes:
        code, reply = server.replace(namespace, thing)
        if wanted:
            assert_refused(code, reply, wanted)
        else:
            assert code == 200, said(reply)


def test_every_rule_has_a_sample():
    shown = set()
    for folder in ("refused", "changed"):
        for path in (HERE / folder).glob("*.yaml"):
            for wanted, thing in documents(path):
                shown.update((thing["kind"], sentence) for sentence in wanted)
    missing = [(kind, rule) for kind in CRDS for rule, sentence in rules(kind)
               if (kind, sentence) not in shown]
    assert not missing


def test_kubectl_prints_the_sentence(server, namespace):
    wanted, thing = next(documents(HERE / "refused" / "group-sizes.yaml"))
    thing["metadata"]["namespace"] = namespace
    done = kubectl("apply", "--server-side", "--dry-run=server", "-f", "-",
                   stdin=yaml.safe_dump(thing), check=False)
    assert done.returncode != 0 and done.stderr.strip().endswith(wanted[0]), done.stderr


# --- bounds: every one of every field, on both sides -----------------------------------------------


def full(kind):
    """The sample that spells every field."""
    for path in (ROOT / "manifests" / "samples").glob("full-*.yaml"):
        for _, thing in documents(path):
            if thing["kind"] == kind:
                return thing
    raise AssertionError(f"no manifests/samples/full-*.yaml has a {kind}")


def fields(node, path=()):
    """(path, schema) of each field below a schema; lists contribute their first item."""
    yield path, node
    for key, below in node.get("properties", {}).items():
        yield from fields(below, (*path, key))
    if isinstance(node.get("items"), dict):
        yield from fields(node["items"], (*path, 0))


def put(thing, path, value):
    """Whether the place exists; sets it if so."""
    for step in path[:-1]:
        try:
            thing = thing[step]
        except (KeyError, IndexError, TypeError):
            return False
    try:
        thing[path[-1]] = value
    except (IndexError, TypeError):
        return False
    return True


def dotted(path):
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


def bounds():
    for kind in ("ScalingGroup", "ScalingPolicy"):
        spec = schema_of(kind)["properties"]["spec"]
        for path, schema in fields(spec, ("spec",)):
            for key, step, word in (("minimum", -1, "greater"), ("maximum", 1, "less")):
                if key in schema:
                    yield pytest.param(kind, path, schema[key], step, word,
                                       id=f"{kind}-{dotted(path)}-{key}")


@pytest.mark.parametrize("kind, path, bound, step, word", bounds())
def test_a_number_ends_at_its_bound(server, namespace, kind, path, bound, step, word):
    name = dotted(path)
    answer = re.compile(rf"{re.escape(name)}: Invalid value: \S+: {re.escape(name)} in body should be "
                        rf"{word} than or equal to ")
    thing = full(kind)
    reached = next((at for at in range(20) if put(thing, reach(path, at), bound)), None)
    assert reached is not None, "the full sample does not spell this field"
    del thing
    for value, refused in ((bound, False), (bound + step, True)):
        thing = full(kind)
        put(thing, reach(path, reached), value)
        _, reply = server.create(namespace, thing)
        lines = [line for line in said(reply) if answer.match(re.sub(r"\[\d+\]", "[0]", line))] \
            if reply["kind"] == "Status" else []
        assert bool(lines) == refused, reply.get("message")


def reach(path, at):
    """The path with another item of its first list: not every item of a list has every field."""
    lists = [place for place, step in enumerate(path) if step == 0]
    return path if not lists else (*path[:lists[0]], at, *path[lists[0] + 1:])


# --- cost ------------------------------------------------------------------------------------------


def largest_group():
    long = "a" * 63
    return {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup", "metadata": {"name": long}, "spec": {
        "minSize": 0, "maxSize": 10000, "launchTemplateRef": {"name": "a" * 253}, "displayName": "a" * 60,
        "zones": [f"zone-{n:058}" for n in range(50)], "network": {"addressType": "IPv6"},
        "members": [{"name": f"{n:063}", "address": f"2001:db8:1111:2222:3333:4444:5555:{n + 4096:x}", "zone": long}
                    for n in range(250)],
        "loadBalancers": [{"name": f"{n:063}", "service": long, "serverGroup": long, "port": n + 1}
                          for n in range(20)],
        "paused": {"reason": "a" * 256, "until": "2026-12-01T09:00:00.123456789+08:00"}}}


def largest_policy():
    cron = ("0,1,2,3,4,5,6,7,8,9,10,11,12,13,14 0-11,12-23 1-15/2,16-31/3 JAN-JUN,JUL-DEC MON-THU,FRI-SUN"
            + " " * 120)[:120]
    dates = [f"{year}-{month:02}-{day:02}" for year in (2026, 2027) for month in range(1, 13)
             for day in range(1, 17)][:200]
    ends = [{"upper": -90}, *({"lower": 10 * n - 90, "upper": 10 * n - 80} for n in range(18)), {"lower": 90}]
    steps = {"threshold": 100, "adjustments": [{**end, "by": 0} for end in ends]}
    return {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingPolicy", "metadata": {"name": "a" * 63}, "spec": {
        "description": "a" * 120, "groupRefs": [{"name": f"{n:063}"} for n in range(250)],
        "nodeRange": {"max": 10000},
        "metrics": [{"name": f"{n:063}", "type": "Prometheus", "source": "a" * 63, "queryName": "a" * 63,
                     "parameters": {f"p{p:062}": "a" * 256 for p in range(20)}, "steps": steps} for n in range(10)],
        "schedules": [{"name": f"{n:063}", "cron": cron, "endCron": cron, "nodes": 10000,
                       "timeZone": "a" * 64, "excludeDates": dates} for n in range(50)],
        "behavior": {"scaleIn": {"blackouts": [{"cron": cron, "durationSeconds": 1, "timeZone": "a" * 64}] * 20}}}}


@pytest.mark.parametrize("thing", [largest_group(), largest_policy()], ids=lambda thing: thing["kind"])
def test_the_largest_object_is_within_the_cost_of_rules(server, namespace, thing):
    code, reply = server.create(namespace, thing)
    assert code == 201, said(reply)


# --- what kubectl shows ----------------------------------------------------------------------------

GROUP_STATUS = yaml.safe_load("""
    observedGeneration: 1
    summary: "7 wanted, 6 in service, range 7-10 (noon)"
    state: ScalingOut
    desired: 7
    current: 7
    ready: 6
    inService: 6
    protected: 1
    selector: app=edge
    effectiveRange: {min: 7, max: 10}
    load: "cpu 52%/50%"
    columns: {next: "03-02 05:00Z lunch/down 5", baseRange: 1-10, zones: "zone-a=4,zone-b=3", loadBalancers: 1/2, policies: lunch}
    conditions:
    - {type: Ready, status: "True", reason: Progressing, message: "1 node is starting", lastTransitionTime: "2026-03-02T03:00:00Z"}
""")


@contextlib.contextmanager
def standing(server, namespace, thing, status):
    code, reply = server.create(namespace, thing, dry=False)
    assert code == 201, reply
    path = f"{API}/namespaces/{namespace}/{PLURALS[thing['kind']]}/{thing['metadata']['name']}"
    code, reply = server.ask("PATCH", path + "/status?fieldValidation=Strict", {"status": status},
                             "application/merge-patch+json")
    assert code == 200, reply
    yield path
    server.ask("DELETE", path)


def table(*words):
    """The header and the first row of a kubectl table, cut where the header's words begin."""
    head, row = kubectl("get", *words).splitlines()[:2]
    starts = [found.start() for found in re.finditer(r"\S+(?: \S+)*", head)] + [None]
    return {head[a:b].strip(): row[a:b].strip() for a, b in zip(starts, starts[1:])}


def test_the_columns_of_a_group(server, namespace):
    thing = {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup", "metadata": {"name": "columns"},
             "spec": {"minSize": 1, "maxSize": 10, "targetRef": {"name": "edge"}}}
    status = dict(GROUP_STATUS, lastScaleTime=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    with standing(server, namespace, thing, status):
        plain = table("sg", "columns", "-n", namespace)
        assert list(plain) == ["NAME", "READY", "STATE", "DESIRED", "IN-SERVICE", "MIN", "MAX", "LOAD",
                               "NEXT", "LAST-SCALE", "AGE"]
        assert list(plain.values())[1:9] == ["True", "ScalingOut", "7", "6", "7", "10", "cpu 52%/50%",
                                             "03-02 05:00Z lunch/down 5"]
        assert re.fullmatch(r"\d+s", plain["LAST-SCALE"])
        wide = table("sg", "columns", "-n", namespace, "-o", "wide")
        assert {key: wide[key] for key in list(wide)[11:]} == {
            "BASE-RANGE": "1-10", "ZONES": "zone-a=4,zone-b=3", "LBS": "1/2", "PROTECTED": "1",
            "POLICIES": "lunch", "MESSAGE": "7 wanted, 6 in service, range 7-10 (noon)"}


def test_the_columns_of_a_policy(server, namespace):
    thing = {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingPolicy", "metadata": {"name": "columns"},
             "spec": {}}
    status = {"mode": "Both", "columns": {"groups": "2/1", "nextRule": "03-02 05:00Z down 5"},
              "lastFiredTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
              "conditions": [{"type": "Ready", "status": "True", "reason": "Valid", "message": "",
                              "lastTransitionTime": "2026-03-02T03:00:00Z"}]}
    with standing(server, namespace, thing, status):
        plain = table("sp", "columns", "-n", namespace)
        assert list(plain) == ["NAME", "READY", "MODE", "GROUPS", "NEXT-RULE", "LAST-FIRED", "AGE"]
        assert list(plain.values())[1:5] == ["True", "Both", "2/1", "03-02 05:00Z down 5"]
        assert re.fullmatch(r"\d+s", plain["LAST-FIRED"])


def test_kubectl_scale_writes_the_request(server, namespace):
    thing = {"apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup", "metadata": {"name": "scaled"},
             "spec": {"minSize": 1, "maxSize": 10, "targetRef": {"name": "edge"}}}
    with standing(server, namespace, thing, GROUP_STATUS) as path:
        kubectl("scale", "sg/scaled", "-n", namespace, "--replicas=5000")
        assert server.ask("GET", path)[1]["spec"]["desiredSize"] == 5000  # clamped by the operator, not refused
        scale = server.ask("GET", path + "/scale")[1]
        assert scale["spec"] == {"replicas": 5000}
        assert scale["status"] == {"replicas": 7, "selector": "app=edge"}


def test_an_activity_is_stored_whole_by_one_post_and_found_by_group(server, namespace):
    status = {"cause": "schedule lunch/noon", "from": 5, "to": 7, "start": "2026-03-02T03:00:00Z",
              "progress": 50, "result": "InProgress", "message": "two nodes", "decision": {"to": 7}}
    for name, group in (("gate-00000012", "gate"), ("other-00000001", "other")):
        code, reply = server.create(namespace, {
            "apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingActivity", "metadata": {"name": name},
            "spec": {"groupName": group}, "status": status}, dry=False)
        assert code == 201 and reply["status"] == status, reply
    listed = kubectl("get", "sact", "-n", namespace, "--field-selector", "spec.groupName=gate", "-o", "name")
    assert listed.split() == ["scalingactivity.sluice.dev/gate-00000012"]
    row = table("sact", "gate-00000012", "-n", namespace)
    assert list(row) == ["NAME", "GROUP", "FROM", "TO", "RESULT", "PROGRESS", "CAUSE", "AGE"]
    assert list(row.values())[1:7] == ["gate", "5", "7", "InProgress", "50", "schedule lunch/noon"]


def test_the_categories_list_all_kinds(server):
    for category in ("sluice", "autoscaling"):
        names = kubectl("api-resources", f"--categories={category}", "-o", "name").split()
        assert {f"{plural}.sluice.dev" for plural in PLURALS.values()} <= set(names)


@pytest.mark.parametrize("kind", PLURALS)
def test_every_field_has_a_description(kind):
    silent = []
    for path, schema in fields(schema_of(kind)):
        if path and path[-1] not in (0, "metadata", "min", "max") and not schema.get("description"):
            silent.append(dotted(path))
    assert not silent


# --- manifests -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "manifests" / "samples").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_sample_teaches_and_is_accepted(server, namespace, path):
    assert path.read_text(encoding="utf-8").startswith("# ")
    done = kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-n", namespace, "-f", path,
                   check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_the_plain_install_is_accepted_without_a_warning(server):
    done = kubectl("apply", "--server-side", "--force-conflicts", "--validate=strict", "-f",
                   ROOT / "manifests" / "install", check=False)
    kubectl("delete", "namespace", "sluice-system", "--wait=false")
    assert done.returncode == 0 and not done.stderr, done.stderr
