"""Jobs: pods until enough have succeeded, or too many failed.

A pod that ended is first noted in the status as uncounted, then freed of its finalizer, then counted, so that none is
counted twice. Not modelled: workloads and pod groups.
"""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper, Retry
from k8s_magic.controllers.job_indexes import (
    FAILURES,
    IGNORED_FAILURES,
    INDEX,
    all_failures_of,
    failures_of,
    format_indexes,
    index_of,
    with_index_variable,
)
from k8s_magic.controllers.job_policies import BackOff, finished_at, has_failed, judge, only_failed_are_replaced, wait_after
from k8s_magic.controllers.job_sync import FINALIZER, Sync, ensure_condition, is_tracked, new_condition
from k8s_magic.controllers.ownership import adopt, pod_from_template, release
from k8s_magic.controllers.pod_ranking import pods_to_delete
from k8s_magic.objects import selectors
from k8s_magic.objects.edit import set_or_remove
from k8s_magic.objects.meta import Key, Obj, controller_of, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import condition, condition_is_true, is_ready, phase
from k8s_magic.objects.times import rfc3339

RESOURCE = "jobs.batch"
MANAGER = "kubernetes.io/job-controller"
BURST = 500
ORPHAN = "/"
"""What the key of an orphaned pod's name begins with."""
TERMINATING_NAMESPACE = "because it is being terminated"


def is_finished(job: Obj) -> bool:
    """The Job has completed or failed."""
    return condition_is_true(job, "Complete") or condition_is_true(job, "Failed")


