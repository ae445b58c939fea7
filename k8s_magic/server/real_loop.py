"""The virtual clock's loop run by the wall clock: for kubectl on a cluster outside, whose verbs await the same things as inside."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

from k8s_magic.sim.loop import Loop, Task

LONGEST_REST_S = 0.05
"""So that Ctrl+C is heard, and somebody can look in."""


class RealLoop(Loop):
    """Timers come due by the wall clock; `post` brings callbacks from other threads."""

    def __init__(self) -> None:
        super().__init__(time.time())
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, callback: Callable[[], None]) -> None:
        """Run `callback` in the loop; from any thread."""
        self._inbox.put(callback)

    def drive(self, task: Task[Any], look_in: Callable[[], None] = lambda: None) -> None:
        """Run until the task is done; `look_in` is called now and then."""
        while True:
            self.run_until(max(self.now, time.time()))
            if task.done:
                return
            look_in()
            at = self.next_event_at()
            rest = LONGEST_REST_S if at is None else min(LONGEST_REST_S, max(0.0, at - time.time()))
            try:
                self.call_soon(self._inbox.get(timeout=rest))
            except queue.Empty:
                continue
