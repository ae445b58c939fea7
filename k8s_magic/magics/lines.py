"""Bare `kubectl …` lines in a cell, and the commands of a `%%kubectl` cell.

A bare line becomes a `%kubectl` line before Python sees the cell, and so does `!kubectl …` where there is no real shell. It may go on
after a backslash. Lines inside strings,
brackets and other cell magics are left alone, and so is Python that uses a variable called kubectl.
"""

from __future__ import annotations

import io
import re
import tokenize

from k8s_magic.server import command_socket

BANG = "" if command_socket.is_possible() else "!?"
BARE = re.compile(rf"^(?P<indent>[ \t]*){BANG}[ \t]*kubectl(?=\s|$)(?!\s*(?:=|[.(\[,:)\]]))(?P<rest>.*)$", re.DOTALL)
OTHER_MAGIC = re.compile(r"^(?P<indent>\s*)[%!?]")


def rewrite_bare_lines(lines: list[str]) -> list[str]:
    """An input transformer: the cell's lines, with `kubectl get pods` as `%kubectl get pods`."""
    if not any("kubectl" in line for line in lines) or _is_cell_magic(lines):
        return lines
    result: list[str] = []
    python: list[str] = []  # The lines so far as Python would see them, to know whether a string or bracket is open.
    continued = False
    for line in lines:
        bare = None if continued else BARE.match(line)
        if bare and not _inside(python):
            line = f"{bare['indent']}%kubectl{bare['rest']}"
        result.append(line)
        magic = OTHER_MAGIC.match(line) if not continued else None
        is_command = continued or (magic is not None and not _inside(python))
        if not continued:
            python.append(f"{magic['indent']}pass\n" if magic and is_command else line)
        continued = is_command and line.rstrip("\r\n").endswith("\\")
    return result


def commands(body: str) -> list[str]:
    """The commands of a `%%kubectl` cell: a line each, without comments and blank lines; the word kubectl before them may be there."""
    joined = re.sub(r"\\\r?\n", " ", body)
    found = []
    for line in joined.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            found.append(re.sub(r"^%?kubectl(\s+|$)", "", line))
    return found


def _is_cell_magic(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    return first.startswith("%%")


def _inside(python: list[str]) -> bool:
    """Whether what follows these lines stands in an open string or bracket."""
    if not python:
        return False
    try:
        for _ in tokenize.generate_tokens(io.StringIO("".join(python)).readline):
            pass
    except tokenize.TokenError as error:
        text = str(error.args[0])
        return "multi-line" in text or "triple-quoted" in text
    except (SyntaxError, IndentationError):
        return False
    return False
