"""ResourceSlice: the devices that a driver has on a node.

Not modelled: that devices are given out; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    return [
        obj["metadata"]["name"],
        spec.get("nodeName", ""),
        spec.get("driver", ""),
        (spec.get("pool") or {}).get("name", ""),
        age(obj, now),
    ]


KIND = Kind(
    kind="ResourceSlice",
    plural="resourceslices",
    group="resource.k8s.io",
    singular="resourceslice",
    namespaced=False,
    columns=(NAME, *texts("Node", "Driver", "Pool"), AGE),
    row=row,
    has_generation=True,
)
