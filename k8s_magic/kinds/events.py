"""Event: something that happened to an object, told by a component. Repeats are counted in one Event."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import since, texts, wide
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.objects.meta import Obj, get_in


def default(draft: Obj) -> None:
    """What Go's types always write out: a source and three times, empty or not."""
    for field in ("firstTimestamp", "lastTimestamp", "eventTime"):
        draft.setdefault(field, None)
    draft.setdefault("source", {})
    draft.setdefault("reportingComponent", "")
    draft.setdefault("reportingInstance", "")
    draft.setdefault("involvedObject", {})


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/events.go legacyValidateEvent."""
    namespace = obj["involvedObject"].get("namespace", "")
    expected = namespace or "default"
    if obj["metadata"]["namespace"] != expected:
        return [invalid("involvedObject.namespace", namespace, "does not match event.namespace")]
    return []


def _last_seen(obj: Obj, now: float, first: str) -> str:
    if obj.get("series"):
        return since(obj["series"].get("lastObservedTime"), now)
    return since(obj["lastTimestamp"], now) if obj.get("lastTimestamp") else first


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printEvent."""
    involved = obj["involvedObject"]
    first = since(obj.get("firstTimestamp") or obj.get("eventTime"), now)
    count = get_in(obj, "series", "count") or obj.get("count") or 1
    kind, name = involved.get("kind", "").lower(), involved.get("name", "")
    return [
        _last_seen(obj, now, first),
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{kind}/{name}" if name else kind,
        involved.get("fieldPath", ""),
        source_text(obj),
        obj.get("message", "").strip(),
        first,
        count,
        obj["metadata"]["name"],
    ]


def source_text(obj: Obj) -> str:
    """Who told an Event: its component, and the host where there is one. Models formatEventSource."""
    source = obj.get("source") or {}
    component = source.get("component") or obj.get("reportingComponent", "")
    instance = source.get("host") or obj.get("reportingInstance", "")
    return f"{component}, {instance}" if instance else component


def _involved(field: str) -> Any:
    return lambda obj: obj["involvedObject"].get(field, "")


KIND = Kind(
    is_record=True,
    kind="Event",
    plural="events",
    singular="event",
    short_names=("ev",),
    columns=(
        *texts("Last Seen", "Type", "Reason", "Object"),
        *wide("Subobject", "Source"),
        *texts("Message"),
        *wide("First Seen", "Count"),
        Column("Name", format="name", priority=1),
    ),
    row=row,
    default=default,
    validate=validate,
    fields={
        **{
            f"involvedObject.{field}": _involved(field)
            for field in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
        },
        "reason": lambda obj: obj.get("reason", ""),
        "reportingComponent": lambda obj: obj.get("reportingComponent", ""),
        "source": lambda obj: get_in(obj, "source", "component", default="") or obj.get("reportingComponent", ""),
        "type": lambda obj: obj.get("type", ""),
    },
)
