"""How good a node is: each plugin's score, brought to 0..100 among the nodes that fit, times its weight, summed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from k8s_magic.scheduler.board import Board
from k8s_magic.scheduler.filtering import Active
from k8s_magic.scheduler.plugin import Plugin
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot


class PluginScores(NamedTuple):
    """What one plugin gives to a row of nodes."""

    plugin: Plugin
    raw: list[int]
    normalized: list[int]


def plugin_scores(active: Active, pod: PodInfo, snapshot: Snapshot, positions: Sequence[int]) -> list[PluginScores]:
    """Raw and normalised scores of each plugin that has a say, for the nodes at `positions`."""
    found: list[PluginScores] = []
    nodes = [snapshot.nodes[position] for position in positions] if active else []
    for plugin, state in active:
        prepared = plugin.prepare_score(state, pod, snapshot, nodes, len(nodes)) if plugin.weight else None
        if prepared is not None:
            raw = plugin.score_all(prepared, pod, nodes)
            found.append(PluginScores(plugin, raw, plugin.normalize(prepared, nodes, raw) if plugin.normalizes else raw))
    return found


def totals(board: Board, others: Active, pod: PodInfo, snapshot: Snapshot, positions: Sequence[int]) -> list[int]:
    """The sum that decides, for each position; what all nodes have in common is left out."""
    sums = [board.fixed[position] for position in positions]
    for column in board.columns:
        if column.set_at:
            raw = [column.raw[position] for position in positions]
            nodes = [snapshot.nodes[position] for position in positions]
            sums = _plus(sums, column.plugin.weight, column.plugin.normalize(column.state, nodes, raw))
    for plugin, state in others:
        groups = plugin.groups(state)
        if groups is not None:
            sums = _plus_groups(sums, plugin, state, [groups[position] for position in positions], pod, snapshot, positions)
    ungrouped = [(plugin, state) for plugin, state in others if plugin.groups(state) is None]
    for plugin, _, normalized in plugin_scores(ungrouped, pod, snapshot, positions):
        sums = _plus(sums, plugin.weight, normalized)
    return sums


def _plus_groups(
    sums: list[int], plugin: Plugin, state: Any, groups: list[Hashable], pod: PodInfo, snapshot: Snapshot, positions: Sequence[int]
) -> list[int]:
    """One node of each group is scored, for all."""
    examples = dict(zip(groups, positions, strict=True))
    nodes = [snapshot.nodes[position] for position in examples.values()]
    prepared = plugin.prepare_score(state, pod, snapshot, nodes, len(positions))
    if prepared is None:
        return sums
    normalized = plugin.normalize(prepared, nodes, plugin.score_all(prepared, pod, nodes))
    worth = {group: plugin.weight * score for group, score in zip(examples, normalized, strict=True)}
    return [total + worth[group] for total, group in zip(sums, groups, strict=True)]


def _plus(sums: list[int], weight: int, scores: list[int]) -> list[int]:
    return [total + weight * score for total, score in zip(sums, scores, strict=True)]
