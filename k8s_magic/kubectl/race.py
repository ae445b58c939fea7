"""Awaiting several things at once: each result comes as it is there, and none that is late gets lost."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Hashable
from typing import Any

from k8s_magic.sim.loop import Future


class Race:
    """Awaited, it gives the name and result of whichever of its runners comes first; the others go on."""

    def __init__(self) -> None:
        self._running: dict[Hashable, tuple[Generator[Future[Any], None, Any], Future[Any] | None]] = {}

    def enter(self, name: Hashable, awaitable: Awaitable[Any]) -> None:
        """One more runner; one of the same name is dropped."""
        self._running[name] = (awaitable.__await__(), None)

    def leave(self, name: Hashable) -> None:
        """Drop a runner, if it runs."""
        runner = self._running.pop(name, None)
        if runner is not None:
            runner[0].close()

    def __len__(self) -> int:
        return len(self._running)

    def __await__(self) -> Generator[Future[Any], None, tuple[Hashable, Any]]:
        while True:
            for name, (runner, waits_for) in list(self._running.items()):
                if waits_for is not None and not waits_for.done:
                    continue
                try:
                    self._running[name] = (runner, runner.send(None))
                except StopIteration as stop:
                    del self._running[name]
                    return name, stop.value
                except BaseException:
                    del self._running[name]
                    raise
            either: Future[None] = Future()
            waited = [future for _, future in self._running.values() if future is not None]
            if any(future.done for future in waited):
                continue
            for future in waited:
                future.when_done(lambda either=either: either.set(None))  # type: ignore[misc]  # The default binds this round's.
            yield either
