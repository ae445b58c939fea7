"""The widget that every picture is: frames of SVG that the front end swaps, and a static figure in the same output.

A saved notebook has no kernel and, opened from elsewhere, no trust: there the figure's <img> is what remains (a script or an
inline <svg> would be stripped). So each output carries it, beside a drawing in plain text.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets

from k8s_magic.apiserver.client import Client
from k8s_magic.widgets._history import Chapter, Frame, continued, packed
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets._svg import image, shortened

__all__ = ["Frame", "Picture", "Static", "figure"]
STATIC = Path(__file__).parent / "static"
LONGEST_WORDS = 48


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
    history = traitlets.Bytes().tag(sync=True)
    """The steps of the last commands (see _history.packed)."""

    def __init__(self, client: Client, journal: Journal | None, play: Play) -> None:
        self._client, self._journal, self._play = client, journal, play
        self._static = Static("", "", "")
        self._chapters: list[Chapter] = []
        self.frames: list[Frame] = []
        """The steps of the last command."""
        super().__init__()

    def attach(self, client: Client, journal: Journal | None) -> None:
        """Show another cluster from now on."""
        self._client, self._journal = client, journal
        self._chapters = []

    def follow(self, since: int) -> None:
        """Play what was written after revision `since`."""
        self.frames, self._static = self._play(self._client, self._journal, since)
        self._chapters = continued(self._chapters, since, _command(self._journal, since), self.frames)
        self.history = packed(self._chapters)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live = super()._repr_mimebundle_(**options)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return {**data, "text/plain": self._static.text, "text/html": figure(self._static)}, metadata


def figure(static: Static) -> str:
    """The picture for a notebook without a kernel."""
    return f'<figure style="margin:0">{image(static.svg, static.alt)}</figure>'


def _command(journal: Journal | None, since: int) -> str:
    """The first command after a revision that may have changed something, for the player's list."""
    commands = [command for command in (journal.commands if journal else ()) if command.revision_before >= since and not command.only_read]
    return shortened(shlex.join(commands[0].argv), LONGEST_WORDS) if commands else ""
