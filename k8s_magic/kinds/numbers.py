"""Rules for numbers, quantities, percentages and ports, which validation of many kinds shares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

NEGATIVE = "must be greater than or equal to 0"
IMMUTABLE = "field is immutable"


def non_negative(value: int | None, path: str) -> list[FieldError]:
    return [invalid(path, value, NEGATIVE)] if value is not None and value < 0 else []


def non_negatives(obj: Obj, path: str, fields: Iterable[str]) -> list[FieldError]:
    """`non_negative` for some fields of an object, where they are given."""
    return [error for field in fields for error in non_negative(obj.get(field), f"{path}.{field}")]


def positive(value: int | None, path: str) -> list[FieldError]:
    return [invalid(path, value or 0, "must be greater than zero")] if (value or 0) <= 0 else []


def port_number(value: int, path: str) -> list[FieldError]:
    return [] if 1 <= value <= 65535 else [invalid(path, value, names.in_range(1, 65535))]


def port_or_name(value: Any, path: str) -> list[FieldError]:
    """A port by number or by the name that a container gives it. Models ValidatePortNumOrName."""
    if isinstance(value, str):
        return [invalid(path, value, text) for text in names.port_name(value)]
    return port_number(value or 0, path)


def count_or_percent(value: Any, path: str) -> list[FieldError]:
    """Models pkg/apis/apps/validation ValidatePositiveIntOrPercent."""
    if isinstance(value, str):
        return [invalid(path, value, text) for text in names.percent(value)]
    return non_negative(value, path)


def at_most_all(value: Any, path: str) -> list[FieldError]:
    """A percentage beyond 100 is too much. Models IsNotMoreThan100Percent."""
    is_percent = isinstance(value, str) and not names.percent(value)
    return [invalid(path, value, "must not be greater than 100%")] if is_percent and int(value[:-1]) > 100 else []


def amount(value: Any) -> int:
    """The number of a count or percentage, whichever it is; 0 where it is neither."""
    if isinstance(value, str):
        return int(value[:-1]) if not names.percent(value) else 0
    return value or 0


def quantity_not_negative(value: Any, path: str) -> list[FieldError]:
    return [invalid(path, quantity.canonical(value), NEGATIVE)] if quantity.parse(value).nanos < 0 else []


def unchanged(new: Any, old: Any, path: str) -> list[FieldError]:
    """Models apimachinery ValidateImmutableField."""
    return [] if new == old else [invalid(path, new, IMMUTABLE)]
