"""Finished Jobs with ttlSecondsAfterFinished are deleted when that has passed."""

from __future__ import annotations

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.controllers.controller import Controller
from k8s_magic.objects.meta import Key, is_deleting, uid
from k8s_magic.objects.times import parse_time


class TTLAfterFinishedController(Controller):
    """Models pkg/controller/ttlafterfinished."""

    name = "ttl-after-finished-controller"
    kind = "jobs.batch"

    def reconcile(self, key: Key) -> float | None:
        job = self.client.peek("jobs.batch", key.name, key.namespace)
        seconds = job["spec"].get("ttlSecondsAfterFinished") if job is not None else None
        if job is None or seconds is None or is_deleting(job):
            return None
        conditions = (job.get("status") or {}).get("conditions") or ()
        ends = [c["lastTransitionTime"] for c in conditions if c["type"] in ("Complete", "Failed") and c["status"] == "True"]
        if not ends:
            return None
        left = parse_time(ends[0]) + float(seconds) - self.client.now()
        if left > 0:
            return left
        self.client.delete("jobs.batch", key.name, key.namespace, options=DeleteOptions(propagation="Foreground", uid=uid(job)))
        return None
