# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the bed with CRDs and roles, a namespace, an operator."""

import os
import sys
import pathlib
import re

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bed  # noqa: E402


def install():
    """The CRDs and the ClusterRole of manifests/install, as a user would."""
    bed.kubectl("apply", "--server-side", "--force-conflicts", "-f", bed.ROOT / "crds")
    bed.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                "crd/scalinggroups.sluice.dev", "crd/scalingpolicies.sluice.dev",
                "crd/scalingactivities.sluice.dev")
    roles = []
    for path in sorted((bed.ROOT / "manifests" / "install").glob("*.yaml")):
        roles += [item for item in yaml.safe_load_all(path.read_text(encoding="utf-8"))
                  if item and item["kind"] == "ClusterRole"]
    assert roles, "manifests/install has no ClusterRole"
    bed.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=yaml.safe_dump_all(roles))


@pytest.fixture(scope="session")
def installed():
    if not os.environ.get("SLUICE_BED_STATE"):
        pytest.exit("run these tests with tests/e2e/run, or inside tests/cluster/exec", 2)
    install()


@pytest.fixture
def namespace(installed, request):
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:50].strip("-")
    name = f"{name}-{os.getpid() % 10000}"
    bed.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    bed.run(bed.CLUSTER / "metrics", "unset", name, "*", check=False)
    bed.kubectl("delete", "namespace", name, "--wait=false", check=False)
    bed.kubectl("delete", "clusterrolebinding", f"sluice-{name}", "--ignore-not-found", check=False)


@pytest.fixture
def operator(namespace, tmp_path):
    """Ready when it is handed over; its log is shown when the test fails."""
    one = bed.Operator(namespace, tmp_path)
    one.start()
    yield one
    code = one.stop()
    log = one.log()
    print(log[-20000:])
    assert code in (0, -9), f"the operator ended with {code}"
    assert "bug:" not in log and "Sanitizer" not in log, "the operator broke one of its own rules"
