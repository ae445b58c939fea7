"""Which pods go first when there are too many: those whose loss hurts least."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import cmp_to_key

from k8s_magic.objects.meta import Obj, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import condition, is_active
from k8s_magic.objects.times import parse_time

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


class _Ranked:
    """What the comparison of a pod needs, computed once."""

    def __init__(self, pod: Obj, crowd: int) -> None:
        ready = condition(pod, "Ready")
        is_ready = ready is not None and ready.get("status") == "True"
        self.pod = pod
        self.unassigned = not pod["spec"].get("nodeName")
        self.phase = PHASES.get((pod.get("status") or {}).get("phase", ""), 0)
        self.ready_at = parse_time(ready["lastTransitionTime"]) if is_ready and ready and ready.get("lastTransitionTime") else None
        self.is_ready = is_ready
        self.cost = deletion_cost(pod)
        self.crowd = crowd
        self.restarts = _restarts(pod)
        self.created_at = parse_time(pod["metadata"]["creationTimestamp"])


def deletion_cost(pod: Obj) -> int:
    """The annotation's number, 0 where there is none or it is none."""
    try:
        return int(annotations_of(pod).get(DELETION_COST, "0"))
    except ValueError:
        return 0


def _restarts(pod: Obj) -> tuple[int, int]:
    """The most restarts of a container, and of a sidecar."""
    status = pod.get("status") or {}
    sidecars = {c["name"] for c in pod["spec"].get("initContainers") or () if c.get("restartPolicy") == "Always"}
    regular = [c.get("restartCount", 0) for c in status.get("containerStatuses") or ()]
    of_sidecars = [c.get("restartCount", 0) for c in status.get("initContainerStatuses") or () if c["name"] in sidecars]
    return max(regular, default=0), max(of_sidecars, default=0)


def _age_rank(seconds: float) -> int:
    """Ages within a power of two of nanoseconds count as equal, so that spreading is not lost to seconds of age."""
    return int(math.log2(seconds * 1e9)) if seconds > 0 else -1


def _compare_times(a: float, b: float, left: _Ranked, right: _Ranked, now: float) -> int:
    difference = _age_rank(now - a) - _age_rank(now - b)
    if difference:
        return difference
    return -1 if uid(left.pod) < uid(right.pod) else 1


def _compare(left: _Ranked, right: _Ranked, now: float) -> int:
    """Negative where `left` goes first. Models pkg/controller ActivePodsWithRanks.Less."""
    for a, b in (
        (not left.unassigned, not right.unassigned),
        (left.phase, right.phase),
        (left.is_ready, right.is_ready),
        (left.cost, right.cost),
        (-left.crowd, -right.crowd),
    ):
        if a != b:
            return -1 if a < b else 1
    if left.ready_at is not None and right.ready_at is not None and left.ready_at != right.ready_at:
        return _compare_times(left.ready_at, right.ready_at, left, right, now)
    if left.restarts != right.restarts:
        return -1 if left.restarts > right.restarts else 1
    if left.created_at != right.created_at:
        return _compare_times(left.created_at, right.created_at, left, right, now)
    return 0


def pods_to_delete(pods: list[Obj], related: Iterable[Obj], count: int, now: float) -> list[Obj]:
    """The `count` of `pods` to delete first; `related` are the pods of all siblings, whose crowding of nodes counts."""
    if count >= len(pods):
        return pods
    crowds = Counter(pod["spec"].get("nodeName", "") for pod in related if is_active(pod))
    ranked = [_Ranked(pod, crowds[pod["spec"].get("nodeName", "")]) for pod in pods]
    ranked.sort(key=cmp_to_key(lambda left, right: _compare(left, right, now)))
    return [entry.pod for entry in ranked[:count]]
