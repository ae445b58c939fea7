"""Where things stand in the placement picture: one layout for all frames of a play, so that nodes stay where they are.

Every picture is equally wide. Many pods become chips without words, many nodes small boxes, and what is more than that is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from k8s_magic.widgets._moods import without_side_talk
from k8s_magic.widgets._svg import wrapped
from k8s_magic.widgets._words import SMALL, letters
from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene

WIDTH, MARGIN, GAP, PADDING = 980, 12, 10, 9
HEADER = 78
"""Of the picture: how much there is of everything, and what signs mean."""
NAME_LINE, NOTES_LINE, ACCOUNT = 26, 18, 41
"""Of a node's box: its name, what is unusual about it, each resource."""
SIDE_BY_SIDE = 360
"""A box as wide as that has its resources beside each other."""
TILE, SMALL_TILE, CHIP, TILE_GAP, TILE_WIDTH = 34, 18, 17, 4, 190
MOST_NODES, MOST_TILES, MOST_CHIPS, MOST_SMALL_CHIPS = 12, 10, 120, 72
"""With more nodes, or more pods on a node, each pod is a chip without words; with still more, the rest is counted."""
DENSE_FROM, DENSE_HEAD, DENSE_CHIP, DENSE_GAP = 31, 49, 10, 2
"""With so many nodes everything shrinks: bars lose their words, chips their letters."""
MOST_GROUPS, MOST_WAITING, MOST_WAITING_CHIPS = 4, 8, 88
REASON_LINE, REASON_LINES = 14, 2


Slots = Mapping[str, int]
"""By a pod's id: the chip's place among those of its node."""
NO_SLOTS: Slots = MappingProxyType({})


