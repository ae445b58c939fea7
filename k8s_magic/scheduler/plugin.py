"""What a plugin is: a filter, a score, or both, for one thing that matters to where a pod can run.

A file in `plugins/` exports `PLUGIN`, one `Plugin`; it is found by being there. `prepare` looks once at the pod (and the
cluster) and gives the plugin's state for this pod, or None if the plugin has nothing to say about it. `fits` and `score`
then look at one node. A plugin whose answers depend on nothing but the pod's `signature` and the node is `per_node`: its
answers are kept by signature and by the node's generation. The others are asked anew for each pod.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, NamedTuple

from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

MAX_SCORE = 100


class Rejection(NamedTuple):
    """Why a node (or, from `prepare`, every node) is out. `resolvable`: taking pods off the node may help."""

    plugin: str
    reasons: tuple[str, ...]
    resolvable: bool = False


class Plugin:
    """One plugin. `State` below is whatever its `prepare` gives."""

    name: ClassVar[str]
    position: ClassVar[int]
    """Where it stands among the filters: the first that rejects gives the reason."""
    weight: ClassVar[int] = 0
    """What its score counts for in the sum; 0: it gives none."""
    filters: ClassVar[bool] = True
    per_node: ClassVar[bool] = True
    normalizes: ClassVar[bool] = False
    """Whether a node's score depends on the scores of the other nodes."""
    keeps_state: ClassVar[bool] = False
    """Whether the state for one pod, kept up to date through `track`, serves the next of equal signature."""
    wakes_on: ClassVar[frozenset[str]] = frozenset()
    """Labels of the cluster events (`ClusterEvent.label`) that could undo a rejection."""

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        """What of the pod the plugin looks at: pods with equal signatures get equal answers."""
        return ()

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> Any:
        """The state for this pod; None if the plugin has nothing to say; a Rejection if no node will do."""
        return ()

    def candidates(self, pod: PodInfo) -> frozenset[str] | None:
        """Names of the only nodes that are worth a look; None for all."""
        return None

    def restricts(self, state: Any) -> bool:
        """Whether `fits` can reject a node in this state."""
        return self.filters

    def fits(self, state: Any, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        """None if the pod can run on the node, or why not."""
        return None

    def domains(self, state: Any, snapshot: Snapshot) -> Sequence[Hashable] | None:
        """By position: `fits` gives all nodes of one domain the same answer. None where each node has to be asked."""
        return None

    def groups(self, state: Any) -> Sequence[Hashable] | None:
        """By position: nodes of one group have the same score. None where that is not known beforehand."""
        return None

    def prepare_score(self, state: Any, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> Any:
        """The state for scoring these nodes, which all fit, or stand for `size` nodes that do; None if the plugin has nothing to say."""
        return state if self.weight else None

    def score(self, state: Any, pod: PodInfo, node: NodeInfo) -> int:
        """The raw score of one node."""
        return 0

    def score_all(self, state: Any, pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
        """The raw scores of a row of nodes: the same as `score` for each, perhaps faster."""
        return [self.score(state, pod, node) for node in nodes]

    def normalize(self, state: Any, nodes: Sequence[NodeInfo], scores: Sequence[int]) -> list[int]:
        """Raw scores brought to 0..100."""
        return list(scores)

    def copy(self, state: Any) -> Any:
        """A state to `track` in on trial."""
        return state

    def track(self, state: Any, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
        """Take into account, in place, that `other` came to (1) or left (-1) `node`."""

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """Whether an event with one of the labels `wakes_on` may let a pod through that this plugin rejected."""
        return True

    def rejection(self, *reasons: str, resolvable: bool = False) -> Rejection:
        return Rejection(self.name, reasons, resolvable)


def normalize_to_highest(scores: Sequence[int], reverse: bool = False) -> list[int]:
    """Scores in proportion to the highest one, which gets 100; `reverse` turns them round. Models plugins/helper/normalize_score.go."""
    highest = max(scores, default=0)
    if highest <= 0:
        return [MAX_SCORE] * len(scores) if reverse else list(scores)
    if reverse:
        return [MAX_SCORE - MAX_SCORE * score // highest for score in scores]
    return [MAX_SCORE * score // highest for score in scores]
