"""kubectl describe priorityclass."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, go_bool, pairs
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "priorityclasses.scheduling.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Models describePriorityClass."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    w.field("Value", obj.get("value", 0))
    w.field("GlobalDefault", go_bool(obj.get("globalDefault")))
    w.field("PreemptionPolicy", obj.get("preemptionPolicy", ""))
    w.field("Description", obj.get("description", ""))
    w.field("Annotations", pairs(meta.annotations(obj)))
    parts.events(w, d, obj)
    return w.text()
