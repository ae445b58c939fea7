"""kubectl describe cronjob."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import UNSET, Describer, Writer, date, true_false
from k8s_magic.objects.meta import Obj

RESOURCE = "cronjobs.batch"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeCronJob."""
    w = Writer()
    spec, status = obj["spec"], obj.get("status", {})
    parts.heading(w, obj)
    parts.both(w, obj)
    w.field("Schedule", spec["schedule"])
    w.field("Concurrency Policy", spec.get("concurrencyPolicy", ""))
    w.field("Suspend", true_false(spec.get("suspend")))
    w.field("Time Zone", spec.get("timeZone", UNSET))
    w.field("Successful Job History Limit", spec.get("successfulJobsHistoryLimit", UNSET))
    w.field("Failed Job History Limit", spec.get("failedJobsHistoryLimit", UNSET))
    deadline = spec.get("startingDeadlineSeconds")
    w.field("Starting Deadline Seconds", UNSET if deadline is None else f"{deadline}s")
    _job_template(w, spec.get("jobTemplate", {}).get("spec", {}))
    last = status.get("lastScheduleTime")
    w.field("Last Schedule Time", date(last) if last else UNSET)
    w.field("Active Jobs", _active(status))
    parts.events(w, d, obj)
    return w.text()


def _active(status: Obj) -> str:
    return ", ".join(each["name"] for each in status.get("active") or ()) or "<none>"


def _job_template(w: Writer, spec: Obj) -> None:
    w.field("Selector", parts.selector(spec["selector"]) if "selector" in spec else UNSET)
    w.field("Parallelism", spec.get("parallelism", UNSET))
    w.field("Completions", spec.get("completions", UNSET))
    if "activeDeadlineSeconds" in spec:
        w.field("Active Deadline Seconds", f"{spec['activeDeadlineSeconds']}s")
    pod_template(w, spec.get("template"))
