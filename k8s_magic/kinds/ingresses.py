"""Ingress: rules by which requests from outside find Services, by host and path."""

from __future__ import annotations

import ipaddress
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import port_number
from k8s_magic.objects.meta import Obj

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
BAD_SUFFIXES = ("/..", "/.")
SHOWN_HOSTS = 3


def default(draft: Obj) -> None:
    draft.setdefault("spec", {})


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"loadBalancer": {}}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/networking/validation/validation.go ValidateIngressSpec."""
    spec, errors = obj["spec"], list[FieldError]()
    rules, backend = spec.get("rules") or [], spec.get("defaultBackend")
    if not rules and backend is None:
        errors.append(invalid("spec", None, "either `defaultBackend` or `rules` must be specified"))
    errors += _backend(backend, "spec.defaultBackend") if backend is not None else []
    for index, rule in enumerate(rules):
        errors += _rule(rule, f"spec.rules[{index}]")
    for index, tls in enumerate(spec.get("tls") or ()):
        errors += _tls(tls, f"spec.tls[{index}]")
    chosen = spec.get("ingressClassName")
    errors += [invalid("spec.ingressClassName", chosen, text) for text in names.subdomain(chosen)] if chosen is not None else []
    annotation = (obj["metadata"].get("annotations") or {}).get(CLASS_ANNOTATION)
    if annotation is not None and chosen is not None and annotation != chosen and "resourceVersion" not in obj["metadata"]:
        text = "must match `ingressClassName` when both are specified"
        errors.append(invalid(f"annotations.{CLASS_ANNOTATION}", annotation, text))
    return errors


def _host(host: str, path: str) -> list[FieldError]:
    rule = names.wildcard_subdomain if "*" in host else names.subdomain
    return [invalid(path, host, text) for text in rule(host)]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _rule(rule: Obj, path: str) -> list[FieldError]:
    host, errors = rule.get("host"), list[FieldError]()
    if host:
        errors += [invalid(f"{path}.host", host, "must be a DNS name, not an IP address")] if _is_address(host) else []
        errors += _host(host, f"{path}.host")
    http = rule.get("http")
    if http is None:
        return errors
    errors += [] if http.get("paths") else [required(f"{path}.http.paths")]
    return errors + [error for i, route in enumerate(http.get("paths") or ()) for error in _path(route, f"{path}.http.paths[{i}]")]


def _path(route: Obj, path: str) -> list[FieldError]:
    kind, where = route.get("pathType"), route.get("path", "")
    if kind is None:
        return [required(f"{path}.pathType", "pathType must be specified")]
    errors: list[FieldError] = []
    if kind not in PATH_TYPES:
        errors.append(not_supported(f"{path}.pathType", kind, PATH_TYPES))
    elif not where.startswith("/") and (where or kind != "ImplementationSpecific"):
        errors.append(invalid(f"{path}.path", where, "must be an absolute path"))
    if kind in ("Exact", "Prefix"):
        errors += [invalid(f"{path}.path", where, f"must not contain '{bad}'") for bad in BAD_SEQUENCES if bad in where]
        errors += [invalid(f"{path}.path", where, f"cannot end with '{bad}'") for bad in BAD_SUFFIXES if where.endswith(bad)]
    return errors + _backend(route.get("backend") or {}, f"{path}.backend")


def _backend(backend: Obj, path: str) -> list[FieldError]:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        return [invalid(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return [required(f"{path}.resource.{field}") for field in ("kind", "name") if not resource.get(field)]
    if service is None:
        return [invalid(path, "", "resource or service backend is required")]
    name, port = service.get("name"), service.get("port") or {}
    errors = [invalid(f"{path}.service.name", name, text) for text in names.label(name)] if name else [required(f"{path}.service.name")]
    if port.get("name") and port.get("number"):
        errors.append(invalid(path, "", "cannot set both port name & port number"))
    elif port.get("name"):
        errors += [invalid(f"{path}.service.port.name", port["name"], text) for text in names.port_name(port["name"])]
    elif port.get("number"):
        errors += port_number(port["number"], f"{path}.service.port.number")
    else:
        errors.append(required(path, "port name or number is required"))
    return errors


def _tls(tls: Obj, path: str) -> list[FieldError]:
    errors = [error for i, host in enumerate(tls.get("hosts") or ()) for error in _host(host, f"{path}.hosts[{i}]")]
    secret = tls.get("secretName")
    return errors + ([invalid(f"{path}.secretName", secret, text) for text in names.subdomain(secret)] if secret else [])


def warn(new: Obj, old: Obj | None) -> list[str]:
    """Models pkg/registry/networking/ingress/strategy.go WarningsOnCreate."""
    annotated = CLASS_ANNOTATION in (new["metadata"].get("annotations") or {})
    if old is None and annotated and new["spec"].get("ingressClassName") is None:
        return [f"annotation \"{CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"]
    return []


def hosts_text(rules: list[Obj]) -> str:
    """Models formatHosts: the first hosts; `*` where there is none."""
    hosts: list[str] = []
    more = False
    for rule in rules:
        more = more or len(hosts) == SHOWN_HOSTS
        if not more and rule.get("host"):
            hosts.append(rule["host"])
    if not hosts:
        return "*"
    return ",".join(hosts) + (f" + {len(rules) - SHOWN_HOSTS} more..." if more else "")


def address_text(obj: Obj) -> str:
    points = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return ",".join(sorted({point.get("ip") or point.get("hostname") or "" for point in points} - {""}))


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printIngress."""
    spec = obj["spec"]
    chosen, ports = spec.get("ingressClassName"), "80, 443" if spec.get("tls") else "80"
    cells = [NONE if chosen is None else chosen, hosts_text(spec.get("rules") or []), address_text(obj), ports]
    return [obj["metadata"]["name"], *cells, age(obj, now)]


KIND = Kind(
    kind="Ingress",
    plural="ingresses",
    group="networking.k8s.io",
    singular="ingress",
    short_names=("ing",),
    subresources=("status",),
    columns=(NAME, *texts("Class", "Hosts", "Address", "Ports"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    warn=warn,
    has_generation=True,
)
