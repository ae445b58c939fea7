"""A bare control plane: clock, API server and controllers, and a few lines that stand for nodes with kubelets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, WatchEvent
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller
from k8s_magic.controllers.daemonset_pods import target_node
from k8s_magic.controllers.manager import Manager
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop

START = 1_767_603_600.0


class Kubelet:
    """What the API asks of a node: how lately it was heard of. `died_at` freezes that."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.died_at: float | None = None

    def heartbeat(self) -> float:
        return (self._loop.now if self.died_at is None else self.died_at) // 10 * 10


class World:
    """Everything in virtual time. `ready` says whether a pod's containers turn ready; change it to break an image."""

    def __init__(self, classes: list[type[Controller]] | None = None) -> None:
        self.loop = Loop(START)
        self.api = ApiServer(self.loop, Lineage(0))
        self.client = self.client_for("kubectl")
        self.ready: Callable[[Obj], bool] = lambda pod: True
        self.stays_terminating = 0.5
        self.starts_in = 1.0
        self._ips = 0
        self.manager = Manager(self.client_for, classes)
        self.client.subscribe("pods", self._kubelet)
        for space in ("default", "kube-node-lease"):
            self.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
        self.client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
        self.kubelets: dict[str, Kubelet] = {}
        for name in ("node1", "node2", "node3"):
            self.add_node(name)
        self.manager.start()

    def add_node(self, name: str) -> None:
        self.kubelets[name] = kubelet = Kubelet(self.loop)
        self.api.register_node(name, kubelet)
        now = rfc3339(self.loop.now)
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastTransitionTime": now, "lastHeartbeatTime": now}
        client = self.client_for("kubelet")
        client.create("nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {}})
        node = client.get("nodes", name)
        client.write_status(
            "nodes", {**node, "status": {"conditions": [ready], "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "110"}}}
        )
        lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}, "spec": {"holderIdentity": name}}
        client.create("leases.coordination.k8s.io", lease, "kube-node-lease")

    def each_instant(self, seconds: float) -> Iterator[None]:
        """Run on, and stop after each instant at which anything happened."""
        end = self.loop.now + seconds
        while (at := self.loop.next_event_at()) is not None and at <= end:
            self.loop.run_until(at)
            yield
        self.loop.run_until(end)

    def client_for(self, actor: str) -> LocalClient:
        return LocalClient(self.api, Caller(actor, trusted=actor != "kubectl"))

    def run(self, seconds: float) -> None:
        self.loop.run_until(self.loop.now + seconds)

    def pods(self, namespace: str = "default") -> list[Obj]:
        return self.client.items("pods", namespace)

    def get(self, resource: str, name: str, namespace: str = "default") -> Obj:
        return self.client.get(resource, name, namespace)

    def events(self, reason: str = "") -> list[str]:
        events = sorted(self.client.items("events"), key=lambda e: (e["firstTimestamp"], int(e["metadata"]["resourceVersion"])))
        return [e["message"] for e in events if not reason or e["reason"] == reason]

    def scale(self, resource: str, name: str, replicas: int) -> None:
        self.client.patch(resource, name, "default", "merge", {"spec": {"replicas": replicas}})

    def _kubelet(self, event: WatchEvent, old: Obj | None) -> None:
        pod = event.object
        key = (pod["metadata"]["name"], pod["metadata"]["namespace"])
        uid = pod["metadata"]["uid"]
        if event.type == "ADDED":
            self.loop.call_later(self.starts_in, lambda: self._start(*key, uid))
        elif event.type == "MODIFIED" and pod["metadata"].get("deletionTimestamp") and old and not old["metadata"].get("deletionTimestamp"):
            self.loop.call_later(self.stays_terminating, lambda: self._remove(*key, uid))

    def _start(self, name: str, namespace: str, uid: str) -> None:
        pod = self.client.peek("pods", name, namespace)
        if pod is None or pod["metadata"]["uid"] != uid or pod["metadata"].get("deletionTimestamp"):
            return
        self.set_ready(pod, self.ready(pod))

    def set_ready(self, pod: Obj, ready: bool) -> None:
        """Bind a pod to a node if it has none, and say that it runs, ready or not."""
        self._ips += 1
        now = rfc3339(self.loop.now)
        kubelet = self.client_for("kubelet")
        if not pod["spec"].get("nodeName"):
            meant_for = target_node(pod)  # A DaemonSet's pods are for one node each.
            target = {"kind": "Node", "name": meant_for or f"node{1 + self._ips % 3}"}
            binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod["metadata"]["name"]}, "target": target}
            kubelet.create("pods", binding, pod["metadata"]["namespace"], name=pod["metadata"]["name"], subresource="binding")
            pod = self.client.get("pods", pod["metadata"]["name"], pod["metadata"]["namespace"])
        condition = {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": now}
        ip = pod.get("status", {}).get("podIP") or f"10.244.{self._ips % 3}.{1 + self._ips // 3}"
        status = {"phase": "Running", "conditions": [condition], "podIP": ip, "podIPs": [{"ip": ip}]}
        kubelet.write_status("pods", {**pod, "status": {**pod.get("status", {}), **status}})

    def set_phase(self, pod: Obj, phase: str) -> None:
        """Say that the pod's containers have ended now, and how."""
        end = {"exitCode": 0 if phase == "Succeeded" else 1, "finishedAt": rfc3339(self.loop.now)}
        containers = [{"name": c["name"], "state": {"terminated": end}, "restartCount": 0} for c in pod["spec"]["containers"]]
        status = {**pod["status"], "phase": phase, "containerStatuses": containers}
        self.client_for("kubelet").write_status("pods", {**pod, "status": status})

    def _remove(self, name: str, namespace: str, uid: str) -> None:
        pod = self.client.peek("pods", name, namespace)
        if pod is not None and pod["metadata"]["uid"] == uid:
            self.client.delete("pods", name, namespace, options=DeleteOptions(grace_seconds=0))

    @staticmethod
    def template(labels: dict[str, str], image: str = "c:1", **spec: Any) -> Obj:
        return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": image}], **spec}}

    def workload(self, kind: str, name: str, replicas: int = 1, image: str = "c:1", **spec: Any) -> Obj:
        labels = {"app": name}
        body = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": self.template(labels, image), **spec}
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


@pytest.fixture(scope="session")
def new_world() -> Callable[..., World]:
    """For tests that need a world an example."""
    return World


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()
