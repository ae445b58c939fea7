"""What happened in the cluster, as far as it could let a pod through that did not fit: the scheduler's cluster events.

An update is split into what changed about the object, because a plugin wakes only on what it looks at.
Models pkg/scheduler/framework/events.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.objects.meta import Obj, labels
from k8s_magic.scheduler.podinfo import requests_of

NODE_ADD = "Node/Add"
NODE_DELETE = "Node/Delete"
NODE_ALLOCATABLE = "Node/UpdateNodeAllocatable"
NODE_LABEL = "Node/UpdateNodeLabel"
NODE_TAINT = "Node/UpdateNodeTaint"
POD_ADD = "AssignedPod/Add"
POD_DELETE = "AssignedPod/Delete"
POD_LABEL = "AssignedPod/UpdatePodLabel"
POD_SCALE_DOWN = "AssignedPod/UpdatePodScaleDown"
SELF_LABEL = "UnscheduledPod/UpdatePodLabel"
SELF_TOLERATION = "UnscheduledPod/UpdatePodToleration"
SELF_GATES = "UnscheduledPod/UpdatePodSchedulingGatesEliminated"
SELF_SCALE_DOWN = "UnscheduledPod/UpdatePodScaleDown"
CLAIM_ADD = "PersistentVolumeClaim/Add"
CLAIM_UPDATE = "PersistentVolumeClaim/Update"
VOLUME_ADD = "PersistentVolume/Add"
VOLUME_UPDATE = "PersistentVolume/Update"
CLASS_ADD = "StorageClass/Add"
CLASS_UPDATE = "StorageClass/Update"
STORAGE = frozenset((CLAIM_ADD, CLAIM_UPDATE, VOLUME_ADD, VOLUME_UPDATE, CLASS_ADD))
TIMEOUT = "UnschedulableTimeout"


@dataclass(frozen=True)
class ClusterEvent:
    """One change; `old` is None where something was added, `new` where it was deleted."""

    label: str
    old: Obj | None
    new: Obj | None
    causes: tuple[int, ...] = ()
    """Revisions that made it happen."""


def node_changes(old: Obj, new: Obj) -> list[str]:
    """What about a Node changed that matters to scheduling. Models NodeSchedulingPropertiesChange."""
    before, after = old.get("spec") or {}, new.get("spec") or {}
    found = []
    if before is not after and _tainting(before) != _tainting(after):
        found.append(NODE_TAINT)
    if (old.get("status") or {}).get("allocatable") != (new.get("status") or {}).get("allocatable"):
        found.append(NODE_ALLOCATABLE)
    if labels(old) != labels(new):
        found.append(NODE_LABEL)
    return found


def _tainting(spec: Obj) -> tuple[object, bool]:
    """Being cordoned counts as a taint: NodeUnschedulable wakes on the same event."""
    return spec.get("taints") or [], bool(spec.get("unschedulable"))


def assigned_pod_changes(old: Obj, new: Obj) -> list[str]:
    """What about a pod on a node changed. Models PodSchedulingPropertiesChange."""
    found = [POD_LABEL] if labels(old) != labels(new) else []
    return [*found, POD_SCALE_DOWN] if _scaled_down(old, new) else found


def waiting_pod_changes(old: Obj, new: Obj) -> list[str]:
    """What about a pod that waits for a node changed."""
    before, after = old["spec"], new["spec"]
    found = [SELF_LABEL] if labels(old) != labels(new) else []
    if before is after:
        return found
    if (before.get("tolerations") or []) != (after.get("tolerations") or []):
        found.append(SELF_TOLERATION)
    if before.get("schedulingGates") and not after.get("schedulingGates"):
        found.append(SELF_GATES)
    return [*found, SELF_SCALE_DOWN] if _scaled_down(old, new) else found


def _scaled_down(old: Obj, new: Obj) -> bool:
    if old["spec"] is new["spec"]:
        return False
    before, after = requests_of(old["spec"]), requests_of(new["spec"])
    return before.cpu > after.cpu or before.memory > after.memory
