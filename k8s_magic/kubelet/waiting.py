"""Awaiting with an end: a coroutine that may take only so long."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from k8s_magic.sim.loop import Cancelled, Future, Loop

T = TypeVar("T")


class TimedOut(Exception):
    """The time was up."""


async def within(loop: Loop, seconds: float, coroutine: Coroutine[Any, Any, T]) -> T:
    """What `coroutine` gives, if it ends within `seconds`; otherwise it is cancelled and `TimedOut` raised."""
    finished: Future[bool] = Future()
    task = loop.spawn(coroutine)
    task.when_done(lambda: finished.set(True))
    timer = loop.call_later(seconds, lambda: finished.set(False))
    try:
        in_time = await finished
    except Cancelled:
        task.cancel()
        raise
    finally:
        timer.cancel()
    if not in_time:
        task.cancel()
        raise TimedOut
    return task.result()
