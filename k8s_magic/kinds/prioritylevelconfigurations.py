"""PriorityLevelConfiguration: how many requests of a level the API answers at a time.

Not modelled: that requests wait; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    limited = (obj.get("spec") or {}).get("limited") or {}
    queuing = (limited.get("limitResponse") or {}).get("queuing") or {}
    shown = [queuing.get(field, NONE) for field in ("queues", "handSize", "queueLengthLimit")]
    return [
        obj["metadata"]["name"],
        (obj.get("spec") or {}).get("type", ""),
        limited.get("nominalConcurrencyShares", NONE),
        *shown,
        age(obj, now),
    ]


KIND = Kind(
    kind="PriorityLevelConfiguration",
    plural="prioritylevelconfigurations",
    group="flowcontrol.apiserver.k8s.io",
    singular="prioritylevelconfiguration",
    namespaced=False,
    subresources=("status",),
    columns=(NAME, *texts("Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit"), AGE),
    row=row,
    has_generation=True,
)
