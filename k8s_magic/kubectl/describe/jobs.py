"""kubectl describe job."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Describer, Writer, date, go_bool
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

RESOURCE = "jobs.batch"
_SOFT_LIMIT = 50


def describe(obj: Obj, d: Describer) -> str:
    """Models describeJob."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    w.field("Selector", parts.selector(spec.get("selector")))
    parts.both(w, obj)
    parts.controlled_by(w, obj)
    _wishes(w, spec)
    _times(w, obj)
    _counts(w, obj)
    pod_template(w, spec.get("template"))
    parts.events(w, d, obj)
    return w.text()


def _wishes(w: Writer, spec: Obj) -> None:
    if "parallelism" in spec:
        w.field("Parallelism", spec["parallelism"])
    w.field("Completions", spec.get("completions", "<unset>"))
    if "completionMode" in spec:
        w.field("Completion Mode", spec["completionMode"])
    if "suspend" in spec:
        w.field("Suspend", go_bool(spec["suspend"]))
    if "backoffLimit" in spec:
        w.field("Backoff Limit", spec["backoffLimit"])
    if "ttlSecondsAfterFinished" in spec:
        w.field("TTL Seconds After Finished", spec["ttlSecondsAfterFinished"])


def _times(w: Writer, obj: Obj) -> None:
    start, end = obj.get("status", {}).get("startTime"), obj.get("status", {}).get("completionTime")
    if start:
        w.field("Start Time", date(start))
    if end:
        w.field("Completed At", date(end))
    if start and end:
        w.field("Duration", human_duration(parse_time(end) - parse_time(start)))
    if "activeDeadlineSeconds" in obj["spec"]:
        w.field("Active Deadline Seconds", f"{obj['spec']['activeDeadlineSeconds']}s")


def _counts(w: Writer, obj: Obj) -> None:
    status = obj.get("status", {})
    ready = f" ({status['ready']} Ready)" if "ready" in status else ""
    ended = f"{status.get('succeeded', 0)} Succeeded / {status.get('failed', 0)} Failed"
    w.field("Pods Statuses", f"{status.get('active', 0)} Active{ready} / {ended}")
    if obj["spec"].get("completionMode") == "Indexed":
        w.field("Completed Indexes", _indexes(status.get("completedIndexes", "")))


def _indexes(indexes: str) -> str:
    """The list, cut at the first comma beyond 50 characters."""
    cut = indexes.find(",", _SOFT_LIMIT)
    return (indexes if cut < 0 else f"{indexes[: cut + 1]}...") or "<none>"
