"""Text in pictures: one scale of sizes, five tones, and words cut to the room that they have."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from k8s_magic.widgets._moods import ACCENT, BAD, GOOD, INK, SOFT_INK
from k8s_magic.widgets._svg import label, shortened

HEAD, NAME, TEXT, SMALL = 15, 12, 11, 10
"""Headings, names of things, what is said about them, and what is said about that."""
TONES = {"ink": INK, "soft": SOFT_INK, "good": GOOD, "bad": BAD, "accent": ACCENT}
LETTER, BOLD_LETTER = 0.59, 0.66
"""How wide a letter is, in sizes; of the wide fonts among those that may be used."""


def words(
    said: str,
    x: float,
    y: float,
    *,
    size: float = TEXT,
    tone: str = "ink",
    bold: bool = False,
    room: float | None = None,
    more: str = "",
    **attributes: str | float | None,
) -> str:
    """A line of text, cut in the middle where it is wider than `room`."""
    fit = said if room is None else fitted(said, room, size, bold)
    return label(
        fit, x, y, size=size, font_weight="600" if bold else None, fill=TONES[tone], class_=f"k8sm-{tone}", more=more, **attributes
    )


def fitted(said: str, room: float, size: float = TEXT, bold: bool = False) -> str:
    """What of it fits into `room`."""
    limit = most = letters(room, size, bold)
    while limit > 1 and _cells(shortened(said, limit)) > most:
        limit -= 1
    return shortened(said, limit)


def letters(room: float, size: float = TEXT, bold: bool = False) -> int:
    """How many letters fit into `room`."""
    return max(int(room / (size * (BOLD_LETTER if bold else LETTER))), 1)


def width_of(said: str, size: float = TEXT, bold: bool = False) -> float:
    """How much room it takes."""
    return _cells(said) * size * (BOLD_LETTER if bold else LETTER)


def _cells(said: str) -> int:
    """Letters, of which some count twice and some not at all."""
    if said.isascii():
        return len(said)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in said)
