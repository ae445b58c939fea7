"""ServiceCIDR: a range of which Services get their addresses.

Not modelled: that a second range is taken from; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], ",".join((obj.get("spec") or {}).get("cidrs") or ()), age(obj, now)]


KIND = Kind(
    kind="ServiceCIDR",
    plural="servicecidrs",
    group="networking.k8s.io",
    singular="servicecidr",
    namespaced=False,
    subresources=("status",),
    columns=(NAME, *texts("CIDRs"), AGE),
    row=row,
    has_generation=True,
)
