"""What the per-node plugins say about every node, for all pods of one signature.

A placement changes one node, so that the next pod of the same signature costs one node's work, not all nodes'.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

BOARDS_KEPT = 64


class Column(NamedTuple):
    """Raw scores of a plugin that weighs nodes against each other; `set_at` holds the positions that are not 0."""

    plugin: Plugin
    state: Any
    raw: list[int]
    set_at: set[int]


class Board:
    """Rejections and scores by position. `states` are those that the plugins prepared for the signature."""

    def __init__(self, pod: PodInfo, states: Sequence[tuple[Plugin, Any]], snapshot: Snapshot) -> None:
        self._pod = pod
        self._filters = [(plugin, state) for plugin, state in states if plugin.restricts(state)]
        asked = [(p, p.prepare_score(state, pod, snapshot, (), 0)) for p, state in states if p.weight]
        scorers = [(plugin, state) for plugin, state in asked if state is not None]
        self._fixed_scorers = [(plugin, state) for plugin, state in scorers if not plugin.normalizes]
        size = len(snapshot)
        self.columns = [Column(plugin, state, [0] * size, set()) for plugin, state in scorers if plugin.normalizes]
        self.rejections: list[Rejection | None] = [None] * size
        self.feasible = bytearray(size)
        self.fixed = [0] * size
        """Weighted sum of the scores that need no comparison."""
        self.structure, self._mark = snapshot.structure, snapshot.now
        for index, node in enumerate(snapshot.nodes):
            self._work_out(index, node)

    def refresh(self, snapshot: Snapshot) -> bool:
        """Catch up with what changed; False where that is no longer possible."""
        changes = snapshot.since(self._mark) if self.structure is snapshot.structure else None
        if changes is None:
            return False
        self._mark = snapshot.now
        for index in {change.position for change in changes}:
            self._work_out(index, snapshot.nodes[index])
        return True

    def _work_out(self, index: int, node: NodeInfo) -> None:
        rejection = None
        for plugin, state in self._filters:
            rejection = plugin.fits(state, self._pod, node)
            if rejection is not None:
                break
        self.rejections[index] = rejection
        self.feasible[index] = rejection is None
        if rejection is None:
            self._score(index, node)

    def _score(self, index: int, node: NodeInfo) -> None:
        self.fixed[index] = sum(plugin.weight * plugin.score(state, self._pod, node) for plugin, state in self._fixed_scorers)
        for plugin, state, raw, set_at in self.columns:
            raw[index] = plugin.score(state, self._pod, node)
            if raw[index]:
                set_at.add(index)
            else:
                set_at.discard(index)


class Boards:
    """The boards of the signatures that were seen last."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Board] = {}

    def get(self, signature: Hashable, snapshot: Snapshot) -> Board | None:
        """The signature's board, brought up to date."""
        board = self._kept.pop(signature, None)
        if board is None or not board.refresh(snapshot):
            return None
        self._kept[signature] = board
        return board

    def put(self, signature: Hashable, board: Board) -> None:
        while len(self._kept) >= BOARDS_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[signature] = board
