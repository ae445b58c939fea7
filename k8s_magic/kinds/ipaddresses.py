"""IPAddress: an address that a Service has of a ServiceCIDR.

Not modelled: that Services' addresses have one each; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import NAME, NONE, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    parent = (obj.get("spec") or {}).get("parentRef")
    if not parent:
        return [obj["metadata"]["name"], NONE]
    resource = ".".join(filter(None, (parent.get("resource", ""), parent.get("group", ""))))
    return [obj["metadata"]["name"], "/".join(filter(None, (resource.lower(), parent.get("namespace"), parent.get("name"))))]


KIND = Kind(
    kind="IPAddress",
    plural="ipaddresses",
    group="networking.k8s.io",
    singular="ipaddress",
    short_names=("ip",),
    namespaced=False,
    columns=(NAME, *texts("ParentRef")),
    row=row,
    has_generation=True,
)
