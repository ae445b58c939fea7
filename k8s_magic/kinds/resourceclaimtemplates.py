"""ResourceClaimTemplate: of which each pod that names it gets a ResourceClaim.

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
    kind="ResourceClaimTemplate",
    plural="resourceclaimtemplates",
    group="resource.k8s.io",
    singular="resourceclaimtemplate",
    columns=(NAME, AGE),
    row=row,
)
