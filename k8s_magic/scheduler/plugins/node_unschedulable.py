"""NodeUnschedulable: no new pods on a cordoned node, but for those that tolerate it."""

from __future__ import annotations

from collections.abc import Hashable

from k8s_magic.objects.taints import tolerated
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) were unschedulable"
TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


class NodeUnschedulable(Plugin):
    """Models plugins/nodeunschedulable."""

    name = "NodeUnschedulable"
    position = 1
    wakes_on = frozenset((events.NODE_ADD, events.NODE_TAINT, events.SELF_TOLERATION))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.tolerations_signature

    def fits(self, state: object, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        if not node.unschedulable or tolerated(TAINT, pod.tolerations):
            return None
        return self.rejection(REASON)

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label == events.SELF_TOLERATION:
            return tolerated(TAINT, pod.tolerations)
        return not _cordoned(event.new) and (event.old is None or _cordoned(event.old))


def _cordoned(node: dict[str, object] | None) -> bool:
    spec = (node or {}).get("spec")
    return isinstance(spec, dict) and bool(spec.get("unschedulable"))


PLUGIN = NodeUnschedulable()
