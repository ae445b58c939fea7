"""VolumeAttachment: that a volume is to be attached to a node.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    volume = (spec.get("source") or {}).get("persistentVolumeName", "")
    attached = bool((obj.get("status") or {}).get("attached"))
    return [obj["metadata"]["name"], spec.get("attacher", ""), volume, spec.get("nodeName", ""), attached, age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    returns_deleted=True,
    kind="VolumeAttachment",
    plural="volumeattachments",
    group="storage.k8s.io",
    singular="volumeattachment",
    namespaced=False,
    subresources=("status",),
    columns=(NAME, *texts("Attacher", "PV", "Node", "Attached"), AGE),
    row=row,
)
