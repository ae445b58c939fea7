"""The downward API: what a Pod may know of itself, as environment variables or files. Models pkg/fieldpath and pkg/api/v1/resource."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import NamedTuple

from k8s_magic.objects import meta, quantity
from k8s_magic.objects.meta import Obj, get_in

SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


class Addresses(NamedTuple):
    """What only the kubelet knows of a Pod, with what its node has for containers without limits."""

    pod_ip: str
    host_ip: str
    cpu: str
    memory: str


def field(pod: Obj, path: str, addresses: Addresses) -> str:
    """The value of a fieldRef."""
    match = SUBSCRIPT.fullmatch(path)
    if match:
        return (meta.labels(pod) if match[1] == "labels" else meta.annotations(pod)).get(match[2], "")
    if path in ("metadata.labels", "metadata.annotations"):
        found = meta.labels(pod) if path.endswith("labels") else meta.annotations(pod)
        return "\n".join(f"{key}={json.dumps(found[key])}" for key in sorted(found))
    if path in ("status.podIP", "status.podIPs"):
        return addresses.pod_ip
    if path in ("status.hostIP", "status.hostIPs"):
        return addresses.host_ip
    return str(get_in(pod, *path.split("."), default=""))


def resource(container: Obj, reference: Obj, addresses: Addresses) -> str:
    """The value of a resourceFieldRef: in units of its divisor, rounded up; a missing limit is the node's."""
    side, _, resource_name = reference["resource"].partition(".")
    found = get_in(container, "resources", side, resource_name)
    if found is None and side == "limits":
        found = {"cpu": addresses.cpu, "memory": addresses.memory}.get(resource_name)
    divisor = reference.get("divisor") or "1"
    divisor = "1" if divisor == "0" else divisor
    amount = Fraction(quantity.milli(found or "0"), quantity.milli(divisor) or 1)
    return str(-(-amount.numerator // amount.denominator))


def item(pod: Obj, entry: Obj, addresses: Addresses) -> str:
    """The content of one file of a downwardAPI volume."""
    if "fieldRef" in entry:
        return field(pod, entry["fieldRef"]["fieldPath"], addresses)
    reference = entry["resourceFieldRef"]
    none: Obj = {}
    container = next((c for c in pod["spec"]["containers"] if c["name"] == reference.get("containerName")), none)
    return resource(container, reference, addresses)
