"""What many descriptions have in common: names, labels, annotations, selectors, controllers, conditions, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.describe.writer import Describer, Writer, pairs
from k8s_magic.objects import meta, selectors
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LONGEST = 140


def heading(w: Writer, obj: Obj, *, namespaced: bool = True) -> None:
    """Name and Namespace."""
    w.field("Name", meta.name(obj))
    if namespaced:
        w.field("Namespace", meta.namespace(obj))


def labels(w: Writer, values: Mapping[str, str] | None, title: str = "Labels", indent: str = "") -> None:
    w.multiline(title, [f"{key}={value}" for key, value in sorted((values or {}).items())], indent)


def notes(w: Writer, values: Mapping[str, str] | None, title: str = "Annotations") -> None:
    """One a line; long ones and those of several lines below their key. Models printAnnotationsMultiline."""
    lines: list[str] = []
    for key, value in sorted((values or {}).items()):
        if key != _LAST_APPLIED:
            lines += _annotation(key, value.removesuffix("\n"))
    w.multiline(title, lines)


def _annotation(key: str, value: str) -> list[str]:
    if len(value.encode()) + len(key) + 2 <= _LONGEST and "\n" not in value:
        return [f"{key}: {value}"]
    return [f"{key}:"] + [f"  {_shortened(line)}" for line in value.split("\n")]


def _shortened(text: str) -> str:
    limit = _LONGEST - 2
    data = text.encode()
    return data[:limit].decode(errors="replace") + "..." if len(data) > limit else text


def both(w: Writer, obj: Obj) -> None:
    """Labels and Annotations."""
    labels(w, meta.labels(obj))
    notes(w, meta.annotations(obj))


def controlled_by(w: Writer, obj: Obj) -> None:
    controller = meta.controller_of(obj)
    if controller:
        w.field("Controlled By", f"{controller['kind']}/{controller['name']}")


def phase(w: Writer, d: Describer, obj: Obj) -> None:
    """Status: the phase, or how long it has been terminating."""
    since = obj["metadata"].get("deletionTimestamp")
    w.field("Status", f"Terminating (lasts {d.since(since)})" if since else obj.get("status", {}).get("phase", ""))


def workload_conditions(w: Writer, obj: Obj) -> None:
    """Type, status and reason, as Deployments and ReplicaSets show them."""
    conditions = obj.get("status", {}).get("conditions")
    if conditions:
        w.write("Conditions:\n  Type\tStatus\tReason\n")
        w.line("----", "------", "------", level=1)
        for each in conditions:
            w.line(f"{each['type']} ", each["status"], each.get("reason", ""), level=1)


def selector(obj: Obj | None) -> str:
    """A LabelSelector as text, empty where it selects all."""
    return str(selectors.from_label_selector(obj))


def pods_status(d: Describer, owner: Obj) -> str:
    """How many of a controller's pods are in which phase. Models getPodStatusForController."""
    chosen = owner["spec"].get("selector")
    parsed = selectors.from_label_selector(chosen) if chosen and ("matchLabels" in chosen or "matchExpressions" in chosen) else None
    text = str(parsed) if parsed is not None else pairs(chosen)
    counts = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in d.items("pods", meta.namespace(owner), labels=text):
        controller = meta.controller_of(pod)
        if controller and controller["uid"] == meta.uid(owner):
            phase = pod.get("status", {}).get("phase", "")
            counts[phase] = counts.get(phase, 0) + 1
    return "{Running} Running / {Pending} Waiting / {Succeeded} Succeeded / {Failed} Failed".format(**counts)


def events(w: Writer, d: Describer, obj: Obj, *, kind: str | None = None, more: Sequence[Obj] = ()) -> None:
    """The table of events about an object, where they are asked for. `kind` "" takes events of any kind of object."""
    if not d.show_events:
        return
    found = [*find_events(d, obj, kind), *more]
    if not found:
        w.field("Events", "<none>")
        return
    w.flush()
    w.line("Events:")
    w.table(("Type", "Reason", "Age", "From", "Message"), ("----", "------", "----", "----", "-------"))
    # By lastTimestamp alone, as upstream: an event of the newer API (Scheduled) has none and comes first.
    for event in sorted(found, key=lambda event: event.get("lastTimestamp") or ""):
        source = event.get("source", {}).get("component") or event.get("reportingComponent", "")
        w.line(event.get("type", ""), event.get("reason", ""), age_of_event(d, event), source, _message(event), level=1)


def find_events(d: Describer, obj: Obj, kind: str | None = None) -> list[Obj]:
    """Events whose involvedObject is `obj`, by field selector. Models searchEvents."""
    wanted: dict[str, Any] = {
        "involvedObject.name": meta.name(obj),
        "involvedObject.namespace": meta.namespace(obj),
        "involvedObject.kind": obj["kind"] if kind is None else kind,
        "involvedObject.uid": meta.uid(obj),
    }
    terms = [f"{path}={value}" for path, value in wanted.items() if value or path == "involvedObject.namespace"]
    try:
        return d.items("events", meta.namespace(obj), fields=",".join(terms))
    except ApiError:
        return []  # Who may not read events is shown none, as in kubectl.


def last_seen(event: Obj) -> float:
    """When the event happened last, in seconds since the Unix epoch."""
    series = event.get("series") or {}
    last = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return parse_time(last) if last else 0.0


def age_of_event(d: Describer, event: Obj) -> str:
    """`5s`, or `5s (x3 over 2m)` where it happened several times."""
    first = d.since(event.get("eventTime") or event.get("firstTimestamp"))
    series = event.get("series")
    if series:
        return f"{d.since(series.get('lastObservedTime'))} (x{series.get('count', 0)} over {first})"
    if event.get("count", 0) > 1:
        return f"{d.since(event.get('lastTimestamp'))} (x{event['count']} over {first})"
    return first


def _message(event: Obj) -> str:
    message = event.get("message", "").strip()
    path = event.get("involvedObject", {}).get("fieldPath", "")
    return f"{path}: {message}" if path else message
