"""The ways in which a field can be wrong, in the words of apimachinery's field.Error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from k8s_magic.kinds.kind import FieldError


class InOrder(dict[str, Any]):
    """A struct, whose fields are printed in their own order; other dicts are maps, which Go sorts."""


SELECTOR_FIELDS = {"matchLabels", "matchExpressions"}


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() <= SELECTOR_FIELDS:
        value = {field: value[field] for field in ("matchLabels", "matchExpressions") if value.get(field)}
        return {field: _ordered(of) for field, of in value.items()}
    return {key: _ordered(value[key]) for key in (value if isinstance(value, InOrder) else sorted(value))}


def _shown(value: Any) -> str:
    """A bad value as Go prints it in an error: strings quoted, numbers and booleans bare, the rest as JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    text = json.dumps(_ordered(value), separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def required(path: str, detail: str = "") -> FieldError:
    return FieldError("FieldValueRequired", path, "Required value" + (f": {detail}" if detail else ""))


def invalid(path: str, value: Any, detail: str) -> FieldError:
    return FieldError("FieldValueInvalid", path, f"Invalid value: {_shown(value)}: {detail}")


def omitted(path: str, detail: str) -> FieldError:
    """Invalid, where upstream doesn't show the value."""
    return FieldError("FieldValueInvalid", path, f"Invalid value: {detail}")


def forbidden(path: str, detail: str) -> FieldError:
    return FieldError("FieldValueForbidden", path, f"Forbidden: {detail}")


def duplicate(path: str, value: Any) -> FieldError:
    return FieldError("FieldValueDuplicate", path, f"Duplicate value: {_shown(value)}")


def not_supported(path: str, value: Any, supported: Iterable[str]) -> FieldError:
    # Sets have no order and are sorted, as upstream's are; where upstream has a slice, its order is kept.
    ordered = supported if isinstance(supported, (list, tuple)) else sorted(supported)
    valid = ", ".join(_shown(v) for v in ordered)
    return FieldError("FieldValueNotSupported", path, f"Unsupported value: {_shown(value)}: supported values: {valid}")


def not_found(path: str, value: Any) -> FieldError:
    return FieldError("FieldValueNotFound", path, f"Not found: {_shown(value)}")


def too_long(path: str, limit: int) -> FieldError:
    return FieldError("FieldValueTooLong", path, f"Too long: may not be more than {limit} bytes")


def too_many(path: str, count: int, limit: int) -> FieldError:
    return FieldError("FieldValueTooMany", path, f"Too many: {count}: must have at most {limit} items")
