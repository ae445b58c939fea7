"""The widget that every picture is: frames of SVG that the front end swaps, and a static figure in the same output.

A saved notebook has no kernel and, opened from elsewhere, no trust: there the figure's <img> is what remains (a script or an
inline <svg> would be stripped). So each output carries it, beside a drawing in plain text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets._svg import image

STATIC = Path(__file__).parent / "static"


class Frame(NamedTuple):
    """One step: the picture, what happened, and when (counted from the first step)."""

    svg: str
    caption: str
    time: str


class Static(NamedTuple):
    """What stays in a saved notebook."""

    svg: str
    alt: str
    text: str


Play = Callable[[Client, "Journal | None", int], tuple[list[Frame], Static]]


class Picture(anywidget.AnyWidget):
    """Shows the frames that `play` makes of the steps after a revision; `follow` brings it up to date."""

    _esm = STATIC / "picture.js"
    _css = STATIC / "picture.css"
    frames = traitlets.List(traitlets.Dict()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)
    """The frame on show, as the front end tells it."""

    def __init__(self, client: Client, journal: Journal | None, play: Play) -> None:
        self._client, self._journal, self._play = client, journal, play
        self._static = Static("", "", "")
        super().__init__()

    def attach(self, client: Client, journal: Journal | None) -> None:
        """Show another cluster from now on."""
        self._client, self._journal = client, journal

    def follow(self, since: int) -> None:
        """Play what was written after revision `since`."""
        frames, self._static = self._play(self._client, self._journal, since)
        self.frames = [frame._asdict() for frame in frames]

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live = super()._repr_mimebundle_(**options)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return {**data, "text/plain": self._static.text, "text/html": figure(self._static)}, metadata


def figure(static: Static) -> str:
    """The picture for a notebook without a kernel."""
    return f'<figure style="margin:0">{image(static.svg, static.alt)}</figure>'
