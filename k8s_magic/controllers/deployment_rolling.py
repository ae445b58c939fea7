"""The arithmetic of a rolling update: how many pods there may be and must be, and who gives and takes them.

Pure functions on a Deployment and its ReplicaSets; `deployment` acts on what they say.
"""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.controllers.ownership import total
from k8s_magic.objects.meta import Obj, name
from k8s_magic.objects.meta import annotations as annotations_of

DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"
MAX_INT32 = 2**31 - 1


def scaled(value: int | str | None, of: int, *, round_up: bool) -> int:
    """An int-or-percent as a number of `of`. Models intstr.GetScaledValueFromIntOrPercent."""
    if isinstance(value, str):
        percent = int(value.removesuffix("%"))
        return -(-percent * of // 100) if round_up else percent * of // 100
    return value or 0


def fenceposts(deployment: Obj) -> tuple[int, int]:
    """(surge, unavailable) in pods; never both 0, or nothing could move. Models deploymentutil.ResolveFenceposts."""
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    desired = deployment["spec"]["replicas"]
    surge = scaled(rolling.get("maxSurge"), desired, round_up=True)
    unavailable = scaled(rolling.get("maxUnavailable"), desired, round_up=False)
    return surge, unavailable or (0 if surge else 1)


def is_rolling(deployment: Obj) -> bool:
    return bool(deployment["spec"]["strategy"]["type"] == "RollingUpdate")


def max_surge(deployment: Obj) -> int:
    return fenceposts(deployment)[0] if is_rolling(deployment) else 0


def max_unavailable(deployment: Obj) -> int:
    replicas: int = deployment["spec"]["replicas"]
    return min(fenceposts(deployment)[1], replicas) if is_rolling(deployment) else 0


def size(replica_set: Obj) -> int:
    return int(replica_set["spec"]["replicas"])


def available(replica_set: Obj) -> int:
    return int((replica_set.get("status") or {}).get("availableReplicas") or 0)


def active(replica_sets: Sequence[Obj]) -> list[Obj]:
    """Those that want pods."""
    return [rs for rs in replica_sets if size(rs) > 0]


def oldest_first(replica_sets: Sequence[Obj]) -> list[Obj]:
    return sorted(replica_sets, key=lambda rs: (rs["metadata"].get("creationTimestamp", ""), name(rs)))


def new_size(deployment: Obj, everyone: Sequence[Obj], new: Obj) -> int:
    """The size that the new ReplicaSet may have now. Models deploymentutil.NewRSNewReplicas."""
    desired: int = deployment["spec"]["replicas"]
    if not is_rolling(deployment):
        return desired
    room = desired + max_surge(deployment) - total(everyone, "spec", "replicas")
    return size(new) + max(0, min(room, desired - size(new))) if room > 0 else size(new)


def scale_downs_of_old(deployment: Obj, old: Sequence[Obj], new: Obj) -> list[tuple[str, int]]:
    """The steps (name, size) by which old ReplicaSets shrink now: unhealthy pods first. Models reconcileOldReplicaSets."""
    least = deployment["spec"]["replicas"] - max_unavailable(deployment)
    may_go = total([*old, new], "spec", "replicas") - least - (size(new) - available(new))
    if may_go <= 0:
        return []
    ordered = oldest_first(active(old))
    steps: list[tuple[str, int]] = []
    sizes = {name(rs): size(rs) for rs in ordered}
    for rs in ordered:
        if may_go <= 0:
            break
        if available(rs) > size(rs):
            return steps  # Its status is of before it was scaled down: nothing can be said yet of what is available.
        taken = min(may_go, size(rs) - available(rs))
        may_go -= taken
        _shrink(sizes, name(rs), taken, steps)
    spare = total([*ordered, new], "status", "availableReplicas") - least
    for rs in ordered:
        taken = max(0, min(sizes[name(rs)], spare))
        spare -= taken
        _shrink(sizes, name(rs), taken, steps)
    return steps


def _shrink(sizes: dict[str, int], of: str, by: int, steps: list[tuple[str, int]]) -> None:
    if by:
        sizes[of] -= by
        steps.append((of, sizes[of]))


def proportional_sizes(deployment: Obj, everyone: Sequence[Obj]) -> list[tuple[str, int]]:
    """The sizes after a Deployment was scaled amid a rollout: all ReplicaSets share it. Models DeploymentController.scale."""
    desired: int = deployment["spec"]["replicas"]
    to_add = (desired + max_surge(deployment) if desired > 0 else 0) - total(everyone, "spec", "replicas")
    ordered = oldest_first(everyone)
    if to_add > 0:
        ordered.reverse()
    ordered.sort(key=lambda rs: -size(rs))
    added = 0
    result: list[tuple[str, int]] = []
    for rs in ordered:
        share = _share(deployment, rs, to_add, added)
        added += share
        result.append((name(rs), size(rs) + share))
    if result and to_add:
        result[0] = (result[0][0], max(0, result[0][1] + to_add - added))
    return result


def _share(deployment: Obj, rs: Obj, to_add: int, added: int) -> int:
    """Models deploymentutil.GetReplicaSetProportion."""
    if to_add == added:
        return 0
    fraction, left = _fraction(deployment, rs), to_add - added
    return min(fraction, left) if to_add > 0 else max(fraction, left)


def _fraction(deployment: Obj, rs: Obj) -> int:
    desired: int = deployment["spec"]["replicas"]
    if desired == 0:
        return -size(rs)
    before = noted_number(rs, MAX_REPLICAS) or (deployment.get("status") or {}).get("replicas") or 0
    if before == 0:
        return 0
    return int(size(rs) * (desired + max_surge(deployment)) / before + 0.5) - size(rs)


def noted_number(rs: Obj, annotation: str) -> int | None:
    """The number in an annotation; None where there is none or it is none."""
    text = annotations_of(rs).get(annotation, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) <= MAX_INT32 else None


def is_saturated(deployment: Obj, new: Obj | None) -> bool:
    """The new ReplicaSet has all pods, they are available, and it was told so. Models deploymentutil.IsSaturated."""
    if new is None:
        return False
    desired = deployment["spec"]["replicas"]
    return bool(size(new) == desired == noted_number(new, DESIRED_REPLICAS) == available(new))
