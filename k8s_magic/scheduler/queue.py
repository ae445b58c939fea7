"""The scheduling queue: pods to try now, pods that back off after a failure, pods that wait for the cluster to change.

As upstream, a pod in back-off is tried early when nothing else is to be done; only after an error of the API it has to wait.
Models pkg/scheduler/backend/queue.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from k8s_magic.scheduler.events import SELF_GATES, TIMEOUT, ClusterEvent
from k8s_magic.scheduler.plugins.priority_sort import sort_key
from k8s_magic.scheduler.plugins.scheduling_gates import NAME as GATES
from k8s_magic.scheduler.plugins.scheduling_gates import gated
from k8s_magic.scheduler.podinfo import PodInfo

INITIAL_BACKOFF_S = 1.0
MAX_BACKOFF_S = 10.0
LONGEST_WAIT_S = 300.0
"""After which a pod is tried again although nothing happened that should help."""

Helps = Callable[[str, PodInfo, ClusterEvent], bool]
"""(plugin, pod, event) -> whether the event may undo the plugin's rejection of the pod."""


@dataclass(eq=False)
class QueuedPod:
    """A pod that waits for a node."""

    info: PodInfo
    queued_at: float
    serial: int
    failures: int = 0
    errors: int = 0
    rejectors: set[str] = field(default_factory=set)
    """Plugins that kept it out at its last attempt; empty after an error."""
    causes: tuple[int, ...] = ()
    """Revisions that made it due."""

    @property
    def uid(self) -> str:
        return self.info.uid

    @property
    def key(self) -> tuple[int, float, int]:
        return sort_key(self.info.priority, self.queued_at, self.serial)

    @property
    def backoff_until(self) -> float:
        """When the pod has backed off for long enough."""
        count = self.errors or self.failures
        return self.queued_at + (min(INITIAL_BACKOFF_S * 2 ** min(count - 1, 10), MAX_BACKOFF_S) if count else 0.0)


class SchedulingQueue:
    """Where each unscheduled pod stands. `helps` asks plugins whether an event matters to a pod."""

    def __init__(self, now: Callable[[], float], helps: Helps) -> None:
        self._now = now
        self._helps = helps
        self._serial = 0
        self._active: dict[str, QueuedPod] = {}
        self._heap: list[tuple[tuple[int, float, int], str]] = []
        self._backoff: dict[str, QueuedPod] = {}
        self._waiting: dict[str, QueuedPod] = {}

    def add(self, info: PodInfo, causes: tuple[int, ...]) -> None:
        """A pod that is new to the queue."""
        self._serial += 1
        self._admit(QueuedPod(info, self._now(), self._serial, causes=causes))

    def get(self, uid: str) -> QueuedPod | None:
        return self._active.get(uid) or self._backoff.get(uid) or self._waiting.get(uid)

    def delete(self, uid: str) -> None:
        for part in (self._active, self._backoff, self._waiting):
            part.pop(uid, None)

    def pop(self) -> QueuedPod | None:
        """The next pod to try; one that backs off only if no other is due, and not after an error."""
        while self._heap:
            _, uid = heapq.heappop(self._heap)
            if uid in self._active:
                return self._active.pop(uid)
        ready = [pod for pod in self._backoff.values() if not pod.errors or pod.backoff_until <= self._now()]
        if not ready:
            return None
        return self._backoff.pop(min(ready, key=lambda pod: (pod.backoff_until, pod.key)).uid)

    @property
    def due(self) -> bool:
        """Whether `pop` would give a pod now."""
        return bool(self._active) or any(not pod.errors or pod.backoff_until <= self._now() for pod in self._backoff.values())

    def next_due_at(self) -> float | None:
        """The next instant at which time alone makes a pod due, in seconds since the epoch."""
        instants = [pod.backoff_until for pod in self._backoff.values()]
        instants += [pod.queued_at + LONGEST_WAIT_S for pod in self._waiting.values() if not gated(pod.info.pod)]
        return min(instants, default=None)

    def put_back(self, pod: QueuedPod, rejectors: set[str]) -> None:
        """After a failed attempt: wait for an event that helps, or back off where no plugin is to blame."""
        pod.rejectors, pod.queued_at = rejectors, self._now()
        if rejectors:
            pod.failures, pod.errors, pod.causes = pod.failures + 1, 0, ()
            self._waiting[pod.uid] = pod
        else:
            pod.errors += 1
            self._backoff[pod.uid] = pod

    def update(self, info: PodInfo, events: Iterable[ClusterEvent]) -> None:
        """The pod itself changed; `events` say in what way."""
        pod = self.get(info.uid)
        if pod is None:
            self.add(info, next((event.causes for event in events), ()))
            return
        pod.info = info
        if info.uid in self._waiting:
            for event in events:
                if self._worth(pod, event):
                    self._wake(pod, event)
                    return

    def move(self, event: ClusterEvent, up_to_priority: int | None = None) -> None:
        """Something in the cluster changed: wake the pods (up to a priority) that it may help."""
        for pod in list(self._waiting.values()):
            if (up_to_priority is None or pod.info.priority <= up_to_priority) and self._worth(pod, event):
                self._wake(pod, event)

    def flush(self) -> None:
        """Try again what has waited for too long. Models flushUnschedulablePodsLeftover."""
        for pod in list(self._waiting.values()):
            if self._now() - pod.queued_at >= LONGEST_WAIT_S and GATES not in pod.rejectors:
                self._wake(pod, ClusterEvent(TIMEOUT, None, None))

    def pending(self) -> dict[str, list[PodInfo]]:
        """The pods of each part of the queue."""
        parts = {"active": self._active, "backoff": self._backoff, "unschedulable": self._waiting}
        return {name: [pod.info for pod in part.values()] for name, part in parts.items()}

    def _worth(self, pod: QueuedPod, event: ClusterEvent) -> bool:
        if GATES in pod.rejectors:
            return event.label == SELF_GATES
        return any(self._helps(plugin, pod.info, event) for plugin in sorted(pod.rejectors))

    def _wake(self, pod: QueuedPod, event: ClusterEvent) -> None:
        del self._waiting[pod.uid]
        pod.causes = tuple(dict.fromkeys((*pod.causes, *event.causes)))
        if pod.backoff_until > self._now() and GATES not in pod.rejectors:
            self._backoff[pod.uid] = pod
        else:
            self._admit(pod)

    def _admit(self, pod: QueuedPod) -> None:
        """Into the active queue, unless the pod has scheduling gates."""
        if gated(pod.info.pod):
            pod.rejectors = {GATES}
            self._waiting[pod.uid] = pod
            return
        pod.rejectors -= {GATES}
        self._active[pod.uid] = pod
        heapq.heappush(self._heap, (pod.key, pod.uid))
