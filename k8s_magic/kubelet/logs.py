"""A container's log: lines with their time and stream, kept up to a limit; followers hear of new ones."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

STDOUT, STDERR = 1, 2
ALL = sys.maxsize
MOST_LINES = 20_000


class Line(NamedTuple):
    """One line, with its newline unless the program ended within it."""

    time: float
    stream: int
    text: str


class Log:
    """What one run of a container printed."""

    __slots__ = ("_heard", "_listeners", "_partial", "_printed", "_raw", "closed", "lines")

    def __init__(self) -> None:
        self.lines: deque[Line] = deque(maxlen=MOST_LINES)
        self.closed = False
        self._printed = 0
        self._heard = 0
        self._partial: dict[int, str] = {}
        self._listeners: list[Callable[[Line | None], None]] = []
        self._raw: list[Callable[[int, str], None]] = []

    def write(self, time: float, stream: int, text: str) -> None:
        """Take what a program prints; lines count once they end. Bytes that are no text are for who is attached alone."""
        for hear_raw in self._raw:
            hear_raw(stream, text)
        if not text.isascii():
            text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        text = self._partial.pop(stream, "") + text
        *lines, rest = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split("\n")
        for line in lines:
            self._add(Line(time, stream, line + "\n"))
        if rest:
            self._partial[stream] = rest

    def close(self, time: float) -> None:
        """The container has ended: what is left of a line counts as one."""
        for stream, text in sorted(self._partial.items()):
            self._add(Line(time, stream, text))
        self._partial.clear()
        self.closed = True
        for hear in self._listeners:
            hear(None)
        self._listeners.clear()
        self._raw.clear()

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        self._printed += 1
        for hear in self._listeners:
            hear(line)

    def was_read(self) -> None:
        """Somebody has seen the lines so far."""
        self._heard = max(self._heard, self._printed)

    def unheard(self) -> list[Line]:
        """What nobody has heard or read, with the beginnings of lines that are not yet whole."""
        if self._heard == ALL:
            return []
        lines = list(self.lines)[max(0, len(self.lines) - (self._printed - self._heard)) :]
        return [*lines, *(Line(0.0, stream, text) for stream, text in sorted(self._partial.items()))]

    def follow(self, hear: Callable[[Line | None], None]) -> Callable[[], None]:
        """Hear of each new line, and of None at the end; gives the undoing."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear) if hear in self._listeners else None

    def attach(self, hear: Callable[[int, str], None]) -> Callable[[], None]:
        """Hear what is printed, as it is printed; gives the undoing."""
        self._heard = ALL
        self._raw.append(hear)
        return lambda: self._raw.remove(hear) if hear in self._raw else None

    def tail(self, most_lines: int, most_bytes: int) -> str:
        """The end of the log, for termination messages."""
        return "".join(line.text for line in list(self.lines)[-most_lines:])[-most_bytes:]
