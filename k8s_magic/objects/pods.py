"""What a pod's status says: its conditions, and whether the pod is ready, available, active, finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8s_magic.objects.meta import Obj, is_deleting
from k8s_magic.objects.times import parse_time, rfc3339


def condition(obj: Obj, type: str) -> Obj | None:
    """The condition of that type in the object's status, if there is one."""
    for candidate in (obj.get("status") or {}).get("conditions") or ():
        if candidate.get("type") == type:
            return candidate  # type: ignore[no-any-return]
    return None


def condition_is_true(obj: Obj, type: str) -> bool:
    """Whether the object's condition of that type stands at `True`."""
    found = condition(obj, type)
    return found is not None and found.get("status") == "True"


def is_ready(pod: Obj) -> bool:
    """Whether the pod's Ready condition is true."""
    return condition_is_true(pod, "Ready")


def ready_since(pod: Obj) -> float | None:
    """When the pod turned ready, in seconds since the epoch; None where it is not ready or doesn't say."""
    ready = condition(pod, "Ready")
    if not ready or ready.get("status") != "True" or not ready.get("lastTransitionTime"):
        return None
    return parse_time(ready["lastTransitionTime"])


def is_available(pod: Obj, min_ready_seconds: int, now: float) -> bool:
    """Whether the pod has been ready for `min_ready_seconds`. Models pkg/api/v1/pod IsPodAvailable."""
    if not is_ready(pod):
        return False
    since = ready_since(pod)
    return not min_ready_seconds or (since is not None and since + min_ready_seconds <= now)


def phase(pod: Obj) -> str:
    """The pod's phase; empty where no status was written yet."""
    return (pod.get("status") or {}).get("phase") or ""


def is_terminal(pod: Obj) -> bool:
    """Whether the pod has ended for good, well or badly."""
    return phase(pod) in ("Succeeded", "Failed")


def is_active(pod: Obj) -> bool:
    """Whether the pod counts as a replica: neither ended nor being deleted."""
    return not is_terminal(pod) and not is_deleting(pod)


def is_scheduled(pod: Obj) -> bool:
    """Whether the pod is bound to a node."""
    return bool((pod.get("spec") or {}).get("nodeName"))


def set_condition(conditions: Sequence[Obj] | None, new: Obj, now: float) -> list[Obj]:
    """`conditions` with `new` in place of the one of its type; `conditions` itself where that changes nothing.

    lastTransitionTime is set to `now` (seconds since the epoch), or kept where the status stays. Models pkg/api/v1/pod UpdatePodCondition.
    """
    before = conditions if isinstance(conditions, list) else list(conditions or ())
    index, old = next(((i, c) for i, c in enumerate(before) if c.get("type") == new["type"]), (len(before), None))
    unchanged = old is not None and old.get("status") == new["status"]
    kept = old.get("lastTransitionTime") if old is not None and unchanged else None
    written: dict[str, Any] = {**new, "lastTransitionTime": kept or rfc3339(now)}
    return before if written == old else [*before[:index], written, *before[index + 1 :]]


def remove_condition(conditions: Sequence[Obj] | None, type: str) -> list[Obj]:
    """`conditions` without the one of that type; `conditions` itself where there is none."""
    before = conditions if isinstance(conditions, list) else list(conditions or ())
    after = [c for c in before if c.get("type") != type]
    return before if len(after) == len(before) else after
