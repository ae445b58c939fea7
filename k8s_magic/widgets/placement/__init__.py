"""The placement picture: nodes with what is requested of them, allowed and used, the pods on each, and those that wait, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal, State
from k8s_magic.widgets.placement.layout import NO_SLOTS, Layout, Slots
from k8s_magic.widgets.placement.scene import Scene, changes, scene_of
from k8s_magic.widgets.placement.svg import draw
from k8s_magic.widgets.placement.text import draw_text, summary
from k8s_magic.widgets.placement.usage import Used, usage_of


def open_view(client: Client, journal: Journal | None, namespaces: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget; with `namespaces` only their pods are shown."""
    return Picture(client, journal, Player(namespaces))


class Player:
    """Usage is measured when the picture is brought up to date, as metrics-server would; until then the last measure stands."""

    def __init__(self, namespaces: tuple[str, ...] = ()) -> None:
        self.namespaces = namespaces
        self.measured: Mapping[str, Used] = {}
        self.slots: Slots = NO_SLOTS

    def __call__(self, client: Client, journal: Journal | None, since: int) -> tuple[list[Frame], Static]:
        before, self.measured = self.measured, usage_of(client)

        def scene(state: State) -> Scene:
            return scene_of(state, self.namespaces, self.measured if state.is_now else before)

        return Painting(("pods", "nodes"), scene, changes, self._drawer, draw_text, summary).play(client, journal, since)

    def _drawer(self, scenes: Sequence[Scene]) -> Callable[[Scene], str]:
        layout = Layout.of(scenes, self.slots)
        self.slots = layout.tidy
        before = scenes[0] if len(scenes) > 1 else None
        return lambda scene: draw(scene, layout, before)
