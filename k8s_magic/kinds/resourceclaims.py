"""ResourceClaim: devices that a pod asks for.

Not modelled: that devices are given out; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    status = obj.get("status") or {}
    words = ["deleted"] if obj["metadata"].get("deletionTimestamp") else []
    words += (["allocated"] if status.get("allocation") else []) + (["reserved"] if status.get("reservedFor") else [])
    return [obj["metadata"]["name"], ",".join(words) or "pending", age(obj, now)]


KIND = Kind(
    kind="ResourceClaim",
    plural="resourceclaims",
    group="resource.k8s.io",
    singular="resourceclaim",
    subresources=("status",),
    columns=(NAME, *texts("State"), AGE),
    row=row,
)
