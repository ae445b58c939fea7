"""Ctrl+C: the clock stops between two instants, so that no component is torn out of its work.

Where no signal can be caught (another thread than the main one), an interrupt is whatever Python makes of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def held(stop: Callable[[], None]) -> Iterator[None]:
    """Meanwhile a first Ctrl+C calls `stop`; a second one is Python's own, for what does not listen."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield  # Whoever ignores interrupts (a kernel between two cells) would not survive one.
        return
    previous: Any = None

    def interrupted(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        stop()

    try:
        previous = signal.signal(signal.SIGINT, interrupted)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
