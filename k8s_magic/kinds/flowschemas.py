"""FlowSchema: which requests to the API are of which level of priority.

Not modelled: that requests wait; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    method = (spec.get("distinguisherMethod") or {}).get("type", NONE)
    dangling = [c["status"] for c in (obj.get("status") or {}).get("conditions") or () if c["type"] == "Dangling"]
    level = (spec.get("priorityLevelConfiguration") or {}).get("name", "")
    return [obj["metadata"]["name"], level, spec.get("matchingPrecedence", 0), method, age(obj, now), *(dangling[:1] or "?")]


KIND = Kind(
    kind="FlowSchema",
    plural="flowschemas",
    group="flowcontrol.apiserver.k8s.io",
    singular="flowschema",
    namespaced=False,
    subresources=("status",),
    columns=(NAME, *texts("PriorityLevel", "MatchingPrecedence", "DistinguisherMethod"), AGE, *texts("MissingPL")),
    row=row,
    has_generation=True,
)
