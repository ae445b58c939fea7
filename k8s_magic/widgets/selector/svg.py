"""The picture of label selection as SVG: a column for each fate, a card for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from k8s_magic.widgets._moods import ACCENT, BOX, COLOURS, LINE, PAPER, sign
from k8s_magic.widgets._svg import document, group, span, tag, title, wrapped
from k8s_magic.widgets._words import HEAD, NAME, SMALL, fitted, letters, width_of, words
from k8s_magic.widgets.selector.scene import Card, Column, Scene
from k8s_magic.widgets.selector.text import summary

WIDTH, MARGIN, GAP, TOP, COLUMN_HEAD, LINE_HEIGHT = 980, 12, 9, 42, 30, 14
NARROW, CARD_WIDTH = 224, 216
"""A column that stays empty is narrow; one that is twice as wide as a card has them in two rows."""
MOST_CARDS, MOST_LINES, CROWD = 14, 4, 4
MARKS = {"met": ("✓ ", "good"), "": ("", "soft")}


class Track(NamedTuple):
    """Where a column stands, and how many cards are side by side."""

    x: float
    width: float
    across: int

    @property
    def card_width(self) -> float:
        return (self.width - GAP * (self.across + 1)) / self.across


def drawer(scenes: Sequence[Scene]) -> Callable[[Scene], str]:
    """Draws each of these scenes at one size."""
    tracks = _tracks([max(len(scene.columns[i].cards) for scene in scenes) for i in range(len(scenes[0].columns))])
    height = max(_height(scene, tracks) for scene in scenes)
    return lambda scene: _draw(scene, tracks, height)


def _tracks(counts: list[int]) -> list[Track]:
    """Room for each column: none for what stays empty, twice as much for a crowd."""
    shares = [0 if not count else 2 if count > CROWD else 1 for count in counts]
    if not any(shares):
        shares = [1] * len(counts)
    free = WIDTH - MARGIN * (len(counts) + 1) - NARROW * shares.count(0)
    tracks, x = [], float(MARGIN)
    for share in shares:
        width = free * share / sum(shares) if share else NARROW
        tracks.append(Track(x, width, max(int((width - GAP) / (CARD_WIDTH + GAP)), 1)))
        x += width + MARGIN
    return tracks


def _draw(scene: Scene, tracks: list[Track], height: float) -> str:
    paper = tag("rect", class_="k8sm-paper", width=WIDTH, height=height, rx=8, fill=PAPER)
    frames, cards = [], []
    for column, track in zip(scene.columns, tracks, strict=True):
        frames.append(_frame(track, height - TOP - MARGIN, column))
        end: float = TOP + COLUMN_HEAD
        for card, x, y in _placed(column, track):
            cards.append(_card(card, x, y, track.card_width))
            end = max(end, y + _card_height(card, track.card_width) + GAP)
        if (folded := len(column.cards) - MOST_CARDS) > 0:
            cards.append(words(f"and {folded} more", track.x + GAP, end + 9, tone="soft"))
    return document(WIDTH, height, f"{scene.title} selects {scene.selector}", summary(scene), paper, _heading(scene), *frames, *cards)


def _placed(column: Column, track: Track) -> Iterator[tuple[Card, float, float]]:
    """The cards with their places, in rows."""
    shown, y = column.cards[:MOST_CARDS], float(TOP + COLUMN_HEAD)
    for start in range(0, len(shown), track.across):
        row = shown[start : start + track.across]
        for number, card in enumerate(row):
            yield card, track.x + GAP + number * (track.card_width + GAP), y
        y += max(_card_height(card, track.card_width) for card in row) + GAP


def _heading(scene: Scene) -> str:
    whose = f"{scene.title}{'' if scene.there else ' (gone)'} selects" if scene.title != "selector" else "selector"
    said = fitted(whose, WIDTH / 2, HEAD, bold=True)
    room = WIDTH - 2 * MARGIN - width_of(said, HEAD, bold=True)
    terms = span(fitted(scene.selector, room, HEAD, bold=True), dx=8, fill=ACCENT, class_="k8sm-accent")
    return group(MARGIN, 0, title(f"{scene.title} selects {scene.selector}"), words(said, 0, 25, size=HEAD, bold=True, more=terms))


def _frame(track: Track, height: float, column: Column) -> str:
    dashes = "3 3" if column.title == "Not selected" else None
    frame = tag("rect", class_="k8sm-frame", width=track.width, height=height, rx=7, fill="none", stroke=LINE, stroke_dasharray=dashes)
    count = words(str(len(column.cards)), track.width - GAP, 19, size=NAME, tone="soft", text_anchor="end")
    return group(track.x, TOP, frame, words(column.title, GAP, 19, size=NAME, bold=True, room=track.width - 40), count)


def _card(card: Card, x: float, y: float, width: float) -> str:
    fill, line = COLOURS[card.mood] if card.mood else (BOX, LINE)
    class_ = None if card.mood else "k8sm-box"
    body = tag("rect", width=width, height=_card_height(card, width), rx=6, fill=fill, stroke=line, class_=class_)
    left = 25 if card.mood else 10
    mark = sign(card.mood, line, 13, 14) if card.mood else ""
    parts = [title(_about(card)), body, mark, words(card.title, left, 18, size=NAME, bold=True, room=width - left - 4)]
    for number, (said, tone) in enumerate(_lines(card, width - 16)):
        parts.append(words(said, 10, 33 + LINE_HEIGHT * number, size=SMALL, tone=tone))
    return group(x, y, *parts, id=card.id, class_=f"k8sm-pod k8sm-{card.mood}" if card.mood else "k8sm-node")


def _lines(card: Card, room: float) -> list[tuple[str, str]]:
    """Words and tone of each line below the name."""
    most = letters(room, SMALL)
    lines = []
    about = [word for word in (card.state, f"owner {card.owner}" if card.owner else "no owner" if card.mood else "") if word]
    joined = [" · ".join(about)] if about else []
    lines += [(fitted(line, room, SMALL), "soft") for line in (joined if width_of(" · ".join(about), SMALL) <= room else about)]
    for kind, (mark, tone) in MARKS.items():
        labels = "  ".join(f"{mark}{key}={value}" for key, value, how in card.labels if how == kind)
        lines += [(line, tone) for line in wrapped(labels, most, MOST_LINES)]
    for why in card.failed:
        lines += [(line, "bad") for line in wrapped(f"✗ {why}", most, 2)]
    others = [name for name in card.selected_by if name != card.owner]
    if others:
        lines += [(line, "soft") for line in wrapped(f"also selected by {', '.join(others)}", most, 2)]
    return lines


def _card_height(card: Card, width: float) -> float:
    return 26 + LINE_HEIGHT * len(_lines(card, width - 16))


def _height(scene: Scene, tracks: list[Track]) -> float:
    bottoms = [TOP + COLUMN_HEAD + 40.0]
    for column, track in zip(scene.columns, tracks, strict=True):
        more = 18 if len(column.cards) > MOST_CARDS else 0
        bottoms += [y + _card_height(card, track.card_width) + GAP + more for card, _, y in _placed(column, track)]
    return max(bottoms) + MARGIN


def _about(card: Card) -> str:
    labels = ", ".join(f"{key}={value}" for key, value, _ in card.labels) or "no labels"
    why = f". Not selected, because of {'; '.join(card.failed)}" if card.failed else ""
    return f"{card.kind} {card.name}: {card.state or 'there'}; {labels}{why}"
