"""VolumeAttributesClass: attributes of a volume that can change while it is used.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("driverName", ""), age(obj, now)]


KIND = Kind(
    returns_deleted=True,
    kind="VolumeAttributesClass",
    plural="volumeattributesclasses",
    group="storage.k8s.io",
    singular="volumeattributesclass",
    short_names=("vac",),
    namespaced=False,
    columns=(NAME, *texts("DriverName"), AGE),
    row=row,
)
