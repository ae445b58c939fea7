"""How long a container that ended waits before it is started again: 10 s, 20 s, ... 300 s.

Models client-go util/flowcontrol Backoff as the kubelet uses it: the first restart is immediate, and a container that
kept going for ten minutes starts afresh.
"""

from __future__ import annotations

FIRST_S, MOST_S, RESET_S = 10.0, 300.0, 600.0


class Backoff:
    """The waits of one container, or of the pulls of one image."""

    def __init__(self, *, first_waits: bool = False) -> None:
        self.current = 0.0
        """The wait that the next failure brings, in seconds; 0 before the first one."""
        self.shown = 0.0
        """The wait that the last `next` gave, as messages tell it."""
        self._first_waits = first_waits
        self._updated_at = float("-inf")

    def next(self, failed_at: float) -> float:
        """Seconds from `failed_at` until the next attempt; counts that attempt."""
        if not self.current or failed_at - self._updated_at > RESET_S:
            self.current = 0.0
        waits = self.current
        if not waits and self._first_waits:
            waits = self.current = FIRST_S
        self._updated_at = failed_at + waits
        self.current = min(self.current * 2, MOST_S) if self.current else FIRST_S
        self.shown = waits
        return waits
