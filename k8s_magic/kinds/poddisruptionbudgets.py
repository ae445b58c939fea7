"""PodDisruptionBudget: how many pods of an application may be taken away at once, on purpose."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, count, texts
from k8s_magic.kinds.errors import InOrder, invalid, not_supported
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import validate_selector
from k8s_magic.kinds.numbers import at_most_all, count_or_percent, non_negatives
from k8s_magic.objects.meta import Obj

COUNTS = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def default(draft: Obj) -> None:
    draft.setdefault("spec", {})


def prepare_create(draft: Obj) -> None:
    draft["status"] = dict.fromkeys(COUNTS, 0)


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/policy/validation/validation.go ValidatePodDisruptionBudgetSpec."""
    spec, errors = obj["spec"], list[FieldError]()
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        shown = InOrder(
            {
                "MinAvailable": spec["minAvailable"],
                "Selector": spec.get("selector"),
                "MaxUnavailable": spec["maxUnavailable"],
                "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
            }
        )
        errors.append(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"))
    for field in ("minAvailable", "maxUnavailable"):
        if spec.get(field) is not None:
            errors += [*count_or_percent(spec[field], f"spec.{field}"), *at_most_all(spec[field], f"spec.{field}")]
    errors += validate_selector(spec.get("selector"), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy not in (None, "AlwaysAllow", "IfHealthyBudget"):
        errors.append(not_supported("spec.unhealthyPodEvictionPolicy", policy, ["AlwaysAllow", "IfHealthyBudget"]))
    return errors


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return non_negatives(new.get("status") or {}, "status", COUNTS)


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj["spec"]
    shown = [str(spec[field]) if spec.get(field) is not None else "N/A" for field in ("minAvailable", "maxUnavailable")]
    return [obj["metadata"]["name"], *shown, (obj.get("status") or {}).get("disruptionsAllowed", 0), age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="PodDisruptionBudget",
    plural="poddisruptionbudgets",
    group="policy",
    singular="poddisruptionbudget",
    short_names=("pdb",),
    subresources=("status",),
    columns=(NAME, *texts("Min Available", "Max Unavailable"), count("Allowed Disruptions"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_status=validate_status,
    has_generation=True,
)
