"""Whether a node takes a Pod that was bound to it. Models pkg/kubelet/lifecycle/predicate.go; pure.

Not modelled: making room for critical Pods by preemption.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from k8s_magic.kubelet.profile import Profile
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.node_affinity import fits_affinity
from k8s_magic.objects.pod_template import resource_amount
from k8s_magic.objects.taints import NO_EXECUTE, NO_SCHEDULE, find_untolerated, tolerates

PRESSURE_TAINT: Obj = {"key": "node.kubernetes.io/memory-pressure", "effect": NO_SCHEDULE}
CRITICAL_PRIORITY = 2_000_000_000


class Rejection(NamedTuple):
    """Why a Pod is not taken: the reason in its status, and the message."""

    reason: str
    message: str


def reject(pod: Obj, node: Obj, profile: Profile, requests: Mapping[str, int], taken: Mapping[str, int]) -> Rejection | None:
    """Why the node does not take the Pod, beside Pods that request `taken` ("pods" is their number); None where it does."""
    found = lacks(profile, requests, taken)
    if found is not None:
        resource, text = found
        return Rejection(f"OutOf{resource}", text)
    if not fits_affinity(pod["spec"], node):
        return _predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
    taints = node["spec"].get("taints")
    if taints and find_untolerated(taints, pod["spec"].get("tolerations"), (NO_EXECUTE,)) is not None:
        return _predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate")
    return None


def _predicate(name: str, why: str) -> Rejection:
    return Rejection(name, f"Predicate {name} failed: {why}")


def lacks(profile: Profile, requests: Mapping[str, int], taken: Mapping[str, int]) -> tuple[str, str] | None:
    """The first resource that is short, and what is said of it; None where all is there."""
    for resource, capacity in capacities(profile):
        wanted, used = (1 if resource == "pods" else requests.get(resource, 0)), taken.get(resource, 0)
        if wanted and wanted > capacity - used:
            text = f"Node didn't have enough resource: {resource}, requested: {wanted}, used: {used}, capacity: {capacity}"
            return resource, text
    return None


def capacities(profile: Profile) -> tuple[tuple[str, int], ...]:
    """What a machine has, in the order in which it is looked at."""
    return (
        ("pods", profile.pods),
        ("cpu", resource_amount("cpu", profile.cpu)),
        ("memory", resource_amount("memory", profile.memory)),
        ("ephemeral-storage", resource_amount("ephemeral-storage", profile.storage)),
    )


def under_pressure(pod: Obj, quality: str) -> Rejection | None:
    """Why a node that is short of memory does not take the Pod. Models the eviction manager's Admit."""
    spec = pod["spec"]
    is_critical = (spec.get("priority") or 0) >= CRITICAL_PRIORITY
    if is_critical or quality != "BestEffort" or any(tolerates(t, PRESSURE_TAINT) for t in spec.get("tolerations") or ()):
        return None
    return Rejection("Evicted", "The node had condition: [MemoryPressure]. ")
