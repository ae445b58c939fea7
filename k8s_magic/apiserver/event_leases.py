"""How long an event lives: an hour after its last change, as etcd's lease has it."""

from __future__ import annotations

from collections import deque

from k8s_magic.apiserver.store import Store
from k8s_magic.objects.meta import Key
from k8s_magic.sim.loop import Loop

TTL_S = 3600.0
ROUNDING_S = 0.0005
"""Instants are whole milliseconds, and sums of them as floats nearly so."""


class EventLeases:
    """Every event lives equally long, so that the oldest lease always ends first, and one timer does for all."""

    def __init__(self, loop: Loop, store: Store) -> None:
        self._loop = loop
        self._store = store
        self._leases: deque[tuple[float, Key, str]] = deque()

    def renew(self, key: Key, version: str) -> None:
        """The event has been written, as `version`."""
        self._leases.append((self._loop.now + TTL_S, key, version))
        if len(self._leases) == 1:
            self._loop.call_later(TTL_S, self._expire)

    def _expire(self) -> None:
        now = self._loop.now + ROUNDING_S
        while self._leases and self._leases[0][0] <= now:
            _, key, version = self._leases.popleft()
            event = self._store.get("events", key)
            if event is not None and event["metadata"]["resourceVersion"] == version:
                self._store.remove("events", key, time=self._loop.now, actor="etcd", causes=())
        if self._leases:
            self._loop.call_later(self._leases[0][0] - self._loop.now, self._expire)
