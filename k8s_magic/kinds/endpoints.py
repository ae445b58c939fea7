"""Endpoints: the old list of a Service's addresses, still written for those who read it; EndpointSlices took its place."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.addresses import endpoint_ip, ip_address
from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import port_number
from k8s_magic.objects.meta import Obj

SHOWN = 3


def default(draft: Obj) -> None:
    for subset in draft.get("subsets") or ():
        for port in subset.get("ports") or ():
            if not port.get("protocol"):
                port["protocol"] = "TCP"


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go validateEndpointSubsets."""
    errors: list[FieldError] = []
    for index, subset in enumerate(obj.get("subsets") or ()):
        here = f"subsets[{index}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            errors.append(required(here, "must specify `addresses` or `notReadyAddresses`"))
        for field in ("addresses", "notReadyAddresses"):
            for number, address in enumerate(subset.get(field) or ()):
                errors += _address(address, f"{here}.{field}[{number}]")
        ports = subset.get("ports") or []
        for number, port in enumerate(ports):
            errors += _port(port, f"{here}.ports[{number}]", needs_name=len(ports) > 1)
    return errors


def _address(address: Obj, path: str) -> list[FieldError]:
    ip, hostname, node = address.get("ip", ""), address.get("hostname"), address.get("nodeName")
    errors = ip_address(ip, f"{path}.ip")
    errors += [invalid(f"{path}.hostname", hostname, text) for text in names.label(hostname)] if hostname else []
    errors += [invalid(f"{path}.nodeName", node, text) for text in names.subdomain(node)] if node is not None else []
    return errors + endpoint_ip(ip, f"{path}.ip")


def _port(port: Obj, path: str, *, needs_name: bool) -> list[FieldError]:
    name = port.get("name")
    errors = [required(f"{path}.name")] if needs_name and not name else []
    errors += [invalid(f"{path}.name", name, text) for text in names.label(name)] if name else []
    errors += port_number(port.get("port", 0), f"{path}.port")
    if port["protocol"] not in ("SCTP", "TCP", "UDP"):
        errors.append(not_supported(f"{path}.protocol", port["protocol"], ["SCTP", "TCP", "UDP"]))
    return errors


def addresses_text(obj: Obj) -> str:
    """The first addresses, with ports. Models formatEndpoints."""
    found: list[str] = []
    for subset in obj.get("subsets") or ():
        ips = [address["ip"] for address in subset.get("addresses") or ()]
        ports = subset.get("ports")
        found += [f"{ip}:{port['port']}" for port in ports for ip in ips] if ports else ips
    if not obj.get("subsets"):
        return NONE
    text = ",".join(found[:SHOWN])
    return f"{text} + {len(found) - SHOWN} more..." if len(found) > SHOWN else text


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], addresses_text(obj), age(obj, now)]


KIND = Kind(
    kind="Endpoints",
    plural="endpoints",
    singular="endpoints",
    short_names=("ep",),
    columns=(NAME, *texts("Endpoints"), AGE),
    row=row,
    default=default,
    validate=validate,
    deprecation="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
)
