"""Differences of two texts as `diff -u -N` prints them: three lines around each change, as few changes as possible.

Models GNU diffutils: Myers' shortest edit script, changes moved down as far as they go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_CONTEXT = 3


class Change(NamedTuple):
    """Lines [a_start, a_end) of the old text become [b_start, b_end) of the new."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def unified(old: str, new: str) -> str:
    """The hunks, without the two lines of file names; empty where the texts are equal."""
    a, b = old.splitlines(), new.splitlines()
    groups: list[list[Change]] = []
    for change in changes(a, b):
        if groups and change.a_start - groups[-1][-1].a_end <= 2 * _CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return "".join(_hunk(a, b, group) for group in groups)


def _hunk(a: Sequence[str], b: Sequence[str], group: Sequence[Change]) -> str:
    first, last = group[0], group[-1]
    before = min(_CONTEXT, first.a_start)
    after = min(_CONTEXT, len(a) - last.a_end)
    a_start, a_end = first.a_start - before, last.a_end + after
    b_start, b_end = first.b_start - before, last.b_end + after
    lines = [f"@@ -{_range(a_start, a_end)} +{_range(b_start, b_end)} @@"]
    here = a_start
    for change in group:
        lines += [f" {line}" for line in a[here : change.a_start]]
        lines += [f"-{line}" for line in a[change.a_start : change.a_end]]
        lines += [f"+{line}" for line in b[change.b_start : change.b_end]]
        here = change.a_end
    lines += [f" {line}" for line in a[here:a_end]]
    return "\n".join(lines) + "\n"


def _range(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def changes(a: Sequence[str], b: Sequence[str]) -> list[Change]:
    """What must be deleted and inserted, in order."""
    gone, come = [False] * (len(a) + 1), [False] * (len(b) + 1)
    for x, _, old_x, old_y in _script(a, b):
        if x > old_x:
            gone[old_x] = True
        else:
            come[old_y] = True
    _slide(a, gone)
    _slide(b, come)
    return _runs(gone, come, len(a), len(b))


def _script(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The steps (x, y) from (old_x, old_y) of a shortest edit script, last first."""
    reach, trace = {1: 0}, []
    for cost in range(len(a) + len(b) + 1):
        trace.append(dict(reach))
        for k in range(-cost, cost + 1, 2):
            down = k == -cost or (k != cost and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            reach[k] = x
            if x >= len(a) and x - k >= len(b):
                return _backwards(trace, len(a), len(b))
    return []


def _backwards(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int, int, int]]:
    steps = []
    for cost in range(len(trace) - 1, 0, -1):
        reach, k = trace[cost], x - y
        down = k == -cost or (k != cost and reach[k - 1] < reach[k + 1])
        old_k = k + 1 if down else k - 1
        old_x = reach[old_k]
        old_y = old_x - old_k
        steps.append((old_x if down else old_x + 1, old_y + 1 if down else old_y, old_x, old_y))
        x, y = old_x, old_y
    return steps


def _slide(lines: Sequence[str], changed: list[bool]) -> None:
    """Move each run of changed lines down while the line below it equals its first."""
    end = len(lines)
    start = 0
    while start < end:
        if not changed[start]:
            start += 1
            continue
        stop = start
        while stop < end and changed[stop]:
            stop += 1
        while stop < end and not changed[stop] and lines[start] == lines[stop]:
            changed[start], changed[stop] = False, True
            start += 1
            stop += 1
            while stop < end and changed[stop]:
                stop += 1
        start = stop


def _runs(gone: Sequence[bool], come: Sequence[bool], a_length: int, b_length: int) -> list[Change]:
    found, x, y = [], 0, 0
    while x < a_length or y < b_length:
        if not gone[x] and not come[y]:
            x, y = x + 1, y + 1
            continue
        start_x, start_y = x, y
        while gone[x]:
            x += 1
        while come[y]:
            y += 1
        found.append(Change(start_x, x, start_y, y))
    return found
