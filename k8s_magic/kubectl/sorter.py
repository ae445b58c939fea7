"""--sort-by: objects or table rows in the order of a field. Models kubectl/pkg/cmd/get/sorter.go."""

from __future__ import annotations

from typing import Any, TypeVar

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.columns import relaxed_path
from k8s_magic.objects import jsonpath, quantity
from k8s_magic.objects.meta import Obj

T = TypeVar("T")
_MISSING: Any = object()


def sort_objects(objects: list[Obj], field: str) -> list[Obj]:
    """The objects in the order of `field`; an error where none of them has it."""
    return _sorted(objects, objects, relaxed_path(field), "")


def sort_rows(table: Obj, field: str) -> Obj:
    """The Table with its rows in the order of `field` of their objects."""
    try:
        path = relaxed_path(field)
    except UsageError:
        path = field
    rows: list[Obj] = table.get("rows") or []
    return {**table, "rows": _sorted(rows, [row.get("object") or {} for row in rows], path, "sorting error: ")}


def _sorted(items: list[T], objects: list[Obj], path: str, prefix: str) -> list[T]:
    try:
        compiled = jsonpath.compile(path)
        values = [_first(compiled.find(obj)) for obj in objects]
    except jsonpath.JSONPathError as error:
        raise UsageError(f"{prefix}{error}") from None
    if objects and all(value is _MISSING for value in values):
        raise UsageError(f'couldn\'t find any field with path "{path}" in the list of objects')
    return [items[i] for i in _order(values)]


def _first(found: list[list[Any]]) -> Any:
    return found[0][0] if found and found[0] else _MISSING


def _order(values: list[Any]) -> list[int]:
    """Positions by insertion sort, as Go's sort.Sort does it for short lists; objects without the field come first."""
    order: list[int] = []
    for position, value in enumerate(values):
        at = len(order)
        while at and _less(value, values[order[at - 1]]):
            at -= 1
        order.insert(at, position)
    return order


def _less(a: Any, b: Any) -> bool:
    if a is _MISSING or b is _MISSING:
        return a is _MISSING
    if a is None or b is None:
        return a is None and b is not None
    if isinstance(a, str) and isinstance(b, str):
        return _less_text(a, b)
    if _is_number(a) and _is_number(b):
        return bool(a < b)
    raise UsageError(f"unsortable type: {_go_type(a)}")


def _less_text(a: str, b: str) -> bool:
    """Quantities by their amount, all other strings by their bytes."""
    try:
        return quantity.compare(a, b) < 0
    except quantity.QuantityError:
        return a.encode() < b.encode()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _go_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, dict):
        return "map[string]interface {}"
    return "[]interface {}" if isinstance(value, list) else type(value).__name__
