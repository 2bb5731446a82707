# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests say to a bed (tests/cluster) and to the operator.

Every test has a namespace of its own and an operator that watches just that namespace, with the
rights of manifests/install and nothing more. So tests run side by side, and one can kill its
operator without disturbing the others.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLUICE = os.environ.get("SLUICE", str(ROOT / "build" / "sluice"))
CLUSTER = ROOT / "tests" / "cluster"
STATE = pathlib.Path(os.environ.get("SLUICE_BED_STATE", "/nonexistent"))


def run(*words, stdin=None, check=True):
    """Runs a command and returns its stdout; a failure carries its stderr."""
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout if check else done


def kubectl(*words, stdin=None, check=True):
    return run("kubectl", *words, stdin=stdin, check=check)


def apply(*objects):
    kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects))


def get(kind, namespace, name):
    return json.loads(kubectl("get", kind, "-n", namespace, name, "-o", "json"))


def items(kind, namespace, *words):
    return json.loads(kubectl("get", kind, "-n", namespace, *words, "-o", "json"))["items"]


def metrics(*words):
    run(CLUSTER / "metrics", *words)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def rfc3339(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_ahead(seconds):
    """An instant at least that far ahead, on a whole second, as RFC 3339."""
    return rfc3339(now() + datetime.timedelta(seconds=seconds + 1))


def wait_for(what, probe, timeout=30.0, pause=0.2):
    """Waits until probe() is true and returns it; names what was waited for, and the last value."""
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            last = probe()
            if last:
                return last
        except (AssertionError, KeyError, IndexError) as problem:
            last = problem
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen within {timeout} s: {what}; last: {last}")
        time.sleep(pause)


def stays(what, probe, seconds, pause=0.25):
    """Fails as soon as probe() is false within that many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert probe(), f"did not stay so: {what}"
        time.sleep(pause)


def deployment(namespace, name, replicas, cpu="100m"):
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{
                    "name": "gateway", "image": "gateway:1",
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
                    "resources": {"requests": {"cpu": cpu, "memory": "128Mi"}},
                }]},
            },
        },
    }


def group(namespace, name, minimum=1, maximum=10, target=None, **spec):
    return {
        "apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingGroup",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"minSize": minimum, "maxSize": maximum, "targetRef": {"name": target or name}, **spec},
    }


def policy(namespace, name, groups, **spec):
    return {
        "apiVersion": "sluice.dev/v1alpha1", "kind": "ScalingPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"groupRefs": [{"name": bound} for bound in groups], **spec},
    }


CPU_50 = {"name": "cpu", "type": "CPU", "target": {"averageUtilization": 50}}


def replicas(namespace, name):
    return get("deployment", namespace, name)["spec"]["replicas"]


def status(namespace, name):
    return get("sg", namespace, name).get("status", {})


def condition(status_object, kind):
    for entry in status_object.get("conditions", []):
        if entry["type"] == kind:
            return entry
    return {"status": "absent", "reason": "absent", "message": ""}


def ready_pods(namespace, app):
    return ready_pods_of(namespace, f"app={app}")


def ready_pods_of(namespace, selector):
    return [pod for pod in items("pods", namespace, "-l", selector)
            if "deletionTimestamp" not in pod["metadata"]
            and any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))]


def requests(user, since=""):
    """A user's finished requests by the audit log: dicts with verb, resource, name, code and so on."""
    found = []
    with open(STATE / "audit.log", encoding="utf-8") as log:
        for line in log:
            if user not in line or not line.endswith("\n"):  # the last line may be half written
                continue
            event = json.loads(line)
            if (event["user"].get("username") != user or event["stage"] != "ResponseComplete"
                    or event["requestReceivedTimestamp"] < since):
                continue
            ref = event.get("objectRef") or {}
            answer = event.get("responseStatus", {})
            found.append({"verb": event["verb"], "group": ref.get("apiGroup", ""),
                          "resource": ref.get("resource", event["requestURI"]),
                          "subresource": ref.get("subresource", ""), "namespace": ref.get("namespace"),
                          "name": ref.get("name"), "code": answer.get("code"), "said": answer.get("message", ""),
                          "time": event["requestReceivedTimestamp"], "body": event.get("requestObject")})
    return found


WRITING = ("create", "update", "patch", "delete", "deletecollection")


class Operator:
    """One `sluice controller` process, for one namespace or, if that is None, for all."""

    def __init__(self, namespace, folder, kubeconfig=None, arguments=(), user=None):
        self.folder = pathlib.Path(folder)
        self.kubeconfig = kubeconfig or service_account(namespace)
        self.user = user or f"system:serviceaccount:{namespace}:sluice"
        self.arguments = [*(["--namespace", namespace] if namespace else []), *arguments]
        self.log_path = self.folder / "operator.log"
        self.process = None
        self.address = None
        self.may_be_refused = False

    def start(self, wait_ready=True):
        log = open(self.log_path, "a", encoding="utf-8")
        offset = log.tell()
        self.process = subprocess.Popen(
            [SLUICE, "controller", "--kubeconfig", self.kubeconfig, "--health-addr", "127.0.0.1:0",
             "--log-format", "json", *self.arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.address = wait_for("the health address in the log", lambda: self._find_address(offset), 10)
        if wait_ready:
            wait_for("readyz", lambda: self.http("/readyz")[0] == 200, 30)
        return self

    def _find_address(self, offset):
        assert self.process.poll() is None, self.log()
        for line in self.log()[offset:].splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if "address" in entry:
                return entry["address"]
        return None

    def http(self, path):
        """(status, body) of a GET at the health address."""
        done = run("curl", "-s", "--max-time", "5", "-w", "\n%{http_code}",
                   f"http://{self.address}{path}", check=False)
        body, _, code = done.stdout.rpartition("\n")
        return int(code or 0), body

    def log(self):
        return self.log_path.read_text(encoding="utf-8") if self.log_path.exists() else ""

    def kill(self):
        """kill -9 and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout=15):
        """SIGTERM; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the operator did not end within %s s of SIGTERM" % timeout) from None

    def requests(self, since=""):
        return requests(self.user, since)

    def writes(self, since=""):
        return [one for one in self.requests(since) if one["verb"] in WRITING]

    def must_be_well(self, code):
        """What holds in every test: a clean end, none of its own rules broken, no right missing."""
        log = self.log()
        assert code in (0, -9), f"the operator ended with {code}"
        for bad in ("bug:", "Sanitizer"):
            assert bad not in log, f"the operator's log has: {bad}"
        refused = [one for one in self.requests() if one["code"] in (401, 403)
                   and "is being terminated" not in one["said"]]  # a namespace of an earlier test
        assert self.may_be_refused or not refused, f"manifests/install lacks a right: {refused[0]}"
        spoilt = [one for one in self.writes() if one["code"] in (400, 415, 422)]
        assert not spoilt, f"the API server could not accept: {spoilt[0]}"


def service_account(namespace):
    """A kubeconfig for the namespace's own ServiceAccount `sluice` with the rights of manifests/install."""
    kubeconfig = run(CLUSTER / "user", "--service-account", f"{namespace}/sluice").strip().splitlines()[-1]
    apply({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": f"sluice-{namespace}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "sluice"},
        "subjects": [{"kind": "ServiceAccount", "name": "sluice", "namespace": namespace}],
    })
    return kubeconfig
