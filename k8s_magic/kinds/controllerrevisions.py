"""ControllerRevision: a state of a DaemonSet's or StatefulSet's template, kept to go back to."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.errors import required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import non_negative, unchanged
from k8s_magic.objects.meta import Obj, controller_of


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/apps/validation/validation.go ValidateControllerRevisionCreate."""
    errors = non_negative(obj.get("revision"), "revision")
    return errors if obj.get("data") else [*errors, required("data", "data is mandatory")]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("data"), old.get("data"), "data")


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], _owner(obj), obj.get("revision", 0), age(obj, now)]


def _owner(obj: Obj) -> str:
    owner = controller_of(obj)
    if owner is None:
        return NONE
    group = owner["apiVersion"].rpartition("/")[0]
    kind = f"{owner['kind']}.{group}" if group else str(owner["kind"])
    return f"{kind.lower()}/{owner['name']}"


KIND = Kind(
    kind="ControllerRevision",
    plural="controllerrevisions",
    group="apps",
    singular="controllerrevision",
    columns=(NAME, *texts("Controller", "Revision"), AGE),
    row=row,
    validate=validate,
    validate_update=validate_update,
)
