"""From the cluster's past to frames: what every picture does in the same way.

A picture says how a state becomes a scene (plain data), what happened between two scenes, and how scenes are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import eq
from typing import Generic, TypeVar

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._states import Journal, State, states

MOST_FRAMES = 48
TOLD_AT_ONCE = 3
Scene = TypeVar("Scene")


@dataclass(frozen=True)
class Painting(Generic[Scene]):
    """What makes one picture."""

    resources: tuple[str, ...]
    scene: Callable[[State], Scene]
    told: Callable[[Scene, Scene], list[str]]
    """What happened from one scene to the next, in short sentences."""
    drawer: Callable[[Sequence[Scene]], Callable[[Scene], str]]
    """How each of these scenes is drawn, so that things stay where they are."""
    text: Callable[[Scene], str]
    summary: Callable[[Scene], str]
    same: Callable[[Scene, Scene], bool] = eq
    """Whether nothing has happened from one scene to the next."""
    keeps_past: bool = False
    """Whether the picture that is kept shows the way to its end."""

    def open(self, client: Client, journal: Journal | None) -> Picture:
        """The picture as a widget."""
        return Picture(client, journal, self.play)

    def play(self, client: Client, journal: Journal | None, since: int) -> tuple[list[Frame], Static]:
        """The steps after revision `since` as frames, and the last of them to keep."""
        scenes = self.scenes(client, journal, since)
        told = [_told(self.told(before, after)) for (_, before), (_, after) in pairwise(scenes)]
        kept = _thinned(len(scenes))
        draw = self.drawer([scenes[index][1] for index in kept])
        start = scenes[1][0] if len(scenes) > 1 else scenes[0][0]
        frames = []
        for index in kept:
            time, scene = scenes[index]
            caption = told[index - 1] if index else "before" if len(scenes) > 1 else "now"
            frames.append(Frame(draw(scene), caption, f"+{time - start:.1f}s" if index else ""))
        return frames, self.static([scenes[index][1] for index in kept])

    def scenes(self, client: Client, journal: Journal | None, since: int) -> list[tuple[float, Scene]]:
        """The scenes since a revision, each of which differs from the one before, with their times."""
        past = states(client, journal, self.resources, since)
        scenes = [(past[0].time, self.scene(past[0]))]
        for state in past[1:]:
            scene = self.scene(state)
            if not self.same(scenes[-1][1], scene):
                scenes.append((state.time, scene))
        return scenes

    def static(self, scenes: Sequence[Scene]) -> Static:
        """What stays of a play: its end."""
        final = scenes[-1]
        shown = scenes if self.keeps_past else [final]
        return Static(self.drawer(shown)(final), self.summary(final), self.text(final))


def _told(told: list[str]) -> str:
    more = len(told) - TOLD_AT_ONCE
    return "; ".join(told[:TOLD_AT_ONCE]) + (f" and {more} more" if more > 0 else "")


def _thinned(count: int) -> list[int]:
    """Which of `count` scenes to keep, the first and the last among them."""
    if count <= MOST_FRAMES:
        return list(range(count))
    return sorted({round(index * (count - 1) / (MOST_FRAMES - 1)) for index in range(MOST_FRAMES)})
