"""The scheduler's picture of the cluster: nodes, the pods on them, and those it has promised to them. Models backend/cache."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj, get_in, labels
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot, interleaved


class Cache:
    """Feeds `snapshot`, which is up to date after `refresh`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._nodes: dict[str, NodeInfo] = {}
        self._pods: dict[str, tuple[PodInfo, str]] = {}
        self._homeless: dict[str, dict[str, PodInfo]] = {}
        """Pods on nodes that are not there (yet)."""
        self._rebuild = True

    def refresh(self) -> Snapshot:
        """The snapshot, with nodes that came or went in their places."""
        if self._rebuild:
            self._rebuild = False
            self.snapshot.rebuild(interleaved(list(self._nodes.values())))
        return self.snapshot

    def put_node(self, node: Obj) -> None:
        name = node["metadata"]["name"]
        known = self._nodes.get(name)
        if known is None:
            self._nodes[name] = NodeInfo(node, self._homeless.pop(name, {}).values())
            self._rebuild = True
        elif _matters(known.node, node):
            following = known.on(node)
            self._rebuild = self._rebuild or following.zone_key != known.zone_key
            self._store(following, None, 0)

    def remove_node(self, name: str) -> None:
        gone = self._nodes.pop(name, None)
        if gone is not None:
            self._homeless[name] = {pod.uid: pod for pod in gone.pods}
            self._rebuild = True

    def pod(self, uid: str) -> PodInfo | None:
        """The pod, where it is on a node."""
        entry = self._pods.get(uid)
        return None if entry is None else entry[0]

    def put_pod(self, info: PodInfo, node: str) -> None:
        """The pod is on the node, or is promised to it."""
        known = self._pods.get(info.uid)
        if known is not None and known == (info, node):
            return
        self.remove_pod(info.uid)
        self._pods[info.uid] = info, node
        if node in self._nodes:
            self._store(self._nodes[node].added(info), info, 1)
        else:
            self._homeless.setdefault(node, {})[info.uid] = info

    def remove_pod(self, uid: str) -> None:
        info, node = self._pods.pop(uid, (None, ""))
        if info is None:
            return
        if node in self._nodes:
            self._store(self._nodes[node].removed(info), info, -1)
        else:
            self._homeless.get(node, {}).pop(uid, None)

    def _store(self, node: NodeInfo, pod: PodInfo | None, sign: int) -> None:
        self._nodes[node.name] = node
        if not self._rebuild:
            self.snapshot.replace(node, pod, sign)


def _matters(old: Obj, new: Obj) -> bool:
    """Whether a Node changed in anything that plugins look at: heartbeats do not count."""
    if old.get("spec") is not new.get("spec") and old.get("spec") != new.get("spec"):
        return True
    if labels(old) != labels(new):
        return True
    before, after = old.get("status"), new.get("status")
    return before is not after and any(get_in(before, key) != get_in(after, key) for key in ("allocatable", "images"))
