"""A scheduling decision as plain data: a row for each node, or for many that failed alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 24


@dataclass(frozen=True)
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
    known: bool = True

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
    return Scene(decision.pod, decision.chosen, decision.message, decision.nominated, plugins, _folded(rows), len(rows), deciding)


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
    """At most so many rows: nodes that failed alike become one, and of those that fit the last ones do."""
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    failed: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for row in rows:
        if row.rejected_by:
            failed.setdefault((row.rejected_by, row.reasons), []).append(row)
    fitting = [row for row in rows if not row.rejected_by]
    alike = [Row(f"{len(of)} nodes" if len(of) > 1 else of[0].node, len(of), by, why) for (by, why), of in failed.items()]
    room = max(MOST_ROWS - len(alike), 2)
    if len(fitting) > room:
        rest = fitting[room - 1 :]
        least, most = min(row.total or 0 for row in rest), max(row.total or 0 for row in rest)
        fitting = [*fitting[: room - 1], Row(f"{len(rest)} more nodes that fit, with sums from {least} to {most}", len(rest), "", ())]
    return (*fitting, *alike)


def _natural(name: str) -> tuple[str, int]:
    match = re.search(r"[0-9]+$", name)
    return (name[: match.start()], int(match[0])) if match else (name, 0)
