"""Rules for a pod's specification, in a pod or a template. Models pkg/apis/core/validation/validation.go ValidatePodSpec."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.addresses import ip_address
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.metadata import validate_labels, validate_template_metadata
from k8s_magic.kinds.pod.containers import validate_containers
from k8s_magic.kinds.pod.scheduling import validate_affinity, validate_spread, validate_tolerations
from k8s_magic.kinds.pod.volumes import validate_volumes
from k8s_magic.objects.meta import Obj

RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
MAX_INT32 = 2**31 - 1
SYSCTL, SYSCTL_LENGTH = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?", 253


def validate_template(template: Obj, path: str, extra_volumes: Mapping[str, Any] | None = None) -> list[FieldError]:
    """A pod template; `extra_volumes` are those that the controller adds. Models ValidatePodTemplateSpec."""
    errors = validate_template_metadata(template.get("metadata") or {}, path)
    spec = template.get("spec") or {}
    errors += validate_spec(spec, f"{path}.spec", extra_volumes=extra_volumes)
    if spec.get("ephemeralContainers"):
        errors.append(forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template"))
    return errors


def validate_spec(spec: Obj, path: str, *, is_pod: bool = False, extra_volumes: Mapping[str, Any] | None = None) -> list[FieldError]:
    errors: list[FieldError] = []
    volumes: Mapping[str, Any] = extra_volumes or {}
    if spec.get("volumes"):
        named = [v for v in spec["volumes"] if v.get("name") not in volumes]
        good, errors = validate_volumes(named, f"{path}.volumes")
        volumes = {**good, **volumes}
    errors += validate_containers(spec, volumes, path)
    if spec.get("hostNetwork"):
        errors += _host_network(spec, path, is_pod)
    if spec["restartPolicy"] not in RESTART_POLICIES:
        errors.append(not_supported(f"{path}.restartPolicy", spec["restartPolicy"], RESTART_POLICIES))
    if spec["dnsPolicy"] not in DNS_POLICIES:
        errors.append(not_supported(f"{path}.dnsPolicy", spec["dnsPolicy"], DNS_POLICIES))
    if spec.get("nodeSelector"):
        errors += validate_labels(spec["nodeSelector"], f"{path}.nodeSelector")
    if spec.get("securityContext"):
        errors += _security(spec["securityContext"], f"{path}.securityContext")
    if spec.get("affinity"):
        errors += validate_affinity(spec["affinity"], f"{path}.affinity")
    if spec["dnsPolicy"] == "None" or spec.get("dnsConfig"):
        errors += _dns(spec, f"{path}.dnsConfig")
    if spec.get("topologySpreadConstraints"):
        errors += validate_spread(spec["topologySpreadConstraints"], f"{path}.topologySpreadConstraints")
    return errors + _names(spec, path) + _rest(spec, path)


def _names(spec: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for field, rule in _NAMED:
        if spec.get(field):
            errors += [invalid(f"{path}.{field}", spec[field], text) for text in rule(spec[field])]
    return errors


_NAMED = (
    ("serviceAccountName", names.subdomain),
    ("nodeName", names.subdomain),
    ("hostname", names.label),
    ("subdomain", names.label),
    ("priorityClassName", names.subdomain),
    ("runtimeClassName", names.subdomain),
)


def _rest(spec: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= MAX_INT32:
        errors.append(invalid(f"{path}.activeDeadlineSeconds", deadline, names.in_range(1, MAX_INT32)))
    if spec.get("tolerations"):
        errors += validate_tolerations(spec["tolerations"], f"{path}.tolerations")
    for index, gate in enumerate(spec.get("readinessGates") or ()):
        kind = gate.get("conditionType", "")
        errors += [invalid(f"{path}.readinessGates[{index}].conditionType", kind, text) for text in names.qualified(kind)]
    for index, alias in enumerate(spec.get("hostAliases") or ()):
        errors += _alias(alias, f"{path}.hostAliases[{index}]")
    policy = spec.get("preemptionPolicy")
    if policy is not None and policy not in PREEMPTION_POLICIES:
        errors.append(not_supported(f"{path}.preemptionPolicy", policy, PREEMPTION_POLICIES))
    return errors


def _alias(alias: Obj, path: str) -> list[FieldError]:
    errors = ip_address(alias.get("ip", ""), f"{path}.ip")
    for name in alias.get("hostnames") or ():
        errors += [invalid(f"{path}.hostnames", name, text) for text in names.subdomain(name)]
    return errors


def _host_network(spec: Obj, path: str, is_pod: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, container in enumerate(spec.get("containers") or ()):
        for number, port in enumerate(container.get("ports") or ()):
            host, own = port.get("hostPort", 0), port.get("containerPort", 0)
            if (is_pod or host) and host != own:
                here = f"{path}.containers[{index}].ports[{number}].hostPort"
                errors.append(invalid(here, host, "must match `containerPort` when `hostNetwork` is true"))
    return errors


def _security(context: Obj, path: str) -> list[FieldError]:
    """Models ValidatePodSecurityContext, for users and groups."""
    errors: list[FieldError] = []
    for field in ("fsGroup", "runAsUser", "runAsGroup"):
        if context.get(field) is not None and not 0 <= context[field] <= MAX_INT32:
            errors.append(invalid(f"{path}.{field}", context[field], names.in_range(0, MAX_INT32)))
    return errors + _sysctls(context.get("sysctls") or [], f"{path}.sysctls")


def _sysctls(sysctls: list[Obj], path: str) -> list[FieldError]:
    errors, seen = list[FieldError](), set[str]()
    for index, sysctl in enumerate(sysctls):
        here, name = f"{path}[{index}].name", sysctl.get("name", "")
        if not name:
            errors.append(required(here))
        elif len(name) > SYSCTL_LENGTH or not re.fullmatch(SYSCTL, name):
            errors.append(invalid(here, name, f"must have at most {SYSCTL_LENGTH} characters and match regex ^{SYSCTL}$"))
        elif name in seen:
            errors.append(duplicate(here, name))
        seen.add(name)
    return errors


def _dns(spec: Obj, path: str) -> list[FieldError]:
    config = spec.get("dnsConfig")
    if spec["dnsPolicy"] == "None" and config is None:
        return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
    servers = (config or {}).get("nameservers") or []
    if spec["dnsPolicy"] == "None" and not servers:
        return [required(f"{path}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")]
    if len(servers) > 3:
        return [invalid(f"{path}.nameservers", servers, "must not have more than 3 nameservers")]
    return [error for i, server in enumerate(servers) for error in ip_address(server, f"{path}.nameservers[{i}]")]
