"""One look at a Job: its pods sorted out and counted, and whether it has ended. Pure; `job` acts on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from k8s_magic.controllers.job_indexes import all_failures_of, failures_of, index_of, parse_indexes
from k8s_magic.controllers.job_policies import (
    BackOff,
    finished_at,
    has_failed,
    judge,
    only_failed_are_replaced,
    restarts_exceed,
    success_by_policy,
)
from k8s_magic.objects.meta import Obj, get_in, is_deleting, uid
from k8s_magic.objects.pods import condition, condition_is_true, is_active, is_ready, is_terminal, phase
from k8s_magic.objects.times import parse_time, rfc3339

FINALIZER = "batch.kubernetes.io/job-tracking"


def new_condition(kind: str, reason: str, message: str, now: float, status: str = "True") -> Obj:
    times = {"lastProbeTime": rfc3339(now), "lastTransitionTime": rfc3339(now)}
    return {"type": kind, "status": status, "reason": reason, "message": message, **times}


def is_tracked(pod: Obj) -> bool:
    """The pod has not been counted for good yet."""
    return FINALIZER in (pod["metadata"].get("finalizers") or ())


@dataclass
class Sync:
    """What is known of a Job at one moment; `active`, `ready` and `terminating` change as pods are made and deleted."""

    job: Obj
    pods: list[Obj]
    now: float
    known_back_off: BackOff
    status: Obj = field(init=False)
    active_pods: list[Obj] = field(init=False)
    active: int = field(init=False)
    ready: int = field(init=False)
    terminating: int = field(init=False)
    succeeded_indexes: set[int] = field(default_factory=set)
    failed_indexes: set[int] = field(default_factory=set)
    finished: Obj | None = None
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.status = dict(self.job.get("status") or {})
        self.active_pods = [pod for pod in self.pods if is_active(pod)]
        self.active = len(self.active_pods)
        self.ready = sum(map(is_ready, self.active_pods))
        self.terminating = sum(is_deleting(pod) and not is_terminal(pod) for pod in self.pods)
        new_succeeded = self._new("succeeded", lambda pod: phase(pod) == "Succeeded")
        new_failed = self._new("failed", lambda pod: has_failed(pod, self.job))
        self.back_off = self.known_back_off.after(new_succeeded, new_failed)
        counted_failures = [pod for pod in new_failed if judge(self.job, pod).counts]
        self.failed = self.status.get("failed", 0) + len(counted_failures) + len(self.uncounted("failed"))
        self.succeeded = self.status.get("succeeded", 0) + len(new_succeeded) + len(self.uncounted("succeeded"))
        if self.is_indexed:
            self.succeeded_indexes = self.counted_indexes | {index_of(pod) for pod in new_succeeded}
            self.succeeded = len(self.succeeded_indexes)

    @property
    def is_indexed(self) -> bool:
        return bool(self.job["spec"].get("completionMode") == "Indexed")

    @property
    def limits_each_index(self) -> bool:
        return self.job["spec"].get("backoffLimitPerIndex") is not None

    @property
    def counted_indexes(self) -> set[int]:
        return parse_indexes(self.status.get("completedIndexes", ""), self.job["spec"]["completions"])

    def uncounted(self, kind: str) -> list[str]:
        """uids of pods that ended and still have their finalizer; `kind` is "succeeded" or "failed"."""
        return get_in(self.status, "uncountedTerminatedPods", kind, default=[])  # type: ignore[no-any-return]

    def _new(self, kind: str, wanted: Callable[[Obj], bool]) -> list[Obj]:
        """Pods that ended and that the status does not know of. Models getValidPodsWithFilter."""
        known = set(self.uncounted(kind))
        found = [pod for pod in self.pods if is_tracked(pod) and uid(pod) not in known and self.has_valid_index(pod)]
        return [pod for pod in found if wanted(pod)]

    def has_valid_index(self, pod: Obj) -> bool:
        return not self.is_indexed or 0 <= index_of(pod) < self.job["spec"]["completions"]

    # --- How it ended, if it did ---

    def judge_end(self) -> None:
        """Set `finished` where the Job has failed, or has met a success policy; note deadlines to look at again."""
        self.finished = self._standing_end() or self._failure()
        if self.is_indexed and self.limits_each_index:
            self.failed_indexes = self._failed_indexes()
            self.finished = self.finished or self._failure_of_indexes()
        if self.is_indexed and self.finished is None:
            message = success_by_policy(self.job, self.succeeded_indexes)
            self.finished = self._end("SuccessCriteriaMet", "SuccessPolicy", message) if message else None

    def _end(self, kind: str, reason: str, message: str) -> Obj:
        return new_condition(kind, reason, message, self.now)

    def _standing_end(self) -> Obj | None:
        if condition_is_true({"status": self.status}, "SuccessCriteriaMet"):
            return condition({"status": self.status}, "SuccessCriteriaMet")
        target = condition({"status": self.status}, "FailureTarget")
        if target is not None and target["status"] == "True":
            return self._end("Failed", target["reason"], target["message"])
        verdicts = [judge(self.job, pod) for pod in self.pods if has_failed(pod, self.job)]
        message = next((verdict.message for verdict in verdicts if verdict.message), "")
        return self._end("FailureTarget", "PodFailurePolicy", message) if message else None

    def _failure(self) -> Obj | None:
        spec = self.job["spec"]
        if self.failed > spec["backoffLimit"] or restarts_exceed(self.job, self.pods):
            return self._end("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        deadline, started = spec.get("activeDeadlineSeconds"), self.status.get("startTime")
        if deadline is None or spec.get("suspend") or not started:
            return None
        left = parse_time(started) + deadline - self.now
        if left <= 0:
            return self._end("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline")
        self.waits.append(left)
        return None

    def _failed_indexes(self) -> set[int]:
        known = parse_indexes(self.status.get("failedIndexes", ""), self.job["spec"]["completions"])
        tracked = [pod for pod in self.pods if is_tracked(pod) and self.has_valid_index(pod)]
        return known | {index_of(pod) for pod in tracked if self._fails_index(pod)}

    def _fails_index(self, pod: Obj) -> bool:
        if not has_failed(pod, self.job):
            return False
        verdict = judge(self.job, pod)
        exceeds = failures_of(pod) >= self.job["spec"]["backoffLimitPerIndex"]
        return verdict.action == "FailIndex" or (verdict.counts and exceeds)

    def _failure_of_indexes(self) -> Obj | None:
        spec, failed = self.job["spec"], len(self.failed_indexes)
        if spec.get("maxFailedIndexes") is not None and failed > spec["maxFailedIndexes"]:
            message = "Job has exceeded the specified maximal number of failed indexes"
            return self._end("FailureTarget", "MaxFailedIndexesExceeded", message)
        if failed and failed + len(self.succeeded_indexes) >= spec["completions"]:
            return self._end("FailureTarget", "FailedIndexes", "Job has failed indexes")
        return None

    def is_complete(self) -> bool:
        """Enough pods have succeeded, and none is left."""
        completions = self.job["spec"].get("completions")
        return self.active == 0 and (self.succeeded > 0 if completions is None else self.succeeded >= completions)

    # --- What to make and to remove ---

    def wanted_active(self) -> int:
        """How many pods should be at work. Models manageJob."""
        spec = self.job["spec"]
        if spec.get("completions") is None:
            return self.active if self.succeeded > 0 else int(spec["parallelism"])
        left: int = spec["completions"] - self.succeeded
        return max(0, min(left, int(spec["parallelism"])))

    def replaced_pods(self) -> dict[int, Obj]:
        """Of each index that is to be tried again, its last failed pod, which is kept until the next one is there."""
        if not self.limits_each_index:
            return {}
        taken = self.succeeded_indexes | self.failed_indexes | {index_of(pod) for pod in self.active_pods}
        failed = [pod for pod in self.pods if is_tracked(pod) and has_failed(pod, self.job) and self.has_valid_index(pod)]
        failed = [pod for pod in failed if index_of(pod) not in taken]
        return {index_of(pod): pod for pod in sorted(failed, key=lambda pod: (all_failures_of(pod), finished_at(pod)))}

    def pending_indexes(self, count: int) -> list[int]:
        """The first indexes that nobody has or had. Models firstPendingIndexes."""
        taken = self.succeeded_indexes | self.failed_indexes | {index_of(pod) for pod in self.active_pods}
        if only_failed_are_replaced(self.job):
            taken |= {index_of(pod) for pod in self.pods if is_deleting(pod) and not is_terminal(pod)}
        free = (index for index in range(self.job["spec"]["completions"]) if index not in taken)
        return [index for index, _ in zip(free, range(count), strict=False)]

    def duplicates(self) -> list[Obj]:
        """Active pods whose index is out of range or taken by an older pod."""
        seen: set[int] = set()
        found = []
        for pod in sorted(self.active_pods, key=lambda p: (index_of(p), p["metadata"]["creationTimestamp"])) if self.is_indexed else ():
            if index_of(pod) in seen or not self.has_valid_index(pod):
                found.append(pod)
            seen.add(index_of(pod))
        return found


def ensure_condition(conditions: Sequence[Obj], kind: str, status: str, reason: str, message: str, now: float) -> list[Obj] | None:
    """`conditions` brought in line; None where nothing changes. Models ensureJobConditionStatus."""
    old = next((c for c in conditions if c["type"] == kind), None)
    new = new_condition(kind, reason, message, now, status)
    if old is None:
        return [*conditions, new] if status != "False" else None
    if (old["status"], old.get("reason"), old.get("message")) == (status, reason, message):
        return None
    return [new if c is old else c for c in conditions]
