"""Text in aligned columns, as Go's text/tabwriter lays it out.

A cell is ended by a tab; what follows a line's last tab belongs to no column. A column is a block of neighbouring lines that
have a cell there, and is as wide as its widest cell plus padding. Models text/tabwriter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def align(text: str, *, min_width: int = 0, padding: int = 2) -> str:
    """`text` with its tabs turned into spaces. The defaults are those of `kubectl describe`."""
    ended = text.endswith("\n")
    lines = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    out: list[str] = []
    _format(lines, 0, len(lines), [], out, min_width, padding)
    return "\n".join(out) + ("\n" if ended else "")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells in the layout of `kubectl get`: columns at least six wide, three spaces between them."""
    text = "".join("\t".join(row) + "\n" for row in rows)
    return align(text, min_width=6, padding=3) if text else ""


def _format(lines: list[list[str]], start: int, end: int, widths: list[int], out: list[str], min_width: int, padding: int) -> None:
    column = len(widths)
    here = start
    while here < end:
        if column >= len(lines[here]) - 1:
            here += 1
            continue
        _write(lines[start:here], widths, out)
        start = here
        width = min_width
        while here < end and column < len(lines[here]) - 1:
            width = max(width, len(lines[here][column]) + padding)
            here += 1
        _format(lines, start, here, [*widths, width], out, min_width, padding)
        start = here
    _write(lines[start:end], widths, out)


def _write(lines: list[list[str]], widths: list[int], out: list[str]) -> None:
    for cells in lines:
        padded = [cell.ljust(widths[i]) if i < len(cells) - 1 and i < len(widths) else cell for i, cell in enumerate(cells)]
        out.append("".join(padded))


def escape_terminal(text: str) -> str:
    """Text that cannot steer a terminal. Models cli-runtime EscapeTerminal."""
    return text.replace("\x1b", "^[").replace("\r", "\\r")
