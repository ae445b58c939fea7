"""Pods and nodes for the scheduler's tests, and a cluster of an API server and the scheduler, with nobody else about."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler import Scheduler
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import NOWHERE, Snapshot
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop


def make_node(name: str, cpu: str = "2", memory: str = "4Gi", pods: str = "110", **more: Any) -> Obj:
    """A node; `labels`, `taints`, `unschedulable`, `images`, `allocatable` as keywords."""
    allocatable = {"cpu": cpu, "memory": memory, "ephemeral-storage": "100Gi", "pods": pods, **more.get("allocatable", {})}
    spec = {key: more[key] for key in ("taints", "unschedulable") if key in more}
    labels = {"kubernetes.io/hostname": name, **more.get("labels", {})}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"capacity": allocatable, "allocatable": allocatable, "images": more.get("images", [])},
    }


def make_pod(name: str = "p", requests: dict[str, str] | None = None, labels: dict[str, str] | None = None, **spec: Any) -> Obj:
    """A pod of one container."""
    asked = requests or {}
    sizes = {"requests": asked, "limits": {key: value for key, value in asked.items() if "/" in key}}
    container: Obj = {"name": "c", "image": "i", **({"resources": sizes} if asked else {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", "labels": labels or {}},
        "spec": {"containers": [container], **spec},
    }


class Bench:
    """A cluster without controllers and kubelets, which a test plays itself."""

    def __init__(self) -> None:
        self.loop = Loop(1_767_603_600.0)
        self.api = ApiServer(self.loop, Lineage(0))
        self.client = LocalClient(self.api, Caller("test"))
        self.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
        self.client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
        self.scheduler = Scheduler(LocalClient(self.api, Caller("default-scheduler", trusted=True)))
        self.scheduler.start()

    def nodes(self, *nodes: Obj) -> None:
        for node in nodes:
            made = self.client.create("nodes", {key: value for key, value in node.items() if key != "status"})
            self.client.update("nodes", {**made, "status": node["status"]}, subresource="status")

    def pod(self, pod: Obj) -> Obj:
        meta = {key: value for key, value in pod["metadata"].items() if key != "uid"}
        return self.client.create("pods", {**pod, "metadata": meta}, meta["namespace"])

    def run(self, seconds: float = 0.1) -> None:
        self.loop.run_until(self.loop.now + seconds)

    def node_of(self, name: str) -> str:
        node: str = self.client.get("pods", name, "default")["spec"].get("nodeName", "")
        return node

    def message(self, name: str) -> str:
        """What the pod's PodScheduled condition says."""
        conditions = self.client.get("pods", name, "default")["status"].get("conditions") or []
        text: str = next((c.get("message", "") for c in conditions if c["type"] == "PodScheduled"), "")
        return text

    def events(self, reason: str) -> list[tuple[str, str]]:
        """(pod, message) of the events of a reason."""
        found = [e for e in self.client.items("events", "default") if e["reason"] == reason]
        return [(e["involvedObject"]["name"], e["message"]) for e in found]

    def finish(self, name: str) -> None:
        """Remove a pod as its kubelet would once it has stopped."""
        pod = self.client.peek("pods", name, "default")
        if pod is not None:
            self.client.delete("pods", name, "default", options=DeleteOptions(grace_seconds=0))


def node_infos(nodes: list[Obj], pods: list[Obj]) -> list[NodeInfo]:
    """Nodes with the pods whose `spec.nodeName` names them."""
    return [NodeInfo(node, [PodInfo(p) for p in pods if p["spec"].get("nodeName") == node["metadata"]["name"]]) for node in nodes]


def snapshot_of(nodes: list[Obj], pods: list[Obj], **surroundings: Any) -> Snapshot:
    return Snapshot(node_infos(nodes, pods), NOWHERE._replace(**surroundings))


def filtered(plugin: Plugin, pod: Obj, snapshot: Snapshot) -> dict[str, str]:
    """Node -> the plugin's reason, with `!` where taking pods off the node could help; empty where the pod fits."""
    info = PodInfo(pod)
    state = plugin.prepare(info, snapshot)
    if isinstance(state, Rejection):
        return {node.name: ", ".join(state.reasons) for node in snapshot.nodes}
    answers = {node.name: plugin.fits(state, info, node) if state is not None else None for node in snapshot.nodes}
    return {name: "" if r is None else ", ".join(r.reasons) + "!" * r.resolvable for name, r in answers.items()}


def scored(plugin: Plugin, pod: Obj, snapshot: Snapshot, among: list[str] | None = None) -> dict[str, int] | None:
    """Node -> the plugin's normalised score among the nodes that fit (all, unless named); None where it has no say."""
    info = PodInfo(pod)
    state = plugin.prepare(info, snapshot)
    nodes = [node for node in snapshot.nodes if among is None or node.name in among]
    prepared = None if state is None else plugin.prepare_score(state, info, snapshot, nodes, len(nodes))
    if prepared is None:
        return None
    scores = plugin.normalize(prepared, nodes, plugin.score_all(prepared, info, nodes))
    return {node.name: score for node, score in zip(nodes, scores, strict=True)}
