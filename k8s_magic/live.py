"""The wall clock: a cluster that lives, at a rate, and the lock that threads share."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable

from k8s_magic.cluster import Cluster

REST_S = 0.02
DRIVER_BEAT_S = 0.2


class LiveClock:
    """Virtual time as the wall clock's, times `rate`. Nothing runs by itself: the cluster catches up before each access."""

    def __init__(self, cluster: Cluster, rate: float = 1.0) -> None:
        if rate <= 0:
            raise ValueError(f"the rate must be positive, not {rate:g}")
        self._cluster = cluster
        self.rate = rate
        self.restart()

    def restart(self) -> None:
        self._virtual, self._wall = self._cluster.now, time.monotonic()

    def target(self) -> float:
        return self._virtual + (time.monotonic() - self._wall) * self.rate

    def rest(self) -> None:
        time.sleep(REST_S)


def go_live(cluster: Cluster, rate: float = 1.0) -> None:
    """Let `cluster` follow the wall clock from now on; ValueError where the rate is not positive."""
    pace = LiveClock(cluster, rate)
    with cluster.lock:
        cluster.catch_up()
        cluster.pace = pace


def stop(cluster: Cluster) -> None:
    """Go back to the clock that moves by steps; what has happened stays."""
    with cluster.lock:
        cluster.catch_up()
        cluster.pace = None


class Driver:
    """Lets a live cluster go on by itself: a thread moves it, and where an event loop runs, `refresh` is called there.

    Where there are no threads, the loop's own beats move the cluster, between cells.
    """

    def __init__(self, cluster: Cluster, refresh: Callable[[], None]) -> None:
        share(cluster)
        self._cluster = cluster
        self._refresh = refresh
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="k8s-magic live", daemon=True) if _has_threads() else None
        self._task: asyncio.Task[None] | None = None
        try:
            self._task = asyncio.get_running_loop().create_task(self._beat())
        except RuntimeError:
            pass  # No loop runs here: pictures follow when a cell ends.
        if self._thread is not None:
            self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(DRIVER_BEAT_S):
            with self._cluster.lock:
                self._cluster.catch_up()

    async def _beat(self) -> None:
        while not self._ended.is_set():
            await asyncio.sleep(DRIVER_BEAT_S)
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


def share(cluster: Cluster) -> None:
    """Make the cluster safe for several threads: from now on one at a time is inside."""
    if not isinstance(cluster.lock, type(threading.RLock())):
        cluster.lock = threading.RLock()
