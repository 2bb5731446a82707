# SPDX-License-Identifier: Apache-2.0
"""Load balancers: selector-less Services whose endpoints the operator keeps."""

import json

import bed


def service(namespace, name, selector=None, port=80, target=8080):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"ports": [{"name": "web", "port": port, "targetPort": target}],
                     **({"selector": selector} if selector else {})}}


def balancer(name="public", service_name="edge-lb", **more):
    return {"name": name, "service": service_name, "port": 8080, **more}


def endpoints(namespace, service_name):
    """address -> endpoint over all slices of the operator for that Service."""
    found = {}
    for piece in bed.items("endpointslices", namespace, "-l",
                           f"kubernetes.io/service-name={service_name},"
                           "endpointslice.kubernetes.io/managed-by=sluice.dev"):
        for endpoint in piece.get("endpoints") or []:
            found[endpoint["addresses"][0]] = endpoint
    return found


def attached(namespace):
    return bed.condition(bed.status(namespace, "edge"), "LoadBalancersAttached")


def test_ready_nodes_fill_the_endpoints_of_the_service(operator, namespace):
    bed.apply(service(namespace, "edge-lb"), bed.deployment(namespace, "edge", 3),
              bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("three endpoints", lambda: len(endpoints(namespace, "edge-lb")) == 3, 30)
    pods = {pod["status"]["podIP"]: pod for pod in bed.ready_pods(namespace, "edge")}
    for address, endpoint in endpoints(namespace, "edge-lb").items():
        assert endpoint["conditions"]["ready"] is True
        assert endpoint["targetRef"]["uid"] == pods[address]["metadata"]["uid"]
        assert endpoint["zone"] in ("zone-a", "zone-b")
    piece = bed.items("endpointslices", namespace, "-l", "kubernetes.io/service-name=edge-lb")[0]
    assert piece["ports"] == [{"name": "web", "port": 8080, "protocol": "TCP"}]
    assert set(json.loads(piece["metadata"]["annotations"]["sluice.dev/weights"]).values()) == {50}
    assert piece["metadata"]["ownerReferences"][0]["name"] == "edge"
    bed.wait_for("in service", lambda: bed.status(namespace, "edge")["inService"] == 3)
    bed.kubectl("scale", "sg/edge", "-n", namespace, "--replicas=5", check=False)
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"desiredSize":5}}')
    bed.wait_for("five endpoints", lambda: len(endpoints(namespace, "edge-lb")) == 5, 30)


def test_drift_in_the_slice_is_repaired(operator, namespace):
    bed.apply(service(namespace, "edge-lb"), bed.deployment(namespace, "edge", 2),
              bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("two endpoints", lambda: len(endpoints(namespace, "edge-lb")) == 2, 30)
    name = bed.items("endpointslices", namespace, "-l", "kubernetes.io/service-name=edge-lb")[0]["metadata"]["name"]
    bed.kubectl("patch", "endpointslice", name, "-n", namespace, "--type=merge", "-p", '{"endpoints":[]}')
    bed.wait_for("repaired", lambda: len(endpoints(namespace, "edge-lb")) == 2, 20)
    bed.kubectl("delete", "endpointslice", name, "-n", namespace)
    bed.wait_for("made again", lambda: len(endpoints(namespace, "edge-lb")) == 2, 20)


def test_each_precondition_has_its_reason_and_is_mended_without_a_restart(operator, namespace):
    bed.apply(bed.deployment(namespace, "edge", 2), bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("no such Service", lambda: attached(namespace)["reason"] == "ServiceNotFound", 20)
    assert "edge-lb" in attached(namespace)["message"]
    assert bed.condition(bed.status(namespace, "edge"), "Ready")["reason"] == "LoadBalancersNotAttached"

    bed.apply(service(namespace, "edge-lb", selector={"app": "edge"}))
    bed.wait_for("it has a selector", lambda: attached(namespace)["reason"] == "ServiceHasSelector", 20)
    bed.wait_for("the control plane made slices", lambda: bed.items(
        "endpointslices", namespace, "-l", "kubernetes.io/service-name=edge-lb"))

    bed.kubectl("patch", "service", "edge-lb", "-n", namespace, "--type=merge", "-p", '{"spec":{"selector":null}}')
    foreign = bed.wait_for("stale slices", lambda: (lambda c: c["reason"] == "ForeignEndpoints" and c)(
        attached(namespace)), 20)
    assert "kubectl" in foreign["message"] and "delete" in foreign["message"], foreign
    bed.kubectl("delete", "endpointslices", "-n", namespace, "-l",
                "kubernetes.io/service-name=edge-lb,endpointslice.kubernetes.io/managed-by!=sluice.dev")
    bed.kubectl("delete", "endpoints", "-n", namespace, "edge-lb", "--ignore-not-found")
    bed.kubectl("delete", "endpointslices", "-n", namespace, "-l",
                "kubernetes.io/service-name=edge-lb,endpointslice.kubernetes.io/managed-by!=sluice.dev")
    bed.wait_for("attached", lambda: attached(namespace)["reason"] == "Attached", 30)

    bed.kubectl("patch", "service", "edge-lb", "-n", namespace, "--type=json", "-p",
                '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9999}]')
    bed.wait_for("no listener", lambda: attached(namespace)["reason"] == "NoListener", 20)
    bed.kubectl("patch", "service", "edge-lb", "-n", namespace, "--type=json", "-p",
                '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"}]')
    bed.wait_for("the port's name will do", lambda: attached(namespace)["reason"] == "Attached", 20)


def test_nodes_without_a_readiness_probe_are_not_attached(operator, namespace):
    workload = bed.deployment(namespace, "edge", 2)
    del workload["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    bed.apply(service(namespace, "edge-lb"), workload, bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("named", lambda: attached(namespace)["reason"] == "HealthCheckDisabled", 20)
    assert "readinessProbe" in attached(namespace)["message"]
    assert endpoints(namespace, "edge-lb") == {}


def test_a_detached_load_balancer_loses_our_endpoints(operator, namespace):
    bed.apply(service(namespace, "edge-lb"), bed.deployment(namespace, "edge", 2),
              bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("two endpoints", lambda: len(endpoints(namespace, "edge-lb")) == 2, 30)
    bed.kubectl("patch", "sg", "edge", "-n", namespace, "--type=merge", "-p", '{"spec":{"loadBalancers":[]}}')
    bed.wait_for("none", lambda: endpoints(namespace, "edge-lb") == {}, 20)


def test_deleting_the_group_takes_its_slices_and_leaves_the_deployment(operator, namespace):
    bed.apply(service(namespace, "edge-lb"), bed.deployment(namespace, "edge", 2),
              bed.group(namespace, "edge", loadBalancers=[balancer()]))
    bed.wait_for("two endpoints", lambda: len(endpoints(namespace, "edge-lb")) == 2, 30)
    bed.kubectl("delete", "sg", "edge", "-n", namespace)
    bed.wait_for("slices collected", lambda: endpoints(namespace, "edge-lb") == {}, 30)
    bed.stays("the Deployment is untouched", lambda: bed.replicas(namespace, "edge") == 2, 2)
