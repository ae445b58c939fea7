"""A node that runs out of memory: it says so, evicts Pods one by one, and at worst its kernel kills a program.

Models pkg/kubelet/eviction for the signal memory.available, and pkg/kubelet/oom. Nothing is looked at while there is enough.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from k8s_magic.kubelet.process import SIGKILL, Exit
from k8s_magic.kubelet.profile import SYSTEM_MEMORY
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import pod_requests, resource_amount

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container
    from k8s_magic.kubelet.kubelet import Kubelet
    from k8s_magic.kubelet.pod_worker import PodWorker

PERIOD_S, TRANSITION_S = 10.0, 300.0
NOTICED_S = 0.5
"""The kernel notifies the kubelet of the first crossing; from then on it looks every ten seconds."""
THRESHOLD = 100 * 1024 * 1024
"""memory.available<100Mi, the kubelet's default."""
GRACE_S = 1.0
BEST_EFFORT, GUARANTEED = 1000, -997


class MemoryPressure:
    """The eviction manager of one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.is_on = False
        self._is_killing = False
        self._kubelet = kubelet
        self._capacity = resource_amount("memory", kubelet.profile.memory)
        self._is_planned = False
        self._last_seen = -math.inf

    def available(self) -> int:
        """Bytes that are left on the node."""
        return self._capacity - SYSTEM_MEMORY - self._kubelet.memory

    def look(self) -> None:
        """Somebody holds more than before."""
        if self.available() >= THRESHOLD:
            return
        if self.available() < 0 and not self._is_killing:
            # Later in this instant, because the program that asked is running right now.
            self._is_killing = True
            self._kubelet.loop.call_soon(self._kernel_kills)
        if not self.is_on:
            self._plan(NOTICED_S)

    def _plan(self, delay_s: float) -> None:
        if not self._is_planned:
            self._is_planned = True
            self._kubelet.loop.call_later(delay_s, self._synchronize)

    def _synchronize(self) -> None:
        kubelet, self._is_planned = self._kubelet, False
        if not kubelet.is_up:
            self.is_on = False
            return
        now, is_low = kubelet.loop.now, self.available() < THRESHOLD
        self._last_seen = now if is_low else self._last_seen
        self._set(now - self._last_seen < TRANSITION_S)
        if is_low:
            kubelet.node_event("Warning", "EvictionThresholdMet", "Attempting to reclaim memory")
            self._evict_one()
        if self.is_on:
            self._plan(PERIOD_S)

    def _set(self, is_on: bool) -> None:
        if is_on != self.is_on:
            self.is_on = is_on
            reason = "NodeHasInsufficientMemory" if is_on else "NodeHasSufficientMemory"
            self._kubelet.node_event("Normal", reason, f"Node {self._kubelet.name} status is now: {reason}")
            self._kubelet.write_node()

    def _evict_one(self) -> None:
        """The Pod that exceeds its requests comes first, then the less important, then who exceeds them by more."""
        running = [w for w in self._kubelet.workers() if not w.ending and any(c.process is not None for c in w.containers)]
        ranked = sorted(running, key=_rank)
        victim = next((worker for worker in ranked if not worker.is_critical), None)
        if victim is not None:
            victim.evict(self._message(victim), GRACE_S)

    def _message(self, worker: PodWorker) -> str:
        text = f"The node was low on resource: memory. Threshold quantity: 100Mi, available: {_binary(self.available())}. "
        for container in worker.containers:
            request = _request(container.resources)
            if container.process is not None and container.usage.memory > resource_amount("memory", request):
                used = _binary(container.usage.memory)
                text += f"Container {container.state.name} was using {used}, request is {request}, has larger consumption of memory. "
        return text

    def _kernel_kills(self) -> None:
        """Nothing is left: the kernel kills whoever it thinks least of."""
        self._is_killing = False
        running = [c for w in self._kubelet.workers() for c in w.containers if c.process is not None]
        if self.available() >= 0 or not running:
            return
        victim = max(running, key=self._badness)
        text = f"System OOM encountered, victim process: {victim.state.name}, pid: {self._pid(victim)}"
        self._kubelet.node_event("Warning", "SystemOOM", text)
        victim.kill(Exit(SIGKILL, "OOMKilled"))

    def _pid(self, container: Container) -> int:
        return 1000 + self._kubelet.lineage.below(30000, "pid", *container.identity)

    def _badness(self, container: Container) -> float:
        """Models oom_score with the adjustment of qos.GetContainerOOMScoreAdjust."""
        quality = container.worker.quality
        adjustment = {"BestEffort": BEST_EFFORT, "Guaranteed": GUARANTEED}.get(quality)
        if adjustment is None:
            request = resource_amount("memory", _request(container.resources))
            adjustment = min(max(1000 - 1000 * request // self._capacity, 3), 999)
        return adjustment + 1000 * container.usage.memory / self._capacity


def _rank(worker: PodWorker) -> tuple[bool, int, int, str]:
    """Models rankMemoryPressure: exceedMemoryRequests, priority, memory above requests."""
    used = sum(container.usage.memory for container in worker.containers if container.process is not None)
    over = used - pod_requests(worker.pod).get("memory", 0)
    return over <= 0, worker.pod["spec"].get("priority") or 0, -over, worker.uid


def _request(resources: Obj) -> str:
    return str((resources.get("requests") or {}).get("memory", "0"))


def _binary(amount: int) -> str:
    """Bytes as a quantity in BinarySI."""
    for unit, name in ((1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")):
        if amount and amount % unit == 0:
            return quantity.canonical(f"{amount // unit}{name}")
    return str(amount)
