"""What the scheduler reads off a pod, once: requests, ports, tolerations, affinity terms, priority.

A status update leaves all of it alone, so a PodInfo lives as long as the pod's spec, labels and deletion do not change; only
its reference to the object is renewed.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from k8s_magic.objects import pod_template, selectors
from k8s_magic.objects.meta import Obj, get_in, labels
from k8s_magic.objects.selectors import Selector

NONZERO_DEFAULTS = {"cpu": 100, "memory": 200 * 1024 * 1024}
"""What a container without a request counts for in scores. Models pkg/scheduler/util/pod_resources.go."""

BASE_RESOURCES = ("cpu", "memory", "ephemeral-storage")
CONTAINER_LISTS = ("containers", "initContainers")


class Requests(NamedTuple):
    """cpu in thousandths, the others in units; `scalars` holds extended resources, huge pages and the like."""

    cpu: int
    memory: int
    ephemeral: int
    scalars: Mapping[str, int]
    nonzero_cpu: int
    nonzero_memory: int

    @property
    def signature(self) -> Hashable:
        return (*self[:3], tuple(self.scalars.items()), *self[4:])


class HostPort(NamedTuple):
    """A port of the node that a container wants."""

    ip: str
    protocol: str
    port: int


class AffinityTerm(NamedTuple):
    """One term of a pod's affinity or anti-affinity to other pods."""

    namespaces: frozenset[str]
    namespace_selector: Selector
    selector: Selector
    topology_key: str
    weight: int

    def matches(self, pod: PodInfo, namespace_labels: Mapping[str, str]) -> bool:
        """Whether the term means `pod`, whose namespace carries `namespace_labels`."""
        if pod.namespace not in self.namespaces and not self.namespace_selector.matches(namespace_labels):
            return False
        return self.selector.matches(pod.labels)


def is_scalar(name: str) -> bool:
    """Whether a resource is counted by its own name. Models pkg/scheduler/util/utils.go IsScalarResourceName."""
    return "/" in name or name.startswith(("hugepages-", "attachable-volumes-"))


class PodInfo:
    """A pod as plugins see it. Equal only to itself."""

    def __init__(self, pod: Obj) -> None:
        meta, spec = pod["metadata"], pod["spec"]
        self.pod = pod
        self.uid: str = meta.get("uid", "")
        self.name: str = meta.get("name", "")
        self.namespace: str = meta.get("namespace", "")
        self.labels: Mapping[str, str] = labels(pod)
        self.priority: int = spec.get("priority") or 0
        self.wanted_node: str = spec.get("nodeName") or ""
        """The node that the pod named when it was looked at first; a pod that waits names none."""
        self.deleting = bool(meta.get("deletionTimestamp"))
        self.tolerations: list[Obj] = spec.get("tolerations") or []
        self.affinity: Obj = spec.get("affinity") or {}
        self.has_pod_affinity = bool(self.affinity.get("podAffinity") or self.affinity.get("podAntiAffinity"))
        self.requests = requests_of(spec)
        self.ports = host_ports(spec)

    def __repr__(self) -> str:
        return f"PodInfo({self.namespace}/{self.name})"

    def renew(self, pod: Obj) -> bool:
        """Take `pod` as the object's newest state; False where it says something new and a fresh PodInfo is due."""
        old, meta = self.pod, pod["metadata"]
        if bool(meta.get("deletionTimestamp")) != self.deleting or labels(pod) != self.labels:
            return False
        if pod["spec"] is not old["spec"] and not same_but_for(pod["spec"], old["spec"], "nodeName"):
            return False
        self.pod = pod
        return True

    @cached_property
    def required_affinity(self) -> tuple[AffinityTerm, ...]:
        return self._required("podAffinity")

    @cached_property
    def required_anti_affinity(self) -> tuple[AffinityTerm, ...]:
        return self._required("podAntiAffinity")

    @cached_property
    def preferred_affinity(self) -> tuple[AffinityTerm, ...]:
        return self._preferred("podAffinity")

    @cached_property
    def preferred_anti_affinity(self) -> tuple[AffinityTerm, ...]:
        return self._preferred("podAntiAffinity")

    @cached_property
    def affinity_signature(self) -> Hashable:
        return json.dumps(self.affinity, sort_keys=True) if self.affinity else ""

    @cached_property
    def selector_signature(self) -> Hashable:
        """What decides on nodes by their labels."""
        node_affinity, selector = self.affinity.get("nodeAffinity"), self.pod["spec"].get("nodeSelector")
        return json.dumps([node_affinity, selector], sort_keys=True) if node_affinity or selector else ""

    @cached_property
    def tolerations_signature(self) -> Hashable:
        return _tolerations_text(self.tolerations)

    def _required(self, kind: str) -> tuple[AffinityTerm, ...]:
        terms = get_in(self.affinity, kind, "requiredDuringSchedulingIgnoredDuringExecution", default=())
        return tuple(self._term(term, 0) for term in terms)

    def _preferred(self, kind: str) -> tuple[AffinityTerm, ...]:
        terms = get_in(self.affinity, kind, "preferredDuringSchedulingIgnoredDuringExecution", default=())
        return tuple(self._term(term.get("podAffinityTerm") or {}, term.get("weight", 0)) for term in terms)

    def _term(self, term: Obj, weight: int) -> AffinityTerm:
        named, by_label = term.get("namespaces") or (), term.get("namespaceSelector")
        spaces = frozenset(named) if named or by_label is not None else frozenset((self.namespace,))
        selector = selectors.from_label_selector(term.get("labelSelector"))
        return AffinityTerm(spaces, selectors.from_label_selector(by_label), selector, term.get("topologyKey", ""), weight)


def same_but_for(one: Obj, other: Obj, *ignored: str) -> bool:
    """Whether two dicts agree in all keys but some; parts that are shared are not looked into."""
    keys = {*one, *other} - {*ignored}
    return all(one.get(key) is other.get(key) or one.get(key) == other.get(key) for key in keys)


def _tolerations_text(tolerations: list[Obj]) -> str:
    return repr([sorted(t.items()) for t in tolerations]) if tolerations else ""


def requests_of(spec: Obj) -> Requests:
    """Requests of a pod with this spec; pods of one template share the answer."""
    sizes = {key: [{k: c[k] for k in ("resources", "restartPolicy") if k in c} for c in spec.get(key) or ()] for key in CONTAINER_LISTS}
    return _requests(json.dumps({**sizes, "overhead": spec.get("overhead"), "resources": spec.get("resources")}))


@lru_cache(maxsize=4096)
def _requests(bare_spec: str) -> Requests:
    pod = {"spec": json.loads(bare_spec)}
    asked, filled = pod_template.pod_requests(pod), pod_template.pod_requests(pod, NONZERO_DEFAULTS)
    scalars = {name: amount for name, amount in sorted(asked.items()) if amount and is_scalar(name)}
    cpu, memory, ephemeral = (asked.get(name, 0) for name in BASE_RESOURCES)
    return Requests(cpu, memory, ephemeral, scalars, filled.get("cpu", 0), filled.get("memory", 0))


def host_ports(spec: Obj) -> tuple[HostPort, ...]:
    """The host ports of a pod's containers and sidecars. Models pkg/scheduler/util/utils.go GetHostPorts."""
    sidecars = [c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always"]
    ports = [port for c in [*(spec.get("containers") or ()), *sidecars] for port in c.get("ports") or ()]
    return tuple(HostPort(p.get("hostIP") or "0.0.0.0", p.get("protocol") or "TCP", p["hostPort"]) for p in ports if p.get("hostPort"))
