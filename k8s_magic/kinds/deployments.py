"""Deployment: rolls pods from one version of a template to the next, and can go back."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import internal
from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, texts, wide
from k8s_magic.kinds.errors import forbidden, invalid, not_supported
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import parse
from k8s_magic.kinds.numbers import amount, at_most_all, count_or_percent, non_negative, non_negatives, unchanged
from k8s_magic.kinds.workloads import (
    default_fields,
    default_template,
    scale,
    set_scale,
    validate_counts,
    validate_long_running,
    warn_template,
)
from k8s_magic.objects.meta import Obj

COUNTS = ("updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas")
RECREATE, ROLLING = "Recreate", "RollingUpdate"


def default(draft: Obj) -> None:
    """Models pkg/apis/apps/v1/defaults.go SetDefaults_Deployment."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
    strategy = spec["strategy"]
    if not strategy.get("type"):
        strategy["type"] = ROLLING
    if strategy["type"] == ROLLING:
        default_fields(strategy, rollingUpdate={})
        default_fields(strategy["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    default_template(spec)


def prepare_create(draft: Obj) -> None:
    draft["status"] = {}


def prepare_update(draft: Obj, old: Obj) -> None:
    """Annotations count as changes too. Models pkg/registry/apps/deployment/strategy.go PrepareForUpdate."""
    if (draft["metadata"].get("annotations") or {}) != (old["metadata"].get("annotations") or {}):
        draft["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/apps/validation/validation.go ValidateDeploymentSpec."""
    spec = obj["spec"]
    errors = non_negative(spec["replicas"], "spec.replicas")
    errors += validate_long_running(spec, "spec", "deployment", "ReplicaSet")
    errors += _strategy(spec["strategy"])
    errors += non_negatives(spec, "spec", ("minReadySeconds", "revisionHistoryLimit"))
    deadline, path = spec["progressDeadlineSeconds"], "spec.progressDeadlineSeconds"
    errors += non_negative(deadline, path)
    if deadline <= spec.get("minReadySeconds", 0):
        errors.append(invalid(path, deadline, "must be greater than minReadySeconds"))
    return errors


def _strategy(strategy: Obj) -> list[FieldError]:
    rolling = strategy.get("rollingUpdate")
    if strategy["type"] == RECREATE:
        text = "may not be specified when strategy `type` is 'Recreate'"
        return [forbidden("spec.strategy.rollingUpdate", text)] if rolling is not None else []
    if strategy["type"] == ROLLING:
        return _rolling(strategy["rollingUpdate"], "spec.strategy.rollingUpdate")
    shown = internal.struct("DeploymentStrategy", strategy)
    return [not_supported("spec.strategy", shown, [RECREATE, ROLLING])]


def _rolling(rolling: Obj, path: str) -> list[FieldError]:
    """Models ValidateRollingUpdateDeployment."""
    unavailable, surge = rolling["maxUnavailable"], rolling["maxSurge"]
    errors = count_or_percent(unavailable, f"{path}.maxUnavailable")
    errors += count_or_percent(surge, f"{path}.maxSurge")
    if amount(unavailable) == 0 and amount(surge) == 0:
        errors.append(invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
    return errors + at_most_all(unavailable, f"{path}.maxUnavailable")


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new["spec"].get("selector"), old["spec"].get("selector"), "spec.selector")


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return validate_counts(new.get("status") or {}, COUNTS)


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printDeployment."""
    spec, status = obj["spec"], obj.get("status") or {}
    selector = parse(spec.get("selector"))
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    counts = [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    names, images = container_cells(spec["template"]["spec"])
    return [obj["metadata"]["name"], ready, *counts, age(obj, now), names, images, "<invalid>" if selector is None else str(selector)]


KIND = Kind(
    kind="Deployment",
    plural="deployments",
    group="apps",
    singular="deployment",
    short_names=("deploy",),
    categories=("all",),
    subresources=("scale", "status"),
    columns=(NAME, *texts("Ready", "Up-to-date", "Available"), AGE, *wide("Containers", "Images", "Selector")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warn=warn_template,
    has_generation=True,
    scale=scale,
    set_scale=set_scale,
)
