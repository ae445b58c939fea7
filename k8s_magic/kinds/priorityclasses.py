"""PriorityClass: how important pods are, against each other, when there is not room for all."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, count, texts
from k8s_magic.kinds.errors import forbidden, not_supported
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.pod.spec import PREEMPTION_POLICIES
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

HIGHEST = 1_000_000_000
SYSTEM = {"system-cluster-critical": 2 * HIGHEST, "system-node-critical": 2 * HIGHEST + 1000}
RESERVED = "priority class names with 'system-' prefix are reserved for system use only. error: "


def default(draft: Obj) -> None:
    default_fields(draft, preemptionPolicy="PreemptLowerPriority", value=0)


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/scheduling/validation/validation.go ValidatePriorityClass."""
    name, value, errors = obj["metadata"].get("name", ""), obj["value"], list[FieldError]()
    if name.startswith("system-"):
        errors += _system(name, value)
    elif value > HIGHEST:
        errors.append(forbidden("value", f"maximum allowed value of a user defined priority is {HIGHEST}"))
    if obj["preemptionPolicy"] not in PREEMPTION_POLICIES:
        errors.append(not_supported("preemptionPolicy", obj["preemptionPolicy"], PREEMPTION_POLICIES))
    return errors


def _system(name: str, value: int) -> list[FieldError]:
    if name not in SYSTEM:
        return [forbidden("metadata.name", f"{RESERVED}{name} is not a known system priority class")]
    if value != SYSTEM[name]:
        return [forbidden("metadata.name", f"{RESERVED}value of {name} PriorityClass must be {SYSTEM[name]}")]
    return []


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    errors = [forbidden("value", "may not be changed in an update.")] if new["value"] != old.get("value", 0) else []
    return errors + unchanged(new.get("preemptionPolicy"), old.get("preemptionPolicy"), "preemptionPolicy")


def row(obj: Obj, now: float) -> list[Any]:
    policy = obj.get("preemptionPolicy", "")
    return [obj["metadata"]["name"], obj.get("value", 0), bool(obj.get("globalDefault")), age(obj, now), policy]


KIND = Kind(
    kind="PriorityClass",
    plural="priorityclasses",
    group="scheduling.k8s.io",
    singular="priorityclass",
    short_names=("pc",),
    namespaced=False,
    columns=(NAME, count("Value"), Column("Global-Default", type="boolean"), AGE, *texts("PreemptionPolicy")),
    row=row,
    default=default,
    validate=validate,
    validate_update=validate_update,
    has_generation=True,
)
