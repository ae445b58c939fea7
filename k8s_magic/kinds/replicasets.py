"""ReplicaSet: keeps a number of pods alike; Deployments own one for each version of their template."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, count, selector_text, wide
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import non_negatives, unchanged
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

COUNTS = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas")


def default(draft: Obj) -> None:
    """Models pkg/apis/apps/v1/defaults.go SetDefaults_ReplicaSet."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, replicas=1)
    default_template(spec)


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"replicas": 0}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/apps/validation/validation.go ValidateReplicaSetSpec."""
    errors = non_negatives(obj["spec"], "spec", ("replicas", "minReadySeconds"))
    return errors + validate_long_running(obj["spec"], "spec", "deployment", "ReplicaSet")


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new["spec"].get("selector"), old["spec"].get("selector"), "spec.selector")


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return validate_counts(new.get("status") or {}, COUNTS)


def row(obj: Obj, now: float) -> list[Any]:
    spec, status = obj["spec"], obj.get("status") or {}
    numbers = [spec.get("replicas", 0), status.get("replicas", 0), status.get("readyReplicas", 0)]
    names, images = container_cells(spec["template"]["spec"])
    return [obj["metadata"]["name"], *numbers, age(obj, now), names, images, selector_text(spec.get("selector"))]


KIND = Kind(
    kind="ReplicaSet",
    plural="replicasets",
    group="apps",
    singular="replicaset",
    short_names=("rs",),
    categories=("all",),
    subresources=("scale", "status"),
    columns=(NAME, count("Desired"), count("Current"), count("Ready"), AGE, *wide("Containers", "Images", "Selector")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warn=warn_template,
    has_generation=True,
    fields={"status.replicas": lambda obj: str((obj.get("status") or {}).get("replicas", 0))},
    scale=scale,
    set_scale=set_scale,
)
