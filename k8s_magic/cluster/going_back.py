"""How much of a log stays when a cluster goes back."""

from __future__ import annotations

import re
from dataclasses import replace

from k8s_magic.cluster.log import CHANGES, Answered, Command, Entry, Log, Moved
from k8s_magic.objects.duration import parse_duration
from k8s_magic.objects.times import parse_time, rfc3339

OF_THE_DAY = re.compile(r"(\d?\d:\d\d)(?::(\d\d))?")
"""A time of the clock's day: 9:01 or 09:01:30."""


def before_change(log: Log, n: int) -> list[Entry]:
    """What was before the last `n` inputs that asked for a change; ValueError where there are fewer."""
    changes = [index for index, entry in enumerate(log.entries) if index >= log.beginning and _asks_for_change(entry)]
    if n < 1 or n > len(changes):
        there = ("is nothing", "is only one change")[len(changes)] if len(changes) < 2 else f"are only {len(changes)} changes"
        raise ValueError(f"there {there} to take back")
    return log.entries[: changes[-n]]


def _asks_for_change(entry: Entry) -> bool:
    return isinstance(entry, CHANGES) or (isinstance(entry, Command) and entry.asked_for_write)


def until(log: Log, to: int | float | str, beginning: float, now: float, step_s: float) -> list[Entry]:
    """The part of a log up to a command's number or a time; ValueError where that was not. A command ends with the clock's step."""
    entries = log.entries
    if not isinstance(to, int):
        before = entries[: log.beginning]
        beginning = before[-1].until if before and isinstance(before[-1], Moved) else beginning
        return _until_time(entries, _time(to, now), beginning, now)
    own = [entry.number for entry in entries[log.beginning :] if isinstance(entry, Command)]
    first = own[0] - 1 if own else log.next_number - 1
    if to != first and to not in own:
        raise ValueError(f"there is no command {to} to go back to" + (f"; there are {own[0]} to {own[-1]}" if own else ""))
    return entries[: log.beginning] if to == first else _until_command(entries, to, step_s)


def _until_command(entries: list[Entry], number: int, step_s: float) -> list[Entry]:
    """With what the command read and with its step; the clock may have gone on since, and failures may have come."""
    start = next(index for index, entry in enumerate(entries) if isinstance(entry, Command) and entry.number == number)
    command = entries[start]
    assert isinstance(command, Command)
    end = next((i for i in range(start + 1, len(entries)) if not isinstance(entries[i], Answered)), len(entries))
    kept, following = entries[:end], entries[end : end + 1]
    if following and isinstance(following[0], Moved):
        ended_at = command.time if command.ended_at is None else command.ended_at
        kept.append(Moved(min(following[0].until, ended_at + (step_s if command.may_wait else 0))))
    return kept


def _time(to: float | str, now: float) -> float:
    if not isinstance(to, str):
        return float(to)
    try:
        return now - parse_duration(to)
    except ValueError:
        pass
    clock = OF_THE_DAY.fullmatch(to)
    try:
        return parse_time(f"{rfc3339(now)[:10]}T{clock[1]:0>5}:{clock[2] or '00'}Z" if clock else to)
    except ValueError:
        raise ValueError(f'"{to}" is neither a time (09:01:00, 2026-01-05T09:01:00Z) nor how far to go back (30s, 5m)') from None


def _until_time(entries: list[Entry], time: float, beginning: float, now: float) -> list[Entry]:
    if time > now:
        raise ValueError(f"{rfc3339(time)} has not been yet, it is {rfc3339(now)}")
    if not beginning <= time:
        raise ValueError(f"{rfc3339(time)} is before the beginning, {rfc3339(beginning)}")
    kept: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Moved) and entry.until > time:
            last = kept[-1] if kept else None
            if isinstance(last, Answered):
                last = next((e for e in reversed(kept) if not isinstance(e, Answered)), None)
            if isinstance(last, Command) and last.ended_at is not None and last.time < time < last.ended_at:
                kept[kept.index(last)] = replace(last, interrupted_at=min(time, last.interrupted_at or time))
            break
        if getattr(entry, "time", beginning) > time:
            break
        kept.append(entry)
    return [*kept, Moved(time)]
