"""Which nodes a pod fits: all filters in their order, up to as many nodes as are worth scoring."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, compress
from typing import Any

from k8s_magic.scheduler.board import Board
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

LEAST_NODES = 100
LEAST_PERCENTAGE = 5

Active = Sequence[tuple[Plugin, Any]]
"""Plugins that have something to say, with their states."""


def nodes_to_find(nodes: int) -> int:
    """How many fitting nodes are enough. Models schedule_one.go numFeasibleNodesToFind with percentageOfNodesToScore unset."""
    if nodes < LEAST_NODES:
        return nodes
    percentage = max(50 - nodes // 125, LEAST_PERCENTAGE)
    return max(nodes * percentage // 100, LEAST_NODES)


def run_filters(active: Active, pod: PodInfo, node: NodeInfo) -> Rejection | None:
    """The first rejection, or None."""
    for plugin, state in active:
        if plugin.restricts(state):
            rejection = plugin.fits(state, pod, node)
            if rejection is not None:
                return rejection
    return None


def run_filters_with(nominated: Iterable[PodInfo], active: Active, pod: PodInfo, node: NodeInfo) -> Rejection | None:
    """The pod must fit beside the pods that are nominated to the node, and also without them, since they may never come.

    Models framework/runtime RunFilterPluginsWithNominatedPods.
    """
    crowded, states = node, copies(active)
    for other in nominated:
        crowded = crowded.added(other)
        track_all(states, pod, other, crowded, 1)
    if crowded is node:
        return run_filters(active, pod, node)
    return run_filters(states, pod, crowded) or run_filters(active, pod, node)


def copies(active: Active) -> Active:
    """States that can be changed on trial."""
    return [(plugin, plugin.copy(state)) for plugin, state in active]


def track_all(active: Active, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: int) -> None:
    for plugin, state in active:
        plugin.track(state, pod, other, node, sign)


def search_board(board: Board, start: int, enough: int) -> tuple[list[int], int]:
    """Positions of the first nodes that fit, and how many were looked at: without a look at any node itself."""
    size = len(board.feasible)
    flags = board.feasible[start:] + board.feasible[:start]
    seen = size if flags.count(1) <= enough else _end_of(flags, enough)
    return list(compress(chain(range(start, size), range(start)), flags[:seen])), seen


def _end_of(flags: bytearray, wanted: int) -> int:
    """The length of the shortest prefix that holds `wanted` ones."""
    low, high = wanted, len(flags)
    while low < high:
        middle = (low + high) // 2
        if flags.count(1, 0, middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


Verdict = Callable[[int], Rejection | None]
"""Why the node at a position is out, or None."""


def verdict_of(active: Active, pod: PodInfo, snapshot: Snapshot) -> Verdict:
    """What all these plugins say: the first rejection of a node. One that knows domains is asked once in each."""
    verdicts = [_by_domain(plugin, state, pod, snapshot) for plugin, state in active]
    if len(verdicts) == 1:
        return verdicts[0]
    return lambda position: next((rejection for verdict in verdicts if (rejection := verdict(position)) is not None), None)


def _by_domain(plugin: Plugin, state: Any, pod: PodInfo, snapshot: Snapshot) -> Verdict:
    nodes, domains = snapshot.nodes, plugin.domains(state, snapshot)
    if domains is None:
        return lambda position: plugin.fits(state, pod, nodes[position])
    known: dict[Hashable, Rejection | None] = {}

    def verdict(position: int) -> Rejection | None:
        domain = domains[position]
        if domain not in known:
            known[domain] = plugin.fits(state, pod, nodes[position])
        return known[domain]

    return verdict


def search_nodes(
    order: Iterable[int], board: Board, verdict: Verdict, special: Mapping[int, Rejection | None], enough: int
) -> tuple[list[int], dict[int, Rejection]]:
    """Positions of the first nodes that fit, and why those before were rejected; `special` holds answers known already."""
    found: list[int] = []
    rejected: dict[int, Rejection] = {}
    known = board.rejections
    for position in order:
        rejection = special[position] if position in special else known[position] or verdict(position)
        if rejection is not None:
            rejected[position] = rejection
            continue
        found.append(position)
        if len(found) == enough:
            break
    return found, rejected
