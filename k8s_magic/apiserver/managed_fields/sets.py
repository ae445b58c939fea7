"""Sets of fields: those of an object, those in which two objects differ, and their form on the wire (FieldsV1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from k8s_magic.apiserver.managed_fields.typed import UNKNOWN, Node, Path, Typed

Fields = frozenset[Path]

# Fields that nobody manages: the API itself writes them. Models managedfields/internal/stripmeta.go.
UNMANAGED = frozenset(
    [("f:apiVersion",), ("f:kind",), ("f:metadata",)]
    + [
        ("f:metadata", f"f:{field}")
        for field in ("name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion")
    ]
)


def fields_of(typed: Typed, value: Any, node: Node) -> Fields:
    """All fields that an applied configuration names. Models typed.ToFieldSet."""
    found: set[Path] = set()
    _collect(typed, value, node, (), found)
    return frozenset(found) - UNMANAGED


def _collect(typed: Typed, value: Any, node: Node, path: Path, found: set[Path]) -> None:
    if typed.shape(value, node) == "leaf":
        found.add(path)
        return
    for child in typed.children(value, node):
        below = (*path, child.step)
        if not child.declared or child.value in (None, {}, []):
            found.add(below)
        if child.value is not None:
            _collect(typed, child.value, child.node, below, found)


class Comparison(NamedTuple):
    """The fields in which a new value differs from an old one."""

    added: Fields
    modified: Fields
    removed: Fields


def compare(typed: Typed, old: Any, new: Any, node: Node) -> Comparison:
    """Models typed.Compare."""
    added: set[Path] = set()
    modified: set[Path] = set()
    removed: set[Path] = set()

    def walk(before: Any, after: Any, node: Node, path: Path) -> None:
        if before is after or before == after:
            return
        if before is None or after is None:
            everything(after if before is None else before, node, path, added if before is None else removed)
        elif "leaf" in (typed.shape(before, node), typed.shape(after, node)) or type(before) is not type(after):
            modified.add(path)
        else:
            parts = {child.step: child for child in typed.children(before, node)}
            others = {child.step: child for child in typed.children(after, node)}
            for step in dict.fromkeys([*parts, *others]):
                one, other = parts.get(step), others.get(step)
                below = (one or other).node if (one or other) is not None else UNKNOWN  # type: ignore[union-attr]
                walk(one.value if one else None, other.value if other else None, below, (*path, step))

    def everything(value: Any, node: Node, path: Path, into: set[Path]) -> None:
        into.add(path)
        for child in typed.children(value, node):
            everything(child.value, child.node, (*path, child.step), into)

    walk(old, new, node, ())
    return Comparison(*(frozenset(part) - UNMANAGED - {()} for part in (added, modified, removed)))


def to_fields_v1(fields: Iterable[Path]) -> dict[str, Any]:
    """Nested as the API writes it; "." stands for a node that is itself a member and has members below."""
    root: dict[str, Any] = {}
    members = sorted(fields)
    for path in members:
        node = root
        for step in path:
            node = node.setdefault(step, {})
    for path in members:
        node = root
        for step in path:
            node = node[step]
        if node:
            node["."] = {}
    return _sorted(root)


def _sorted(node: dict[str, Any]) -> dict[str, Any]:
    return {step: _sorted(node[step]) for step in sorted(node)}


def from_fields_v1(nested: Any) -> Fields:
    """The set that a FieldsV1 document stands for; what is no such document stands for nothing."""
    found: set[Path] = set()

    def walk(node: dict[str, Any], path: Path) -> None:
        if path and (not node or "." in node):
            found.add(path)
        for step, below in node.items():
            if step != ".":
                walk(below if isinstance(below, dict) else {}, (*path, step))

    walk(nested if isinstance(nested, dict) else {}, ())
    return frozenset(found)
