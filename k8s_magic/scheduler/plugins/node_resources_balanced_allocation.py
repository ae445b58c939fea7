"""NodeResourcesBalancedAllocation: better where the pod brings the used shares of cpu and memory closer together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import MAX_SCORE, Plugin
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot


class NodeResourcesBalancedAllocation(Plugin):
    """Models plugins/noderesources/balanced_allocation.go."""

    name = "NodeResourcesBalancedAllocation"
    position = 21
    weight = 1
    filters = False

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.requests.cpu, pod.requests.memory

    def prepare_score(self, state: object, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> object | None:
        """A pod that requests neither has no say in the balance."""
        return state if pod.requests.cpu or pod.requests.memory else None

    def score(self, state: object, pod: PodInfo, node: NodeInfo) -> int:
        wanted = pod.requests
        with_pod = balance(node.cpu + wanted.cpu, node.allocatable_cpu, node.memory + wanted.memory, node.allocatable_memory)
        without = balance(node.cpu, node.allocatable_cpu, node.memory, node.allocatable_memory)
        return MAX_SCORE // 2 + (MAX_SCORE // 2 + with_pod - without) // 2


def balance(cpu: int, cpu_capacity: int, memory: int, memory_capacity: int) -> int:
    """100 less the standard deviation of the used shares, in hundredths."""
    if not cpu_capacity or not memory_capacity:
        return MAX_SCORE
    deviation = abs(min(cpu / cpu_capacity, 1.0) - min(memory / memory_capacity, 1.0)) / 2
    return int((1 - deviation) * MAX_SCORE)


PLUGIN = NodeResourcesBalancedAllocation()
