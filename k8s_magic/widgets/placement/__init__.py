"""The placement picture: nodes as boxes that pods' requests fill, the pods inside, and those that wait beside them, with the reason."""

from __future__ import annotations

from itertools import pairwise

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._states import Journal, states
from k8s_magic.widgets.placement.layout import Layout
from k8s_magic.widgets.placement.scene import Scene, changes, scene_of
from k8s_magic.widgets.placement.svg import draw
from k8s_magic.widgets.placement.text import draw_text, summary

MOST_FRAMES = 48
TOLD_AT_ONCE = 3


def open_view(client: Client, journal: Journal | None, namespaces: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget; with `namespaces` only their pods are shown."""
    return Picture(client, journal, lambda client, journal, since: play(client, journal, since, namespaces))


def play(client: Client, journal: Journal | None, since: int, namespaces: tuple[str, ...] = ()) -> tuple[list[Frame], Static]:
    """The steps after revision `since` as frames, and the last of them to keep."""
    past = states(client, journal, ("pods", "nodes"), since)
    scenes = [(past[0].time, scene_of(past[0], namespaces))]
    for state in past[1:]:
        scene = scene_of(state, namespaces)
        if scene != scenes[-1][1]:
            scenes.append((state.time, scene))
    told = [_told(before, after) for (_, before), (_, after) in pairwise(scenes)]
    kept = _thinned(len(scenes))
    layout = Layout.of([scenes[index][1] for index in kept], waits=True)  # So that nodes stay where they are from play to play.
    start = scenes[1][0] if len(scenes) > 1 else scenes[0][0]
    frames = []
    for index in kept:
        time, scene = scenes[index]
        caption = told[index - 1] if index else "before" if len(scenes) > 1 else "now"
        frames.append(Frame(draw(scene, layout), caption, f"+{time - start:.1f}s" if index else ""))
    final = scenes[-1][1]
    return frames, Static(draw(final, Layout.of([final])), summary(final), draw_text(final))


def _told(before: Scene, after: Scene) -> str:
    told = changes(before, after)
    more = len(told) - TOLD_AT_ONCE
    return "; ".join(told[:TOLD_AT_ONCE]) + (f" and {more} more" if more > 0 else "")


def _thinned(count: int) -> list[int]:
    """Which of `count` scenes to keep, the first and the last among them."""
    if count <= MOST_FRAMES:
        return list(range(count))
    return sorted({round(index * (count - 1) / (MOST_FRAMES - 1)) for index in range(MOST_FRAMES)})
