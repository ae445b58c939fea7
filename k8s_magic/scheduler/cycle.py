"""One scheduling cycle: a pod and a snapshot of the nodes in, the node it should run on (or why there is none) out.

Nothing is written here. Equal scores are decided by a draw that depends on the pod alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import Any

from k8s_magic.scheduler.board import Board, Boards
from k8s_magic.scheduler.filtering import Active, nodes_to_find, run_filters, run_filters_with, search_board, search_nodes, verdict_of
from k8s_magic.scheduler.nominator import Nominator
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.scoring import totals
from k8s_magic.scheduler.snapshot import Snapshot
from k8s_magic.scheduler.states import States
from k8s_magic.sim.lineage import Lineage


@dataclass
class Outcome:
    """What a cycle found. `chosen` is empty where no node fits."""

    chosen: str = ""
    refused: Rejection | None = None
    """Every node is out for this reason, before any was looked at."""
    rejected: dict[int, Rejection] = field(default_factory=dict)
    """Why nodes are out, by position; all of them only where none fits."""
    outside: tuple[str, ...] = ()
    """Plugins that named the only nodes worth a look."""
    scored: list[int] = field(default_factory=list)
    """Positions of the nodes that were compared."""
    tied: list[int] = field(default_factory=list)
    active: Active = ()

    @property
    def rejectors(self) -> set[str]:
        """Names of the plugins that kept the pod out: what they wake on may help."""
        found = {rejection.plugin for rejection in self.rejected.values()} | {*self.outside}
        return found | {self.refused.plugin} if self.refused else found


class Cycle:
    """Decides pod after pod on one snapshot, which its owner keeps up to date."""

    def __init__(self, snapshot: Snapshot, plugins: Sequence[Plugin], nominator: Nominator, lineage: Lineage) -> None:
        self.snapshot = snapshot
        self.plugins = plugins
        self._per_node = [plugin for plugin in plugins if plugin.per_node]
        self._others = [plugin for plugin in plugins if not plugin.per_node]
        self._naming = [plugin for plugin in plugins if type(plugin).candidates is not Plugin.candidates]
        self._signing = [plugin for plugin in self._per_node if type(plugin).signature is not Plugin.signature]
        self._nominator = nominator
        self._lineage = lineage
        self._boards = Boards()
        self._states = States()
        self._start = 0

    def decide(self, pod: PodInfo, nominated: str = "") -> Outcome:
        """The best node for the pod; `nominated` is tried first. Models schedule_one.go schedulePod."""
        board = self._board(pod)
        others = board if isinstance(board, Rejection) else self._prepare_others(pod)
        if isinstance(board, Rejection) or isinstance(others, Rejection):
            return Outcome(refused=board if isinstance(board, Rejection) else others)  # type: ignore[arg-type]  # one of them is
        position = self.snapshot.position.get(nominated)
        if position is not None and self._fits_at(position, pod, board, others):
            return Outcome(self.snapshot.nodes[position].name, scored=[position], tied=[position], active=others)
        outcome = self._search(pod, board, others)
        if outcome.scored:
            self._choose(outcome, pod, board, others)
        return outcome

    def active(self, pod: PodInfo) -> Active:
        """Every plugin that has something to say about the pod, in the order of filters."""
        states = [(p, self._states.get(p, pod, self.snapshot) if not p.per_node else p.prepare(pod, self.snapshot)) for p in self.plugins]
        return [(plugin, state) for plugin, state in states if state is not None]

    def _prepare_others(self, pod: PodInfo) -> list[tuple[Plugin, Any]] | Rejection:
        found = []
        for plugin in self._others:
            state = self._states.get(plugin, pod, self.snapshot)
            if isinstance(state, Rejection):
                return state
            if state is not None:
                found.append((plugin, state))
        return found

    def _board(self, pod: PodInfo) -> Board | Rejection:
        signature = tuple([plugin.signature(pod, self.snapshot) for plugin in self._signing])
        board = self._boards.get(signature, self.snapshot)
        if board is None:
            states = [(plugin, plugin.prepare(pod, self.snapshot)) for plugin in self._per_node]
            for _, state in states:
                if isinstance(state, Rejection):
                    return state
            board = Board(pod, [(plugin, state) for plugin, state in states if state is not None], self.snapshot)
            self._boards.put(signature, board)
        return board

    def _fits_at(self, position: int, pod: PodInfo, board: Board, others: Active) -> bool:
        special = self._special(pod)
        if position in special:
            return special[position] is None
        return board.rejections[position] is None and run_filters(others, pod, self.snapshot.nodes[position]) is None

    def _special(self, pod: PodInfo) -> dict[int, Rejection | None]:
        """Answers for nodes to which other pods are nominated."""
        rivals = self._nominator.rivals(pod)
        if not rivals:
            return {}
        active, snapshot = self.active(pod), self.snapshot
        there = [(snapshot.position[name], pods) for name, pods in rivals.items() if name in snapshot.position]
        return {position: run_filters_with(pods, active, pod, snapshot.nodes[position]) for position, pods in there}

    def _search(self, pod: PodInfo, board: Board, others: Active) -> Outcome:
        only, naming = self._candidates(pod)
        special = self._special(pod)
        size = len(self.snapshot)
        self._start %= size
        restricting = [(plugin, state) for plugin, state in others if plugin.restricts(state)]
        if only is None and not special and not restricting:
            found, seen = search_board(board, self._start, nodes_to_find(size))
            rejected = {} if found else {position: r for position, r in enumerate(board.rejections) if r is not None}
        else:
            order = self._order(only)
            verdict = verdict_of(restricting, pod, self.snapshot)
            found, rejected = search_nodes(order, board, verdict, special, nodes_to_find(len(order)))
            seen = len(found) + len(rejected)
        self._start = (self._start + seen) % size
        return Outcome(rejected=rejected, outside=naming, scored=found, active=others)

    def _candidates(self, pod: PodInfo) -> tuple[frozenset[str] | None, tuple[str, ...]]:
        """The only nodes to look at, and the plugins that said so."""
        named = [(plugin.name, names) for plugin in self._naming if (names := plugin.candidates(pod)) is not None]
        if not named:
            return None, ()
        return frozenset.intersection(*(names for _, names in named)), tuple(name for name, _ in named)

    def _order(self, only: frozenset[str] | None) -> list[int]:
        """Positions from where the last search ended, round to there."""
        if only is None:
            return list(chain(range(self._start, len(self.snapshot)), range(self._start)))
        positions: Mapping[str, int] = self.snapshot.position
        return sorted(positions[name] for name in only if name in positions)

    def _choose(self, outcome: Outcome, pod: PodInfo, board: Board, others: Active) -> None:
        positions = outcome.scored
        if len(positions) == 1:
            outcome.tied = positions
        else:
            sums = totals(board, others, pod, self.snapshot, positions)
            best = max(sums)
            outcome.tied = list(compress(positions, map(best.__eq__, sums)))
        pick = self._lineage.below(len(outcome.tied), "scheduler", pod.uid) if len(outcome.tied) > 1 else 0
        outcome.chosen = self.snapshot.nodes[outcome.tied[pick]].name
