"""The status of a Deployment: counts over its ReplicaSets, and the conditions that tell how a rollout goes."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.controllers.deployment_rolling import MAX_INT32, max_unavailable
from k8s_magic.controllers.ownership import total
from k8s_magic.objects.meta import Obj, name
from k8s_magic.objects.pods import condition
from k8s_magic.objects.times import parse_time, rfc3339

PROGRESSING, AVAILABLE, REPLICA_FAILURE = "Progressing", "Available", "ReplicaFailure"
NEW_RS_AVAILABLE, TIMED_OUT = "NewReplicaSetAvailable", "ProgressDeadlineExceeded"
PAUSED, RESUMED = "DeploymentPaused", "DeploymentResumed"


def has_deadline(deployment: Obj) -> bool:
    return bool(deployment["spec"].get("progressDeadlineSeconds", MAX_INT32) != MAX_INT32)


def with_condition(status: Obj, new: Obj, now: float) -> Obj:
    """`status` with the condition at the end, unless one of the same status and reason stands there. Models SetDeploymentCondition."""
    conditions = status.get("conditions") or []
    old = next((c for c in conditions if c["type"] == new["type"]), None)
    if old is not None and (old["status"], old["reason"]) == (new["status"], new["reason"]):
        return status
    times = {"lastUpdateTime": rfc3339(now), "lastTransitionTime": rfc3339(now)}
    if old is not None and old["status"] == new["status"]:
        times["lastTransitionTime"] = old["lastTransitionTime"]
    return {**status, "conditions": [*(c for c in conditions if c is not old), {**times, **new}]}


def without_condition(status: Obj, kind: str) -> Obj:
    conditions = status.get("conditions") or []
    return {**status, "conditions": [c for c in conditions if c["type"] != kind]} if conditions else status


def progressing(status: str, reason: str, message: str) -> Obj:
    return {"type": PROGRESSING, "status": status, "reason": reason, "message": message}


def counted(deployment: Obj, new: Obj | None, old: Sequence[Obj], now: float) -> Obj:
    """The status as the ReplicaSets have it, with the Available condition. Models calculateStatus."""
    everyone = [rs for rs in (*old, new) if rs is not None]
    before = deployment.get("status") or {}
    available = total(everyone, "status", "availableReplicas")
    counts: Obj = {
        "observedGeneration": deployment["metadata"].get("generation", 0),
        "replicas": total(everyone, "status", "replicas"),
        "updatedReplicas": total([new], "status", "replicas"),
        "readyReplicas": total(everyone, "status", "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, total(everyone, "spec", "replicas") - available),
        "collisionCount": before.get("collisionCount"),
        "conditions": before.get("conditions") or [],
    }
    status = {k: v for k, v in counts.items() if v or k == "conditions"}
    if all("terminatingReplicas" in rs["status"] for rs in everyone if (rs.get("status") or {}).get("observedGeneration")):
        status["terminatingReplicas"] = total(everyone, "status", "terminatingReplicas")
    return with_condition(status, _availability(deployment, available), now)


def _availability(deployment: Obj, available: int) -> Obj:
    if available >= deployment["spec"]["replicas"] - max_unavailable(deployment):
        message = "Deployment has minimum availability."
        return {"type": AVAILABLE, "status": "True", "reason": "MinimumReplicasAvailable", "message": message}
    message = "Deployment does not have minimum availability."
    return {"type": AVAILABLE, "status": "False", "reason": "MinimumReplicasUnavailable", "message": message}


def is_complete(deployment: Obj, status: Obj) -> bool:
    """All pods are of the new template, and available. Models deploymentutil.DeploymentComplete."""
    desired = deployment["spec"]["replicas"]
    fields = ("updatedReplicas", "replicas", "availableReplicas")
    counts_match = all((status.get(field) or 0) == desired for field in fields)
    return counts_match and status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)


def _has_progressed(before: Obj, after: Obj) -> bool:
    """Models deploymentutil.DeploymentProgressing."""

    def of(status: Obj, field: str) -> int:
        return int(status.get(field) or 0)

    old_pods_before = of(before, "replicas") - of(before, "updatedReplicas")
    old_pods_after = of(after, "replicas") - of(after, "updatedReplicas")
    grown = any(of(after, field) > of(before, field) for field in ("updatedReplicas", "readyReplicas", "availableReplicas"))
    return grown or old_pods_after < old_pods_before


def _has_timed_out(deployment: Obj, status: Obj, now: float) -> bool:
    """Models deploymentutil.DeploymentTimedOut."""
    current = condition({"status": status}, PROGRESSING)
    if current is None or current["reason"] == NEW_RS_AVAILABLE:
        return False
    deadline = parse_time(current["lastUpdateTime"]) + float(deployment["spec"]["progressDeadlineSeconds"])
    return deadline < now or bool(current["reason"] == TIMED_OUT)


def rollout_status(deployment: Obj, new: Obj | None, old: Sequence[Obj], now: float) -> Obj:
    """`counted`, with what it says of progress. Models syncRolloutStatus."""
    status = counted(deployment, new, old, now)
    before = deployment.get("status") or {}
    current = condition(deployment, PROGRESSING)
    done = status.get("replicas") == status.get("updatedReplicas") and current is not None and current["reason"] == NEW_RS_AVAILABLE
    if not has_deadline(deployment):
        status = without_condition(status, PROGRESSING)
    elif not done:
        status = _with_progress(deployment, before, status, current, new, now)
    failure = next((c for rs in (new, *old, new) if rs and (c := condition(rs, REPLICA_FAILURE))), None)
    if failure is None:
        return without_condition(status, REPLICA_FAILURE)
    return with_condition(status, {**failure, "lastUpdateTime": failure["lastTransitionTime"]}, now)


def _with_progress(deployment: Obj, before: Obj, status: Obj, current: Obj | None, new: Obj | None, now: float) -> Obj:
    who = f'ReplicaSet "{name(new)}"' if new is not None else f'Deployment "{name(deployment)}"'
    if is_complete(deployment, status):
        return with_condition(status, progressing("True", NEW_RS_AVAILABLE, f"{who} has successfully progressed."), now)
    if _has_progressed(before, status):
        condition_now = progressing("True", "ReplicaSetUpdated", f"{who} is progressing.")
        if current is not None and current["status"] == "True":
            condition_now["lastTransitionTime"] = current["lastTransitionTime"]
        return with_condition(without_condition(status, PROGRESSING), condition_now, now)
    if _has_timed_out(deployment, status, now):
        return with_condition(status, progressing("False", TIMED_OUT, f"{who} has timed out progressing."), now)
    return status


def next_check(deployment: Obj, status: Obj, now: float) -> float | None:
    """Seconds until lack of progress must be looked for; None where that is of no concern. Models requeueStuckDeployment."""
    current = condition(deployment, PROGRESSING)
    if not has_deadline(deployment) or current is None or current["reason"] == TIMED_OUT or is_complete(deployment, status):
        return None
    left = parse_time(current["lastUpdateTime"]) + float(deployment["spec"]["progressDeadlineSeconds"]) - now
    # A second more, because the API's times have no fractions; close to the deadline as soon as may be.
    return left + 1 if left >= 1 else max(left, 0.0) + 0.005
