"""A scheduling decision as plain data: a row for each node, or for many that failed alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST_ROWS = 24


@dataclass(frozen=True, order=True)
class Cell:
    """What one plugin gave a node: its score from 0 to 100, and what that counts."""

    score: int
    weighted: int


@dataclass(frozen=True)
class Row:
    """One node, or `count` nodes that the same plugin rejected for the same reasons."""

    node: str
    count: int
    rejected_by: str
    reasons: tuple[str, ...]
    cells: Mapping[str, Cell] = field(default_factory=dict)
    total: int | None = None
    chosen: bool = False
    tied: bool = False
    is_rest: bool = False
    """Whether it stands for nodes that fit, with different sums."""

    @property
    def verdict(self) -> str:
        """In words."""
        if self.rejected_by:
            return f"✗ {self.rejected_by}: {', '.join(self.reasons)}"
        return "✓ fits" if self.total is not None else "✓ fits, not scored"


@dataclass(frozen=True)
class Scene:
    """The table."""

    pod: str
    chosen: str
    message: str
    nominated: str
    plugins: tuple[tuple[str, int], ...]
    """Those that scored, with their weights; those that told nodes apart come first."""
    rows: tuple[Row, ...]
    nodes: int
    deciding: frozenset[str] = frozenset()
    """The plugins whose scores differ between nodes."""
    filters: tuple[str, ...] = ()
    """The plugins that rejected a node, in the order in which they are asked."""
    tied: int = 0
    """How many nodes shared the highest sum, where a draw had to choose."""
    known: bool = True

    @property
    def scoring(self) -> tuple[str, ...]:
        """The plugins that scored."""
        return tuple(name for name, _ in self.plugins)

    @staticmethod
    def unknown(namespace: str, name: str) -> Scene:
        """Where no decision is remembered."""
        return Scene(f"{namespace}/{name}", "", "the scheduler remembers no decision about this pod", "", (), (), 0, known=False)


def _deciding(rows: list[Row]) -> frozenset[str]:
    scores: dict[str, set[int]] = {}
    for row in rows:
        for plugin, cell in row.cells.items():
            scores.setdefault(plugin, set()).add(cell.weighted)
    return frozenset(plugin for plugin, found in scores.items() if len(found) > 1)


def scene_of(decision: Any) -> Scene:
    """The table of a scheduler.decision.Decision."""
    rows = [_row(verdict, decision) for verdict in decision.nodes.values()]
    rows.sort(key=lambda row: (not row.chosen, row.total is None, -(row.total or 0), bool(row.rejected_by), _natural(row.node)))
    weights = {name: score.weight for verdict in decision.nodes.values() for name, score in verdict.scores.items()}
    deciding = _deciding(rows)
    plugins = tuple(sorted(weights.items(), key=lambda plugin: (plugin[0] not in deciding, plugin[0])))
    rejected = {row.rejected_by for row in rows}
    filters = tuple(name for name in decision.filters if name in rejected)
    folded = _folded(rows)
    tied = len(decision.tied) if len(decision.tied) > 1 else 0
    return Scene(decision.pod, decision.chosen, decision.message, decision.nominated, plugins, folded, len(rows), deciding, filters, tied)


def _row(verdict: Any, decision: Any) -> Row:
    return Row(
        node=verdict.node,
        count=1,
        rejected_by=verdict.rejected_by,
        reasons=tuple(verdict.reasons),
        cells={name: Cell(score.normalized, score.weighted) for name, score in verdict.scores.items()},
        total=verdict.total,
        chosen=verdict.node == decision.chosen,
        tied=len(decision.tied) > 1 and verdict.node in decision.tied,
    )


def _folded(rows: list[Row]) -> tuple[Row, ...]:
    """At most so many rows: first nodes that failed or scored alike become one, then the last of those that fit do."""
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    crowds: dict[Any, list[Row]] = {}
    for row in rows:
        crowds.setdefault((row.chosen, row.rejected_by, row.reasons, row.total, tuple(sorted(row.cells.items()))), []).append(row)
    folded = [replace(of[0], node=_names(of), count=len(of)) for of in crowds.values()]
    fitting, failed = ([row for row in folded if bool(row.rejected_by) is bad] for bad in (False, True))
    room = max(MOST_ROWS - len(failed), 2)
    if len(fitting) > room:
        rest = fitting[room - 1 :]
        count, sums = sum(row.count for row in rest), [row.total or 0 for row in rest]
        fitting[room - 1 :] = [Row(f"{count} more nodes that fit, with sums from {min(sums)} to {max(sums)}", count, "", (), is_rest=True)]
    return (*fitting, *failed)


def _names(rows: list[Row]) -> str:
    return f"{len(rows)} nodes, as {rows[0].node}" if len(rows) > 1 else rows[0].node


def _natural(name: str) -> tuple[str, int]:
    match = re.search(r"[0-9]+$", name)
    return (name[: match.start()], int(match[0])) if match else (name, 0)
