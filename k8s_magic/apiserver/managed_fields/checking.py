"""Whether what a manager applies fits its schema, in the words of server-side apply, which looks before any decoder does.

Models structured-merge-diff typed/validate.go. Go visits fields in no order, and of each map tells only the first that is not declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8s_magic.apiserver.managed_fields.typed import Node, Path, Typed, shown
from k8s_magic.objects.gotext import plain

UNTYPED = ("io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString")
PRESERVES = "x-kubernetes-preserve-unknown-fields"
GO_TYPES = {bool: "bool", int: "int64", float: "float64", str: "string", list: "[]interface {}", dict: "map[string]interface {}"}


def faults(typed: Typed, value: Any, node: Node, path: Path = ()) -> Iterator[str]:
    """One text a mistake."""
    if value is None or str(node.get("$ref", "")).rpartition("/")[2] in UNTYPED:
        return
    node = typed.resolve(node)
    if node.get("properties") or isinstance(node.get("additionalProperties"), dict):
        yield from _map(typed, value, node, path)
    elif node.get("type") == "array":
        yield from _list(typed, value, node, path)
    elif fault := _scalar(value, str(node.get("type", "")), str(node.get("format", ""))):
        yield f"{shown(path)}: {fault}"


def told(found: list[str]) -> str:
    """All mistakes as one message. Models ValidationErrors.Error."""
    return found[0] if len(found) == 1 else "\n".join(["errors:", *(f"  {text}" for text in found)])


def _map(typed: Typed, value: Any, node: Node, path: Path) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{shown(path)}: expected map, got &{{{plain(value)}}}"
        return
    properties, rest = node.get("properties") or {}, node.get("additionalProperties")
    for key in value:
        step = (*path, f"f:{key}")
        if key in properties:
            yield from faults(typed, value[key], properties[key], step)
        elif isinstance(rest, dict):
            yield from faults(typed, value[key], rest, step)
        elif not node.get(PRESERVES):
            yield f"{shown(step)}: field not declared in schema"
            return


def _list(typed: Typed, value: Any, node: Node, path: Path) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{shown(path)}: expected list, got &{{{plain(value)}}}"
        return
    items = node.get("items") or {}
    keyed = typed.shape(value, node) == "list-map"
    steps = [child.step for child in typed.children(value, node)] if keyed else [f"i:{index}" for index in range(len(value))]
    for step, item in zip(steps, value, strict=True):
        yield from faults(typed, item, items, (*path, step))


def _scalar(value: Any, wanted: str, form: str) -> str:
    if form == "int-or-string" or wanted not in ("string", "integer", "number", "boolean"):
        return ""
    if wanted == "string":
        return "" if isinstance(value, str) else f"expected string, got &value.valueUnstructured{{Value:{plain(value)}}}"
    if wanted == "boolean":
        return "" if isinstance(value, bool) else f"expected boolean, got &{{{plain(value)}}}"
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "" if is_number else f"expected numeric (int or float), got {GO_TYPES.get(type(value), 'string')}"
