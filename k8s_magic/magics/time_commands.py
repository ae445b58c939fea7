"""`%cluster`'s commands for time: going on, going back, two futures side by side, and clusters in files."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from k8s_magic import live
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.log import Called, Command, Entry, Received, Requested, Stopped, Streamed
from k8s_magic.cluster.story import text as story_text
from k8s_magic.magics.command import Command as Magic
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output
from k8s_magic.objects.duration import format_duration, parse_duration
from k8s_magic.objects.times import rfc3339


def tick(session: Session, arguments: list[str]) -> Output:
    """Let time pass."""
    cluster = session.cluster
    seconds = _duration(arguments[0]) if arguments else cluster.step_s
    before = cluster.now
    cluster.tick(seconds)
    return moved(cluster, before)


def settle(session: Session, arguments: list[str]) -> Output:
    """Let time pass until nothing changes."""
    before = session.cluster.now
    if not session.cluster.settle():
        limit = format_duration(session.cluster.now - before)
        return Output(str(moved(session.cluster, before)), f"Warning: it has not come to rest in {limit}\n")
    return moved(session.cluster, before)


def moved(cluster: Cluster, before: float) -> Output:
    """How far the clock has moved, and what watches have printed meanwhile."""
    passed = format_duration(round(cluster.now - before, 3))
    return Output(f"{passed} passed, it is {rfc3339(cluster.now)}\n", background=cluster.take_background())


def step(session: Session, arguments: list[str]) -> Output:
    """Let time move after each command; with a duration, so far."""
    seconds = _duration(arguments[0]) if arguments else session.cluster.step_s
    _stop_the_clock(session)
    session.cluster.step_s, session.options["step"] = seconds, format_duration(seconds)
    session.options["clock"] = session.cluster.clock = "step"
    return Output(f"{format_duration(seconds)} pass after each command.\n")


def pause(session: Session, arguments: list[str]) -> Output:
    """Let time stand still."""
    _stop_the_clock(session)
    session.options["clock"] = session.cluster.clock = "pause"
    return Output("The clock stands still; `%cluster tick` moves it.\n")


def go_live(session: Session, arguments: list[str]) -> Output:
    """Follow the wall clock."""
    text = arguments[0] if arguments else "1"
    try:
        rate = float(text.removesuffix("x"))
    except ValueError:
        raise KubectlError(f'error: invalid rate "{text}": give it as 5, for five seconds a second') from None
    _refusable(lambda: session.go_live(rate))
    session.cluster.clock = "step"
    return Output(f"The clock runs, {rate:g} {'second' if rate == 1 else 'seconds'} a second.\n")


def _stop_the_clock(session: Session) -> None:
    session.stop_following()
    live.stop(session.cluster)


# --- Going back ---


def undo(session: Session, arguments: list[str]) -> Output:
    """Take changes back."""
    count = _whole(arguments[0]) if arguments else 1
    before = session.cluster.log.entries
    _refusable(lambda: session.cluster.undo(count))
    session.turned_back()
    taken = [line for line in map(_said, before[len(session.cluster.log.entries) :]) if line]
    return Output("".join(f"undone: {line}\n" for line in taken) + f"it is {rfc3339(session.cluster.now)} again\n")


def rewind(session: Session, arguments: list[str]) -> Output:
    """Go back to a command or a time."""
    to: int | str = int(arguments[0]) if arguments[0].isdigit() else arguments[0]
    _refusable(lambda: session.cluster.rewind(to))
    session.turned_back()
    last = session.cluster.commands[-1:]
    after = f", after command {last[0].number}: {_line(last[0])}" if last else ", at the beginning"
    return Output(f"it is {rfc3339(session.cluster.now)} again{after}\n")


def fork(session: Session, arguments: list[str]) -> Output:
    """A copy under a name."""
    (name,) = arguments
    if name in (*session.clusters, session.name):
        raise KubectlError(f'error: there is a cluster "{name}" already')
    session.clusters[name] = copy = session.cluster.fork()
    copy.editor, copy.env = session.cluster.editor, dict(session.cluster.env)
    live.share(copy)
    return Output(f'"{name}" is a copy of "{session.name}" as it is now; `%cluster switch {shlex.quote(name)}` goes there\n')


def switch(session: Session, arguments: list[str]) -> Output:
    """Go to another cluster, or list them."""
    if not arguments:
        names = sorted({*session.clusters, session.name})
        return Output("".join(f"{'*' if name == session.name else ' '} {name}\n" for name in names))
    (name,) = arguments
    if name != session.name and name not in session.clusters:
        known = ", ".join(sorted({*session.clusters, session.name}))
        raise KubectlError(f'error: there is no cluster "{name}"; there are {known}')
    stopped = _stopped(session) if name != session.name else ""
    session.switch(name)
    return Output(f'Switched to "{name}"; it is {rfc3339(session.cluster.now)} there{stopped}.\n')


def _stopped(session: Session) -> str:
    """What to say where a live cluster gives way to another one."""
    return ", and the clock moves by steps" if session.started and session.cluster.pace is not None else ""


def history(session: Session, arguments: list[str]) -> Output:
    """The commands so far, and what was done beside them."""
    lines = [_dated(entry) for entry in session.cluster.log.entries if _said(entry)]
    return Output("".join(lines) + f"     {rfc3339(session.cluster.now)}  now\n")


def _dated(entry: Entry) -> str:
    number = str(entry.number) if isinstance(entry, Command) else ""
    return f"{number:>3}  {rfc3339(getattr(entry, 'time', 0.0))}  {_said(entry)}\n"


def _said(entry: Entry) -> str:
    """An input in a line; "" for what only follows from others."""
    if isinstance(entry, Command):
        return _line(entry)
    if isinstance(entry, Called | Requested | Received):
        return entry.line
    if isinstance(entry, Stopped):
        return f"command {entry.number} stopped"
    if isinstance(entry, Streamed) and entry.what == "open":
        return f"from outside: {entry.where['subresource']} {entry.where['name']}"
    return ""


def _line(command: Command) -> str:
    lines = (command.stdin or "").splitlines() if command.how != "terminal" else []
    return command.line + (f"  ({len(lines)} lines)" if lines else "") + ("  (interrupted)" if command.interrupted_at is not None else "")


def story(session: Session, arguments: list[str]) -> Output:
    """Why an object is as it is: TYPE/NAME [NAMESPACE]."""
    words = [part for argument in arguments for part in argument.split("=", 1) if part not in ("-n", "--namespace")]
    words.sort(key=lambda word: "/" not in word)  # The namespace may stand before.
    if not 1 <= len(words) <= 2:
        raise KubectlError("error: usage: %cluster story TYPE/NAME [-n NAMESPACE]")
    told = _refusable(lambda: session.cluster.story(*words))
    return Output(story_text(told))


# --- Files ---


def save(session: Session, arguments: list[str]) -> Output:
    """Write the cluster's log to a file."""
    (path,) = arguments
    try:
        session.cluster.save(path)
    except OSError as error:
        raise KubectlError(f"error: cannot write {path}: {error.strerror}") from None
    return Output(f"saved {_commands(session.cluster)} to {path}\n")


