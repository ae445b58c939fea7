"""One command of `%cluster`: what it does, how it is written, and what is said of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError

WIDTH = 34


@dataclass(frozen=True)
class Command:
    """`usage` is what follows the name: a word each, in brackets what may be left out, flags with their own."""

    run: Callable[[Session, list[str]], Any]
    usage: str
    about: str

    def check(self, name: str, arguments: list[str]) -> None:
        """`KubectlError` where there are too few words or too many; flags are for the command itself to read."""
        if "[-" in self.usage:
            return
        words = self.usage.split()
        least = sum(not word.startswith("[") for word in words)
        if not least <= len(arguments) <= len(words):
            raise KubectlError(f"error: usage: {self.written(name)}")

    def written(self, name: str) -> str:
        """How it is typed."""
        return f"%cluster {name} {self.usage}".rstrip()


def help_of(commands: Mapping[str, Command]) -> str:
    """A line a command."""
    lines = []
    for name, command in commands.items():
        written = command.written(name)
        lines += [f"{written:<{WIDTH}}{command.about}"] if len(written) < WIDTH else [written, " " * WIDTH + command.about]
    return "\n".join(lines) + "\n"


def find(commands: Mapping[str, Command], name: str) -> Command:
    """The command of that name; `KubectlError` for none."""
    if name not in commands:
        close = difflib.get_close_matches(name, commands, 1)
        meant = f"did you mean `%cluster {close[0]}`?" if close else "`%cluster help` lists them"
        raise KubectlError(f'error: unknown command "{name}" for "%cluster"; {meant}')
    return commands[name]
