"""A play's frames as small data: each part of an SVG once, each frame as what differs from the frame before."""

from __future__ import annotations

import json
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


class Chapter(NamedTuple):
    """The steps after a revision, and the command that began them."""

    since: int
    words: str
    frames: Sequence[Frame]


def continued(chapters: Sequence[Chapter], new: Chapter) -> list[Chapter]:
    """The chapters with one more, which replaces those that it tells again; the oldest go where there are too many steps."""
    kept = [chapter for chapter in chapters if chapter.since < new.since and len(chapter.frames) > 1]
    room, result = MOST_STEPS - len(new.frames), [new]
    for chapter in reversed(kept):
        room -= len(chapter.frames)
        if room < 0:
            break
        result.insert(0, chapter)
    return result


def encoded(chapters: Sequence[Chapter]) -> dict[str, Any]:
    """What the front end gets. A step is [changes, caption, time], a change [where, how many go, what comes].

    Where it is too much, the oldest chapters go, then every second step of the last one.
    """
    while True:
        state = _encoded(chapters)
        if len(json.dumps(state)) <= MOST_BYTES or (len(chapters) == 1 and len(chapters[0].frames) <= 2):
            return state
        chapters = chapters[1:] or [_halved(chapters[0])]


def _halved(chapter: Chapter) -> Chapter:
    last = len(chapter.frames) - 1
    return chapter._replace(
        frames=[frame for number, frame in enumerate(chapter.frames) if number == last or (last - number) % 2 == 0 or not number]
    )


def _encoded(chapters: Sequence[Chapter]) -> dict[str, Any]:
    numbers: dict[str, int] = {}
    steps: list[list[Any]] = []
    marks: list[list[Any]] = []
    before: list[int] = []
    for chapter in chapters:
        marks.append([len(steps), chapter.words])
        for frame in chapter.frames:
            now = [numbers.setdefault(piece, len(numbers)) for piece in pieces_of(frame.svg)]
            steps.append([_changes(before, now), frame.caption, frame.time])
            before = now
    return {"pieces": list(numbers), "steps": steps, "marks": marks}


def _changes(before: list[int], now: list[int]) -> list[list[Any]]:
    """What to replace, from the end to the beginning, so that places stay true while it is done."""
    if before == now:
        return []
    start = next((i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b), min(len(before), len(now)))
    codes = SequenceMatcher(None, before[start:], now[start:], autojunk=False).get_opcodes()
    found = [[start + a, b - a, now[start + c : start + d]] for kind, a, b, c, d in codes if kind != "equal"]
    return found[::-1]
