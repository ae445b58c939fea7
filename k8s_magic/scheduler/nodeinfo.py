"""A node with the pods on it, as plugins see it: an immutable snapshot that shares with its predecessor what did not change.

`generation` is new with each snapshot, so results that were worked out for a node hold as long as its generation does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import count
from typing import Any

from k8s_magic.objects.meta import Obj, get_in, labels
from k8s_magic.objects.pod_template import resource_amount
from k8s_magic.scheduler.podinfo import BASE_RESOURCES, HostPort, PodInfo, is_scalar

_generations = count(1)

ZONE_LABELS = ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")
REGION_LABELS = ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region")
DEFAULT_ALLOWED_PODS = 0
"""A node that doesn't say how many pods it takes, takes none."""


class NodeInfo:
    """One state of one node. Build the next with `added`, `removed` or `on`; change none."""

    def __init__(self, node: Obj, pods: Iterable[PodInfo] = ()) -> None:
        self._read(node)
        self.pods: tuple[PodInfo, ...] = ()
        self.cpu = self.memory = self.ephemeral = self.nonzero_cpu = self.nonzero_memory = 0
        self.scalars: Mapping[str, int] = {}
        self.generation = next(_generations)
        for pod in pods:
            self._count(pod, 1)
        self.pods = tuple(pods)

    def __repr__(self) -> str:
        return f"NodeInfo({self.name}, {len(self.pods)} pods)"

    def _read(self, node: Obj) -> None:
        """What the Node object says."""
        spec, status = node.get("spec") or {}, node.get("status") or {}
        allocatable = status.get("allocatable") or {}
        self.node = node
        self.name: str = node["metadata"]["name"]
        self.labels: Mapping[str, str] = labels(node)
        self.taints: list[Obj] = spec.get("taints") or []
        self.unschedulable = bool(spec.get("unschedulable"))
        self.allocatable_cpu, self.allocatable_memory, self.allocatable_ephemeral = (
            resource_amount(name, allocatable.get(name, 0)) for name in BASE_RESOURCES
        )
        self.allowed_pods = resource_amount("pods", allocatable.get("pods", DEFAULT_ALLOWED_PODS))
        self.allocatable_scalars = {name: resource_amount(name, amount) for name, amount in allocatable.items() if is_scalar(name)}

    def _count(self, pod: PodInfo, sign: int) -> None:
        requests = pod.requests
        self.cpu += sign * requests.cpu
        self.memory += sign * requests.memory
        self.ephemeral += sign * requests.ephemeral
        self.nonzero_cpu += sign * requests.nonzero_cpu
        self.nonzero_memory += sign * requests.nonzero_memory
        if requests.scalars:
            self.scalars = {**self.scalars, **{name: self.scalars.get(name, 0) + sign * n for name, n in requests.scalars.items()}}

    def _next(self) -> NodeInfo:
        following = object.__new__(NodeInfo)
        following.__dict__.update(self.__dict__)
        following.generation = next(_generations)
        return following

    def added(self, pod: PodInfo) -> NodeInfo:
        """The node with one pod more."""
        following = self._next()
        following.pods = (*self.pods, pod)
        following._count(pod, 1)
        following._forget(pod)
        return following

    def removed(self, pod: PodInfo) -> NodeInfo:
        """The node without that pod; itself where the pod isn't on it."""
        rest = tuple(p for p in self.pods if p.uid != pod.uid)
        if len(rest) == len(self.pods):
            return self
        gone = next(p for p in self.pods if p.uid == pod.uid)
        following = self._next()
        following.pods = rest
        following._count(gone, -1)
        following._forget(gone)
        return following

    def on(self, node: Obj) -> NodeInfo:
        """The same pods on another state of the Node object."""
        following = self._next()
        following._read(node)
        following.__dict__.pop("images", None)
        return following

    def _forget(self, pod: PodInfo) -> None:
        """Drop what was derived from the pods, where this pod matters to it."""
        if pod.ports:
            self.__dict__.pop("ports", None)
        if pod.has_pod_affinity:
            self.__dict__.pop("pods_with_affinity", None)
            self.__dict__.pop("pods_with_required_anti_affinity", None)

    @cached_property
    def ports(self) -> frozenset[HostPort]:
        return frozenset(port for pod in self.pods for port in pod.ports)

    @cached_property
    def pods_with_affinity(self) -> tuple[PodInfo, ...]:
        return tuple(pod for pod in self.pods if pod.has_pod_affinity)

    @cached_property
    def pods_with_required_anti_affinity(self) -> tuple[PodInfo, ...]:
        return tuple(pod for pod in self.pods_with_affinity if pod.required_anti_affinity)

    @cached_property
    def images(self) -> Mapping[str, int]:
        """Images that are on the node, by each of their names, with their size in bytes."""
        listed: list[dict[str, Any]] = get_in(self.node, "status", "images", default=[])
        return {name: image.get("sizeBytes", 0) for image in listed for name in image.get("names") or ()}

    @property
    def zone_key(self) -> str:
        """Region and zone; empty where the node names neither. Models component-helpers node/topology GetZoneKey."""
        zone, region = (next((self.labels[key] for key in keys if key in self.labels), "") for keys in (ZONE_LABELS, REGION_LABELS))
        return f"{region}:\0:{zone}" if region or zone else ""
