"""NodeName: a pod that names its node goes there or nowhere. (Such a pod normally passes the scheduler by.)"""

from __future__ import annotations

from collections.abc import Hashable

from k8s_magic.scheduler import events
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) didn't match the requested node name"


class NodeName(Plugin):
    """Models plugins/nodename."""

    name = "NodeName"
    position = 2
    wakes_on = frozenset((events.NODE_ADD,))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.wanted_node

    def fits(self, state: object, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        return None if pod.wanted_node in ("", node.name) else self.rejection(REASON)


PLUGIN = NodeName()
