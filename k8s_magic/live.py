"""The wall clock: a cluster that lives, at a rate, and the lock that threads share."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable

from k8s_magic.cluster import Cluster

FASTEST = 3600.0
"""An hour a second: what goes faster than that does not get there in time."""
REST_S = 0.02
DRIVER_BEAT_S = 0.2


class LiveClock:
    """Virtual time as the wall clock's, times `rate`. Nothing runs by itself: the cluster catches up before each access."""

    def __init__(self, cluster: Cluster, rate: float = 1.0) -> None:
        if not 0 < rate <= FASTEST:
            raise ValueError(f"the rate must be more than 0 and at most {FASTEST:g}, not {rate:g}")
        self._cluster = cluster
        self.rate = rate
        self.refresh: Callable[[], None] = lambda: None
        """Shows what has happened; called while a command waits, which holds the lock."""
        self.restart()

    def restart(self) -> None:
        self._virtual, self._wall = self._cluster.now, time.monotonic()
        self._rested = self._wall

    def target(self) -> float:
        return self._virtual + (time.monotonic() - self._wall) * self.rate

    def rest(self) -> None:
        time.sleep(REST_S)
        if time.monotonic() > self._rested + DRIVER_BEAT_S:
            self._rested = time.monotonic()
            self.refresh()


def go_live(cluster: Cluster, rate: float = 1.0) -> LiveClock:
    """Let `cluster` follow the wall clock from now on; ValueError for a rate that it cannot have."""
    pace = LiveClock(cluster, rate)
    with cluster.lock:
        cluster.catch_up()
        pace.restart()
        cluster.pace = pace
    return pace


def stop(cluster: Cluster) -> None:
    """Go back to the clock that moves by steps; what has happened stays."""
    with cluster.lock:
        cluster.catch_up()
        cluster.pace = None


class Driver:
    """Lets a live cluster and its pictures go on by themselves: in a thread, so that they also do while a cell runs.

    Where there are no threads, the event loop's own beats move them, between cells; with no loop either, the next access does.
    """

    def __init__(self, cluster: Cluster, refresh: Callable[[], None]) -> None:
        share(cluster)
        self._cluster = cluster
        self._refresh = refresh
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        if _has_threads():
            self._thread = threading.Thread(target=self._run, name="k8s-magic live", daemon=True)
            self._thread.start()
        elif _has_loop():
            self._task = asyncio.get_running_loop().create_task(self._beat())

    def _run(self) -> None:
        while not self._ended.wait(DRIVER_BEAT_S):
            self._go_on()

    async def _beat(self) -> None:
        while not self._ended.is_set():
            await asyncio.sleep(DRIVER_BEAT_S)
            self._go_on()

    def _go_on(self) -> None:
        with self._cluster.lock:
            self._cluster.catch_up()
            self._refresh()

    def stop(self) -> None:
        """Leave the cluster alone; when this returns, no thread of ours is left."""
        self._ended.set()
        if self._task is not None:
            self._task.cancel()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()


def _has_threads() -> bool:
    return sys.platform != "emscripten"


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def share(cluster: Cluster) -> None:
    """Make the cluster safe for several threads: from now on one at a time is inside."""
    if not isinstance(cluster.lock, type(threading.RLock())):
        cluster.lock = threading.RLock()
