"""Cards in layers from left to right, with edges between them: the drawing of trees and of ways.

Our own layout, for the same bytes everywhere: Graphviz' differ from version to version, and it is seldom installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from k8s_magic.widgets._moods import BOX, COLOURS, EDGE, LINE, PAPER, SIGNS, Mood, sign
from k8s_magic.widgets._svg import document, group, tag, title
from k8s_magic.widgets._words import HEAD, NAME, SMALL, width_of, words

WIDTH, MARGIN, GAP, BETWEEN, MOST_BETWEEN, TOP, LINE_HEIGHT = 980, 12, 8, 34, 110, 66, 14
"""Of the picture, and what keeps cards apart; under TOP they begin."""
NARROWEST, WIDEST, MOST_CARDS = 100, 290, 16
MARKED, UNMARKED = 26, 10
"""Where a card's words begin, beside its sign or without one."""


@dataclass(frozen=True)
class Card:
    """A box with a name and some lines about it."""

    id: str
    kind: str
    name: str
    lines: tuple[str, ...] = ()
    mood: Mood | None = None
    gone: bool = False
    """Somebody refers to it, but it does not exist."""

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True)
class Edge:
    """From the left to the right; an open way, or one that is shut."""

    source: str
    target: str
    open: bool = True


@dataclass(frozen=True)
class Layer:
    """A column."""

    title: str
    cards: tuple[Card, ...]

    def about(self, card: Card) -> tuple[str, ...]:
        """What stands below the card's name: its kind, unless the layer's title says it, and its lines."""
        kind = () if self.title.startswith(card.kind) else (card.kind,)
        first = " · ".join([*kind, *card.lines[:1]])
        return tuple(line for line in (first, *card.lines[1:]) if line)

    def height(self, card: Card) -> float:
        """Of the card."""
        return 26 + LINE_HEIGHT * len(self.about(card))


@dataclass(frozen=True)
class Scene:
    """The picture at an instant."""

    heading: str
    layers: tuple[Layer, ...]
    edges: tuple[Edge, ...]

    @property
    def cards(self) -> dict[str, Card]:
        """Every card by its id."""
        return {card.id: card for layer in self.layers for card in layer.cards}


def ordered(layers: Sequence[Layer], edges: Iterable[Edge]) -> tuple[Layer, ...]:
    """The layers with cards near those that lead to them: each is put at the mean place of its sources."""
    sources: dict[str, list[str]] = {}
    for edge in edges:
        sources.setdefault(edge.target, []).append(edge.source)
    places: dict[str, float] = {}
    result = []
    for layer in layers:
        start = {card.id: float(number) for number, card in enumerate(layer.cards)}
        wanted = {id: _mean([places[s] for s in sources.get(id, ()) if s in places], at) for id, at in start.items()}
        cards = tuple(sorted(layer.cards, key=lambda card: (wanted[card.id], start[card.id])))
        places |= {card.id: float(number) for number, card in enumerate(cards)}
        result.append(Layer(layer.title, cards))
    return tuple(result)


