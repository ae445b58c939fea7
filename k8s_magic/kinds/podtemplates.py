"""PodTemplate: a template of pods that stands alone; nothing uses it, but the API has it."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import NAME, container_cells, labels_text, texts
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.pod.spec import validate_template
from k8s_magic.kinds.workloads import default_template
from k8s_magic.objects.meta import Obj


def validate(obj: Obj) -> list[FieldError]:
    return validate_template(obj["template"], "template")


def row(obj: Obj, now: float) -> list[Any]:
    template = obj.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    return [obj["metadata"]["name"], *container_cells(template.get("spec") or {}), labels_text(labels)]


KIND = Kind(
    returns_deleted=True,
    kind="PodTemplate",
    plural="podtemplates",
    singular="podtemplate",
    columns=(NAME, *texts("Containers", "Images", "Pod Labels")),
    row=row,
    default=default_template,
    validate=validate,
    has_generation=True,
)
