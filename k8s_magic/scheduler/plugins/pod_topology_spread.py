"""PodTopologySpread: pods that belong together are spread over zones and nodes, strictly or by preference.

A pod without constraints of its own that belongs to a Service, ReplicaSet, ReplicationController or StatefulSet is spread
softly over nodes and zones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj, get_in, labels
from k8s_magic.objects.selectors import Selector
from k8s_magic.objects.taints import find_untolerated
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.matching import NodeTest, merged, required_node_test
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import MAX_SCORE, Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) didn't match pod topology spread constraints"
REASON_LABEL = REASON + " (missing required label)"
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
POD_EVENTS = frozenset((events.POD_ADD, events.POD_DELETE, events.POD_LABEL, events.SELF_LABEL, events.SELF_TOLERATION))


class Constraint(NamedTuple):
    """One topologySpreadConstraint."""

    max_skew: int
    key: str
    selector: Selector
    min_domains: int = 1
    honors_affinity: bool = True
    honors_taints: bool = False


@dataclass
class State:
    """The constraints of a pod, and how many matching pods each part of the cluster has."""

    hard: list[Constraint]
    soft: list[Constraint]
    requires_all: bool
    """Nodes that lack a label of a constraint are left out of scoring."""
    node_test: NodeTest | None
    hard_counts: list[dict[str, int]] = field(default_factory=list)
    soft_counts: list[dict[str, int]] = field(default_factory=list)
    least: list[int | None] = field(default_factory=list)
    """The lowest of each of `hard_counts`; None: to be worked out."""

    domains: list[Hashable] | None = None
    """By position, the domains of the hard constraints that a node is in; None where each node is one."""
    position: Mapping[str, int] = field(default_factory=dict)
    groups: list[Hashable] | None = None
    """By position, what alone decides on a node's score: matching pods on it, and the domains that it is in."""

    def forget_least(self, index: int) -> None:
        self.least[index] = None

    def least_of(self, index: int) -> int:
        """Matching pods in the emptiest domain; 0 where there are fewer domains than there must be."""
        found = self.least[index]
        if found is None:
            counts = self.hard_counts[index]
            found = self.least[index] = 0 if len(counts) < self.hard[index].min_domains else min(counts.values())
        return found


class Weights(NamedTuple):
    """The state for scores: the weight of each soft constraint, and nodes that are left out."""

    state: State
    weights: list[float]
    ignored: frozenset[str]


