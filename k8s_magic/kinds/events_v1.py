"""Event in events.k8s.io/v1: the same events under newer names of fields. Models pkg/apis/events/v1/conversion.go."""

from __future__ import annotations

from dataclasses import replace

from k8s_magic.kinds import events
from k8s_magic.objects.meta import Obj

# Here -> in the core group.
NAMES = {
    "regarding": "involvedObject",
    "note": "message",
    "reportingController": "reportingComponent",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
}
BACK = {core: new for new, core in NAMES.items()}


def from_stored(obj: Obj) -> Obj:
    return {**{BACK.get(field, field): value for field, value in obj.items()}, "apiVersion": "events.k8s.io/v1"}


def to_stored(obj: Obj) -> Obj:
    return {**{NAMES.get(field, field): value for field, value in obj.items()}, "apiVersion": "v1"}


def _field_label(core: str) -> str:
    """How a field selector is called here. Models AddFieldLabelConversionsForEvent; what it reads is the stored object."""
    head, dot, rest = core.partition(".")
    return BACK.get(head, head) + dot + rest


KIND = replace(
    events.KIND,
    group="events.k8s.io",
    stored_as=events.KIND.resource,
    fields={_field_label(label): read for label, read in events.KIND.fields.items() if label != "source"},
    from_stored=from_stored,
    to_stored=to_stored,
)
