"""The log: every input of a cluster at its virtual instant. A run is a function of the constructor's arguments and of this.

What happens inside while an input is worked off (the writes of a kubectl, a move of the clock) follows from it, and is
not recorded again: `Log.doing` marks that time.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from k8s_magic.kubectl.environment import Legacy, UsageError

How = Literal["run", "start", "background", "terminal"]
CALLS = {"break_image": "break", "mend_image": "mend", "slow_image": "slow", "load_service": "load", "unload_service": "unload"}
"""Methods of `Cluster` whose magics are called otherwise."""
Who = dict[str, Any]
"""A caller's fields, those that differ from the administrator's."""


@dataclass
class Moved:
    """The clock went on to `until`, an instant of which all has happened."""

    until: float


@dataclass
class Command:
    """A top-level command line. `how`: waited for, started and left, left in the background, or a script in the terminal."""

    number: int
    time: float
    argv: tuple[str, ...]
    stdin: str | None
    revision_before: int
    how: How = "run"
    legacy: Legacy = "accept"
    may_wait: bool = True
    env: dict[str, str] = field(default_factory=dict)
    has_editor: bool = False
    asked_for_write: bool = False
    only_read: bool = False
    """So that a replay can pass it over."""
    ended_at: float | None = None
    """Where it was waited for, and has taken time."""
    interrupted_at: float | None = None
    crashed: bool = False

    @property
    def line(self) -> str:
        """As it was typed."""
        if self.how == "terminal":
            lines = (self.stdin or "").strip().splitlines()
            return "%%terminal: " + (lines[0] if lines else "") + (" ..." if len(lines) > 1 else "")
        return f"kubectl {shlex.join(self.argv)}" + (" &" if self.how == "background" else "")


@dataclass
class Answered:
    """What the world outside said to a command: a file's content, a directory's names, the text out of the editor."""

    asked: str
    about: str
    answer: Any = None
    errno: int | None = None
    refusal: str = ""


@dataclass
class Called:
    """A method of `Cluster` that changes it: nodes, failures."""

    time: float
    method: str
    arguments: dict[str, Any]

    @property
    def line(self) -> str:
        """As a magic."""
        name = CALLS.get(self.method, self.method.replace("_", "-"))
        said = [("--rps " if argument == "rps" else "") + _said(value) for argument, value in self.arguments.items() if value != ""]
        return " ".join(["%cluster", name, *said])


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass
class Requested:
    """A write through a client in Python."""

    time: float
    verb: str
    who: Who
    arguments: dict[str, Any]
    revision_before: int = 0

    @property
    def line(self) -> str:
        """In words."""
        name = self.arguments.get("name") or (self.arguments.get("obj") or {}).get("metadata", {}).get("name", "")
        what = self.arguments.get("resource") or self.arguments.get("path", "")
        return f"{self.who.get('actor', '')} in Python: {self.verb} {what} {name}".rstrip()


@dataclass
class Received:
    """A request that changes something over HTTP, or by its path."""

    time: float
    method: str
    path: str
    who: Who
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    revision_before: int = 0

    @property
    def line(self) -> str:
        """In words."""
        return f"{self.who.get('actor', '')} over HTTP: {self.method} {self.path}"


@dataclass
class Stopped:
    """A command that had been left was ended."""

    time: float
    number: int


@dataclass
class Streamed:
    """Bytes through exec, attach or port-forward from outside; `what` is open, write, end (of standard input) or close."""

    time: float
    stream: int
    what: Literal["open", "write", "end", "close"]
    data: bytes = b""
    where: dict[str, Any] = field(default_factory=dict)


Entry = Moved | Command | Answered | Called | Requested | Received | Stopped | Streamed
CHANGES = (Called, Requested, Received, Streamed)
"""Inputs that ask for a change in any case."""


class Divergence(Exception):
    """A replay asked for something that the log does not hold: this version runs otherwise than the one that wrote it."""


class Log:
    """What has been put into one cluster, oldest first."""

    def __init__(self, run_due: Callable[[], None] = lambda: None) -> None:
        self._run_due = run_due
        self.entries: list[Entry] = []
        self.beginning = 0
        """Entries before which nobody goes back: a scenario's."""
        self.current: Entry | None = None
        """What is being worked off now."""
        self._told: dict[tuple[str, str], list[Answered]] | None = None

    @property
    def commands(self) -> list[Command]:
        return [entry for entry in self.entries if isinstance(entry, Command)]

    @property
    def next_number(self) -> int:
        return 1 + next((entry.number for entry in reversed(self.entries) if isinstance(entry, Command)), 0)

    @property
    def is_busy(self) -> bool:
        """Whether an input is being worked off, so that what happens is its consequence."""
        return self.current is not None

    @contextmanager
    def doing(self, entry: Entry) -> Iterator[None]:
        """Record an input, work it off and all that it makes due at this instant; while one is being worked off, this is part of it."""
        if self.current is not None:
            yield
            return
        self.current = entry
        if not isinstance(entry, Moved):
            self.entries.append(entry)
        try:
            yield
            self._run_due()
        finally:
            self.current = None

    def moved(self, now: float) -> None:
        """The clock stands at `now`, and all that was due has happened; moves in a row are one."""
        if self.current is not None:
            return
        last = self.entries[-1] if self.entries else None
        if isinstance(last, Moved):
            last.until = now
        else:
            self.entries.append(Moved(now))

    # --- The world outside ---

    def ask(self, asked: str, about: str, answer: Callable[[], Any]) -> Any:
        """Ask the world outside and take down what it says; in a replay, what it said then."""
        if self._told is None:
            heard = _heard(asked, about, answer)
        else:
            waiting = self._told.get((asked, about))
            if not waiting:
                raise Divergence(f"{asked} {about}: this was not asked when the log was written")
            heard = waiting.pop(0)
        self.entries.append(heard)
        if heard.errno is not None:
            raise OSError(heard.errno, heard.refusal, about)
        if heard.refusal:
            raise UsageError(heard.refusal)
        return heard.answer

    def pass_over(self, entry: Command | Answered) -> None:
        """Take an input over from the log that is being replayed, without working it off."""
        self.entries.append(entry)
        if isinstance(entry, Answered) and self._told is not None:
            self._told[entry.asked, entry.about].remove(entry)

    def do(self, work: Callable[[], None]) -> None:
        """Change something outside, which a replay leaves as it is."""
        if self._told is None:
            work()

    @contextmanager
    def replaying(self, entries: list[Entry]) -> Iterator[None]:
        """Answer as `entries` have it, meanwhile."""
        self._told = {}
        for entry in entries:
            if isinstance(entry, Answered):
                self._told.setdefault((entry.asked, entry.about), []).append(entry)
        try:
            yield
        finally:
            self._told = None

    @property
    def is_replaying(self) -> bool:
        return self._told is not None


def _heard(asked: str, about: str, answer: Callable[[], Any]) -> Answered:
    try:
        return Answered(asked, about, answer())
    except OSError as error:
        return Answered(asked, about, errno=error.errno or 0, refusal=error.strerror or str(error))
    except UsageError as error:
        return Answered(asked, about, refusal=str(error))
