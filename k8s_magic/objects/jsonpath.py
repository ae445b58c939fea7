"""kubectl's dialect of JSONPath: templates that pick values out of objects and print them.

`{range .items[*]}{.metadata.name}{"\\n"}{end}` prints a name a line. Where upstream walks a map in Go's random order, we go by key.
Models k8s.io/client-go/util/jsonpath jsonpath.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from k8s_magic.objects import gotext
from k8s_magic.objects.jsonpath_parser import (
    Action,
    Field,
    Filter,
    Identifier,
    JSONPathError,
    Literal,
    Node,
    Number,
    Recursive,
    Slice,
    Union,
    Wildcard,
    parse,
)

__all__ = ["JSONPath", "JSONPathError", "compile", "relaxed"]


class JSONPath:
    """A template that was read, to be used on any number of objects."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.actions = parse(template)

    def find(self, data: Any, allow_missing: bool = True) -> list[list[Any]]:
        """What each part of the template finds in `data`; JSONPathError where it doesn't fit, or lacks a field."""
        return _Run(self.actions, allow_missing).find(0, data)

    def render(self, data: Any, allow_missing: bool = True) -> str:
        """What `-o jsonpath=` prints of `data`: values parted by spaces, maps and lists as JSON."""
        return "".join(" ".join(map(_text, values)) for values in self.find(data, allow_missing))

    def render_json(self, data: Any, allow_missing: bool = True) -> str:
        """What `-o jsonpath-as-json=` prints of `data`: a list for each part of the template."""
        return "".join(_indented(values) + "\n" for values in self.find(data, allow_missing))


@lru_cache(maxsize=256)
def compile(template: str) -> JSONPath:
    """The template, read; JSONPathError with the message that follows `error parsing jsonpath TEMPLATE, `."""
    return JSONPath(template)


_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")


def relaxed(expression: str) -> str:
    """`metadata.name`, `.metadata.name` or `{metadata.name}` as `{.metadata.name}`; JSONPathError. Models RelaxedJSONPathExpression."""
    match = _RELAXED.fullmatch(expression)
    if expression and not match:
        forms = "'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
        raise JSONPathError(f"unexpected path string, expected a {forms}")
    return f"{{.{match[1] or match[2]}}}" if match else expression


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return gotext.marshal(value)
    return "null" if value is None else gotext.plain(value)