class Place(NamedTuple):
    """Upper left corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Measures that hold for every frame."""

    names: tuple[str, ...]
    chips: bool
    dense: bool
    columns: int
    has_notes: bool
    row_heights: tuple[float, ...]
    waiting_height: float
    slots: Slots
    tidy: Slots
    """Those of the last scene, without gaps."""
    last: Scene | None

    @staticmethod
    def of(scenes: Sequence[Scene], slots: Slots = NO_SLOTS) -> Layout:
        """The layout that all `scenes` fit into; who has a slot keeps it."""
        nodes = [node for scene in scenes for node in scene.nodes]
        names = tuple(dict.fromkeys(node.name for node in nodes))
        dense = len(names) >= DENSE_FROM
        crowds = [[sum(not pod.is_system for pod in node.pods) for node in scene.nodes] for scene in scenes]
        most = MOST_TILES * max(4 // max(len(names), 1), 1)  # Fewer nodes have wider boxes, with several tiles side by side.
        chips = len(names) > MOST_NODES or any(max(crowd, default=0) > most or sum(crowd) > MOST_TILES * 4 for crowd in crowds)
        rows = -(-len(names) // (10 if dense else 6 if chips else 4)) or 1
        columns = -(-len(names) // rows) or 1
        slots = _slots(scenes, slots) if chips else NO_SLOTS
        tidy, last = (_tidied(scenes[-1], slots), scenes[-1]) if slots else (NO_SLOTS, None)
        bare = Layout(names, chips, dense, columns, any(node.notes for node in nodes) and not dense, (), 0, slots, tidy, last)
        heights = dict.fromkeys(names, 0.0)
        for node in nodes:
            heights[node.name] = max(heights[node.name], bare.box_height(node))
        row_heights = tuple(max(heights[name] for name in names[start : start + columns]) for start in range(0, len(names), columns))
        waiting = max((waiting_height(scene.waiting, chips) for scene in scenes), default=0)
        return Layout(names, chips, dense, columns, bare.has_notes, row_heights, waiting, slots, tidy, last)

    @property
    def box_width(self) -> float:
        gaps = (self.columns - 1) * GAP
        return (WIDTH - 2 * MARGIN - gaps) / self.columns

    @property
    def side_by_side(self) -> bool:
        return self.box_width >= SIDE_BY_SIDE

    @property
    def head(self) -> float:
        """The height of what stands above the pods in a node's box."""
        if self.dense:
            return DENSE_HEAD
        return NAME_LINE + (NOTES_LINE if self.has_notes else 0) + ACCOUNT * (1 if self.side_by_side else 2) + 5

    @property
    def height(self) -> float:
        return self._bottom + (GAP + self.waiting_height if self.waiting_height else 0) + MARGIN

    @property
    def _bottom(self) -> float:
        return HEADER + sum(self.row_heights) + GAP * max(len(self.row_heights) - 1, 0)

    def box(self, name: str) -> Place:
        """A node's place."""
        return self._boxes[name]

    @cached_property
    def _boxes(self) -> dict[str, Place]:
        return {name: self._box_at(number) for number, name in enumerate(self.names)}

    def _box_at(self, number: int) -> Place:
        row, column = divmod(number, self.columns)
        y = HEADER + sum(self.row_heights[:row]) + GAP * row
        return Place(MARGIN + column * (self.box_width + GAP), y, self.box_width, self.row_heights[row])

    def box_height(self, node: NodeBox) -> float:
        """Room for all that is drawn in the node's box."""
        shown, hidden = self.shown(node.pods)
        places = [place for _, place in self.tiles(Place(0, 0, self.box_width, 0), shown)]
        bottom = max((place.y + place.height for place in places), default=self.head + (0 if self.dense else TILE))
        return bottom + PADDING + (SMALL + 4 if hidden else 0)

    def waiting(self) -> Place:
        """Where the pods stand that have no node: below, so that nodes do not move when there are some."""
        return Place(MARGIN, self._bottom + GAP, WIDTH - 2 * MARGIN, self.waiting_height)

    @property
    def most_chips(self) -> int:
        return MOST_SMALL_CHIPS if self.dense else MOST_CHIPS

    def shown(self, pods: Sequence[PodTile]) -> tuple[Sequence[PodTile], int]:
        """The pods on a node that are drawn, and how many are only counted: first of those that simply run."""
        if not self.chips or len(pods) <= self.most_chips:
            return pods, 0
        return sorted(pods, key=lambda pod: pod.mood == "running")[: self.most_chips], len(pods) - self.most_chips

    def tiles(self, box: Place, pods: Sequence[PodTile], scene: Scene | None = None) -> list[tuple[PodTile, Place]]:
        """The pods' places within a node's box; gaps that they leave are filled in the last scene."""
        inner = Place(box.x + PADDING, box.y + self.head, box.width - 2 * PADDING, 0)
        if self.chips:
            known = self.tidy if scene is not None and scene is self.last else self.slots
            slots = [known.get(pod.id, number) for number, pod in enumerate(pods)]
            if max(slots, default=0) >= self.most_chips:
                slots = list(range(len(pods)))
            places = chips_in(inner, max(slots, default=-1) + 1, small=self.dense)
            return [(pod, places[slot]) for pod, slot in zip(pods, slots, strict=True)]
        own, system = [p for p in pods if not p.is_system], [p for p in pods if p.is_system]
        above = tiles_in(inner, len(own), TILE)
        y = above[-1].y + TILE + TILE_GAP if above else inner.y
        below = tiles_in(inner._replace(y=y), len(system), SMALL_TILE)
        return [*zip(own, above, strict=True), *zip(system, below, strict=True)]


def _slots(scenes: Sequence[Scene], before: Slots) -> Slots:
    """So that only those move that come or go: a pod keeps its slot as long as it lives, a new one takes the first that is free."""
    found: dict[str, int] = {}
    for scene in scenes:
        for node in scene.nodes:
            kept: dict[int, str] = {}
            for pod in node.pods:
                if (slot := found.get(pod.id, before.get(pod.id, -1))) >= 0:
                    kept.setdefault(slot, pod.id)
            found.update({id: slot for slot, id in kept.items()})
            stays = set(kept.values())
            free = (slot for slot in range(2 * len(node.pods)) if slot not in kept)
            found.update({pod.id: next(free) for pod in node.pods if pod.id not in stays})
    return found


def _tidied(scene: Scene, slots: Slots) -> Slots:
    """Without gaps, and with as few moves as that takes."""
    found = {}
    for node in scene.nodes:
        taken = {slots[pod.id] for pod in node.pods}
        free = (slot for slot in range(len(node.pods)) if slot not in taken)
        found.update({pod.id: slots[pod.id] if slots[pod.id] < len(node.pods) else next(free) for pod in node.pods})
    return found


def tiles_in(area: Place, count: int, height: float) -> list[Place]:
    """As many side by side as have room for their words."""
    per_row = max(int((area.width + TILE_GAP) // (TILE_WIDTH + TILE_GAP)), 1)
    width = (area.width - (per_row - 1) * TILE_GAP) / per_row
    return [
        Place(area.x + i % per_row * (width + TILE_GAP), area.y + i // per_row * (height + TILE_GAP), width, height) for i in range(count)
    ]


def chips_in(area: Place, count: int, *, small: bool = False) -> list[Place]:
    """Squares in rows."""
    size, gap = (DENSE_CHIP, DENSE_GAP) if small else (CHIP, TILE_GAP)
    per_row, step = int((area.width + gap) // (size + gap)), size + gap
    return [Place(area.x + i % per_row * step, area.y + i // per_row * step, size, size) for i in range(count)]


class Group(NamedTuple):
    """Pods that wait for the same reason."""

    why: tuple[str, ...]
    """In lines."""
    pods: tuple[PodTile, ...]
    hidden: int
    """How many more there are."""


def waiting_groups(pods: Sequence[PodTile], chips: bool) -> tuple[list[Group], int]:
    """The waiting pods by reason, in the order in which the reasons first appear, and how many have yet other reasons."""
    found: dict[str, list[PodTile]] = {}
    for pod in pods:
        found.setdefault(without_side_talk(pod.why), []).append(pod)
    most = MOST_WAITING_CHIPS if chips else MOST_WAITING
    groups = [Group(_lines(why), tuple(of[:most]), max(len(of) - most, 0)) for why, of in list(found.items())[:MOST_GROUPS]]
    return groups, sum(len(of) for of in list(found.values())[MOST_GROUPS:])


def _lines(why: str) -> tuple[str, ...]:
    return tuple(wrapped(why, letters(WIDTH - 2 * MARGIN - 2 * PADDING), REASON_LINES))


def group_height(group: Group, chips: bool) -> float:
    """Of the reason and the pods below it."""
    area = Place(0, 0, WIDTH - 2 * MARGIN - 2 * PADDING, 0)
    places = chips_in(area, len(group.pods)) if chips else tiles_in(area, len(group.pods), TILE)
    return len(group.why) * REASON_LINE + places[-1].y + places[-1].height + 8 + (REASON_LINE if group.hidden else 0)


def waiting_height(pods: Sequence[PodTile], chips: bool) -> float:
    """Room that these pods need."""
    if not pods:
        return 0
    groups, others = waiting_groups(pods, chips)
    return NAME_LINE + sum(group_height(group, chips) for group in groups) + (REASON_LINE if others else 0) + 4
