"""Cards in layers from left to right, with edges between them: the drawing of trees and of ways.

Our own layout, for the same bytes everywhere: Graphviz' differ from version to version, and it is seldom installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from k8s_magic.widgets._moods import BOX, COLOURS, INK, LINE, PAPER, SIGNS, SOFT_INK, Mood, sign
from k8s_magic.widgets._svg import document, group, label, shortened, tag, title

MARGIN, GAP, BETWEEN, WIDTH, HEAD, LINE_HEIGHT = 10, 8, 46, 196, 30, 12.5
MOST_CARDS = 16
LETTERS = 30


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


def drawer(scenes: Sequence[Scene], more: bool) -> Callable[[Scene], str]:
    """Draws each of these scenes at one size."""
    columns = max(len(scene.layers) for scene in scenes)
    height = max(_height(scene) for scene in scenes)
    return lambda scene: _draw(scene, columns, height)


def _draw(scene: Scene, columns: int, height: float) -> str:
    width = 2 * MARGIN + columns * WIDTH + (columns - 1) * BETWEEN
    paper = tag("rect", class_="k8sm-paper", width=width, height=height, rx=6, fill=PAPER)
    heading = label(shortened(scene.heading, int(width / 7.5)), MARGIN, 20, size=13, font_weight="600", fill=INK, class_="k8sm-ink")
    places, heads, boxes = {}, [], []
    for number, layer in enumerate(scene.layers):
        x = MARGIN + number * (WIDTH + BETWEEN)
        heads.append(label(f"{layer.title} ({len(layer.cards)})", x, HEAD + 12, size=10.5, fill=SOFT_INK, class_="k8sm-soft"))
        shown = layer.cards[:MOST_CARDS]
        y = HEAD + 22 + (height - HEAD - 22 - MARGIN - _layer_height(layer)) / 2
        for card in shown:
            places[card.id] = (x, y, _card_height(card))
            boxes.append(_card(card, x, y))
            y += _card_height(card) + GAP
        if folded := len(layer.cards) - len(shown):
            boxes.append(label(f"and {folded} more", x + 8, y + 8, size=10.5, fill=SOFT_INK, class_="k8sm-soft"))
    edges = [_edge(places[edge.source], places[edge.target], edge) for edge in scene.edges if {edge.source, edge.target} <= places.keys()]
    return document(width, height, summary(scene), paper, heading, *heads, *edges, *boxes)


def _card(card: Card, x: float, y: float) -> str:
    fill, line = COLOURS[card.mood] if card.mood else (BOX, LINE)
    dashes = "4 3" if card.gone else None
    body = tag(
        "rect",
        width=WIDTH,
        height=_card_height(card),
        rx=5,
        fill=fill,
        stroke=line,
        stroke_dasharray=dashes,
        class_=None if card.mood else "k8sm-box",
    )
    left = 24 if card.mood else 9
    mark = sign(card.mood, line, 12, 14) if card.mood else ""
    about = title(", ".join([card.title, *(["gone"] if card.gone else []), *card.lines]))
    words = [label(shortened(card.name, 26 if card.mood else 29), left, 16, size=11, font_weight="600", fill=INK, class_="k8sm-ink")]
    lines = [*([card.kind] if card.kind else []), *card.lines]
    words += [
        label(shortened(line_, LETTERS), left, 16 + LINE_HEIGHT * (i + 1), size=9.5, fill=SOFT_INK, class_="k8sm-soft")
        for i, line_ in enumerate(lines)
    ]
    return group(x, y, about, body, mark, *words, id=card.id, class_=f"k8sm-pod k8sm-{card.mood}" if card.mood else "k8sm-node")


def _edge(start: tuple[float, float, float], end: tuple[float, float, float], edge: Edge) -> str:
    x1, y1, x2, y2 = start[0] + WIDTH, start[1] + start[2] / 2, end[0] - 6, end[1] + end[2] / 2
    bend = (x2 - x1) / 2
    path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    dashes = None if edge.open else "2 4"
    line = tag("path", d=path, fill="none", stroke="#6e7781", stroke_width=1.3, stroke_dasharray=dashes, class_="k8sm-edge")
    if not edge.open:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        cross = f"M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8"
        return line + tag("path", d=cross, fill="none", stroke="#cf222e", stroke_width=2, class_="k8sm-limit")
    return line + tag("path", d=f"M{x2 + 5:g} {y2:g}l-7 -3.5v7z", fill="#6e7781", class_="k8sm-edge-head")


def _card_height(card: Card) -> float:
    return 24 + LINE_HEIGHT * (len(card.lines) + bool(card.kind))


def _layer_height(layer: Layer) -> float:
    more = 16 if len(layer.cards) > MOST_CARDS else 0
    return sum(_card_height(card) + GAP for card in layer.cards[:MOST_CARDS]) - GAP + more


def _height(scene: Scene) -> float:
    return HEAD + 22 + max([60, *(_layer_height(layer) for layer in scene.layers)]) + MARGIN
