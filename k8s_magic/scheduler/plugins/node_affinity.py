"""NodeAffinity: the pod chooses nodes by their labels, strictly (nodeSelector, required affinity) or by preference."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from k8s_magic.objects.meta import labels, name
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.matching import NodeTest, preferred_node_tests, required_node_affinity, required_node_test
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection, normalize_to_highest
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) didn't match Pod's node affinity/selector"
CONFLICT = "pod affinity terms conflict"

State = tuple[NodeTest | None, list[tuple[NodeTest, int]]]


class NodeAffinity(Plugin):
    """Models plugins/nodeaffinity."""

    name = "NodeAffinity"
    position = 4
    weight = 2
    normalizes = True
    wakes_on = frozenset((events.NODE_ADD, events.NODE_LABEL))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.selector_signature

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | Rejection | None:
        if not pod.selector_signature:
            return None
        if self.candidates(pod) == frozenset():
            return self.rejection(CONFLICT)
        return required_node_test(pod.pod), preferred_node_tests(pod.pod)

    def candidates(self, pod: PodInfo) -> frozenset[str] | None:
        required = required_node_affinity(pod.pod) if pod.affinity else None
        names = [_named(term) for term in (required or {}).get("nodeSelectorTerms") or ()]
        if not names or None in names:
            return None
        return frozenset().union(*(n for n in names if n is not None))

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        required = state[0]
        return None if required is None or required(node.name, node.labels) else self.rejection(REASON)

    def prepare_score(self, state: State, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> State | None:
        return state if state[1] else None

    def score(self, state: State, pod: PodInfo, node: NodeInfo) -> int:
        return sum(weight for matches, weight in state[1] if matches(node.name, node.labels))

    def normalize(self, state: State, nodes: Sequence[NodeInfo], scores: Sequence[int]) -> list[int]:
        return normalize_to_highest(scores)

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        test = required_node_test(pod.pod)
        if test is None or event.new is None:
            return True
        return test(name(event.new), labels(event.new)) and (event.old is None or not test(name(event.old), labels(event.old)))


def _named(term: dict[str, Any]) -> frozenset[str] | None:
    """The nodes that a term names by matchFields; None where it names none."""
    by_name = [r for r in term.get("matchFields") or () if r["key"] == "metadata.name" and r["operator"] == "In"]
    found = [frozenset(r.get("values") or ()) for r in by_name]
    return frozenset.intersection(*found) if found else None


PLUGIN = NodeAffinity()
