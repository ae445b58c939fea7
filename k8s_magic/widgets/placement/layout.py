"""Where things stand in the placement picture: one layout for all frames of a play, so that nodes stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene

MARGIN, GAP, PADDING = 10, 10, 8
HEAD = 62
"""Of a node's box: its name and two bars."""
TILE, SMALL_TILE, CHIP, TILE_GAP = 30, 16, 16, 4
MOST_TILES = 10
"""With more pods than that on a node, each is a chip without words."""
BOX_WIDTH, CHIP_BOX_WIDTH, DENSE_BOX_WIDTH, WAITING_WIDTH = 196, 132, 88, 216
DENSE_FROM, DENSE_HEAD, DENSE_CHIP, DENSE_GAP = 31, 34, 9, 1.5
"""With so many nodes everything shrinks: bars lose their words, chips their signs."""
MOST_WAITING = 9
REASON_LINE = 12


class Place(NamedTuple):
    """Upper left corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Measures that hold for every frame."""

    chips: bool
    columns: int
    row_heights: tuple[float, ...]
    names: tuple[str, ...]
    waits: bool
    waiting_height: float
    dense: bool = False

    @staticmethod
    def of(scenes: Sequence[Scene], *, waits: bool = False) -> Layout:
        """The layout that all `scenes` fit into; `waits` keeps room for waiting pods even where there are none."""
        names = tuple(dict.fromkeys(node.name for scene in scenes for node in scene.nodes))
        chips = any(len([pod for pod in node.pods if not pod.is_system]) > MOST_TILES for scene in scenes for node in scene.nodes)
        chips = chips or len(names) > 12
        dense = len(names) >= DENSE_FROM
        columns = min(len(names), 10 if dense else 6 if chips else 4) or 1
        heights = dict.fromkeys(names, 0.0)
        for scene in scenes:
            for node in scene.nodes:
                heights[node.name] = max(heights[node.name], _box_height(node, chips, dense))
        rows = [names[start : start + columns] for start in range(0, len(names), columns)]
        waiting = [scene.waiting for scene in scenes]
        return Layout(
            chips=chips,
            columns=columns,
            row_heights=tuple(max(heights[name] for name in row) for row in rows),
            names=names,
            waits=waits or any(waiting),
            waiting_height=max((waiting_height(pods) for pods in waiting), default=0),
            dense=dense,
        )

    @property
    def box_width(self) -> float:
        return DENSE_BOX_WIDTH if self.dense else CHIP_BOX_WIDTH if self.chips else BOX_WIDTH

    @property
    def width(self) -> float:
        nodes = 2 * MARGIN + self.columns * self.box_width + (self.columns - 1) * GAP
        return nodes + (WAITING_WIDTH + GAP if self.waits else 0)

    @property
    def height(self) -> float:
        nodes = sum(self.row_heights) + GAP * max(len(self.row_heights) - 1, 0)
        return 2 * MARGIN + max(nodes, self.waiting_height if self.waits else 0)

    def box(self, name: str) -> Place:
        """A node's place."""
        return self._boxes[name]

    @cached_property
    def _boxes(self) -> dict[str, Place]:
        return {name: self._box_at(number) for number, name in enumerate(self.names)}

    def _box_at(self, number: int) -> Place:
        row, column = divmod(number, self.columns)
        y = MARGIN + sum(self.row_heights[:row]) + GAP * row
        return Place(MARGIN + column * (self.box_width + GAP), y, self.box_width, self.row_heights[row])

    def waiting(self) -> Place:
        """Where the pods stand that have no node."""
        return Place(self.width - MARGIN - WAITING_WIDTH, MARGIN, WAITING_WIDTH, self.height - 2 * MARGIN)

    def tiles(self, box: Place, pods: Sequence[PodTile]) -> list[tuple[PodTile, Place]]:
        """The pods' places within a node's box."""
        return _flow(box, pods, self.chips, self.dense)


def _flow(box: Place, pods: Sequence[PodTile], chips: bool, dense: bool) -> list[tuple[PodTile, Place]]:
    left, width, y = box.x + PADDING, box.width - 2 * PADDING, box.y + (DENSE_HEAD if dense else HEAD)
    if chips:
        chip, gap = (DENSE_CHIP, DENSE_GAP) if dense else (CHIP, TILE_GAP)
        per_row, step = int((width + gap) // (chip + gap)), chip + gap
        return [(pod, Place(left + i % per_row * step, y + i // per_row * step, chip, chip)) for i, pod in enumerate(pods)]
    placed = []
    for pod in pods:
        height = SMALL_TILE if pod.is_system else TILE
        placed.append((pod, Place(left, y, width, height)))
        y += height + TILE_GAP
    return placed


def _box_height(node: NodeBox, chips: bool, dense: bool) -> float:
    box = Place(0, 0, DENSE_BOX_WIDTH if dense else CHIP_BOX_WIDTH if chips else BOX_WIDTH, 0)
    bottom = max((place.y + place.height for _, place in _flow(box, node.pods, chips, dense)), default=HEAD)
    return bottom + PADDING if dense else max(bottom + PADDING, HEAD + TILE + PADDING)


class Group(NamedTuple):
    """Pods that wait for the same reason."""

    why: str
    pods: tuple[PodTile, ...]


def waiting_groups(pods: Sequence[PodTile]) -> list[Group]:
    """The waiting pods by reason, in the order in which the reasons first appear."""
    groups: dict[str, list[PodTile]] = {}
    for pod in pods:
        groups.setdefault(pod.why, []).append(pod)
    return [Group(why, tuple(of)) for why, of in groups.items()]


def waiting_height(pods: Sequence[PodTile]) -> float:
    """Room that these pods need: a tile each up to a limit, and five lines a reason."""
    height = 24.0 + PADDING
    for group in waiting_groups(pods):
        height += min(len(group.pods), MOST_WAITING) * (TILE + TILE_GAP) + (6 * REASON_LINE if group.why else 0)
        height += REASON_LINE if len(group.pods) > MOST_WAITING else 0
    return height
