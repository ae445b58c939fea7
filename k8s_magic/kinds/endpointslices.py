"""EndpointSlice: some of a Service's addresses, each with whether it is ready, serving, terminating."""

from __future__ import annotations

import ipaddress
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.addresses import endpoint_ip, ip_address
from k8s_magic.kinds.columns import AGE, NAME, age, texts, with_more
from k8s_magic.kinds.errors import duplicate, invalid, not_supported, required, too_many
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.objects.meta import Obj

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
FAMILIES = {"IPv4": 4, "IPv6": 6}
PROTOCOLS = ("SCTP", "TCP", "UDP")
MAX_ENDPOINTS = 1000
MAX_ADDRESSES = 100
MAX_PORTS = 20000


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
    errors += _ports(obj.get("ports") or [])
    endpoints = obj.get("endpoints") or []
    if len(endpoints) > MAX_ENDPOINTS:
        return [*errors, too_many("endpoints", len(endpoints), MAX_ENDPOINTS)]
    for index, endpoint in enumerate(endpoints):
        errors += _endpoint(endpoint, of_type, f"endpoints[{index}]")
    return errors


def _endpoint(endpoint: Obj, of_type: str, path: str) -> list[FieldError]:
    errors = _addresses(endpoint.get("addresses") or [], of_type, f"{path}.addresses")
    node, hostname = endpoint.get("nodeName"), endpoint.get("hostname")
    errors += [invalid(f"{path}.nodeName", node, text) for text in names.subdomain(node)] if node is not None else []
    return errors + ([invalid(f"{path}.hostname", hostname, text) for text in names.label(hostname)] if hostname is not None else [])


def _addresses(addresses: list[str], of_type: str, path: str) -> list[FieldError]:
    if not addresses:
        return [required(path, "must contain at least 1 address")]
    if len(addresses) > MAX_ADDRESSES:
        return [too_many(path, len(addresses), MAX_ADDRESSES)]
    if of_type == "FQDN":
        return [error for i, address in enumerate(addresses) for error in _name(address, f"{path}[{i}]")]
    if of_type not in FAMILIES:
        return []
    return [error for i, address in enumerate(addresses) for error in _ip(address, of_type, path, i)]


def _ip(address: str, family: str, path: str, index: int) -> list[FieldError]:
    here = f"{path}[{index}]"
    errors = ip_address(address, here)
    if errors:
        return errors
    if ipaddress.ip_address(address).version != FAMILIES[family]:
        errors.append(invalid(path, address, f"must be an {family} address"))
    return errors + endpoint_ip(address, here)


def _name(address: str, path: str) -> list[FieldError]:
    """Models IsFullyQualifiedDomainName."""
    if not address:
        return [required(path)]
    texts = names.subdomain(address.removesuffix("."))
    if texts:
        return [invalid(path, address, text) for text in texts]
    return (
        []
        if "." in address.removesuffix(".")
        else [invalid(path, address, "should be a domain with at least two segments separated by dots")]
    )


def _ports(ports: list[Obj]) -> list[FieldError]:
    """Models validatePorts."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    if len(ports) > MAX_PORTS:
        return [too_many("ports", len(ports), MAX_PORTS)]
    for index, port in enumerate(ports):
        name, here, protocol = port["name"], f"ports[{index}]", port["protocol"]
        errors += [invalid(f"{here}.name", name, text) for text in names.label(name)] if name else []
        errors += [duplicate(f"{here}.name", name)] if name in seen else []
        seen.add(name)
        if protocol not in PROTOCOLS:
            errors.append(not_supported(f"{here}.protocol", protocol, PROTOCOLS))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("addressType"), old.get("addressType"), "addressType")


def warn(new: Obj, old: Obj | None) -> list[str]:
    """Models pkg/registry/discovery/endpointslice warnOnDeprecatedAddressType."""
    return ["spec.addressType: FQDN endpoints are deprecated"] if new.get("addressType") == "FQDN" else []


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
    warn=warn,
    has_generation=True,
)
