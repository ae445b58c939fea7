"""VolumeZone: a volume that is labelled with a zone can be used only by pods on nodes of that zone."""

from __future__ import annotations

from collections.abc import Iterator

from k8s_magic.objects.meta import labels
from k8s_magic.scheduler import events
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot
from k8s_magic.scheduler.volumes import CLAIMS, VOLUMES, claim_names

REASON = "node(s) had no available volume zone"
BETA = "failure-domain.beta.kubernetes.io/"
STABLE = "topology.kubernetes.io/"
KEYS = tuple(prefix + what for prefix in (BETA, STABLE) for what in ("zone", "region"))

State = tuple[tuple[str, frozenset[str]], ...]
"""(label, values of which the node must have one)."""


class VolumeZone(Plugin):
    """Models plugins/volumezone."""

    name = "VolumeZone"
    position = 10
    per_node = False
    wakes_on = events.STORAGE | {events.NODE_ADD, events.NODE_LABEL}

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | None:
        return tuple(_topologies(pod, snapshot)) or None

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        if not any(key in node.labels for key in KEYS):
            return None
        for key, values in state:
            if node.labels.get(key, node.labels.get(key.replace(BETA, STABLE))) not in values:
                return self.rejection(REASON)
        return None


def _topologies(pod: PodInfo, snapshot: Snapshot) -> Iterator[tuple[str, frozenset[str]]]:
    for claim_name, _ in claim_names(pod.pod):
        claim = snapshot.surroundings.find(CLAIMS, pod.namespace, claim_name)
        volume = snapshot.surroundings.find(VOLUMES, "", claim["spec"].get("volumeName") or "") if claim else None
        for key in KEYS:
            value = labels(volume).get(key) if volume else None
            if value is not None:
                yield key, frozenset(value.split("__"))


PLUGIN = VolumeZone()
