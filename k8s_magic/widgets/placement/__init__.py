"""The placement picture: nodes as boxes that pods' requests fill, the pods inside, and those that wait beside them, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets.placement.layout import Layout
from k8s_magic.widgets.placement.scene import Scene, changes, scene_of
from k8s_magic.widgets.placement.svg import draw
from k8s_magic.widgets.placement.text import draw_text, summary


def open_view(client: Client, journal: Journal | None, namespaces: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget; with `namespaces` only their pods are shown."""
    return painting(namespaces).open(client, journal)


def play(client: Client, journal: Journal | None, since: int, namespaces: tuple[str, ...] = ()) -> tuple[list[Frame], Static]:
    """The steps after revision `since` as frames, and the last of them to keep."""
    return painting(namespaces).play(client, journal, since)


def painting(namespaces: tuple[str, ...] = ()) -> Painting[Scene]:
    """How the picture is made."""
    return Painting(("pods", "nodes"), lambda state: scene_of(state, namespaces), changes, _drawer, draw_text, summary)


def _drawer(scenes: Sequence[Scene], waits: bool) -> Callable[[Scene], str]:
    layout = Layout.of(scenes, waits=waits)  # So that nodes stay where they are from play to play.
    before = scenes[0] if len(scenes) > 1 else None
    return lambda scene: draw(scene, layout, before)
