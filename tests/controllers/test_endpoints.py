"""Endpoints and EndpointSlices: which pods stand behind a Service."""

from __future__ import annotations

from typing import Any

from k8s_magic.controllers.endpoints import subsets_of
from k8s_magic.objects.meta import Obj

SLICES = "endpointslices.discovery.k8s.io"


def service(world: Any, name: str = "web", selector: dict[str, str] | None = None, **spec: Any) -> Obj:
    body = {"ports": [{"port": 80, "targetPort": 8080}], **spec}
    if selector is not None:
        body["selector"] = selector
    return world.client.create("services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": body}, "default")


def start(world: Any, replicas: int) -> None:
    world.client.create("replicasets.apps", world.workload("ReplicaSet", "web", replicas), "default")
    world.run(3)


def slices(world: Any, name: str = "web") -> list[Obj]:
    return [s for s in world.client.items(SLICES, "default") if s["metadata"]["labels"]["kubernetes.io/service-name"] == name]


def test_ready_pods_are_addresses(world: Any) -> None:
    start(world, 2)
    service(world, selector={"app": "web"})
    world.run(1)
    endpoints = world.get("endpoints", "web")
    assert endpoints["metadata"]["labels"] == {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}
    subset = endpoints["subsets"][0]
    assert [a["targetRef"]["name"] for a in subset["addresses"]] == [
        p["metadata"]["name"] for p in sorted(world.pods(), key=lambda p: p["status"]["podIP"])
    ]
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]
    (slice_,) = slices(world)
    assert slice_["metadata"]["labels"] == {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    assert slice_["ports"] == [{"name": "", "port": 8080, "protocol": "TCP"}]
    assert [e["conditions"] for e in slice_["endpoints"]] == [{"ready": True, "serving": True, "terminating": False}] * 2


def test_an_unready_pod_is_listed_apart(world: Any) -> None:
    start(world, 1)
    service(world, selector={"app": "web"})
    world.run(1)
    world.set_ready(world.pods()[0], False)
    world.run(1)
    (subset,) = world.get("endpoints", "web")["subsets"]
    assert "addresses" not in subset
    assert len(subset["notReadyAddresses"]) == 1
    assert slices(world)[0]["endpoints"][0]["conditions"]["ready"] is False


def test_a_terminating_pod_leaves_endpoints_and_stays_in_its_slice(world: Any) -> None:
    world.stays_terminating = 10
    start(world, 1)
    service(world, selector={"app": "web"})
    world.scale("replicasets.apps", "web", 0)
    world.run(1)
    assert "subsets" not in world.get("endpoints", "web")
    assert slices(world)[0]["endpoints"][0]["conditions"] == {"ready": False, "serving": True, "terminating": True}
    name = slices(world)[0]["metadata"]["name"]
    world.run(15)
    (empty,) = slices(world)
    assert (empty["metadata"]["name"], empty["endpoints"]) == (name, [])


def test_slices_hold_a_hundred(world: Any) -> None:
    service(world, selector={"app": "web"})
    start(world, 230)
    world.run(3)
    assert sorted(len(s["endpoints"]) for s in slices(world)) == [30, 100, 100]
    world.scale("replicasets.apps", "web", 5)
    world.run(5)
    assert sum(len(s["endpoints"]) for s in slices(world)) == 5


def test_what_goes_with_a_service(world: Any) -> None:
    start(world, 1)
    service(world, selector={"app": "web"})
    world.run(1)
    world.client.delete("services", "web", "default")
    world.run(1)
    assert world.client.peek("endpoints", "web", "default") is None
    assert slices(world) == []


def test_a_headless_service_is_marked(world: Any) -> None:
    start(world, 1)
    service(world, selector={"app": "web"}, clusterIP="None")
    world.run(1)
    assert world.get("endpoints", "web")["metadata"]["labels"]["service.kubernetes.io/headless"] == ""
    assert slices(world)[0]["metadata"]["labels"]["service.kubernetes.io/headless"] == ""


def test_endpoints_written_by_hand_are_mirrored(world: Any) -> None:
    service(world, name="database")
    by_hand = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "database"}}
    by_hand["subsets"] = [{"addresses": [{"ip": "192.168.0.1"}], "ports": [{"port": 3306}]}]
    world.client.create("endpoints", by_hand, "default")
    world.run(1)
    (slice_,) = slices(world, "database")
    assert slice_["endpoints"] == [{"addresses": ["192.168.0.1"], "conditions": {"ready": True}}]
    assert slice_["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io"
    world.client.delete("endpoints", "database", "default")
    world.run(1)
    assert slices(world, "database") == []


def test_ports_stand_by_their_hash_and_are_grouped_by_who_has_them(world: Any) -> None:
    """The order is that of recordings/expose-more.yaml."""
    start(world, 1)
    ports = [{"name": f"port-{n}", "port": p, "protocol": q} for n, (p, q) in enumerate(((80, "TCP"), (443, "TCP"), (53, "UDP")), 1)]
    service(world, selector={"app": "web"}, ports=[*ports, {"name": "named", "port": 1, "targetPort": "nobody-has-it"}])
    world.run(1)
    (subset,) = world.get("endpoints", "web")["subsets"]
    assert [port["port"] for port in subset["ports"]] == [443, 53, 80]


def test_a_port_that_one_pod_lacks_is_a_subset_of_its_own() -> None:
    def pod(name: str, *ports: str) -> Obj:
        listed = [{"name": port, "containerPort": 1000 + len(port)} for port in ports]
        status = {"podIP": f"10.0.0.{len(ports)}", "conditions": [{"type": "Ready", "status": "True"}]}
        metadata = {"name": name, "namespace": "default", "uid": name}
        return {"metadata": metadata, "spec": {"containers": [{"name": "c", "ports": listed}]}, "status": status}

    spec = {"ports": [{"name": "web", "port": 1, "targetPort": "web"}, {"name": "admin", "port": 2, "targetPort": "admin"}]}
    found = subsets_of({"metadata": {"name": "s", "namespace": "default"}, "spec": spec}, [pod("a", "web", "admin"), pod("b", "web")])
    told = [([a["targetRef"]["name"] for a in s["addresses"]], [p["name"] for p in s["ports"]]) for s in found]
    assert told == [(["a"], ["admin"]), (["b", "a"], ["web"])]
