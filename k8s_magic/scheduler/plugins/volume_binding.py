"""VolumeBinding: a pod goes where its volumes are, or can be; claims that wait for their first consumer are served where it goes.

Not modelled: storage capacity, CSI migration.
"""

from __future__ import annotations

from typing import NamedTuple

from k8s_magic.objects.meta import Obj, name
from k8s_magic.scheduler import events, volumes
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Find, Snapshot
from k8s_magic.scheduler.volumes import VOLUMES, Claims

UNBOUND = "pod has unbound immediate PersistentVolumeClaims"
NO_VOLUME = "node(s) didn't find available persistent volumes to bind"
WRONG_NODE = "node(s) didn't match PersistentVolume's node affinity"
MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"


class State(NamedTuple):
    """The pod's claims, the volumes of the bound ones (None: gone), and what free volumes there are."""

    claims: Claims
    bound: tuple[Obj | None, ...]
    volumes: tuple[Obj, ...]


class VolumeBinding(Plugin):
    """Models plugins/volumebinding."""

    name = "VolumeBinding"
    position = 9
    per_node = False
    wakes_on = events.STORAGE | {events.CLASS_UPDATE, events.NODE_ADD, events.NODE_LABEL}

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | Rejection | None:
        if not any(volumes.claim_names(pod.pod)):
            return None
        find = snapshot.surroundings.find
        problem = volumes.problem(pod, find)
        if problem:
            return self.rejection(problem)
        claims = volumes.claims_of(pod, find)
        if claims.immediate:
            return self.rejection(UNBOUND)
        free = snapshot.surroundings.volumes() if claims.delayed else ()
        return State(claims, tuple(_volume_of(claim, find) for claim in claims.bound), free)

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        reasons = []
        if any(volume is not None and not volumes.reaches(volume, node) for volume in state.bound):
            reasons.append(WRONG_NODE)
        if volumes.place(state.claims, state.volumes, node) is None:
            reasons.append(NO_VOLUME)
        if None in state.bound:
            reasons.append(MISSING)
        return self.rejection(*reasons) if reasons else None

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label not in (events.CLAIM_ADD, events.CLAIM_UPDATE) or event.new is None:
            return True
        own = {claim for claim, _ in volumes.claim_names(pod.pod)}
        return event.new["metadata"].get("namespace") == pod.namespace and name(event.new) in own


def _volume_of(claim: Obj, find: Find) -> Obj | None:
    return find(VOLUMES, "", claim["spec"]["volumeName"])


PLUGIN = VolumeBinding()
