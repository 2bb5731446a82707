# SPDX-License-Identifier: Apache-2.0
"""What a person meets on a bad day: each time a clear message, then it goes on by itself."""

import base64
import subprocess

import bed
import pytest


def start_and_wait(*words, seconds=10):
    """Runs sluice and returns (exit code, output)."""
    done = subprocess.run([bed.SLUICE, *map(str, words)], capture_output=True, text=True, timeout=seconds)
    return done.returncode, done.stdout + done.stderr


def test_a_missing_kubeconfig_is_named_and_ends_it(tmp_path):
    code, text = start_and_wait("controller", "--kubeconfig", tmp_path / "none", "--health-addr", "127.0.0.1:0")
    assert code == 2 and "none" in text and "kubeconfig" in text, (code, text)


def test_a_broken_kubeconfig_names_the_line_or_field(tmp_path):
    broken = tmp_path / "config"
    broken.write_text("apiVersion: v1\nkind: Config\ncurrent-context: nowhere\ncontexts: []\n")
    code, text = start_and_wait("controller", "--kubeconfig", broken, "--health-addr", "127.0.0.1:0")
    assert code == 2 and "nowhere" in text, (code, text)


def test_a_file_that_is_no_kubeconfig_is_named_and_ends_it(tmp_path):
    broken = tmp_path / "config"
    broken.write_text("][ not: yaml\n")
    code, text = start_and_wait("controller", "--kubeconfig", broken, "--health-addr", "127.0.0.1:0")
    assert code == 2 and str(broken) in text, (code, text)


def changed_kubeconfig(namespace, tmp_path, change):
    config = bed.yaml.safe_load(open(bed.service_account(namespace), encoding="utf-8"))
    change(config)
    path = tmp_path / "kubeconfig"
    path.write_text(bed.yaml.safe_dump(config))
    return path


def other_authority():
    return base64.b64encode((bed.STATE / "pki" / "proxy-ca.crt").read_bytes()).decode()


BROKEN = {
    "nobody answers there": (lambda config: config["clusters"][0]["cluster"].update(
        server="https://127.0.0.1:1"), ["https://127.0.0.1:1", "onnect"]),
    "the server has another authority": (lambda config: config["clusters"][0]["cluster"].update(
        {"certificate-authority-data": other_authority()}), ["certificate"]),
    "the token is not known": (lambda config: config["users"][0]["user"].update(token="nonsense"),
                               ["Unauthorized", "mend the kubeconfig or its token"]),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_kubeconfig_that_leads_nowhere_is_said_and_waited_for(namespace, tmp_path, case):
    change, words = BROKEN[case]
    operator = bed.Operator(namespace, tmp_path, kubeconfig=changed_kubeconfig(namespace, tmp_path, change))
    try:
        operator.start(wait_ready=False)
        bed.wait_for("it is said", lambda: all(word in operator.log() for word in words), 20)
        bed.stays("waiting", lambda: operator.process.poll() is None and operator.http("/readyz")[0] == 503
                  and operator.http("/healthz")[0] == 200, 3)
        assert len(operator.log().splitlines()) < 20, "it fills the log:\n" + operator.log()
    finally:
        assert operator.stop() == 0
        print(operator.log())


def test_an_unknown_flag_is_refused_with_a_hint():
    code, text = start_and_wait("controller", "--no-such-flag")
    assert code == 2 and "--no-such-flag" in text and "--help" in text, (code, text)


def test_help_can_be_worked_from():
    code, text = start_and_wait("controller", "--help")
    assert code == 0
    for flag in ("--kubeconfig", "--namespace", "--health-addr", "--log-format", "--max-group-size", "--config"):
        assert flag in text, flag


def test_an_occupied_health_address_is_named_and_ends_it(operator, namespace):
    code, text = start_and_wait("controller", "--kubeconfig", operator.kubeconfig,
                                "--health-addr", operator.address)
    assert code != 0 and operator.address in text, (code, text)


def test_metrics_and_health_are_served(operator, namespace):
    assert operator.http("/healthz")[0] == 200
    assert operator.http("/readyz")[0] == 200
    code, text = operator.http("/metrics")
    assert code == 200 and "# HELP" in text and "sluice_" in text
    assert operator.http("/nowhere")[0] == 404


def test_a_refused_sample_is_refused_by_name(operator, namespace):
    wrong = bed.group(namespace, "edge", 5, 2)
    done = bed.kubectl("apply", "-f", "-", stdin=bed.yaml.safe_dump(wrong), check=False)
    assert done.returncode != 0 and "minSize" in done.stderr, done.stderr


def test_without_rights_it_says_which_and_picks_up_when_they_come(namespace, tmp_path):
    kubeconfig = bed.run(bed.CLUSTER / "user", f"nobody-{namespace}"[:60]).strip().splitlines()[-1]
    operator = bed.Operator(namespace, tmp_path, kubeconfig=kubeconfig)
    try:
        operator.start(wait_ready=False)
        bed.wait_for("the missing right is named", lambda: "forbidden" in operator.log().lower()
                     and "scalinggroups" in operator.log(), 20)
        assert operator.http("/readyz")[0] == 503
        assert operator.http("/healthz")[0] == 200
        bed.apply({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                   "metadata": {"name": f"sluice-{namespace}"},
                   "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "sluice"},
                   "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User",
                                 "name": f"nobody-{namespace}"[:60]}]})
        bed.wait_for("ready without a restart", lambda: operator.http("/readyz")[0] == 200, 90, 1)
    finally:
        operator.stop()


