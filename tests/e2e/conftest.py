# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the bed with CRDs and roles, a namespace, an operator."""

import itertools
import os
import pathlib
import re
import sys

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bed  # noqa: E402

NUMBERS = itertools.count()


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
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:44].strip("-")
    name = f"{name}-{os.getpid() % 100000}-{next(NUMBERS)}"
    bed.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    bed.run(bed.CLUSTER / "metrics", "unset", name, "*", check=False)
    bed.kubectl("delete", "namespace", name, "--wait=false", check=False)
    bed.kubectl("delete", "clusterrolebinding", f"sluice-{name}", "--ignore-not-found", check=False)


@pytest.fixture
def operator(namespace, tmp_path):
    """Ready when it is handed over; its log is shown when the test fails."""
    one = bed.Operator(namespace, tmp_path)
    try:
        one.start()
        yield one
    finally:
        code = one.stop()
        print(one.log()[-20000:])
    one.must_be_well(code)


def pytest_collection_modifyitems(items):
    """The longest first, so that no worker is left alone with one at the end; what stops the API
    server last, because the bed's controllers may take half a minute to come back to it."""
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, item.path.stem == "test_faults"))
