"""A watch in process: a queue of events that a task awaits, filtered by selectors as the API filters them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.store import Entry
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.loop import Future

Matches = Callable[[Obj], bool]


def filtered(entry: Entry, matches: Matches) -> WatchEvent | None:
    """What a watcher with a selector sees of a write: an object that leaves the selection is DELETED for it, one that enters ADDED."""
    is_in = entry.type != "DELETED" and matches(entry.object)
    was_in = entry.old is not None and matches(entry.old)
    if is_in:
        return WatchEvent("MODIFIED" if was_in else "ADDED", entry.object)
    if not was_in or entry.old is None:
        return None
    if entry.type == "DELETED":
        return WatchEvent("DELETED", entry.object)
    # It goes as it was known, at the version that took it away. Models cacher's convertToWatchEvent.
    return WatchEvent("DELETED", {**entry.old, "metadata": {**entry.old["metadata"], "resourceVersion": str(entry.revision)}})


class WatchStream:
    """Events as they come; `next` waits for one and gives None after `stop`."""

    def __init__(self, render: Callable[[WatchEvent], WatchEvent], on_stop: Callable[[], None]) -> None:
        self._events: deque[WatchEvent] = deque()
        self._waiter: Future[None] | None = None
        self._render = render
        self._on_stop = on_stop
        self._stopped = False

    def push(self, event: WatchEvent) -> None:
        self._events.append(event)
        self._wake()

    async def next(self) -> WatchEvent | None:
        while not self._events:
            if self._stopped:
                return None
            self._waiter = Future()
            await self._waiter
        return self._render(self._events.popleft())

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._on_stop()
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)
