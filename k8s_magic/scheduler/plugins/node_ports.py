"""NodePorts: a port of the node can be had by one pod only."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from k8s_magic.objects.meta import get_in
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import HostPort, PodInfo, host_ports
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) didn't have free ports for the requested pod ports"
ANY_ADDRESS = "0.0.0.0"


class NodePorts(Plugin):
    """Models plugins/nodeports."""

    name = "NodePorts"
    position = 5
    wakes_on = frozenset((events.POD_DELETE, events.NODE_ADD))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.ports

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> tuple[HostPort, ...] | None:
        return pod.ports or None

    def fits(self, state: tuple[HostPort, ...], pod: PodInfo, node: NodeInfo) -> Rejection | None:
        return self.rejection(REASON, resolvable=True) if conflict(state, node.ports) else None

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label != events.POD_DELETE or event.old is None:
            return True
        placed = event.old["spec"].get("nodeName") or get_in(event.old, "status", "nominatedNodeName")
        return bool(placed) and conflict(pod.ports, host_ports(event.old["spec"]))


def conflict(wanted: Iterable[HostPort], used: Iterable[HostPort]) -> bool:
    """Whether a wanted port is taken, on the same address or on all of them. Models HostPortInfo.CheckConflict."""
    taken = list(used)
    return any(
        one.port == other.port and one.protocol == other.protocol and (one.ip == other.ip or ANY_ADDRESS in (one.ip, other.ip))
        for one in wanted
        for other in taken
    )


PLUGIN = NodePorts()
