"""VolumeRestrictions: a ReadWriteOncePod claim serves one pod in the whole cluster.

Not modelled: disks named in the pod itself (GCE, AWS, RBD, iSCSI), which no two pods may share.
"""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot
from k8s_magic.scheduler.volumes import CLAIMS, claim_names

REASON = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"


@dataclass
class State:
    """Claims for one pod only, and how often other pods use them."""

    names: frozenset[str]
    users: int


class VolumeRestrictions(Plugin):
    """Models plugins/volumerestrictions."""

    name = "VolumeRestrictions"
    position = 7
    per_node = False
    wakes_on = frozenset((events.POD_DELETE, events.NODE_ADD, events.CLAIM_ADD))

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | Rejection | None:
        names = [claim for claim, ephemeral in claim_names(pod.pod) if not ephemeral]
        exclusive = []
        for name in names:
            claim = snapshot.surroundings.find(CLAIMS, pod.namespace, name)
            if claim is None:
                return self.rejection(f'persistentvolumeclaim "{name}" not found')
            if "ReadWriteOncePod" in (claim["spec"].get("accessModes") or ()):
                exclusive.append(name)
        if not exclusive:
            return None
        state = State(frozenset(exclusive), 0)
        for node in snapshot.nodes:
            for other in node.pods:
                self.track(state, pod, other, node, 1)
        return state if state.users else None

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        return self.rejection(REASON, resolvable=True) if state.users > 0 else None

    def copy(self, state: State) -> State:
        return State(state.names, state.users)

    def track(self, state: State, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
        if other.namespace == pod.namespace:
            state.users += sign * sum(claim in state.names for claim, _ in claim_names(other.pod))

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        own = {claim for claim, _ in claim_names(pod.pod)}
        other = event.old or event.new
        if event.label == events.NODE_ADD or other is None:
            return True
        if other["metadata"].get("namespace") != pod.namespace:
            return False
        if event.label == events.CLAIM_ADD:
            return other["metadata"]["name"] in own
        return any(claim in own for claim, _ in claim_names(other))


PLUGIN = VolumeRestrictions()
