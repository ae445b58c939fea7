"""RuntimeClass: by what means a node runs a pod's containers."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.objects.meta import Obj


def validate(obj: Obj) -> list[FieldError]:
    handler = obj.get("handler", "")
    return [invalid("handler", handler, text) for text in names.label(handler)]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("handler", ""), old.get("handler", ""), "handler")


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("handler", ""), age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="RuntimeClass",
    plural="runtimeclasses",
    group="node.k8s.io",
    singular="runtimeclass",
    namespaced=False,
    columns=(NAME, *texts("Handler"), AGE),
    row=row,
    validate=validate,
    validate_update=validate_update,
)
