"""The picture of label selection as SVG: a column for each fate, a card for each object."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from k8s_magic.widgets._moods import ACCENT, BAD, BOX, COLOURS, GOOD, INK, LINE, PAPER, SOFT_INK, sign
from k8s_magic.widgets._svg import document, group, label, shortened, tag, title, wrapped
from k8s_magic.widgets.selector.scene import Card, Column, Scene
from k8s_magic.widgets.selector.text import summary

MARGIN, HEAD, COLUMN_HEAD, GAP, WIDTH, LINE_HEIGHT = 10, 52, 28, 8, 290, 13
LETTERS = 45
MOST_CARDS = 14
MOST_LINES = 4
MARKS = {"met": ("✓ ", "k8sm-good", GOOD), "": ("", "k8sm-soft", SOFT_INK)}


def drawer(scenes: Sequence[Scene], more: bool) -> Callable[[Scene], str]:
    """Draws each of these scenes at one size."""
    height = max(_height(scene) for scene in scenes)
    return lambda scene: draw(scene, height)


def draw(scene: Scene, height: float) -> str:
    """The whole picture."""
    width = MARGIN + (WIDTH + MARGIN) * len(scene.columns)
    paper = tag("rect", class_="k8sm-paper", width=width, height=height, rx=6, fill=PAPER)
    frames, cards = [], []
    for number, column in enumerate(scene.columns):
        x = MARGIN + number * (WIDTH + MARGIN)
        frames.append(_frame(x, height - HEAD - MARGIN, column))
        y: float = HEAD + COLUMN_HEAD
        for card in column.cards[:MOST_CARDS]:
            cards.append(_card(card, x + GAP, y))
            y += _card_height(card) + GAP
        if (folded := len(column.cards) - MOST_CARDS) > 0:
            cards.append(label(f"and {folded} more", x + GAP, y + 10, fill=SOFT_INK, class_="k8sm-soft"))
    return document(width, height, summary(scene), paper, _heading(scene, width), *frames, *cards)


def _heading(scene: Scene, width: float) -> str:
    gone = "" if scene.there else " (gone)"
    terms = shortened(scene.selector, int((width - 120) / 7.4))
    about = title(f"{scene.title} selects {scene.selector}")
    return group(
        MARGIN,
        0,
        about,
        label(f"{shortened(scene.title, 60)}{gone} selects", 0, 18, size=12, fill=SOFT_INK, class_="k8sm-soft"),
        label(terms, 0, 38, size=14, font_weight="600", font_family="monospace", fill=ACCENT, class_="k8sm-accent"),
    )


def _frame(x: float, height: float, column: Column) -> str:
    dashes = "3 3" if column.title == "Not selected" else None
    return group(
        x,
        HEAD,
        tag("rect", class_="k8sm-box", width=WIDTH, height=height, rx=6, fill="none", stroke=LINE, stroke_dasharray=dashes),
        label(f"{column.title} ({len(column.cards)})", GAP, 18, size=12, font_weight="600", fill=INK, class_="k8sm-ink"),
    )


def _card(card: Card, x: float, y: float) -> str:
    fill, line = COLOURS[card.mood] if card.mood else (BOX, LINE)
    body = tag(
        "rect", width=WIDTH - 2 * GAP, height=_card_height(card), rx=4, fill=fill, stroke=line, class_=None if card.mood else "k8sm-box"
    )
    mark = sign(card.mood, line, 12, 12) if card.mood else ""
    name = label(shortened(card.title, 40), 24, 15, size=11, font_weight="600", fill=INK, class_="k8sm-ink")
    parts, at = [title(_about(card)), body, mark, name], 15.0
    for words, class_, fill_ in _lines(card):
        at += LINE_HEIGHT
        parts.append(label(words, 24, at, size=9.5, fill=fill_, class_=class_))
    return group(x, y, *parts, id=card.id, class_=f"k8sm-pod k8sm-{card.mood}" if card.mood else "k8sm-node")


def _lines(card: Card) -> list[tuple[str, str, str]]:
    """Words, class and colour of each line below the name."""
    lines = []
    about = " · ".join(word for word in (card.state, f"owner {card.owner}" if card.owner else "no owner" if card.mood else "") if word)
    if about:
        lines.append((shortened(about, LETTERS), "k8sm-soft", SOFT_INK))
    for kind in ("met", ""):
        sign, class_, colour = MARKS[kind]
        words = "  ".join(f"{sign}{key}={value}" for key, value, how in card.labels if how == kind)
        lines += [(line, class_, colour) for line in wrapped(words, LETTERS, MOST_LINES)]
    lines += [(shortened(f"✗ {why}", LETTERS), "k8sm-bad", BAD) for why in card.failed]
    if card.selected_by:
        lines += [(line, "k8sm-soft", SOFT_INK) for line in wrapped(f"also selected by {', '.join(card.selected_by)}", LETTERS, 2)]
    return lines


def _card_height(card: Card) -> float:
    return 22 + LINE_HEIGHT * len(_lines(card))


def _height(scene: Scene) -> float:
    columns = [
        sum(_card_height(card) + GAP for card in column.cards[:MOST_CARDS]) + (20 if len(column.cards) > MOST_CARDS else 0)
        for column in scene.columns
    ]
    return HEAD + COLUMN_HEAD + max([*columns, 30]) + MARGIN


def _about(card: Card) -> str:
    labels = ", ".join(f"{key}={value}" for key, value, _ in card.labels) or "no labels"
    why = f". Not selected, because of {'; '.join(card.failed)}" if card.failed else ""
    return f"{card.kind} {card.name}: {card.state or 'there'}; {labels}{why}"
