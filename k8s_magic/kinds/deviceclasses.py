"""DeviceClass: a sort of device that claims may ask for.

Not modelled: that devices are given out; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], age(obj, now)]


KIND = Kind(
    kind="DeviceClass",
    plural="deviceclasses",
    group="resource.k8s.io",
    singular="deviceclass",
    namespaced=False,
    columns=(NAME, AGE),
    row=row,
    has_generation=True,
)