@pytest.mark.exclusive
def test_an_api_server_that_went_silent_is_survived(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", desiredSize=2),
              bed.policy(namespace, "p", ["edge"], schedules=[
                  {"name": "soon", "at": bed.seconds_ahead(8), "nodes": 4}]))
    bed.wait_for("bound", lambda: bed.status(namespace, "edge")["next"]["rule"] == "p/soon")
    due = bed.status(namespace, "edge")["next"]["time"]
    bed.run(bed.CLUSTER / "component", "stop", "apiserver")
    try:
        bed.wait_for("the firing passed in silence", lambda: bed.rfc3339(bed.now()) > due)
        bed.stays("alive", lambda: operator.process.poll() is None and operator.http("/healthz")[0] == 200, 6)
    finally:
        bed.run(bed.CLUSTER / "component", "cont", "apiserver")
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 60)
    bed.stays("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 4)
    changes = [(one["status"]["from"], one["status"]["to"]) for one in bed.items("sact", namespace)]
    assert changes == [(2, 4)], changes


@pytest.mark.exclusive
def test_the_api_server_gone_and_back_is_survived(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", desiredSize=2))
    bed.wait_for("seen", lambda: bed.status(namespace, "edge")["desired"] == 2)
    bed.run(bed.CLUSTER / "component", "kill", "apiserver")
    try:
        bed.wait_for("it is said", lambda: "API server does not answer" in operator.log(), 30)
        bed.stays("alive", lambda: operator.process.poll() is None and operator.http("/healthz")[0] == 200, 5)
    finally:
        bed.run(bed.CLUSTER / "component", "start", "apiserver")
        for other in ("controller-manager", "scheduler", "kwok"):  # theirs may wait half a minute to reconnect
            bed.run(bed.CLUSTER / "component", "restart", other)
        operator.may_be_refused = True  # a new API server answers 403 until it has read its roles
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"desiredSize":4}}')
    bed.wait_for("four nodes", lambda: bed.replicas(namespace, "edge") == 4, 60)
    changes = [(one["status"]["from"], one["status"]["to"]) for one in bed.items("sact", namespace)]
    assert changes == [(2, 4)], changes


@pytest.mark.exclusive
def test_without_crds_it_says_how_to_install_them_and_picks_up(namespace, tmp_path):
    crds = ["crd/scalinggroups.sluice.dev", "crd/scalingpolicies.sluice.dev", "crd/scalingactivities.sluice.dev"]
    bed.kubectl("delete", *crds)
    operator = bed.Operator(namespace, tmp_path)
    try:
        operator.start(wait_ready=False)
        bed.wait_for("the remedy is in the log", lambda: "kubectl apply" in operator.log(), 20)
        assert operator.http("/readyz")[0] == 503
        bed.kubectl("apply", "--server-side", "-f", bed.ROOT / "crds")
        bed.kubectl("wait", "--for=condition=Established", "--timeout=30s", *crds)
        bed.wait_for("ready without a restart", lambda: operator.http("/readyz")[0] == 200, 90, 1)
        bed.apply(bed.deployment(namespace, "edge", 1), bed.group(namespace, "edge", 2))
        bed.wait_for("it works", lambda: bed.replicas(namespace, "edge") == 2, 30)
    finally:
        operator.stop()