class JobController(Controller):
    """Models pkg/controller/job."""

    name = "job-controller"
    kind = RESOURCE
    owns = ("pods",)
    adopts = ("pods",)
    # Pods end in bursts, which upstream gathers for a second.
    owned_reaction_s = status_reaction_s = 1.0
    retry_s = (1.0, 60.0)

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._back_offs: dict[str, BackOff] = {}

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._orphans}

    def _orphans(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        """Pods whose Job is gone are to be freed of their finalizer."""
        pod = event.object
        if event.type == "DELETED":
            return
        if is_tracked(pod) and self._job_of(pod) is None:
            yield Key(namespace(pod), ORPHAN + name(pod))

    def _job_of(self, pod: Obj) -> Obj | None:
        owner = controller_of(pod)
        job = self.client.peek(RESOURCE, owner["name"], namespace(pod)) if owner and owner["kind"] == "Job" else None
        return job if job is not None and owner is not None and uid(job) == owner["uid"] else None

    def reconcile(self, key: Key) -> float | None:
        if key.name.startswith(ORPHAN):
            pod = self.client.peek("pods", key.name[1:], key.namespace)
            if pod is not None and is_tracked(pod) and self._job_of(pod) is None:
                self._free(pod)
            return None
        job = self.client.peek(RESOURCE, key.name, key.namespace)
        if job is None or job["spec"].get("managedBy", MANAGER) != MANAGER:
            return None
        if is_finished(job):
            self._back_offs.pop(uid(job), None)
            return None
        now = self.client.now()
        sync = Sync(job, self._claim(job), now, self._back_offs.get(uid(job), BackOff()))
        if not sync.status.get("startTime") and not job["spec"].get("suspend"):
            sync.status["startTime"] = rfc3339(now)
        sync.judge_end()
        refused, news = self._act(sync)
        self._track(sync, needs_flush=news)
        if refused is not None:
            raise Retry
        return min(sync.waits, default=None)

    def _claim(self, job: Obj) -> list[Obj]:
        selector = selectors.from_label_selector(job["spec"]["selector"])
        owned = self.client.by_owner("pods", uid(job))
        claimed = [pod for pod in owned if selector.matches(labels(pod))]
        if is_deleting(job) or selector.empty:
            return claimed
        for pod in owned:
            if not selector.matches(labels(pod)):
                release(self.client, "pods", job, pod, (FINALIZER,))
        for pod in self.client.by_label("pods", namespace(job), selector):
            if controller_of(pod) is None and not is_deleting(pod):
                adopted = adopt(self.client, "pods", job, pod, () if is_tracked(pod) else (FINALIZER,))
                claimed += [adopted] if adopted is not None else []
        return claimed

    # --- Pods ---

    def _act(self, sync: Sync) -> tuple[ApiError | None, bool]:
        """Make and remove pods; gives what was refused, and whether the status has news to write at once."""
        if sync.finished is not None:
            self._delete(sync, sync.active_pods, free=False)
            return None, self._counts_changed(sync)
        refused = None if is_deleting(sync.job) else self._manage(sync)
        news = False
        if sync.is_complete():
            message = "Reached expected number of succeeded pods"
            sync.finished = new_condition("SuccessCriteriaMet", "CompletionsReached", message, sync.now)
        elif not is_deleting(sync.job):
            news = self._note_suspension(sync)
        return refused, self._counts_changed(sync) or news

    def _counts_changed(self, sync: Sync) -> bool:
        """Write the counts into the new status; True where they differ from the old."""
        before = sync.job.get("status") or {}
        counts = {"active": sync.active, "ready": sync.ready, "terminating": sync.terminating}
        sync.status.update(counts)
        if not sync.active:
            del sync.status["active"]
        return (before.get("active", 0), before.get("ready"), before.get("terminating")) != (*counts.values(),)

    def _manage(self, sync: Sync) -> ApiError | None:
        """Bring the number of pods at work to what is wanted. Models manageJob."""
        if sync.job["spec"].get("suspend"):
            self._delete(sync, sync.active_pods, free=True)
            return None
        wanted = sync.wanted_active()
        excess = max(0, sync.active - wanted)
        surplus = sync.duplicates()
        left = [pod for pod in sync.active_pods if not any(pod is other for other in surplus)]
        if len(surplus) < excess:
            surplus += pods_to_delete(left, [], excess - len(surplus), sync.now)
        if surplus:
            self._delete(sync, surplus[:BURST], free=True)
            return None
        missing = wanted - sync.active - (sync.terminating if only_failed_are_replaced(sync.job) else 0)
        return self._create_some(sync, min(missing, BURST)) if missing > 0 else None

    def _create_some(self, sync: Sync, missing: int) -> ApiError | None:
        wait = 0.0 if sync.limits_each_index else sync.back_off.wait(sync.now)
        replaced = sync.replaced_pods()
        indexes: list[int | None] = [None] * missing
        if sync.is_indexed:
            pauses = {index: self._pause_of(replaced.get(index), sync.now) for index in sync.pending_indexes(missing)}
            indexes = [index for index, pause in pauses.items() if pause == 0]
            wait = wait or (min(pauses.values(), default=0.0) if not indexes else 0.0)
        if wait > 0:
            sync.waits.append(wait)
            sync.active = 0  # As upstream has it: what waits is told by nothing.
            return None
        for index in indexes:
            refused = self._create(sync.job, index, replaced.get(index) if index is not None else None)
            if refused is not None:
                return refused
            sync.active += 1
        return None

    @staticmethod
    def _pause_of(replaced: Obj | None, now: float) -> float:
        return wait_after(all_failures_of(replaced) + 1, finished_at(replaced), now) if replaced is not None else 0.0

    def _create(self, job: Obj, index: int | None, replaced: Obj | None) -> ApiError | None:
        pod = pod_from_template(job, job["spec"]["template"])
        meta = pod["metadata"]
        meta["finalizers"] = [*(meta.get("finalizers") or ()), FINALIZER]
        if index is not None:
            meta["generateName"] = f"{name(job)}-{index}-"
            meta["labels"] = {**labels(pod), INDEX: str(index)}
            meta["annotations"] = {**annotations_of(pod), INDEX: str(index), **_failure_counts(job, replaced)}
            pod["spec"] = {**with_index_variable(pod["spec"]), "hostname": f"{name(job)}-{index}"}
        try:
            created = self.client.create("pods", pod, namespace(job))
        except ApiError as error:
            if TERMINATING_NAMESPACE in error.message:
                return None
            self.events.event(job, "Warning", "FailedCreate", f"Error creating: {error.message}")
            return error
        self.events.event(job, "Normal", "SuccessfulCreate", f"Created pod: {name(created)}")
        return None

    def _delete(self, sync: Sync, pods: list[Obj], *, free: bool) -> None:
        """Delete pods that are at work; `free` takes their finalizer off first, as they are not to be counted."""
        for pod in pods:
            present: Obj | None = self._free(pod) if free else pod
            if present is not None and self.client.peek("pods", name(pod), namespace(pod)) is not None:
                self.client.delete("pods", name(pod), namespace(pod))
                self.events.event(sync.job, "Normal", "SuccessfulDelete", f"Deleted pod: {name(pod)}")
            sync.active -= 1
            sync.terminating += 1
            sync.ready -= is_ready(pod)

    def _free(self, pod: Obj) -> Obj | None:
        """Take the tracking finalizer off; None where the pod went with it or before."""
        now = self.client.peek("pods", name(pod), namespace(pod))
        if now is None or uid(now) != uid(pod) or not is_tracked(now):
            return now
        kept = [f for f in now["metadata"]["finalizers"] if f != FINALIZER]
        return self.client.update("pods", set_or_remove(now, ("metadata", "finalizers"), kept), namespace(pod))

    def _note_suspension(self, sync: Sync) -> bool:
        """Keep the Suspended condition; a resumed Job starts its clock anew."""
        suspended = bool(sync.job["spec"].get("suspend"))
        status, reason, message = ("True", "JobSuspended", "Job suspended") if suspended else ("False", "JobResumed", "Job resumed")
        changed = ensure_condition(sync.status.get("conditions") or [], "Suspended", status, reason, message, sync.now)
        if changed is None:
            return False
        sync.status["conditions"] = changed
        self.events.event(sync.job, "Normal", "Suspended" if suspended else "Resumed", message)
        if suspended:
            sync.status.pop("startTime", None)
        else:
            sync.status["startTime"] = rfc3339(sync.now)
        return True

    # --- Counting ---

    def _track(self, sync: Sync, *, needs_flush: bool) -> None:
        """Note, free and count pods that ended, then the Job's own end. Models trackJobStatusAndRemoveFinalizers."""
        uncounted = {kind: list(sync.uncounted(kind)) for kind in ("succeeded", "failed")}
        tracked = {uid(pod) for pod in sync.pods if is_tracked(pod)}
        sync.status["uncountedTerminatedPods"] = {k: v for k, v in uncounted.items() if v}
        news = self._count_freed(sync, tracked)
        ended = [pod for pod in sync.pods if is_tracked(pod) and self._may_free(sync, pod)]
        news = self._note_ended(sync, ended) or news
        news = self._note_indexes(sync) or news
        news = self._note_interim_end(sync) or news
        job = sync.job
        if news or needs_flush:
            job = self._write(sync, job)
            self._back_offs[uid(job)] = sync.back_off
        for pod in ended:
            self._free(pod)
            tracked.discard(uid(pod))
        recount = self._count_freed(sync, tracked)
        is_over = self._note_end(sync)
        if recount or is_over:
            self._write(sync, job)
        if is_over:
            self._tell_end(sync)

    def _may_free(self, sync: Sync, pod: Obj) -> bool:
        if is_deleting(sync.job) or sync.finished is not None or phase(pod) == "Succeeded":
            return True
        replaced = sync.replaced_pods().get(index_of(pod))
        return has_failed(pod, sync.job) and (replaced is None or uid(replaced) != uid(pod))

    def _note_ended(self, sync: Sync, ended: list[Obj]) -> bool:
        """Enter pods that ended as uncounted; True where there were any new ones."""
        uncounted = {kind: list(sync.uncounted(kind)) for kind in ("succeeded", "failed")}
        failing = sync.finished is not None and sync.finished["type"] != "SuccessCriteriaMet"
        news = False
        for pod in ended:
            known = uid(pod) in uncounted["succeeded"] or uid(pod) in uncounted["failed"]
            if phase(pod) == "Succeeded":
                if not sync.is_indexed and not known:
                    uncounted["succeeded"].append(uid(pod))
                    news = True
            elif (has_failed(pod, sync.job) or failing) and not known and sync.has_valid_index(pod) and judge(sync.job, pod).counts:
                uncounted["failed"].append(uid(pod))
                news = True
        sync.status["uncountedTerminatedPods"] = {k: v for k, v in uncounted.items() if v}
        return news

    @staticmethod
    def _count_freed(sync: Sync, tracked: set[str]) -> bool:
        """Uncounted pods without a finalizer are counted; True where there were any."""
        news = False
        uncounted: Obj = {}
        for kind in ("succeeded", "failed"):
            left = [u for u in sync.uncounted(kind) if u in tracked]
            freed = len(sync.uncounted(kind)) - len(left)
            if freed:
                sync.status[kind] = sync.status.get(kind, 0) + freed
                news = True
            if left:
                uncounted[kind] = left
        sync.status["uncountedTerminatedPods"] = uncounted
        return news

    @staticmethod
    def _note_indexes(sync: Sync) -> bool:
        if not sync.is_indexed:
            return False
        before = (sync.status.get("completedIndexes", ""), sync.status.get("failedIndexes"))
        completed = format_indexes(sync.succeeded_indexes)
        failed = format_indexes(sync.failed_indexes) if sync.limits_each_index else None
        new = {"succeeded": len(sync.succeeded_indexes), "completedIndexes": completed}
        sync.status.update({k: v for k, v in new.items() if v})
        if failed is not None:
            sync.status["failedIndexes"] = failed
        return before != (completed, failed)

    @staticmethod
    def _note_interim_end(sync: Sync) -> bool:
        """SuccessCriteriaMet or FailureTarget are told before the pods are freed, Complete or Failed after."""
        interim = sync.finished
        if interim is None or interim["type"] not in ("FailureTarget", "SuccessCriteriaMet"):
            return False
        final = "Failed" if interim["type"] == "FailureTarget" else "Complete"
        sync.finished = new_condition(final, interim["reason"], interim["message"], sync.now)
        if condition({"status": sync.status}, interim["type"]) is not None:
            return False
        sync.status["conditions"] = [*(sync.status.get("conditions") or []), interim]
        return True

    @staticmethod
    def _note_end(sync: Sync) -> bool:
        """The final condition, once every pod is counted and gone. Models enactJobFinished."""
        end = sync.finished
        if end is None or sync.status["uncountedTerminatedPods"] or sync.terminating > 0:
            return False
        sync.status["conditions"] = [*(sync.status.get("conditions") or []), end]
        if end["type"] == "Complete":
            sync.status["completionTime"] = end["lastTransitionTime"]
        return True

    def _tell_end(self, sync: Sync) -> None:
        end = sync.finished
        assert end is not None
        if end["type"] != "Complete":
            self.events.event(sync.job, "Warning", end["reason"], end["message"])
            return
        completions = sync.job["spec"].get("completions")
        if completions is not None and sync.status.get("succeeded", 0) > completions:
            message = "Too many succeeded pods running after completion count reached"
            self.events.event(sync.job, "Warning", "TooManySucceededPods", message)
        self.events.event(sync.job, "Normal", "Completed", "Job completed")

    def _write(self, sync: Sync, job: Obj) -> Obj:
        return self.client.write_status(RESOURCE, {**job, "status": dict(sync.status)})


def _failure_counts(job: Obj, replaced: Obj | None) -> dict[str, str]:
    """How often a pod's index has failed, noted on the pod that tries it again. Models getNewIndexFailureCounts."""
    if job["spec"].get("backoffLimitPerIndex") is None:
        return {}
    if replaced is None:
        return {FAILURES: "0"}
    counted = judge(job, replaced).counts
    ignored = all_failures_of(replaced) - failures_of(replaced) + (not counted)
    return {FAILURES: str(failures_of(replaced) + counted), **({IGNORED_FAILURES: str(ignored)} if ignored else {})}
