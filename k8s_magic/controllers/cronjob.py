"""CronJobs: a Job at each time that a schedule names."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.controllers.controller import Controller
from k8s_magic.controllers.job import is_finished
from k8s_magic.kinds.cron import CronError, Every, Schedule, parse
from k8s_magic.objects.meta import Key, Obj, controller_of, controller_reference, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import condition_is_true
from k8s_magic.objects.times import parse_time, rfc1123, rfc3339

RESOURCE, JOBS = "cronjobs.batch", "jobs.batch"
SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"
LATENESS_S = 0.1
"""How long after its time a Job is made: upstream allows so much for clocks that differ."""
MANY_MISSED = 100


class Due(NamedTuple):
    """The latest time of a schedule that has come, None for none; `many` were missed before it."""

    at: float | None
    many: bool


class CronJobController(Controller):
    """Models pkg/controller/cronjob."""

    name = "cronjob-controller"
    kind = RESOURCE
    owns = (JOBS,)

    def reconcile(self, key: Key) -> float | None:
        cron = self.client.peek(RESOURCE, key.name, key.namespace)
        if cron is None:
            return None
        jobs = self.client.by_owner(JOBS, uid(cron))
        status = dict(cron.get("status") or {})
        active: list[Obj] = list(status.get("active") or [])
        active = self._limit_history(cron, jobs, active)
        active = self._see_jobs(cron, jobs, active, status)
        wait = None
        try:
            if not is_deleting(cron):
                wait = self._start(cron, active, status)
        finally:
            self._write(cron, status, active)
        return wait

    def _write(self, cron: Obj, status: Obj, active: list[Obj]) -> None:
        status = {**{k: v for k, v in status.items() if k != "active"}, **({"active": active} if active else {})}
        if status != (cron.get("status") or {}):
            self.client.write_status(RESOURCE, {**cron, "status": status})

    # --- Jobs there are ---

    def _limit_history(self, cron: Obj, jobs: list[Obj], active: list[Obj]) -> list[Obj]:
        """Delete the oldest finished Jobs beyond the limits. Models cleanupFinishedJobs."""
        for kind, limit in (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")):
            finished = [job for job in jobs if condition_is_true(job, kind)]
            if cron["spec"].get(limit) is not None:
                finished.sort(key=lambda job: ((job.get("status") or {}).get("startTime", "~"), name(job)))
                for job in finished[: max(0, len(finished) - cron["spec"][limit])]:
                    active = self._delete(cron, job, active)
        return active

    def _delete(self, cron: Obj, job: Obj, active: list[Obj]) -> list[Obj]:
        if self.client.peek(JOBS, name(job), namespace(job)) is not None and not is_deleting(job):
            self.client.delete(JOBS, name(job), namespace(job), options=DeleteOptions(propagation="Background"))
            self.events.event(cron, "Normal", "SuccessfulDelete", f"Deleted job {name(job)}")
        return [reference for reference in active if reference["uid"] != uid(job)]

    def _see_jobs(self, cron: Obj, jobs: list[Obj], active: list[Obj], status: Obj) -> list[Obj]:
        """Take finished and missing Jobs off the list of active ones."""
        known = {reference["uid"] for reference in active}
        for job in jobs:
            if not is_finished(job):
                if uid(job) not in known:
                    message = f"Saw a job that the controller did not create or forgot: {name(job)}"
                    self.events.event(cron, "Warning", "UnexpectedJob", message)
                continue
            if uid(job) in known:
                active = [reference for reference in active if reference["uid"] != uid(job)]
                end = "Complete" if condition_is_true(job, "Complete") else "Failed"
                self.events.event(cron, "Normal", "SawCompletedJob", f"Saw completed job: {name(job)}, condition: {end}")
            completed = (job.get("status") or {}).get("completionTime")
            if completed and completed > status.get("lastSuccessfulTime", ""):
                status["lastSuccessfulTime"] = completed
        for reference in [r for r in active if r["uid"] not in {uid(job) for job in jobs}]:
            if self.client.peek(JOBS, reference["name"], reference["namespace"]) is None:
                self.events.event(cron, "Normal", "MissingJob", f"Active job went missing: {reference['name']}")
                active = [r for r in active if r is not reference]
        return active

    # --- The next Job ---

    def _start(self, cron: Obj, active: list[Obj], status: Obj) -> float | None:
        """Make the Job that is due, if one is; gives the seconds to the next time. Models syncCronJob."""
        zone = self._zone(cron)
        if zone is None or cron["spec"].get("suspend"):
            return None
        try:
            schedule = parse(cron["spec"]["schedule"])
        except CronError as error:
            message = f'unparseable schedule: "{cron["spec"]["schedule"]}" : {error}'
            self.events.event(cron, "Warning", "UnparseableSchedule", message)
            return None
        now = self.client.now()
        try:
            due = latest_due(cron, status, schedule, zone, now, late=False)
        except CronError as error:
            self.events.event(cron, "Warning", "InvalidSchedule", f"invalid schedule: {cron['spec']['schedule']} : {error}")
            return None
        if due.many:
            message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self.events.event(cron, "Warning", "TooManyMissedTimes", message)
        if due.at is not None and self._may_start(cron, active, status, due.at, now):
            self._make_way(cron, active)
            self._create(cron, active, status, due.at, zone)
        # An interval counts from the last Job, not from now. Models nextScheduleTimeDuration.
        following = schedule.next(latest_due(cron, status, schedule, zone, now).at or _earliest(cron, status), zone)
        return following + LATENESS_S - now if following is not None else None

    def _zone(self, cron: Obj) -> tzinfo | None:
        zone_name = cron["spec"].get("timeZone")
        if zone_name is None:
            return UTC
        try:
            return ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError):
            message = f'invalid timeZone: "{zone_name}": unknown time zone {zone_name}'
            self.events.event(cron, "Warning", "UnknownTimeZone", message)
            return None

    def _may_start(self, cron: Obj, active: list[Obj], status: Obj, at: float, now: float) -> bool:
        deadline = cron["spec"].get("startingDeadlineSeconds")
        if deadline is not None and at + deadline < now:
            self.events.event(cron, "Warning", "MissSchedule", f"Missed scheduled time to start a job: {rfc1123(at)}")
            return False
        if status.get("lastScheduleTime") == rfc3339(at) or any(r["name"] == job_name(cron, at) for r in active):
            return False
        if cron["spec"].get("concurrencyPolicy") == "Forbid" and active:
            message = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.events.event(cron, "Normal", "JobAlreadyActive", message)
            return False
        return True

    def _make_way(self, cron: Obj, active: list[Obj]) -> None:
        """Where Jobs replace one another, the one that still runs goes."""
        if cron["spec"].get("concurrencyPolicy") != "Replace":
            return
        for reference in list(active):
            active[:] = self._delete(cron, self.client.get(JOBS, reference["name"], reference["namespace"]), active)

    def _create(self, cron: Obj, active: list[Obj], status: Obj, at: float, zone: tzinfo) -> None:
        try:
            job = self.client.create(JOBS, job_from_template(cron, at, zone), namespace(cron))
        except ApiError as error:
            if error.reason == "AlreadyExists":
                job = self.client.get(JOBS, job_name(cron, at), namespace(cron))
                owner = controller_of(job)
                if owner is None or owner["uid"] != uid(cron):
                    return
            else:
                self.events.event(cron, "Warning", "FailedCreate", f"Error creating job: {error.message}")
                raise
        else:
            self.events.event(cron, "Normal", "SuccessfulCreate", f"Created job {name(job)}")
        reference = {"apiVersion": "batch/v1", "kind": "Job", "name": name(job), "namespace": namespace(job), "uid": uid(job)}
        active.append({**reference, "resourceVersion": job["metadata"]["resourceVersion"]})
        status["lastScheduleTime"] = rfc3339(at)


def job_name(cron: Obj, at: float) -> str:
    """Deterministic, so that no time is served twice: minutes since the epoch."""
    return f"{name(cron)}-{int(at) // 60}"


def job_from_template(cron: Obj, at: float, zone: tzinfo) -> Obj:
    """Models getJobFromTemplate2."""
    template = cron["spec"]["jobTemplate"]
    template = {**template, "metadata": template.get("metadata") or {}}
    when = datetime.fromtimestamp(int(at), zone).isoformat().replace("+00:00", "Z")
    metadata: Obj = {
        "name": job_name(cron, at),
        "namespace": namespace(cron),
        "annotations": {**annotations_of(template), SCHEDULED_AT: when},
        "ownerReferences": [controller_reference(cron)],
    }
    if labels(template):
        metadata["labels"] = labels(template)
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"]}


def _earliest(cron: Obj, status: Obj) -> float:
    """Nothing is due before the last Job, or before the CronJob came."""
    return parse_time(status.get("lastScheduleTime") or cron["metadata"]["creationTimestamp"])


def latest_due(cron: Obj, status: Obj, schedule: Schedule | Every, zone: tzinfo, now: float, *, late: bool = True) -> Due:
    """The latest time since the last Job; unless `late`, none for which it is too late. Models mostRecentScheduleTime."""
    earliest, deadline = _earliest(cron, status), cron["spec"].get("startingDeadlineSeconds")
    if deadline is not None and not late:
        earliest = max(earliest, now - deadline)
    first = schedule.next(earliest, zone)
    second = schedule.next(first, zone) if first is not None else None
    if first is None:
        raise CronError("time difference between two schedules is less than 1 second")
    if now < first:
        return Due(None, False)
    if second is None or now < second:
        return Due(first, False)
    # Go back from now by one interval, as the intervals of some schedules differ.
    missed = int((now - first) // (second - first)) + 1
    latest = max(first, first + (missed - 2) * (second - first))
    while (following := schedule.next(latest, zone)) is not None and following <= now:
        latest = following
    return Due(latest, missed > MANY_MISSED)
