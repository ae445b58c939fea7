"""Durations: ages as kubectl prints them (`2m5s`, `3d4h`), and the text that Go reads and writes (`1m30s`, `1.5h`)."""

from __future__ import annotations

import re
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
YEAR: Final = 365 * DAY

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"([0-9]*)(\.[0-9]*)?([^0-9.]*)")


class DurationError(ValueError):
    """A text that is no duration, in the words of Go's time package."""


def human_duration(seconds: float) -> str:
    """An age to two or three figures, as kubectl's AGE column prints it. Models apimachinery util/duration HumanDuration."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * MINUTE:
        return f"{max(whole, 0)}s"
    if whole < 3 * HOUR:
        return _two(whole, MINUTE, "m", 1, "s", whole < 10 * MINUTE)
    if whole < 2 * DAY:
        return _two(whole, HOUR, "h", MINUTE, "m", whole < 8 * HOUR)
    if whole < 2 * YEAR:
        return _two(whole, DAY, "d", HOUR, "h", whole < 8 * DAY)
    return _two(whole, YEAR, "y", DAY, "d", whole < 8 * YEAR)


def _two(seconds: int, large: int, large_unit: str, small: int, small_unit: str, fine: bool) -> str:
    rest = seconds % large // small
    return f"{seconds // large}{large_unit}" + (f"{rest}{small_unit}" if fine and rest else "")


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h15m30.5s`; DurationError where it is none. Models Go's time.ParseDuration."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0.0
    if not rest:
        raise DurationError(f"time: invalid duration {_quote(text)}")
    nanos = 0
    while rest:
        part, rest = _part(rest, text)
        nanos += part
    if nanos >= 2**63:
        raise DurationError(f"time: invalid duration {_quote(text)}")
    return (-nanos if text.startswith("-") else nanos) / 10**9


def _part(rest: str, text: str) -> tuple[int, str]:
    """Nanoseconds of the first number with its unit, and what follows it."""
    match = _PART.match(rest)
    assert match
    whole, fraction, unit = match[1], (match[2] or "")[1:], match[3]
    if not whole and not fraction:
        raise DurationError(f"time: invalid duration {_quote(text)}")
    if not unit:
        raise DurationError(f"time: missing unit in duration {_quote(text)}")
    if unit not in _UNITS:
        raise DurationError(f"time: unknown unit {_quote(unit)} in duration {_quote(text)}")
    return int(whole + fraction) * _UNITS[unit] // 10 ** len(fraction), rest[match.end() :]


def _quote(text: str) -> str:
    """As Go's time package quotes: non-ASCII and control characters as the bytes they are."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    parts = (c if " " <= c < "\x7f" else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in quoted)
    return '"' + "".join(parts) + '"'


def format_duration(seconds: float) -> str:
    """The duration as Go's Duration.String writes it: `1m30s`, `1h0m0s`, `1.5ms`, `0s`."""
    nanos = round(seconds * 10**9)
    if nanos == 0:
        return "0s"
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    for unit, size in (("ns", 1), ("µs", 10**3), ("ms", 10**6)):
        if nanos < size * 1000:
            return f"{sign}{_decimal(nanos, size)}{unit}"
    minutes, nanos = divmod(nanos, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{head}{_decimal(nanos, 10**9)}s"


def _decimal(number: int, size: int) -> str:
    whole, rest = divmod(number, size)
    fraction = f"{rest:0{len(str(size)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)
