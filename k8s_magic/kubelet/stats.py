"""What a node and its containers use right now, in the form of the kubelet's /stats/summary.

CPU is what `shares` divides among those who want it; memory is what programs say they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8s_magic.kubelet.profile import SYSTEM_MEMORY
from k8s_magic.kubelet.shares import Claim, divide
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import resource_amount
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container
    from k8s_magic.kubelet.kubelet import Kubelet

SYSTEM_CORES = 0.05
IDLE_CORES = 0.001


def summary(kubelet: Kubelet) -> Obj:
    """The summary of one node."""
    running = [(worker, c) for worker in kubelet.workers() for c in worker.containers if c.process is not None]
    cores = quantity.milli(kubelet.profile.cpu) / 1000
    given = divide(cores, [claim(c) for _, c in running])
    time = rfc3339(kubelet.loop.now)
    pods: dict[str, dict[str, Any]] = {}
    for (worker, container), used in zip(running, given, strict=True):
        reference = {"name": worker.key.name, "namespace": worker.key.namespace, "uid": worker.uid}
        pod = pods.setdefault(worker.uid, {"podRef": reference, "containers": []})
        pod["containers"].append({"name": container.state.name, **_used(time, used, container.usage.memory)})
    memory = SYSTEM_MEMORY + kubelet.memory
    return {"node": {"nodeName": kubelet.name, **_used(time, min(cores, SYSTEM_CORES + sum(given)), memory)}, "pods": list(pods.values())}


def claim(container: Container) -> Claim:
    """What a container asks of the CPU; an idle one wants a thousandth of a core."""
    resources = container.resources
    request = (resources.get("requests") or {}).get("cpu", "0")
    limit = (resources.get("limits") or {}).get("cpu")
    most = None if limit is None else resource_amount("cpu", limit) / 1000
    return Claim(resource_amount("cpu", request) / 1000, most, max(container.usage.cpu, IDLE_CORES))


def _used(time: str, cores: float, memory: int) -> Obj:
    return {"cpu": {"time": time, "usageNanoCores": round(cores * 1e9)}, "memory": {"time": time, "workingSetBytes": memory}}
