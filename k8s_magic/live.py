"""The wall clock: a cluster that lives, at a rate, and the lock that threads share."""

from __future__ import annotations

import threading
import time

from k8s_magic.cluster import Cluster

REST_S = 0.02


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


def share(cluster: Cluster) -> None:
    """Make the cluster safe for several threads: from now on one at a time is inside."""
    if not isinstance(cluster.lock, type(threading.RLock())):
        cluster.lock = threading.RLock()
