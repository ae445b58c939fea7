"""Times as the API writes them: RFC 3339 in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=4096)
def _format(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339(seconds: float) -> str:
    """`seconds` since the Unix epoch as metav1.Time writes it; fractions are cut off."""
    return _format(int(seconds))


def rfc3339_micro(seconds: float) -> str:
    """`seconds` as metav1.MicroTime writes it."""
    second, micro = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_format(second)[:-1]}.{micro:06d}Z"


def rfc1123(seconds: float) -> str:
    """`seconds` as Go's RFC1123Z writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


@lru_cache(maxsize=4096)
def parse_time(text: str) -> float:
    """Seconds since the Unix epoch of an RFC 3339 time; ValueError where it is none."""
    return datetime.fromisoformat(text).timestamp()
