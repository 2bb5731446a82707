# SPDX-License-Identifier: Apache-2.0
"""The plain install, as README.md says: crds, then manifests/install."""

import bed
import pytest


@pytest.mark.exclusive
def test_the_installed_operator_serves_every_namespace(namespace, tmp_path):
    bed.kubectl("apply", "-f", bed.ROOT / "manifests" / "install")
    bed.wait_for("its pod is let in", lambda: bed.ready_pods_of("sluice-system", "app.kubernetes.io/name=sluice"), 30)
    kubeconfig = bed.run(bed.CLUSTER / "user", "--service-account", "sluice-system/sluice").strip().splitlines()[-1]
    config = tmp_path / "config.yaml"
    config.write_text(bed.get("configmap", "sluice-system", "sluice")["data"]["config.yaml"])
    operator = bed.Operator(None, tmp_path, kubeconfig=kubeconfig, user="system:serviceaccount:sluice-system:sluice",
                            arguments=["--config", str(config)])
    other = f"{namespace}-b"
    try:
        operator.start()
        bed.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
        for where in (namespace, other):
            bed.apply(bed.deployment(where, "edge", 1), bed.group(where, "edge", 2))
        for where in (namespace, other):
            bed.wait_for("raised to its minimum", lambda: bed.replicas(where, "edge") == 2, 30)
            bed.wait_for("ready", lambda: bed.condition(bed.status(where, "edge"), "Ready")["status"] == "True")
    finally:
        code = operator.stop()
        print(operator.log())
        bed.kubectl("delete", "namespace", other, "--wait=false", check=False)
        bed.kubectl("delete", "-f", bed.ROOT / "manifests" / "install" / "operator.yaml", check=False)
    operator.must_be_well(code)
