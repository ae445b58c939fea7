"""EndpointSlice: some of a Service's addresses, each with whether it is ready, serving, terminating."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts, with_more
from k8s_magic.kinds.errors import duplicate, invalid, not_supported, required, too_many
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.pod.spec import ip_address
from k8s_magic.objects.meta import Obj

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
MAX_ENDPOINTS = 1000


def default(draft: Obj) -> None:
    """Models pkg/apis/discovery/v1/defaults.go SetDefaults_EndpointPort."""
    for port in draft.get("ports") or ():
        if port.get("name") is None:
            port["name"] = ""
        if port.get("protocol") is None:
            port["protocol"] = "TCP"


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/discovery/validation/validation.go ValidateEndpointSlice."""
    of_type, errors = obj.get("addressType", ""), list[FieldError]()
    if not of_type:
        errors.append(required("addressType"))
    elif of_type not in ADDRESS_TYPES:
        errors.append(not_supported("addressType", of_type, ADDRESS_TYPES))
    endpoints = obj.get("endpoints") or []
    if len(endpoints) > MAX_ENDPOINTS:
        return [*errors, too_many("endpoints", len(endpoints), MAX_ENDPOINTS)]
    for index, endpoint in enumerate(endpoints):
        errors += _addresses(endpoint.get("addresses") or [], of_type, f"endpoints[{index}].addresses")
    return errors + _ports(obj.get("ports") or [])


def _addresses(addresses: list[str], of_type: str, path: str) -> list[FieldError]:
    if not addresses:
        return [required(path, "must contain at least 1 address")]
    rule = ip_address if of_type in ("IPv4", "IPv6") else _name
    return [error for i, address in enumerate(addresses) for error in rule(address, f"{path}[{i}]")]


def _name(address: str, path: str) -> list[FieldError]:
    return [invalid(path, address, text) for text in names.subdomain(address)]


def _ports(ports: list[Obj]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, port in enumerate(ports):
        name = port["name"]
        errors += [invalid(f"ports[{index}].name", name, text) for text in names.label(name)] if name else []
        errors += [duplicate(f"ports[{index}].name", name)] if name in seen else []
        seen.add(name)
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("addressType"), old.get("addressType"), "addressType")


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printEndpointSlice."""
    ports = [port["port"] if port.get("port") is not None else port.get("name") or "*" for port in obj.get("ports") or ()]
    addresses = [address for endpoint in obj.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    return [obj["metadata"]["name"], obj.get("addressType", ""), with_more(ports), with_more(addresses), age(obj, now)]


KIND = Kind(
    kind="EndpointSlice",
    plural="endpointslices",
    group="discovery.k8s.io",
    singular="endpointslice",
    columns=(NAME, *texts("AddressType", "Ports", "Endpoints"), AGE),
    row=row,
    default=default,
    validate=validate,
    validate_update=validate_update,
    has_generation=True,
)
