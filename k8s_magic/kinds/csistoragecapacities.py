"""CSIStorageCapacity: how much of a class is free in a part of the cluster.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import NAME, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("storageClassName", ""), obj.get("capacity", "<unset>")]


KIND = Kind(
    kind="CSIStorageCapacity",
    plural="csistoragecapacities",
    group="storage.k8s.io",
    singular="csistoragecapacity",
    columns=(NAME, *texts("StorageClassName", "Capacity")),
    row=row,
)
