"""Why a pod is where it is: what each plugin said about each node when the scheduler decided.

A cycle keeps only what went in, since all of it is immutable; the table is worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from k8s_magic.scheduler.cycle import Outcome
from k8s_magic.scheduler.filtering import Active, run_filters_with
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.scoring import plugin_scores
from k8s_magic.scheduler.snapshot import Snapshot, Surroundings


@dataclass(frozen=True)
class Score:
    """What one plugin gave to one node."""

    raw: int
    normalized: int
    """0 to 100, among the nodes that were scored."""
    weight: int

    @property
    def weighted(self) -> int:
        return self.normalized * self.weight


@dataclass(frozen=True)
class NodeVerdict:
    """What came out for one node."""

    node: str
    rejected_by: str = ""
    """The plugin that rejected it; empty if it fits."""
    reasons: tuple[str, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)
    total: int | None = None
    """The sum of weighted scores; None where the node was not scored."""
    compared: bool = False
    """Whether the node was among those that the scheduler chose from: in large clusters it stops when it has found enough."""


@dataclass(frozen=True)
class Decision:
    """One scheduling attempt of one pod."""

    pod: str
    """namespace/name"""
    uid: str
    time: float
    """Seconds since the epoch."""
    revision: int
    """The last write that the scheduler had seen."""
    chosen: str
    """The node; empty where there was none."""
    message: str
    """What FailedScheduling said; empty on success."""
    nominated: str
    """The node that preemption makes room on."""
    nodes: Mapping[str, NodeVerdict]
    tied: tuple[str, ...]
    """Nodes that shared the highest total; a draw chose among them."""
    filters: tuple[str, ...] = ()
    """The plugins in the order in which each node is put to them; the first that rejects it is the last that is asked."""


@dataclass(frozen=True)
class Inputs:
    """All that a cycle decided from, kept for when somebody asks."""

    pod: PodInfo
    chunks: Sequence[Sequence[NodeInfo]]
    """The nodes, as `Snapshot.photograph` gives them."""
    surroundings: Surroundings
    outcome: Outcome
    rivals: Mapping[str, Sequence[PodInfo]]
    plugins: Sequence[Plugin]
    time: float
    revision: int
    message: str
    nominated: str

    def decision(self) -> Decision:
        """The whole table, worked out anew."""
        snapshot = Snapshot([node for chunk in self.chunks for node in chunk], self.surroundings)
        outcome, pod = self.outcome, self.pod
        return Decision(
            pod=f"{pod.namespace}/{pod.name}",
            uid=pod.uid,
            time=self.time,
            revision=self.revision,
            chosen=outcome.chosen,
            message=self.message,
            nominated=self.nominated,
            nodes=self._verdicts(snapshot),
            tied=tuple(snapshot.nodes[position].name for position in outcome.tied),
            filters=tuple(plugin.name for plugin in self.plugins),
        )

    def _verdicts(self, snapshot: Snapshot) -> dict[str, NodeVerdict]:
        if self.outcome.refused is not None:
            return {node.name: _rejected(node, self.outcome.refused) for node in snapshot.nodes}
        active = self._active(snapshot)
        scored = self._scored(active, snapshot)
        found = {}
        for node in snapshot.nodes:
            rejection = run_filters_with(self.rivals.get(node.name, ()), active, self.pod, node)
            found[node.name] = _rejected(node, rejection) if rejection else scored.get(node.name, NodeVerdict(node.name))
        return found

    def _active(self, snapshot: Snapshot) -> Active:
        """States as they were: kept ones where they never change, prepared anew where they have moved on since."""
        kept = dict(self.outcome.active)
        found = []
        for plugin in self.plugins:
            moved_on = plugin.per_node or plugin.keeps_state
            state = plugin.prepare(self.pod, snapshot) if moved_on else kept.get(plugin)
            if state is not None:
                found.append((plugin, state))
        return found

    def _scored(self, active: Active, snapshot: Snapshot) -> dict[str, NodeVerdict]:
        positions = self.outcome.scored
        rows = plugin_scores(active, self.pod, snapshot, positions)
        found = {}
        for index, position in enumerate(positions):
            scores = {row.plugin.name: Score(row.raw[index], row.normalized[index], row.plugin.weight) for row in rows}
            name = snapshot.nodes[position].name
            found[name] = NodeVerdict(name, scores=scores, total=sum(score.weighted for score in scores.values()), compared=True)
        return found


def _rejected(node: NodeInfo, rejection: Rejection) -> NodeVerdict:
    return NodeVerdict(node.name, rejected_by=rejection.plugin, reasons=rejection.reasons)
