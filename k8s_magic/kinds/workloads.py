"""What Deployments, ReplicaSets and the other controllers of pods share: template and replicas, scale, status rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from k8s_magic.kinds.errors import forbidden, invalid, not_supported
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.label_selectors import matches_template, parse, validate_own_selector
from k8s_magic.kinds.numbers import non_negatives
from k8s_magic.kinds.pod.defaults import default_template_spec
from k8s_magic.kinds.pod.spec import validate_template
from k8s_magic.kinds.pod.warnings import hostname_warning, template_warnings
from k8s_magic.objects import selectors
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

POD_NAMES = "Pod names and hostnames"


def default_template(spec: Obj) -> None:
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    default_template_spec(template.setdefault("spec", {}))


def default_fields(draft: Obj, /, **values: Any) -> None:
    """Give fields that are missing or null their values."""
    for field, value in values.items():
        if draft.get(field) is None:
            draft[field] = value


def validate_long_running(
    spec: Obj, path: str, name: str, kind: str, *, invalid_text: str = "invalid label selector", volumes: Mapping[str, Any] | None = None
) -> list[FieldError]:
    """The selector, and the template of pods that are to run for ever. Models ValidatePodTemplateSpecForReplicaSet.

    `name` is the kind in the message on an empty selector, `kind` in the one on a deadline.
    """
    errors = validate_own_selector(spec, f"{path}.selector", name, invalid_text)
    if parse(spec.get("selector")) is None:
        return errors
    template = spec["template"]
    errors += matches_template(spec.get("selector"), template, f"{path}.template")
    errors += validate_template(template, f"{path}.template", volumes)
    return errors + validate_always(template["spec"], f"{path}.template.spec", kind)


def validate_always(spec: Obj, path: str, kind: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec["restartPolicy"] != "Always":
        errors.append(not_supported(f"{path}.restartPolicy", spec["restartPolicy"], ["Always"]))
    if spec.get("activeDeadlineSeconds") is not None:
        errors.append(forbidden(f"{path}.activeDeadlineSeconds", f"activeDeadlineSeconds in {kind} is not Supported"))
    return errors


def validate_counts(status: Obj, fields: Iterable[str], ready_text: str = "readyReplicas") -> list[FieldError]:
    """Counts of pods in a status: none below zero, none above the total."""
    errors = non_negatives(status, "status", ("replicas", *fields, "observedGeneration"))
    total = status.get("replicas", 0)
    for field in fields:
        if field != "unavailableReplicas" and field != "terminatingReplicas" and status.get(field, 0) > total:
            errors.append(invalid(f"status.{field}", status[field], "cannot be greater than status.replicas"))
    if status.get("availableReplicas", 0) > status.get("readyReplicas", 0):
        errors.append(invalid("status.availableReplicas", status["availableReplicas"], f"cannot be greater than {ready_text}"))
    return errors


def warn_template(new: Obj, old: Obj | None) -> list[str]:
    """Warnings on a template when it is new or anything of the specification has changed."""
    if old is not None and new.get("spec") == old.get("spec"):
        return []
    name = hostname_warning(new["metadata"].get("name", ""), POD_NAMES) if old is None else []
    return name + template_warnings(new["spec"]["template"], "spec.template")


def scale(obj: Obj) -> Obj:
    """The autoscaling/v1 Scale of a workload. Models pkg/registry/apps/*/storage scaleFromX."""
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    kept = {k: meta[k] for k in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp") if k in meta}
    of_status: Obj = {"replicas": status.get("replicas", 0)}
    selector = str(selectors.from_label_selector(spec.get("selector")))
    if selector:
        of_status["selector"] = selector
    replicas = {"replicas": spec["replicas"]} if spec.get("replicas") else {}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": kept, "spec": replicas, "status": of_status}


def set_scale(obj: Obj, replicas: int) -> Obj:
    return set_in(obj, ("spec", "replicas"), replicas)  # type: ignore[no-any-return]
