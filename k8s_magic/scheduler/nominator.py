"""Pods that wait for room on a node which preemption is making for them: others must not take it."""

from __future__ import annotations

from k8s_magic.scheduler.podinfo import PodInfo


class Nominator:
    """Nominated pods by node. Models backend/queue/nominator.go."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, PodInfo]] = {}
        self._node_of: dict[str, str] = {}

    def put(self, pod: PodInfo, node: str) -> None:
        """Nominate, or take the nomination back where `node` is empty."""
        self.drop(pod.uid)
        if node:
            self._node_of[pod.uid] = node
            self._nodes.setdefault(node, {})[pod.uid] = pod

    def drop(self, uid: str) -> None:
        node = self._node_of.pop(uid, None)
        if node is not None:
            del self._nodes[node][uid]
            if not self._nodes[node]:
                del self._nodes[node]

    def node_of(self, uid: str) -> str:
        """The node that the pod is nominated to; empty where there is none."""
        return self._node_of.get(uid, "")

    def on(self, node: str) -> list[PodInfo]:
        return list(self._nodes.get(node, {}).values())

    def rivals(self, pod: PodInfo) -> dict[str, list[PodInfo]]:
        """Nominated pods that `pod` must leave room for, by node."""
        found = {node: [p for p in pods.values() if p.priority >= pod.priority and p.uid != pod.uid] for node, pods in self._nodes.items()}
        return {node: pods for node, pods in found.items() if pods}
