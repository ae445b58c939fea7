"""NodeVolumeLimits: a storage driver can attach only so many volumes to a node, as the node's CSINode says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from k8s_magic.objects.meta import get_in
from k8s_magic.scheduler import events
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Find, Snapshot
from k8s_magic.scheduler.volumes import CLAIMS, CLASSES, VOLUMES, claim_names

REASON = "node(s) exceed max volume count"
NODES = "csinodes.storage.k8s.io"


class State(NamedTuple):
    """The volumes that the pod brings, by driver, and how to look up those that are there."""

    wanted: Mapping[str, frozenset[str]]
    find: Find


class NodeVolumeLimits(Plugin):
    """Models plugins/nodevolumelimits/csi.go."""

    name = "NodeVolumeLimits"
    position = 8
    per_node = False
    wakes_on = frozenset((events.NODE_ADD, events.POD_DELETE, events.CLAIM_ADD))

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | None:
        wanted = _by_driver(pod, snapshot.surroundings.find)
        return State(wanted, snapshot.surroundings.find) if wanted else None

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        drivers = get_in(state.find(NODES, "", node.name), "spec", "drivers", default=())
        limits = {driver["name"]: get_in(driver, "allocatable", "count") for driver in drivers}
        for driver, volumes in state.wanted.items():
            limit = limits.get(driver)
            if limit is None:
                continue
            attached = frozenset().union(*(_by_driver(other, state.find).get(driver, frozenset()) for other in node.pods))
            if len(attached | volumes) > limit and volumes - attached:
                return self.rejection(REASON, resolvable=True)
        return None


def _by_driver(pod: PodInfo, find: Find) -> dict[str, frozenset[str]]:
    """The volumes of a pod's claims by the driver that attaches them."""
    found: dict[str, frozenset[str]] = {}
    for driver, volume in _volumes(pod, find):
        found[driver] = found.get(driver, frozenset()) | {volume}
    return found


def _volumes(pod: PodInfo, find: Find) -> Iterator[tuple[str, str]]:
    for name, _ in claim_names(pod.pod):
        claim = find(CLAIMS, pod.namespace, name)
        volume = find(VOLUMES, "", get_in(claim, "spec", "volumeName", default=""))
        if volume is not None:
            source = get_in(volume, "spec", "csi", default={})
            driver, handle = source.get("driver", ""), source.get("volumeHandle", "")
        else:
            # A claim that has no volume yet will get one from its class's driver.
            kind = find(CLASSES, "", get_in(claim, "spec", "storageClassName", default=""))
            driver, handle = get_in(kind, "provisioner", default=""), f"{pod.namespace}/{name}"
        if driver:
            yield driver, handle


PLUGIN = NodeVolumeLimits()
