"""ConfigMap: configuration as keys and values, which pods read as files or environment."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import forbidden, invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj

SIZE_LIMIT = 1024 * 1024
FROZEN = "field is immutable when `immutable` is set"


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateConfigMap."""
    data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    errors: list[FieldError] = []
    for key in sorted(data):
        errors += [invalid(f"data[{key}]", key, text) for text in names.config_key(key)]
        if key in binary:
            errors.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
    for key in sorted(binary):
        errors += [invalid(f"binaryData[{key}]", key, text) for text in names.config_key(key)]
    if sum(len(value.encode()) for value in data.values()) + sum(len(value) * 3 // 4 for value in binary.values()) > SIZE_LIMIT:
        errors.append(FieldError("FieldValueTooLong", "", f"Too long: may not be more than {SIZE_LIMIT} bytes"))
    return errors


def frozen(new: Obj, old: Obj, *fields: str) -> list[FieldError]:
    """Changes that `immutable` forbids; shared with Secrets."""
    if not old.get("immutable"):
        return []
    errors = [] if new.get("immutable") else [forbidden("immutable", FROZEN)]
    return errors + [forbidden(field, FROZEN) for field in fields if (new.get(field) or {}) != (old.get(field) or {})]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateConfigMapUpdate."""
    return frozen(new, old, "data", "binaryData")


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), age(obj, now)]


KIND = Kind(
    kind="ConfigMap",
    plural="configmaps",
    singular="configmap",
    short_names=("cm",),
    columns=(NAME, *texts("Data"), AGE),
    row=row,
    validate=validate,
    validate_update=validate_update,
)
