"""Pods with claims: which nodes can serve them, and claims that are bound only once the node is known."""

from __future__ import annotations

from typing import Any

from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler.plugins.node_volume_limits import PLUGIN as VOLUME_LIMITS
from k8s_magic.scheduler.plugins.volume_binding import PLUGIN as VOLUME_BINDING
from k8s_magic.scheduler.plugins.volume_restrictions import PLUGIN as VOLUME_RESTRICTIONS
from k8s_magic.scheduler.plugins.volume_zone import PLUGIN as VOLUME_ZONE
from k8s_magic.scheduler.volumes import SELECTED_NODE
from tests.scheduler.makers import Bench, filtered, make_node, make_pod, snapshot_of

USES = [{"name": "v", "persistentVolumeClaim": {"claimName": "claim"}}]
CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "late"},
    "provisioner": "example.com/disk",
    "volumeBindingMode": "WaitForFirstConsumer",
}


def claim(volume: str = "", mode: str = "ReadWriteOnce", kind: str = "late") -> Obj:
    spec = {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": kind}
    bound = {"volumeName": volume} if volume else {}
    meta = {"name": "claim", "namespace": "default", "uid": "claim-uid"}
    status = {"phase": "Bound" if volume else "Pending"}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": {**spec, **bound}, "status": status}


def volume(name: str, labels: dict[str, str] | None = None, node: str = "", kind: str = "late") -> Obj:
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "host", "operator": "In", "values": [node]}]}]}}
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": kind}
    meta = {"name": name, "labels": labels or {}}
    return {"metadata": meta, "spec": {**spec, **({"nodeAffinity": affinity} if node else {})}, "status": {"phase": "Available"}}


def looks(*objects: Obj, volumes: tuple[Obj, ...] = ()) -> dict[str, Any]:
    """Surroundings in which these objects are found by name."""
    known = {obj["metadata"]["name"]: obj for obj in (*objects, *volumes)}
    return {"find": lambda resource, namespace, name: known.get(name), "volumes": lambda: volumes}


NODES = [make_node(name, labels={"host": name}) for name in ("node1", "node2")]


def test_a_bound_claim_ties_the_pod_to_where_its_volume_is() -> None:
    snapshot = snapshot_of(NODES, [], **looks(claim("pv"), volume("pv", node="node1")))
    want = {"node1": "", "node2": "node(s) didn't match PersistentVolume's node affinity"}
    assert filtered(VOLUME_BINDING, make_pod("p", volumes=USES), snapshot) == want


def test_a_claim_of_a_volume_that_is_gone_fits_nowhere() -> None:
    snapshot = snapshot_of(NODES[:1], [], **looks(claim("pv")))
    want = {"node1": "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"}
    assert filtered(VOLUME_BINDING, make_pod("p", volumes=USES), snapshot) == want


def test_without_a_provisioner_a_waiting_claim_needs_a_volume_that_is_there() -> None:
    local = {**CLASS, "provisioner": "kubernetes.io/no-provisioner"}
    snapshot = snapshot_of(NODES, [], **looks(claim(), local, volumes=(volume("disk", node="node2"),)))
    want = {"node1": "node(s) didn't find available persistent volumes to bind", "node2": ""}
    assert filtered(VOLUME_BINDING, make_pod("p", volumes=USES), snapshot) == want


def test_a_volume_of_a_zone_is_used_in_its_zone() -> None:
    zone = "topology.kubernetes.io/zone"
    nodes = [make_node("here", labels={zone: "a"}), make_node("there", labels={zone: "b"}), make_node("nowhere")]
    snapshot = snapshot_of(nodes, [], **looks(claim("pv"), volume("pv", {zone: "a"})))
    want = {"here": "", "there": "node(s) had no available volume zone", "nowhere": ""}
    assert filtered(VOLUME_ZONE, make_pod("p", volumes=USES), snapshot) == want


def test_a_claim_for_one_pod_serves_one_pod() -> None:
    snapshot = snapshot_of(NODES, [make_pod("other", nodeName="node1", volumes=USES)], **looks(claim("pv", "ReadWriteOncePod")))
    reason = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod!"
    assert filtered(VOLUME_RESTRICTIONS, make_pod("p", volumes=USES), snapshot) == {"node1": reason, "node2": reason}


def csi_volume(name: str) -> Obj:
    return {"metadata": {"name": name}, "spec": {"csi": {"driver": "ebs.csi", "volumeHandle": f"handle-{name}"}}}


def test_a_driver_attaches_only_so_many_volumes_to_a_node() -> None:
    """plugins/nodevolumelimits/csi_test.go: doesn't when node volume limit <= pods CSI volume; and a volume that is there counts once."""
    known = {f"claim{n}": {**claim(f"pv{n}"), "metadata": {"name": f"claim{n}", "namespace": "default"}} for n in (1, 2)}
    volumes = {f"pv{n}": csi_volume(f"pv{n}") for n in (1, 2)}
    limit = {"metadata": {"name": "node1"}, "spec": {"drivers": [{"name": "ebs.csi", "allocatable": {"count": 1}}]}}
    found = {**known, **volumes, "node1": limit}
    uses = {n: [{"name": "v", "persistentVolumeClaim": {"claimName": f"claim{n}"}}] for n in (1, 2)}
    there = [make_pod("other", nodeName="node1", volumes=uses[1])]
    snapshot = snapshot_of(NODES, there, find=lambda resource, namespace, name: found.get(name))
    assert filtered(VOLUME_LIMITS, make_pod("p", volumes=uses[2]), snapshot) == {"node1": "node(s) exceed max volume count!", "node2": ""}
    assert filtered(VOLUME_LIMITS, make_pod("p", volumes=uses[1]), snapshot) == {"node1": "", "node2": ""}


def test_the_scheduler_asks_for_the_volume_and_binds_the_pod_when_it_is_there(three_nodes: Bench) -> None:
    bench = three_nodes
    bench.client.create("storageclasses.storage.k8s.io", CLASS)
    wanted = {key: value for key, value in claim().items() if key != "status"}
    bench.client.create("persistentvolumeclaims", {**wanted, "metadata": {"name": "claim", "namespace": "default"}}, "default")
    bench.pod(make_pod("p", {"cpu": "1500m"}, volumes=USES))
    bench.pod(make_pod("filler", {"cpu": "1500m"}, volumes=[]))
    bench.run()
    asked = bench.client.get("persistentvolumeclaims", "claim", "default")
    node = asked["metadata"]["annotations"][SELECTED_NODE]
    assert (bench.node_of("p"), bench.client.get("pods", "p", "default")["status"]["nominatedNodeName"]) == ("", node)
    assert bench.node_of("filler") != node, "the pod's place is kept while its volume is made"
    made = set_in(set_in(asked, ("spec", "volumeName"), "pv"), ("metadata", "annotations", "pv.kubernetes.io/bind-completed"), "yes")
    bench.client.update("persistentvolumeclaims", made, "default")
    bench.run()
    assert bench.node_of("p") == node
    assert bench.events("Scheduled")[-1] == ("p", f"Successfully assigned default/p to {node}")