def _mean(places: list[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def changes(before: Scene, after: Scene) -> list[str]:
    """What happened, a short sentence a card."""
    old, new = before.cards, after.cards
    told = []
    for id, card in new.items():
        if id not in old:
            told.append(f"{card.title} appears")
        elif old[id].lines != card.lines or old[id].mood != card.mood:
            told.append(f"{card.title}: {', '.join(line for line in card.lines if line not in old[id].lines) or 'no longer there'}")
    told += [f"{card.title} is gone" for id, card in old.items() if id not in new]
    ways = {(edge.source, edge.target): edge.open for edge in before.edges}
    for edge in after.edges:
        if ways.get((edge.source, edge.target), edge.open) != edge.open:
            told.append(f"the way to {new[edge.target].title} is {'open' if edge.open else 'shut'}")
    return told


def draw_text(scene: Scene) -> str:
    """A line a card, under the heading of its layer, with where it leads."""
    cards, lines = scene.cards, [scene.heading]
    for layer in scene.layers:
        lines.append(f"{layer.title} ({len(layer.cards)})")
        for card in layer.cards:
            ways = [f"{'→' if edge.open else '↛'} {cards[edge.target].name}" for edge in scene.edges if edge.source == card.id]
            mark = SIGNS[card.mood] if card.mood else "▪"
            lines.append("  ".join([f"  {mark} {card.title}{' (gone)' if card.gone else ''}", *card.lines, *ways]))
    return "\n".join(lines)


def summary(scene: Scene) -> str:
    """What the picture shows, for who cannot see it."""
    layers = [f"{layer.title} ({len(layer.cards)}): {_names(layer.cards)}" for layer in scene.layers]
    return f"{scene.heading}. {'; '.join(layers)}"


def _names(cards: tuple[Card, ...]) -> str:
    names = [f"{card.name} {card.lines[0] if card.lines else ''}".strip() for card in cards[:8]]
    return ", ".join([*names, *([f"{len(cards) - 8} more"] if len(cards) > 8 else [])]) or "none"


def drawer(scenes: Sequence[Scene]) -> Callable[[Scene], str]:
    """Draws each of these scenes at one size."""
    columns = max(len(scene.layers) for scene in scenes)
    wanted = [max(_width(scene.layers[i]) for scene in scenes if i < len(scene.layers)) for i in range(columns)]
    widths = _within(wanted, WIDTH - 2 * MARGIN - (columns - 1) * BETWEEN)
    between = min((WIDTH - 2 * MARGIN - sum(widths)) / max(columns - 1, 1), MOST_BETWEEN)
    lefts = [MARGIN + sum(widths[:i]) + i * between for i in range(columns)]
    height = max(_height(scene) for scene in scenes)
    return lambda scene: _draw(scene, list(zip(lefts, widths, strict=True)), height)


def _within(wanted: Sequence[float], room: float) -> list[float]:
    """Widths that fit into `room` together: only the widest give way."""
    rest, limit = room, room
    for number, width in enumerate(sorted(wanted)):
        limit = rest / (len(wanted) - number)
        if width > limit:
            break
        rest -= width
    return [min(width, limit) for width in wanted] if sum(wanted) > room else list(wanted)


def _width(layer: Layer) -> float:
    """Room for all words of a layer, within limits."""
    wanted = [NARROWEST, width_of(layer.title) - 10]
    for card in layer.cards:
        words_ = max(width_of(card.name, NAME, bold=True), *(width_of(line, SMALL) for line in layer.about(card)), 0)
        wanted.append(words_ + (MARKED if card.mood else UNMARKED) + 8)
    return min(max(wanted), WIDEST)


class Place(NamedTuple):
    """Of a card: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float


def _draw(scene: Scene, columns: Sequence[tuple[float, float]], height: float) -> str:
    paper = tag("rect", class_="k8sm-paper", width=WIDTH, height=height, rx=8, fill=PAPER)
    heading = words(scene.heading, MARGIN, 24, size=HEAD, bold=True, room=WIDTH - 2 * MARGIN)
    places, heads, boxes = {}, [], []
    for layer, (x, wide) in zip(scene.layers, columns, strict=False):
        heads.append(words(f"{layer.title} ({len(layer.cards)})", x, 50, tone="soft", room=wide + BETWEEN))
        y = TOP + (height - TOP - MARGIN - _layer_height(layer)) / 2
        for card in layer.cards[:MOST_CARDS]:
            places[card.id] = place = Place(x, y, wide, layer.height(card))
            boxes.append(_card(card, layer.about(card), place))
            y += place.height + GAP
        if (folded := len(layer.cards) - MOST_CARDS) > 0:
            boxes.append(words(f"and {folded} more", x + 8, y + 8, tone="soft"))
    edges = [_edge(places[edge.source], places[edge.target], edge) for edge in scene.edges if {edge.source, edge.target} <= places.keys()]
    return document(WIDTH, height, scene.heading, summary(scene), paper, heading, *heads, *edges, *boxes)


def _card(card: Card, about: tuple[str, ...], place: Place) -> str:
    fill, line = COLOURS[card.mood] if card.mood else (BOX, LINE)
    dashes = "4 3" if card.gone else None
    class_ = None if card.mood else "k8sm-box"
    body = tag("rect", width=place.width, height=place.height, rx=6, fill=fill, stroke=line, stroke_dasharray=dashes, class_=class_)
    left = MARKED if card.mood else UNMARKED
    room = place.width - left - 4
    mark = sign(card.mood, line, 13, 14) if card.mood else ""
    told = title(", ".join([card.title, *(["gone"] if card.gone else []), *card.lines]))
    lines = [words(said, left, 18 + LINE_HEIGHT * (i + 1), size=SMALL, tone="soft", room=room) for i, said in enumerate(about)]
    name = words(card.name, left, 18, size=NAME, bold=True, room=room)
    class_ = f"k8sm-pod k8sm-{card.mood}" if card.mood else "k8sm-node"
    return group(place.x, place.y, told, body, mark, name, *lines, id=card.id, class_=class_)


def _edge(start: Place, end: Place, edge: Edge) -> str:
    x1, y1, x2, y2 = start.x + start.width, start.y + start.height / 2, end.x - 6, end.y + end.height / 2
    bend = (x2 - x1) / 2
    path = f"M{x1:.5g} {y1:.5g}C{x1 + bend:.5g} {y1:.5g} {x2 - bend:.5g} {y2:.5g} {x2:.5g} {y2:.5g}"
    dashes = None if edge.open else "2 4"
    line = tag("path", d=path, fill="none", stroke=EDGE, stroke_width=1.4, stroke_dasharray=dashes, class_="k8sm-edge")
    if not edge.open:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        cross = f"M{x - 4:.5g} {y - 4:.5g}l8 8m0 -8l-8 8"
        return line + tag("path", d=cross, fill="none", stroke="#cf222e", stroke_width=2, class_="k8sm-limit")
    return line + tag("path", d=f"M{x2 + 5:.5g} {y2:.5g}l-7 -3.5v7z", fill=EDGE, class_="k8sm-edge-head")


def _layer_height(layer: Layer) -> float:
    more = 16 if len(layer.cards) > MOST_CARDS else 0
    return sum(layer.height(card) + GAP for card in layer.cards[:MOST_CARDS]) - GAP + more


def _height(scene: Scene) -> float:
    return TOP + max([40, *(_layer_height(layer) for layer in scene.layers)]) + MARGIN
