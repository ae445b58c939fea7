"""NodeResourcesFit: what a pod requests must be left on the node; the more is left after it, the better (LeastAllocated)."""

from __future__ import annotations

from collections.abc import Hashable

from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import MAX_SCORE, Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo, requests_of
from k8s_magic.scheduler.snapshot import Snapshot

TOO_MANY_PODS = "Too many pods"


class NodeResourcesFit(Plugin):
    """Models plugins/noderesources/fit.go and least_allocated.go."""

    name = "NodeResourcesFit"
    position = 6
    weight = 1
    wakes_on = frozenset((events.POD_DELETE, events.POD_SCALE_DOWN, events.SELF_SCALE_DOWN, events.NODE_ADD, events.NODE_ALLOCATABLE))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.requests.signature

    def fits(self, state: object, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        wanted = pod.requests
        if (
            len(node.pods) < node.allowed_pods
            and wanted.cpu <= node.allocatable_cpu - node.cpu
            and wanted.memory <= node.allocatable_memory - node.memory
            and not wanted.ephemeral
            and not wanted.scalars
        ):
            return None
        lacking = insufficient(pod, node)
        if not lacking:
            return None
        return Rejection(self.name, tuple(reason for reason, _ in lacking), resolvable=all(by_pods for _, by_pods in lacking))

    def score(self, state: object, pod: PodInfo, node: NodeInfo) -> int:
        wanted = pod.requests
        shares = [
            least_requested(node.nonzero_cpu + wanted.nonzero_cpu, node.allocatable_cpu),
            least_requested(node.nonzero_memory + wanted.nonzero_memory, node.allocatable_memory),
        ]
        counted = [share for share in shares if share is not None]
        return sum(counted) // len(counted) if counted else 0

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label == events.POD_DELETE and event.old is not None:
            return bool(event.old["spec"].get("nodeName") or get_in(event.old, "status", "nominatedNodeName"))
        if event.label in (events.POD_SCALE_DOWN, events.SELF_SCALE_DOWN):
            return _frees_what_is_lacking(pod, event)
        return event.new is not None and _more_room(pod, event.old, event.new)


def insufficient(pod: PodInfo, node: NodeInfo) -> list[tuple[str, bool]]:
    """What is lacking, each with whether the node would have it without its pods. Models fit.go fitsRequest."""
    asked = pod.requests
    found = [(TOO_MANY_PODS, True)] if len(node.pods) + 1 > node.allowed_pods else []
    amounts = [
        ("cpu", asked.cpu, node.allocatable_cpu, node.cpu),
        ("memory", asked.memory, node.allocatable_memory, node.memory),
        ("ephemeral-storage", asked.ephemeral, node.allocatable_ephemeral, node.ephemeral),
        *((name, n, node.allocatable_scalars.get(name, 0), node.scalars.get(name, 0)) for name, n in asked.scalars.items()),
    ]
    short = [(name, wanted, capacity) for name, wanted, capacity, used in amounts if wanted and wanted > capacity - used]
    return found + [(f"Insufficient {name}", wanted <= capacity) for name, wanted, capacity in short]


def least_requested(requested: int, capacity: int) -> int | None:
    """The part of the capacity that would stay free, of 100; None where the node has no such thing."""
    if capacity == 0:
        return None
    return 0 if requested > capacity else (capacity - requested) * MAX_SCORE // capacity


def _more_room(pod: PodInfo, old: Obj | None, new: Obj) -> bool:
    """Whether the pod would fit the empty node, and something that it asks for grew."""
    after = NodeInfo(new)
    if insufficient(pod, after):
        return False
    if old is None:
        return True
    before, wanted = NodeInfo(old), pod.requests
    grown = [
        after.allowed_pods > before.allowed_pods,
        wanted.cpu and after.allocatable_cpu > before.allocatable_cpu,
        wanted.memory and after.allocatable_memory > before.allocatable_memory,
        wanted.ephemeral and after.allocatable_ephemeral > before.allocatable_ephemeral,
        *(after.allocatable_scalars.get(name, 0) > before.allocatable_scalars.get(name, 0) for name in wanted.scalars),
    ]
    return any(grown)


def _frees_what_is_lacking(pod: PodInfo, event: ClusterEvent) -> bool:
    if event.old is None or event.new is None or event.new["metadata"].get("uid") == pod.uid:
        return True
    before, after, wanted = requests_of(event.old["spec"]), requests_of(event.new["spec"]), pod.requests
    return bool((wanted.cpu and before.cpu > after.cpu) or (wanted.memory and before.memory > after.memory))


PLUGIN = NodeResourcesFit()
