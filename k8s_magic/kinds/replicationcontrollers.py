"""ReplicationController: what there was before ReplicaSets; its selector is plain labels."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, count, labels_text, wide
from k8s_magic.kinds.errors import invalid, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import MISMATCH
from k8s_magic.kinds.numbers import non_negatives
from k8s_magic.kinds.pod.defaults import default_template_spec
from k8s_magic.kinds.pod.spec import validate_template
from k8s_magic.kinds.workloads import default_fields, set_scale, validate_always, validate_counts
from k8s_magic.objects.meta import Obj

COUNTS = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")


def default(draft: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_ReplicationController."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, replicas=1)
    template = spec.get("template")
    if template is None:
        return
    labels = template.setdefault("metadata", {}).get("labels")
    if labels:
        spec["selector"] = spec.get("selector") or dict(labels)
        draft["metadata"]["labels"] = draft["metadata"].get("labels") or dict(labels)
    default_template_spec(template.setdefault("spec", {}))


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"replicas": 0}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateReplicationControllerSpec."""
    spec = obj["spec"]
    selector, template = spec.get("selector") or {}, spec.get("template")
    errors = non_negatives(spec, "spec", ("minReadySeconds",))
    errors += [] if selector else [required("spec.selector")]
    errors += non_negatives(spec, "spec", ("replicas",))
    if template is None:
        return [*errors, required("spec.template")]
    labels = (template.get("metadata") or {}).get("labels") or {}
    if not selector.items() <= labels.items():
        errors.append(invalid("spec.template.metadata.labels", labels or None, MISMATCH))
    errors += validate_template(template, "spec.template")
    return errors + validate_always(template["spec"], "spec.template.spec", "ReplicationController")


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return validate_counts(new.get("status") or {}, COUNTS)


def scale(obj: Obj) -> Obj:
    meta, status = obj["metadata"], obj.get("status") or {}
    kept = {k: meta[k] for k in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp") if k in meta}
    selector = ",".join(f"{k}={v}" for k, v in sorted((obj["spec"].get("selector") or {}).items()))
    replicas = {"replicas": obj["spec"]["replicas"]} if obj["spec"].get("replicas") else {}
    of_status = {"replicas": status.get("replicas", 0), "selector": selector}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": kept, "spec": replicas, "status": of_status}


def row(obj: Obj, now: float) -> list[Any]:
    spec, status = obj["spec"], obj.get("status") or {}
    numbers = [spec.get("replicas", 0), status.get("replicas", 0), status.get("readyReplicas", 0)]
    cells = container_cells((spec.get("template") or {}).get("spec") or {})
    return [obj["metadata"]["name"], *numbers, age(obj, now), *cells, labels_text(spec.get("selector"))]


KIND = Kind(
    kind="ReplicationController",
    plural="replicationcontrollers",
    singular="replicationcontroller",
    short_names=("rc",),
    categories=("all",),
    subresources=("scale", "status"),
    columns=(NAME, *map(count, ("Desired", "Current", "Ready")), AGE, *wide("Containers", "Images", "Selector")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_status=validate_status,
    has_generation=True,
    fields={"status.replicas": lambda obj: str((obj.get("status") or {}).get("replicas", 0))},
    scale=scale,
    set_scale=set_scale,
)
