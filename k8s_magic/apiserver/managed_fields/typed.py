"""Values with their schema: what in an object is one field, and how lists are keyed. Models structured-merge-diff's typed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

Node = Mapping[str, Any]
Path = tuple[str, ...]
"""Steps as FieldsV1 writes them: "f:name", 'k:{"name":"c"}', 'v:"x"'."""
Shape = Literal["leaf", "map", "list-map", "list-set"]

# Keys of list items that may be left out. The definitions do not hold defaults.
KEY_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}
UNKNOWN: Node = {}


class Child(NamedTuple):
    """One part of a value. `declared` tells a field of a struct from an entry of a map."""

    step: str
    value: Any
    node: Node
    declared: bool


class Typed:
    """The schema's view on values."""

    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._definitions = definitions

    def root(self, ref: str) -> Node:
        return self._definitions.get(ref, UNKNOWN)

    def resolve(self, node: Node) -> Node:
        """Follow a $ref; what stands beside it (x-kubernetes-map-type) counts too."""
        reference = node.get("$ref")
        if reference is None:
            return node
        target = self._definitions.get(reference.rpartition("/")[2], UNKNOWN)
        return {**target, **{k: v for k, v in node.items() if k != "$ref"}} if len(node) > 1 else target

    def shape(self, value: Any, node: Node) -> Shape:
        """How the value divides into fields; a leaf is owned as a whole."""
        if isinstance(value, dict):
            return "leaf" if node.get("x-kubernetes-map-type") == "atomic" else "map"
        if isinstance(value, list) and node.get("x-kubernetes-list-type") == "map":
            return "list-map"
        if isinstance(value, list) and node.get("x-kubernetes-list-type") == "set":
            return "list-set"
        return "leaf"

    def children(self, value: Any, node: Node) -> Iterator[Child]:
        """The parts of a value that is no leaf."""
        shape = self.shape(value, node)
        if shape == "map":
            properties = node.get("properties") or {}
            rest = node.get("additionalProperties")
            others = self.resolve(rest) if isinstance(rest, dict) else UNKNOWN
            for key, item in value.items():
                yield Child(f"f:{key}", item, self.resolve(properties[key]) if key in properties else others, key in properties)
        elif shape == "list-map":
            items = self.resolve(node.get("items") or UNKNOWN)
            for item in value:
                yield Child(self._key(item, node), item, items, False)
        elif shape == "list-set":
            for item in value:
                yield Child(f"v:{_json(item)}", item, UNKNOWN, False)

    def _key(self, item: Any, node: Node) -> str:
        keys = node.get("x-kubernetes-list-map-keys") or ()
        found = {k: item.get(k, KEY_DEFAULTS.get(k)) for k in keys} if isinstance(item, dict) else {}
        return "k:" + _json({k: v for k, v in sorted(found.items()) if v is not None})


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def shown(path: Path) -> str:
    """A path as messages show it: `.spec.containers[name="c"].image`."""
    return "".join(_shown_step(step) for step in path)


def _shown_step(step: str) -> str:
    kind, _, rest = step.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind == "i":
        return f"[{rest}]"
    if kind == "v":
        return f"[={rest}]"
    return "[" + ",".join(f"{k}={_json(v)}" for k, v in json.loads(rest).items()) + "]"
