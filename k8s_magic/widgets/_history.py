"""A play's frames as small data: each part of an SVG once, each frame as what differs from the frame before."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from k8s_magic.widgets._svg import pieces_of

MOST_STEPS = 200
MOST_BYTES = 900_000


class Frame(NamedTuple):
    """One step: the picture, what happened, and when (counted from the first step)."""

    svg: str
    caption: str
    time: str


Change = tuple[int, int, tuple[str, ...]]
"""Where, how many pieces go, and which come."""


class Step(NamedTuple):
    """A frame as what differs from the one before."""

    changes: list[Change]
    caption: str
    time: str


class Chapter(NamedTuple):
    """The steps after a revision, and the command that began them."""

    since: int
    words: str
    first: tuple[str, ...]
    """The pieces of its first frame; the first step tells them from the chapter before."""
    steps: list[Step]
    last: tuple[str, ...]


def continued(chapters: Sequence[Chapter], since: int, words: str, frames: Sequence[Frame]) -> list[Chapter]:
    """The chapters with one more, which replaces those that it tells again; the oldest go where there are too many steps."""
    kept = [chapter for chapter in chapters if chapter.since < since and len(chapter.steps) > 1]
    new = _chapter(since, words, frames, kept[-1].last if kept else ())
    while len(packed([new])) > MOST_BYTES and len(frames) > 2:
        frames = _halved(frames)
        new = _chapter(since, words, frames, kept[-1].last if kept else ())
    room, result = MOST_STEPS - len(new.steps), [new]
    for chapter in reversed(kept):
        room -= len(chapter.steps)
        if room < 0:
            break
        result.insert(0, chapter)
    while len(result) > 1 and len(packed(result)) > MOST_BYTES:
        result.pop(0)
    return result


def _chapter(since: int, words: str, frames: Sequence[Frame], before: tuple[str, ...]) -> Chapter:
    pieces = [pieces_of(frame.svg) for frame in frames]
    earlier = [before, *pieces]
    steps = [Step(_changes(earlier[i], pieces[i]), frame.caption, frame.time) for i, frame in enumerate(frames)]
    return Chapter(since, words, pieces[0], steps, pieces[-1])


def _halved(frames: Sequence[Frame]) -> list[Frame]:
    last = len(frames) - 1
    return [frame for number, frame in enumerate(frames) if (last - number) % 2 == 0 or not number]


def packed(chapters: Sequence[Chapter]) -> bytes:
    """What the front end gets: `encoded`, compressed about ten times, for a picture's parts are much alike."""
    return zlib.compress(json.dumps(encoded(chapters), separators=(",", ":")).encode(), level=1)


def encoded(chapters: Sequence[Chapter]) -> dict[str, Any]:
    """Pieces by number, steps of [changes, caption, time], and where each command's steps begin."""
    numbers: dict[str, int] = {}
    steps: list[list[Any]] = []
    marks: list[list[Any]] = []
    for chapter in chapters:
        marks.append([len(steps), chapter.words])
        for step in chapter.steps:
            changes = step.changes if steps else [(0, 0, chapter.first)]
            numbered = [[where, gone, [numbers.setdefault(piece, len(numbers)) for piece in come]] for where, gone, come in changes]
            steps.append([numbered, step.caption, step.time])
    return {"pieces": list(numbers), "steps": steps, "marks": marks}


def _changes(before: tuple[str, ...], now: tuple[str, ...]) -> list[Change]:
    """What to replace, from the end to the beginning, so that places stay true while it is done."""
    if before == now:
        return []
    start = next((i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b), min(len(before), len(now)))
    codes = SequenceMatcher(None, before[start:], now[start:], autojunk=False).get_opcodes()
    found = [(start + a, b - a, now[start + c : start + d]) for kind, a, b, c, d in codes if kind != "equal"]
    return found[::-1]