class PodTopologySpread(Plugin):
    """Models plugins/podtopologyspread."""

    name = "PodTopologySpread"
    position = 11
    weight = 2
    per_node = False
    keeps_state = True
    normalizes = True
    wakes_on = POD_EVENTS | {events.NODE_ADD, events.NODE_DELETE, events.NODE_LABEL, events.NODE_TAINT}

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        listed = pod.pod["spec"].get("topologySpreadConstraints")
        if not listed:
            return pod.namespace, snapshot.surroundings.default_selector(pod), pod.selector_signature
        keys = sorted({key for c in listed for key in c.get("matchLabelKeys") or ()})
        chosen = [(key, pod.labels.get(key)) for key in keys]
        return pod.namespace, json.dumps([listed, chosen], sort_keys=True), pod.selector_signature, pod.tolerations_signature

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | None:
        hard, soft = constraints(pod, "DoNotSchedule"), constraints(pod, "ScheduleAnyway")
        own = bool(pod.pod["spec"].get("topologySpreadConstraints"))
        if not own:
            soft = default_constraints(snapshot.surroundings.default_selector(pod))
        if not hard and not soft:
            return None
        state = State(hard, soft, own, required_node_test(pod.pod), [{} for _ in hard], [{} for _ in soft], [None] * len(hard))
        for node in snapshot.nodes:
            self._count_node(state, pod, node)
        if hard and all(constraint.key != HOSTNAME for constraint in hard):
            state.domains = [tuple([node.labels.get(constraint.key) for constraint in hard]) for node in snapshot.nodes]
        if not state.requires_all:
            state.position, state.groups = snapshot.position, [_group(state, node) for node in snapshot.nodes]
        return state

    def restricts(self, state: State) -> bool:
        return bool(state.hard)

    def domains(self, state: State, snapshot: Snapshot) -> Sequence[Hashable] | None:
        return state.domains

    def groups(self, state: State) -> Sequence[Hashable] | None:
        return state.groups

    def fits(self, state: State, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        for index, constraint in enumerate(state.hard):
            value = node.labels.get(constraint.key)
            if value is None:
                return self.rejection(REASON_LABEL)
            itself = constraint.selector.matches(pod.labels)
            if state.hard_counts[index].get(value, 0) + itself - state.least_of(index) > constraint.max_skew:
                return self.rejection(REASON, resolvable=True)
        return None

    def prepare_score(self, state: State, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> Weights | None:
        if not state.soft:
            return None
        ignored = frozenset(node.name for node in nodes if state.requires_all and not _has_all(node.labels, state.soft))
        weights = []
        for constraint in state.soft:
            domains = size - len(ignored)
            if constraint.key != HOSTNAME:
                domains = len({node.labels.get(constraint.key, "") for node in nodes if not ignored or node.name not in ignored})
            weights.append(math.log(domains + 2))
        return Weights(state, weights, ignored)

    def score(self, state: Weights, pod: PodInfo, node: NodeInfo) -> int:
        """The fewer matching pods around, the lower: `normalize` turns it round."""
        return self.score_all(state, pod, (node,))[0]

    def score_all(self, state: Weights, pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
        sums = [0.0] * len(nodes)
        for constraint, counts, weight in zip(state.state.soft, state.state.soft_counts, state.weights, strict=True):
            key, least, at = constraint.key, constraint.max_skew - 1, counts.get
            if key == HOSTNAME:
                parts = [at(node.name, 0) * weight + least if key in node.labels else 0.0 for node in nodes]
            else:
                values = [node.labels.get(key) for node in nodes]
                parts = [0.0 if value is None else at(value, 0) * weight + least for value in values]
            sums = [one + other for one, other in zip(sums, parts, strict=True)]
        scores = [int(total + 0.5) for total in sums]
        if not state.ignored:
            return scores
        return [0 if node.name in state.ignored else score for node, score in zip(nodes, scores, strict=True)]

    def normalize(self, state: Weights, nodes: Sequence[NodeInfo], scores: Sequence[int]) -> list[int]:
        left_out = [node.name in state.ignored for node in nodes] if state.ignored else [False] * len(nodes)
        counted = [score for score, out in zip(scores, left_out, strict=True) if not out]
        lowest, highest = min(counted, default=0), max(counted, default=0)
        if highest == 0:
            return [0 if out else MAX_SCORE for out in left_out]
        return [0 if out else MAX_SCORE * (highest + lowest - score) // highest for score, out in zip(scores, left_out, strict=True)]

    def copy(self, state: State) -> State:
        hard, soft = [dict(counts) for counts in state.hard_counts], [dict(counts) for counts in state.soft_counts]
        return State(state.hard, state.soft, state.requires_all, state.node_test, hard, soft, list(state.least))

    def track(self, state: State, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
        if other.namespace != pod.namespace or other.deleting:
            return
        self._add(state, pod, node, [other], sign)

    def _count_node(self, state: State, pod: PodInfo, node: NodeInfo) -> None:
        namespace = pod.namespace
        self._add(state, pod, node, [p for p in node.pods if p.namespace == namespace and not p.deleting], 1)

    def _add(self, state: State, pod: PodInfo, node: NodeInfo, others: Sequence[PodInfo], sign: int) -> None:
        """Count pods of the same namespace; a node of a domain without matching pods is counted as 0, which makes it a domain."""
        if state.hard and _has_all(node.labels, state.hard):
            for index, constraint in enumerate(state.hard):
                if _takes_part(constraint, state.node_test, pod, node):
                    value, counts = node.labels[constraint.key], state.hard_counts[index]
                    counts[value] = counts.get(value, 0) + sign * _matching(constraint, others)
                    state.forget_least(index)
        if not state.requires_all or _has_all(node.labels, state.soft):
            for index, constraint in enumerate(state.soft):
                self._add_soft(state, index, constraint, pod, node, sign * _matching(constraint, others))

    def _add_soft(self, state: State, index: int, constraint: Constraint, pod: PodInfo, node: NodeInfo, number: int) -> None:
        if number and (constraint.key == HOSTNAME or _takes_part(constraint, state.node_test, pod, node)):
            value = node.name if constraint.key == HOSTNAME else node.labels.get(constraint.key, "")
            counts = state.soft_counts[index]
            counts[value] = counts.get(value, 0) + number
            if state.groups is not None and constraint.key == HOSTNAME:
                state.groups[state.position[node.name]] = _group(state, node)

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        hard = constraints(pod, "DoNotSchedule")
        if event.label.startswith("Node/"):
            return _node_event_helps(event, hard)
        if event.label == events.SELF_TOLERATION:
            return any(c.honors_taints for c in hard)
        if event.label != events.SELF_LABEL and any(_unrelated(pod, other) for other in (event.old, event.new) if other is not None):
            return False
        before, after = ([_selects(c, other) for c in hard] if other is not None else [] for other in (event.old, event.new))
        return before != after if before and after else any(before or after)


def constraints(pod: PodInfo, action: str) -> list[Constraint]:
    """The pod's own constraints with this `whenUnsatisfiable`. Models filterTopologySpreadConstraints."""
    listed: list[Obj] = pod.pod["spec"].get("topologySpreadConstraints") or []
    return [_constraint(c, pod.labels) for c in listed if c.get("whenUnsatisfiable") == action]


def _constraint(c: Obj, pod_labels: Mapping[str, str]) -> Constraint:
    chosen = {key: pod_labels[key] for key in c.get("matchLabelKeys") or () if key in pod_labels}
    selector = selectors.from_label_selector(c.get("labelSelector"))
    return Constraint(
        max_skew=c["maxSkew"],
        key=c["topologyKey"],
        selector=merged(selectors.from_map(chosen), selector) if chosen else selector,
        min_domains=c.get("minDomains") or 1,
        honors_affinity=c.get("nodeAffinityPolicy", "Honor") == "Honor",
        honors_taints=c.get("nodeTaintsPolicy", "Ignore") == "Honor",
    )


def default_constraints(selector: Selector) -> list[Constraint]:
    """The spreading that everyone gets who selects something. Models systemDefaultConstraints."""
    return [] if selector.empty or selector.nothing else [Constraint(3, HOSTNAME, selector), Constraint(5, ZONE, selector)]


def _group(state: State, node: NodeInfo) -> Hashable:
    return tuple([_share(constraint, counts, node) for constraint, counts in zip(state.soft, state.soft_counts, strict=True)])


def _share(constraint: Constraint, counts: Mapping[str, int], node: NodeInfo) -> Hashable:
    value = node.labels.get(constraint.key)
    return counts.get(node.name, 0) if value is not None and constraint.key == HOSTNAME else value


def _takes_part(constraint: Constraint, test: NodeTest | None, pod: PodInfo, node: NodeInfo) -> bool:
    if constraint.honors_affinity and test is not None and not test(node.name, node.labels):
        return False
    return not constraint.honors_taints or find_untolerated(node.taints, pod.tolerations) is None


def _matching(constraint: Constraint, pods: Sequence[PodInfo]) -> int:
    """How many of the pods the constraint counts; a selector of everything counts none, as upstream has it."""
    if constraint.selector.empty:
        return 0
    return sum(constraint.selector.matches(pod.labels) for pod in pods)


def _has_all(node_labels: Mapping[str, str], listed: Sequence[Constraint]) -> bool:
    return all(constraint.key in node_labels for constraint in listed)


def _selects(constraint: Constraint, pod: Obj) -> bool:
    return constraint.selector.matches(labels(pod))


def _unrelated(pod: PodInfo, other: Obj) -> bool:
    placed = other["spec"].get("nodeName") or get_in(other, "status", "nominatedNodeName")
    return not placed or other["metadata"].get("namespace", "") != pod.namespace


def _node_event_helps(event: ClusterEvent, hard: Sequence[Constraint]) -> bool:
    before, after = (other is not None and _has_all(labels(other), hard) for other in (event.old, event.new))
    if event.old is None or event.new is None or before != after:
        return before or after
    moved = any(labels(event.old).get(c.key) != labels(event.new).get(c.key) for c in hard)
    return after and (moved or event.old["spec"].get("taints") != event.new["spec"].get("taints"))


PLUGIN = PodTopologySpread()
