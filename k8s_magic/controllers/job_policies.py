"""What a Job makes of pods that ended: when each did, what its failure policy says, how long to wait, when it has succeeded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from k8s_magic.controllers.job_indexes import parse_indexes
from k8s_magic.objects.meta import Obj, is_deleting, name, namespace
from k8s_magic.objects.pods import condition, phase
from k8s_magic.objects.times import parse_time

FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 10.0, 600.0


class BackOff(NamedTuple):
    """Failures since the last success, and when the last of them was."""

    failures: int = 0
    last_failure: float = 0.0

    def after(self, succeeded: Sequence[Obj], failed: Sequence[Obj]) -> BackOff:
        """With pods that have ended since. Models backoffStore.newBackoffRecord."""
        if not succeeded and not failed:
            return self
        last_success = max(map(finished_at, succeeded), default=None)
        since = [at for at in map(finished_at, failed) if last_success is None or at > last_success]
        before = self.failures if last_success is None else 0
        return BackOff(before + len(since), max(since, default=0.0))

    def wait(self, now: float) -> float:
        return wait_after(self.failures, self.last_failure, now)


def wait_after(failures: int, last_failure: float, now: float) -> float:
    """Seconds until another pod may be made."""
    if failures == 0:
        return 0.0
    pause = min(FIRST_BACK_OFF_S * 2.0 ** (failures - 1), LONGEST_BACK_OFF_S)
    return max(0.0, pause - (now - last_failure))


def finished_at(pod: Obj) -> float:
    """When a pod ended, by its containers, else by what else tells. Models getFinishedTime."""
    status = pod.get("status") or {}
    ends = [c.get("state", {}).get("terminated", {}).get("finishedAt") for c in status.get("containerStatuses") or ()]
    if ends and all(ends):
        return max(map(parse_time, ends))
    ready = condition(pod, "Ready")
    if ready is not None and ready.get("status") == "False" and ready.get("lastTransitionTime"):
        return parse_time(ready["lastTransitionTime"])
    if is_deleting(pod):
        return parse_time(pod["metadata"]["deletionTimestamp"]) - int(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
    return parse_time(pod["metadata"]["creationTimestamp"])


def only_failed_are_replaced(job: Obj) -> bool:
    """A pod on its way out is not replaced before it has failed."""
    return job["spec"].get("podReplacementPolicy") == "Failed" or bool(job["spec"].get("podFailurePolicy"))


def has_failed(pod: Obj, job: Obj) -> bool:
    """Models isPodFailed: a deleted pod counts as failed, unless only failed ones are replaced."""
    if phase(pod) == "Failed":
        return True
    return not only_failed_are_replaced(job) and is_deleting(pod) and phase(pod) != "Succeeded"


class Verdict(NamedTuple):
    """What the failure policy makes of a failed pod: the rule's action ("" for none), whether it counts, and why the Job fails."""

    action: str = ""
    counts: bool = True
    message: str = ""


def judge(job: Obj, pod: Obj) -> Verdict:
    """The first rule of podFailurePolicy that matches. Models matchPodFailurePolicy."""
    rules = (job["spec"].get("podFailurePolicy") or {}).get("rules") or ()
    for position, rule in enumerate(rules):
        why = _exit_code_match(rule, pod) if rule.get("onExitCodes") else _condition_match(rule, pod)
        if not why:
            continue
        action = rule["action"]
        message = f"{why} matching {action} rule at index {position}" if action == "FailJob" else ""
        return Verdict(action, action != "Ignore", message)
    return Verdict()


def _exit_code_match(rule: Obj, pod: Obj) -> str:
    wanted = rule["onExitCodes"]
    status = pod.get("status") or {}
    for container in [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]:
        code = container.get("state", {}).get("terminated", {}).get("exitCode", 0)
        if not code or wanted.get("containerName") not in (None, container["name"]):
            continue
        if (code in wanted["values"]) == (wanted["operator"] == "In"):
            return f"Container {container['name']} for pod {namespace(pod)}/{name(pod)} failed with exit code {code}"
    return ""


def _condition_match(rule: Obj, pod: Obj) -> str:
    patterns = {(p["type"], p.get("status", "True")) for p in rule.get("onPodConditions") or ()}
    for candidate in (pod.get("status") or {}).get("conditions") or ():
        if (candidate["type"], candidate["status"]) in patterns:
            return f"Pod {namespace(pod)}/{name(pod)} has condition {candidate['type']}"
    return ""


def restarts_exceed(job: Obj, pods: Iterable[Obj]) -> bool:
    """Restarts in place count against backoffLimit where containers restart on failure. Models pastBackoffLimitOnFailure."""
    if job["spec"]["template"]["spec"].get("restartPolicy") != "OnFailure":
        return False
    running = [pod for pod in pods if phase(pod) in ("Running", "Pending")]
    lists = [pod["status"].get(field) or () for pod in running for field in ("initContainerStatuses", "containerStatuses")]
    total = sum(status.get("restartCount", 0) for statuses in lists for status in statuses)
    limit = job["spec"]["backoffLimit"]
    return bool(total > 0 if limit == 0 else total >= limit)


def success_by_policy(job: Obj, succeeded: set[int]) -> str:
    """The message of the first rule of successPolicy that is met; "" where none is. Models matchSuccessPolicy."""
    rules = (job["spec"].get("successPolicy") or {}).get("rules") or ()
    for position, rule in enumerate(rules if succeeded else ()):
        wanted = parse_indexes(rule["succeededIndexes"], job["spec"]["completions"]) if rule.get("succeededIndexes") else None
        there = len(succeeded if wanted is None else succeeded & wanted)
        count = rule.get("succeededCount")
        if (wanted is not None and there == len(wanted)) or (count is not None and there >= count):
            return f"Matched rules at index {position}"
    return ""
