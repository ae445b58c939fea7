"""NetworkPolicy: who may speak with the pods that it selects."""

from __future__ import annotations

import ipaddress
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, selector_text, texts
from k8s_magic.kinds.errors import forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import validate_selector
from k8s_magic.kinds.numbers import port_number
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

PROTOCOLS = ("TCP", "UDP", "SCTP")
POLICY_TYPES = ("Ingress", "Egress")
BAD_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def default(draft: Obj) -> None:
    """Models pkg/apis/networking/v1/defaults.go SetDefaults_NetworkPolicy."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, podSelector={})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for rule in [*(spec.get("ingress") or ()), *(spec.get("egress") or ())]:
        for port in rule.get("ports") or ():
            default_fields(port, protocol="TCP")


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/networking/validation/validation.go ValidateNetworkPolicySpec."""
    spec = obj["spec"]
    errors = validate_selector(spec["podSelector"], "spec.podSelector")
    for side, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(side) or ()):
            here = f"spec.{side}[{index}]"
            errors += [error for i, port in enumerate(rule.get("ports") or ()) for error in _port(port, f"{here}.ports[{i}]")]
            errors += [error for i, peer in enumerate(rule.get(peers) or ()) for error in _peer(peer, f"{here}.{peers}[{i}]")]
    types = spec["policyTypes"]
    if len(types) > len(POLICY_TYPES):
        return [*errors, invalid("spec.policyTypes", types, "may not specify more than two policyTypes")]
    unknown = [(i, of_type) for i, of_type in enumerate(types) if of_type not in POLICY_TYPES]
    return errors + [not_supported(f"spec.policyTypes[{i}]", of_type, POLICY_TYPES) for i, of_type in unknown]


def _port(port: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if port["protocol"] not in PROTOCOLS:
        errors.append(not_supported(f"{path}.protocol", port["protocol"], PROTOCOLS))
    number, end = port.get("port"), port.get("endPort")
    if isinstance(number, str):
        errors += [invalid(f"{path}.endPort", end, "may not be specified when `port` is non-numeric")] if end is not None else []
        return errors + [invalid(f"{path}.port", number, text) for text in names.port_name(number)]
    if number is None:
        return errors + ([invalid(f"{path}.endPort", end, "may not be specified when `port` is not specified")] if end is not None else [])
    errors += port_number(number, f"{path}.port")
    if end is not None and end < number:
        errors.append(invalid(f"{path}.endPort", number, "must be greater than or equal to `port`"))
    return errors + (port_number(end, f"{path}.endPort") if end is not None else [])


def _peer(peer: Obj, path: str) -> list[FieldError]:
    given = [field for field in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(field) is not None]
    if not given:
        return [required(path, "must specify a peer")]
    errors = [error for field in given if field != "ipBlock" for error in validate_selector(peer[field], f"{path}.{field}")]
    if "ipBlock" in given:
        errors += _block(peer["ipBlock"], f"{path}.ipBlock")
        errors += [forbidden(path, "may not specify both ipBlock and another peer")] if len(given) > 1 else []
    return errors


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _block(block: Obj, path: str) -> list[FieldError]:
    cidr = block.get("cidr")
    if not cidr:
        return [required(f"{path}.cidr")]
    network = _network(cidr)
    if network is None:
        return [invalid(f"{path}.cidr", cidr, BAD_CIDR)]
    errors: list[FieldError] = []
    for index, text in enumerate(block.get("except") or ()):
        inner = _network(text)
        if inner is None:
            errors.append(invalid(f"{path}.except[{index}]", text, BAD_CIDR))
        elif inner.version != network.version or inner.network_address not in network or inner.prefixlen <= network.prefixlen:
            errors.append(invalid(f"{path}.except[{index}]", text, "must be a strict subset of `cidr`"))
    return errors


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], selector_text(obj["spec"].get("podSelector")), age(obj, now)]


KIND = Kind(
    kind="NetworkPolicy",
    plural="networkpolicies",
    group="networking.k8s.io",
    singular="networkpolicy",
    short_names=("netpol",),
    columns=(NAME, *texts("Pod-Selector"), AGE),
    row=row,
    default=default,
    validate=validate,
    has_generation=True,
)
