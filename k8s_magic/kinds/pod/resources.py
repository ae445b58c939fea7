"""Rules for requests and limits, and the class of service that follows from them."""

from __future__ import annotations

from functools import lru_cache

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import invalid, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.numbers import quantity_not_negative
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

STANDARD = frozenset({"cpu", "memory", "ephemeral-storage"})
# Resources that quotas and volumes know, but containers do not.
STANDARD_ELSEWHERE = frozenset(
    {"pods", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "resourcequotas", "storage"}
    | {"services.nodeports", "services.loadbalancers", "requests.cpu", "requests.memory", "requests.storage"}
    | {"requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "count"}
)


def validate_resources(resources: Obj, path: str) -> list[FieldError]:
    """Models validateResourceRequirements; Go's maps have no order, ours is by name."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    errors: list[FieldError] = []
    for name in sorted(limits):
        errors += _amount(name, limits[name], f"{path}.limits[{name}]")
    for name in sorted(requests):
        errors += _amount(name, requests[name], f"{path}.requests[{name}]")
        errors += _within(name, requests[name], limits.get(name), path)
    return errors


@lru_cache(maxsize=1024)
def _amount(name: str, amount: str | int | float, path: str) -> tuple[FieldError, ...]:
    errors = [*resource_name(name, path), *quantity_not_negative(amount, path)]
    if not _may_overcommit(name) and quantity.milli(amount) % 1000:
        errors.append(invalid(path, quantity.canonical(amount), "must be an integer"))
    if name.startswith("hugepages-") and not errors and _is_indivisible(name, amount):
        text = quantity.canonical(amount)
        errors.append(invalid(path, text, f"{text} is not positive integer multiple of {name}"))
    return tuple(errors)


def _is_indivisible(name: str, amount: str | int | float) -> bool:
    """Models helper.IsHugePageResourceValueDivisible."""
    try:
        size = quantity.milli(name.removeprefix("hugepages-"))
    except quantity.QuantityError:
        return True
    return size <= 0 or quantity.milli(amount) % size != 0


def _within(name: str, request: str, limit: str | None, path: str) -> list[FieldError]:
    overcommit = _may_overcommit(name)
    if limit is None:
        return [] if overcommit else [required(f"{path}.limits", "Limit must be set for non overcommitable resources")]
    order = quantity.compare(request, limit)
    shown = (quantity.canonical(request), quantity.canonical(limit))
    if order != 0 and not overcommit:
        return [invalid(f"{path}.requests", shown[0], f"must be equal to {name} limit of {shown[1]}")]
    if order > 0:
        return [invalid(f"{path}.requests", shown[0], f"must be less than or equal to {name} limit of {shown[1]}")]
    return []


def _may_overcommit(name: str) -> bool:
    """Native resources but huge pages. Models helper.IsOvercommitAllowed."""
    return ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")


def resource_name(name: str, path: str) -> list[FieldError]:
    """A resource that a container can ask for. Models validateContainerResourceName."""
    errors = [invalid(path, name, text) for text in names.qualified(name)]
    if "/" in name:
        return errors
    if not errors and name not in STANDARD and name not in STANDARD_ELSEWHERE and not name.startswith("hugepages-"):
        errors.append(invalid(path, name, "must be a standard resource type or fully qualified"))
    if name not in STANDARD and not name.startswith("hugepages-"):
        errors.append(invalid(path, name, "must be a standard resource for containers"))
    return errors


def qos_class(spec: Obj) -> str:
    """Guaranteed, Burstable or BestEffort. Models pkg/apis/core/v1/helper/qos ComputePodQOS."""
    guaranteed, any_given = True, False
    if (spec.get("resources") or {}).keys() & {"limits", "requests"}:
        containers = [spec]
    else:
        containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    for container in containers:
        resources = container.get("resources") or {}
        limits, requests = _compute(resources.get("limits")), _compute(resources.get("requests"))
        any_given = any_given or bool(limits or requests)
        guaranteed = guaranteed and len(limits) == 2 and all(quantity.compare({**limits, **requests}[k], limits[k]) == 0 for k in limits)
    if not any_given:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _compute(amounts: Obj | None) -> Obj:
    return {k: v for k, v in (amounts or {}).items() if k in ("cpu", "memory") and quantity.parse(v).nanos > 0}