def _indented(value: Any, margin: str = "") -> str:
    """As json.MarshalIndent writes it with four spaces."""
    if not isinstance(value, (dict, list)) or not value:
        return gotext.marshal(value)
    inner = margin + "    "
    if isinstance(value, dict):
        rows = [f"{inner}{gotext.marshal(key)}: {_indented(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    return "[\n" + ",\n".join(inner + _indented(element, inner) for element in value) + f"\n{margin}]"


_NOTHING = object()
"""What the body of an empty range is walked with."""


class _Run:
    """One evaluation. `range` and `end` only raise a counter where they stand; `find` acts on it once their action is done."""

    def __init__(self, actions: Sequence[Action], allow_missing: bool) -> None:
        self.actions, self.allow_missing = actions, allow_missing
        self.begun = self.inside = self.ended = 0
        self.last_end = -1

    def find(self, start: int, data: Any) -> list[list[Any]]:
        """The results of the actions from `start` on, to the end of the range that they stand in."""
        found: list[list[Any]] = []
        position = start
        while position < len(self.actions):
            results = self.chain([data], self.actions[position])
            if self.ended and self.ended <= self.inside:
                self.ended -= 1
                self.last_end = position
                break
            if self.begun:
                found += self.range(position, results)
                position = max(position, self.last_end)
            else:
                found.append(results)
            position += 1
        return found

    def range(self, position: int, values: list[Any]) -> list[list[Any]]:
        self.begun -= 1
        self.inside += 1
        found = [result for value in values for result in self.find(position + 1, value)]
        if not values:
            # The body is walked even so, to learn where it ends.
            self.find(position + 1, _NOTHING)
        self.inside -= 1
        return found

    def chain(self, values: list[Any], nodes: Action) -> list[Any]:
        for node in nodes:
            values = self.step(values, node)
        return values

    def step(self, values: list[Any], node: Node) -> list[Any]:
        match node:
            case Literal(value):
                return [value] if isinstance(value, str) else [value] * len(values)
            case Field(name):
                return self.field(values, name)
            case Slice():
                return _sliced_all(values, node)
            case Wildcard():
                return [child for value in values for child in _children(value)]
            case Recursive():
                return [descendant for value in values for descendant in _descendants(value)]
            case Union(parts):
                return self.union(values, parts)
            case Filter():
                return [element for value in values for element in self.filter(value, node, values)]
            case Identifier(name):
                return self.identifier(values, name)

    def identifier(self, values: list[Any], name: str) -> list[Any]:
        if name == "range":
            self.begun += 1
            return values
        if name != "end":
            raise JSONPathError(f"unrecognized identifier {name}", tuple(values))
        if not self.inside:
            raise JSONPathError("not in range, nothing to end")
        self.ended += 1
        return []

    def field(self, values: list[Any], name: str) -> list[Any]:
        found = [value[name] for value in values if isinstance(value, dict) and name in value]
        if values and not found and not self.allow_missing:
            raise JSONPathError(f"{name} is not found")
        return found

    def union(self, values: list[Any], parts: Sequence[Action]) -> list[Any]:
        try:
            return [found for part in parts for found in self.chain(values, part)]
        except JSONPathError as error:
            raise JSONPathError(str(error), tuple(values)) from None

    def filter(self, value: Any, node: Filter, values: list[Any]) -> list[Any]:
        if not isinstance(value, list):
            shown = "<invalid reflect.Value>" if value is _NOTHING else gotext.plain(value)
            raise JSONPathError(f"{shown} is not array or slice and cannot be filtered", tuple(values))
        return [element for element in value if self.passes(element, node, values)]

    def passes(self, element: Any, node: Filter, values: list[Any]) -> bool:
        if node.operator == "exists":
            try:
                return bool(self.chain([element], node.left))
            except JSONPathError as error:
                return bool(error.partial)
        try:
            sides = [self.chain([element], node.left)]
            if sides[0]:
                sides.append(self.chain([element], node.right) if len(sides[0]) == 1 else [])
        except JSONPathError as error:
            raise JSONPathError(str(error), tuple(values)) from None
        if any(len(side) > 1 for side in sides):
            raise JSONPathError("can only compare one element at a time", tuple(values))
        return all(sides) and _compare(sides[0][0], node.operator, sides[1][0])


def _sliced_all(values: list[Any], node: Slice) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value is not None and value is not _NOTHING:
            elements = _sliced(value, node, values)
            if not elements:
                break  # Upstream looks at no further list once one gives nothing.
            found += elements
    return found


def _sliced(value: Any, node: Slice, values: list[Any]) -> list[Any]:
    if not isinstance(value, list):
        raise JSONPathError(f"{_type_name(value)} is not array or slice", tuple(values))
    start = node.start or 0
    start += len(value) if start < 0 else 0
    stop = _stop(node, len(value))
    if start == stop:
        return []
    error = _slice_error(start, stop, len(value), node.step)
    if error:
        raise JSONPathError(error, tuple(values))
    return value[start : stop : node.step or 1]


def _stop(node: Slice, size: int) -> int:
    if node.single:
        # `[-1]` stops before 0, which upstream takes for the list's end.
        stop = (node.start or 0) + 1
        return stop + size if stop <= 0 else stop
    if node.stop is None:
        return size
    return node.stop + size if node.stop < 0 else node.stop


def _slice_error(start: int, stop: int, size: int, step: int | None) -> str:
    if not 0 <= start < size:
        return f"array index out of bounds: index {start}, length {size}"
    if not 0 <= stop <= size:
        return f"array index out of bounds: index {stop - 1}, length {size}"
    if start > stop:
        return f"starting index {start} is greater than ending index {stop}"
    return "step must be > 0" if step is not None and step <= 0 else ""


_TYPE_NAMES = {dict: "map[string]interface {}", str: "string", bool: "bool", int: "int64", Number: "int", float: "float64"}


def _type_name(value: Any) -> str:
    return _TYPE_NAMES[type(value)]


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    if isinstance(value, str):
        return list(value.encode())
    return value if isinstance(value, list) else []


def _descendants(value: Any) -> list[Any]:
    """The value and what is in it, level by level downwards; without what has no inside."""
    children = _children(value)
    return [value, *(d for child in children for d in _descendants(child))] if children else []


_INVALID = "invalid type for comparison"
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _kind(value: Any) -> type:
    return int if isinstance(value, Number) else type(value)


def _compare(left: Any, operator: str, right: Any) -> bool:
    compare = _COMPARISONS.get(operator)
    if not compare:
        raise JSONPathError(f"unrecognized filter operator {operator}")
    for side in (left, right):
        if not isinstance(side, (str, int, float)):
            raise JSONPathError(_INVALID)
    if _kind(left) is not _kind(right):
        raise JSONPathError("incompatible types for comparison")
    if isinstance(left, bool) and operator not in ("==", "!="):
        raise JSONPathError(_INVALID)
    return compare(left, right)
