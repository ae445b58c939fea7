"""LimitRange: what each container, pod or claim of a Namespace may ask for, and what it gets when it says nothing."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import NAME
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, required
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.kinds.pod.resources import resource_name
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

STANDARD_TYPES = ("Pod", "Container", "PersistentVolumeClaim")
CREATED_AT = Column("Created At", type="date")
SIDES = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
# (side, other side, which must not be below it, the value shown, text)
ORDERS = (
    ("min", "max", "min", "min", "min value {0} is greater than max value {1}"),
    ("min", "defaultRequest", "defaultRequest", "defaultRequest", "min value {0} is greater than default request value {1}"),
    ("defaultRequest", "max", "defaultRequest", "defaultRequest", "default request value {0} is greater than max value {1}"),
    ("defaultRequest", "default", "defaultRequest", "defaultRequest", "default request value {0} is greater than default limit value {1}"),
    ("min", "default", "default", "min", "min value {0} is greater than default value {1}"),
    ("default", "max", "default", "max", "default value {0} is greater than max value {1}"),
)


def default(draft: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_LimitRangeItem."""
    for item in draft.setdefault("spec", {}).get("limits") or ():
        if item.get("type") != "Container":
            continue
        limits = {**(item.get("max") or {}), **(item.get("default") or {})}
        requests = {**(item.get("min") or {}), **limits, **(item.get("defaultRequest") or {})}
        for field, value in (("default", limits), ("defaultRequest", requests)):
            if value:
                item[field] = value


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateLimitRange."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, item in enumerate(obj["spec"].get("limits") or ()):
        here, of_type = f"spec.limits[{index}]", item.get("type", "")
        errors += [invalid(f"{here}.type", of_type, text) for text in names.qualified(of_type)]
        if "/" not in of_type and of_type not in STANDARD_TYPES:
            errors.append(invalid(f"{here}.type", of_type, "must be a standard limit type or fully qualified"))
        errors += [duplicate(f"{here}.type", of_type)] if of_type in seen else []
        seen.add(of_type)
        errors += _names(item, of_type, here)
        errors += _orders(item, here)
    return errors


def _names(item: Obj, of_type: str, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for side in SIDES:
        given = item.get(side) or {}
        if of_type == "Pod" and side in ("default", "defaultRequest"):
            errors += [forbidden(f"{path}.{side}", "may not be specified when `type` is 'Pod'")] if given else []
        elif of_type in ("Pod", "Container"):
            errors += [error for name in sorted(given) for error in resource_name(name, f"{path}.{side}[{name}]")]
    if of_type == "PersistentVolumeClaim" and "storage" not in {**(item.get("min") or {}), **(item.get("max") or {})}:
        errors.append(required(f"{path}.limits", "either minimum or maximum storage value is required, but neither was provided"))
    return errors


def _orders(item: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    resources = sorted({name for side in SIDES for name in item.get(side) or ()})
    for name in resources:
        given = {side: (item.get(side) or {}).get(name) for side in SIDES}
        for low, high, where, shown, text in ORDERS:
            a, b = given[low], given[high]
            if a is not None and b is not None and quantity.compare(a, b) > 0:
                detail = text.format(quantity.canonical(a), quantity.canonical(b))
                errors.append(invalid(f"{path}.{where}[{name}]", given[shown], detail))
        ratio = given["maxLimitRequestRatio"]
        if ratio is not None and quantity.compare(ratio, "1") < 0:
            errors.append(invalid(f"{path}.maxLimitRequestRatio[{name}]", ratio, f"ratio {ratio} is less than 1"))
    return errors


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj["metadata"].get("creationTimestamp")]


KIND = Kind(
    kind="LimitRange",
    plural="limitranges",
    singular="limitrange",
    short_names=("limits",),
    columns=(NAME, CREATED_AT),
    row=row,
    default=default,
    validate=validate,
)
