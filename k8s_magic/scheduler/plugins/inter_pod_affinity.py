"""InterPodAffinity: pods that want to be near other pods, or far from them; and pods that others want near or far."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from k8s_magic.objects.meta import Obj, get_in, labels
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import MAX_SCORE, Plugin, Rejection
from k8s_magic.scheduler.podinfo import AffinityTerm, PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"
REASON_AFFINITY = "node(s) didn't match pod affinity rules"
REASON_ANTI = "node(s) didn't match pod anti-affinity rules"
HARD_WEIGHT = 1
"""What an existing pod's required affinity to the new pod counts for in the score."""

Pair = tuple[str, str]
"""A topology key and the value that names one domain of it."""


@dataclass
class State:
    """In which domains there are pods that matter."""

    namespaces: Mapping[str, Mapping[str, str]]
    own_keys: frozenset[str]
    """Topology keys of the pod's own required terms."""
    existing_anti: dict[Pair, int] = field(default_factory=dict)
    affinity: dict[Pair, int] = field(default_factory=dict)
    anti: dict[Pair, int] = field(default_factory=dict)
    scores: dict[Pair, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    """The topology keys that `domains` were worked out for."""
    domains: list[Hashable] | None = None
    """By position, the values of those keys that a node has."""

    def namespace_labels(self, pod: PodInfo) -> Mapping[str, str]:
        return self.namespaces.get(pod.namespace) or {}


class InterPodAffinity(Plugin):
    """Models plugins/interpodaffinity."""

    name = "InterPodAffinity"
    position = 12
    weight = 2
    per_node = False
    keeps_state = True
    normalizes = True
    wakes_on = frozenset((events.POD_ADD, events.POD_DELETE, events.POD_LABEL, events.SELF_LABEL, events.NODE_ADD, events.NODE_LABEL))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        own = pod.affinity_signature if pod.has_pod_affinity else ""
        return pod.namespace, tuple(sorted(pod.labels.items())), own

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | None:
        if not pod.has_pod_affinity and not snapshot.with_affinity:
            return None
        state = State(snapshot.surroundings.namespaces, frozenset(_keys((*pod.required_affinity, *pod.required_anti_affinity))))
        for node in snapshot.nodes if pod.has_pod_affinity else snapshot.nodes_with_affinity():
            for other in node.pods if pod.has_pod_affinity else node.pods_with_affinity:
                self.track(state, pod, other, node, 1)
        return state

    def restricts(self, state: State) -> bool:
        return True

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        if pod.required_affinity and not _affinity_met(state, pod, node):
            return self.rejection(REASON_AFFINITY)
        own = [(key, node.labels[key]) for key in _keys(pod.required_anti_affinity) if key in node.labels] if state.anti else ()
        if any(state.anti.get(pair, 0) > 0 for pair in own):
            return self.rejection(REASON_ANTI, resolvable=True)
        if state.existing_anti and any(state.existing_anti.get(pair, 0) > 0 for pair in node.labels.items()):
            return self.rejection(REASON_EXISTING, resolvable=True)
        return None

    def domains(self, state: State, snapshot: Snapshot) -> Sequence[Hashable] | None:
        keys = state.own_keys.union(key for key, _ in state.existing_anti)
        if state.domains is None or keys != state.keys:
            state.keys = keys
            state.domains = [tuple([node.labels.get(key) for key in keys]) for node in snapshot.nodes]
        return state.domains

    def prepare_score(self, state: State, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> State | None:
        return state if state.scores else None

    def score(self, state: State, pod: PodInfo, node: NodeInfo) -> int:
        return sum(state.scores.get(pair, 0) for pair in node.labels.items())

    def normalize(self, state: State, nodes: Sequence[NodeInfo], scores: Sequence[int]) -> list[int]:
        lowest = min(scores, default=0)
        span = max(scores, default=0) - lowest
        return [int(MAX_SCORE * ((score - lowest) / span)) if span else 0 for score in scores]

    def copy(self, state: State) -> State:
        return State(
            state.namespaces, state.own_keys, dict(state.existing_anti), dict(state.affinity), dict(state.anti), dict(state.scores)
        )

    def track(self, state: State, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
        if other.has_pod_affinity:
            self._heed_other(state, pod, other, node, sign)
        if not pod.has_pod_affinity:
            return
        spaces = state.namespace_labels(other)
        if matches_all(pod.required_affinity, other, spaces):
            for term in pod.required_affinity:
                _add(state.affinity, node, term, sign)
        for term in pod.required_anti_affinity:
            if term.matches(other, spaces):
                _add(state.anti, node, term, sign)
        _add_weights(state.scores, node, pod.preferred_affinity, other, spaces, sign)
        _add_weights(state.scores, node, pod.preferred_anti_affinity, other, spaces, -sign)

    def _heed_other(self, state: State, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
        """What a pod on a node wants of the new one."""
        spaces = state.namespace_labels(pod)
        for term in other.required_anti_affinity:
            if term.matches(pod, spaces):
                _add(state.existing_anti, node, term, sign)
        for term in other.required_affinity:
            if term.matches(pod, spaces):
                _add(state.scores, node, term, sign * HARD_WEIGHT)
        _add_weights(state.scores, node, other.preferred_affinity, pod, spaces, sign)
        _add_weights(state.scores, node, other.preferred_anti_affinity, pod, spaces, -sign)

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label == events.SELF_LABEL:
            return True
        if event.label.startswith("Node/"):
            return _node_event_helps(pod, event)
        old, new = (PodInfo(o) if o is not None and _placed(o) else None for o in (event.old, event.new))
        return _pod_event_helps(pod, old, new, snapshot.surroundings.namespace_labels)


def matches_all(terms: Sequence[AffinityTerm], pod: PodInfo, namespace_labels: Mapping[str, str]) -> bool:
    """Whether there are terms and the pod matches each. Models podMatchesAllAffinityTerms."""
    return bool(terms) and all(term.matches(pod, namespace_labels) for term in terms)


def _keys(terms: Sequence[AffinityTerm]) -> list[str]:
    return [term.topology_key for term in terms]


def _affinity_met(state: State, pod: PodInfo, node: NodeInfo) -> bool:
    """Each term has a match in the node's domain; the first of a group of pods that want each other may go anywhere."""
    if any(term.topology_key not in node.labels for term in pod.required_affinity):
        return False
    if all(state.affinity.get((t.topology_key, node.labels[t.topology_key]), 0) > 0 for t in pod.required_affinity):
        return True
    return not state.affinity and matches_all(pod.required_affinity, pod, state.namespace_labels(pod))


def _add(counts: dict[Pair, int], node: NodeInfo, term: AffinityTerm, number: int) -> None:
    if term.topology_key in node.labels:
        pair = term.topology_key, node.labels[term.topology_key]
        counts[pair] = counts.get(pair, 0) + number
        if not counts[pair]:
            del counts[pair]


def _add_weights(
    scores: dict[Pair, int], node: NodeInfo, terms: Sequence[AffinityTerm], pod: PodInfo, spaces: Mapping[str, str], sign: int
) -> None:
    for term in terms:
        if term.matches(pod, spaces):
            _add(scores, node, term, sign * term.weight)


def _placed(pod: Obj) -> bool:
    return bool(pod["spec"].get("nodeName") or get_in(pod, "status", "nominatedNodeName"))


def _pod_event_helps(pod: PodInfo, old: PodInfo | None, new: PodInfo | None, labels_of: Callable[[str], Mapping[str, str]]) -> bool:
    wanted, shunned = (
        [p is not None and matches_all(terms, p, labels_of(p.namespace)) for p in (old, new)]
        for terms in (pod.required_affinity, pod.required_anti_affinity)
    )
    if old is not None and new is not None:
        return wanted == [False, True] or shunned == [True, False]
    if new is not None:
        return wanted[1]
    return old is not None and (shunned[0] or matches_all(old.required_anti_affinity, pod, labels_of(pod.namespace)))


def _node_event_helps(pod: PodInfo, event: ClusterEvent) -> bool:
    """Whether a node enters a domain that affinity asks for, or leaves one that anti-affinity shuns."""
    if event.new is None:
        return False
    after = labels(event.new)
    if event.old is None:
        return bool(pod.required_anti_affinity) or any(t.topology_key in after for t in pod.required_affinity)
    before = labels(event.old)
    entered = any(before.get(key) != after[key] for key in _keys(pod.required_affinity) if key in after)
    return entered or any(before[key] != after.get(key) for key in _keys(pod.required_anti_affinity) if key in before)


PLUGIN = InterPodAffinity()