def load(session: Session, arguments: list[str]) -> Output:
    """Make a saved cluster again."""
    (path,) = arguments
    cluster, warning = _loaded(path)
    stopped = _stopped(session)
    session.adopt(cluster)
    return Output(f"{_commands(cluster)} replayed, it is {rfc3339(cluster.now)}{stopped}\n", warning)


def scenario(session: Session, arguments: list[str]) -> Output:
    """Begin with a saved cluster."""
    (path,) = arguments
    cluster, warning = _loaded(path)
    cluster.begin_here()
    stopped = _stopped(session)
    session.adopt(cluster)
    return Output(f"the scenario of {path} begins, it is {rfc3339(cluster.now)}{stopped}\n", warning)


def _commands(cluster: Cluster) -> str:
    count = len(cluster.commands)
    return f"{count} {'command' if count == 1 else 'commands'}"


def _loaded(path: str) -> tuple[Cluster, str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise KubectlError(f"error: cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise KubectlError(f"error: {path} is no saved cluster: it is not text") from None
        cluster: Cluster = _refusable(lambda: Cluster.from_saved(text, path))
    return cluster, "".join(f"Warning: {each.message}\n" for each in heard)


def _refusable(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ValueError as error:
        raise KubectlError(f"error: {error}") from None


def _duration(text: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueError:
        raise KubectlError(f'error: invalid duration "{text}": give it as 30s, 5m or 1h30m') from None
    if seconds < 0:
        raise KubectlError(f"error: time does not pass by {text}; `%cluster rewind` goes back")
    return seconds


def _whole(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise KubectlError(f'error: "{text}" is not how many changes to take back')
    return int(text)


COMMANDS = {
    "tick": Magic(tick, "[30s]", "let time pass (one step without a duration)"),
    "settle": Magic(settle, "", "let time pass until nothing has changed for 3s"),
    "step": Magic(step, "[5s]", "time moves after each command, so far"),
    "pause": Magic(pause, "", "time moves by tick and settle alone"),
    "live": Magic(go_live, "[RATE]", "time moves with the wall clock, RATE times as fast"),
    "history": Magic(history, "", "what was done so far"),
    "story": Magic(story, "TYPE/NAME [-n NAMESPACE]", "why an object is as it is: each step from your command to the last container"),
    "undo": Magic(undo, "[N]", "take back the last command that changed something, or the last N, and all that came after"),
    "rewind": Magic(
        rewind, "WHEN", "back to the moment after a command (3), to a time (09:01:00, 2026-01-05T09:01:00Z) or so far back (30s)"
    ),
    "fork": Magic(fork, "NAME", "a copy of the cluster as it is now, under a name"),
    "switch": Magic(switch, "[NAME]", "go to another copy; without a name, list them"),
    "save": Magic(save, "FILE", "write all that was done to a file of text"),
    "load": Magic(load, "FILE", "make the cluster of such a file again, in place of this one"),
    "scenario": Magic(scenario, "FILE", "the same, as a chapter's beginning: nothing in it can be undone"),
}
