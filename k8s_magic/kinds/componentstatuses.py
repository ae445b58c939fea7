"""ComponentStatus: whether the parts of the control plane are well; deprecated, but people still ask."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import NAME, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printComponentStatus."""
    healthy = next((c for c in obj.get("conditions") or () if c.get("type") == "Healthy"), None)
    if healthy is None:
        return [obj["metadata"]["name"], "Unknown", "", ""]
    status = "Healthy" if healthy.get("status") == "True" else "Unhealthy"
    return [obj["metadata"]["name"], status, healthy.get("message", ""), healthy.get("error", "")]


KIND = Kind(
    kind="ComponentStatus",
    plural="componentstatuses",
    singular="componentstatus",
    short_names=("cs",),
    namespaced=False,
    verbs=("get", "list"),
    columns=(NAME, *texts("Status", "Message", "Error")),
    row=row,
    deprecation="v1 ComponentStatus is deprecated in v1.19+",
)
