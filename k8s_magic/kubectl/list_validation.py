"""What kubectl finds wrong with the items of a `kind: List`, which no server validates whole.

Models kubectl/pkg/validation with kube-openapi's pkg/util/proto/validation: the old check by schema, in the client.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from k8s_magic.objects.meta import Obj

_REFERENCE = "#/definitions/"


class _Place(NamedTuple):
    """Where a value stands in the manifest, and its schema among the definitions."""

    value: str
    schema: str

    def field(self, name: str) -> _Place:
        return _Place(f"{self.value}.{name}", f"{self.schema}.{name}")

    def of(self, value: str) -> _Place:
        """An entry of this array or map: it has no schema of its own name."""
        return _Place(f"{self.value}{value}", self.schema)

    def wrong_type(self, value: Any, expected: str) -> str:
        return f'ValidationError({self.value}): invalid type for {self.schema}: got "{_type(value)}", expected "{expected}"'


def faults(items: list[Any], definitions: dict[str, Obj]) -> list[str]:
    """What is wrong, in upstream's words and order; kinds without a schema are not looked at."""
    found: list[str] = []
    for item in items:
        name = _definition(item, definitions)
        if name:
            found += _Checker(definitions).check(item, {"$ref": _REFERENCE + name}, _Place(item["kind"], name))
    return list(dict.fromkeys(found))


def _definition(item: Obj, definitions: dict[str, Obj]) -> str | None:
    group, _, version = item["apiVersion"].rpartition("/")
    wanted = {"group": group, "version": version, "kind": item["kind"]}
    candidates = (name for name in definitions if name.endswith("." + item["kind"]))
    return next((name for name in candidates if wanted in (definitions[name].get("x-kubernetes-group-version-kind") or ())), None)


class _Checker:
    def __init__(self, definitions: dict[str, Obj]) -> None:
        self._definitions = definitions

    def check(self, value: Any, schema: Obj, place: _Place) -> Iterator[str]:
        reference = schema.get("$ref")
        if reference:
            name = reference.removeprefix(_REFERENCE)
            return self.check(value, self._definitions[name], place._replace(schema=name))
        if "properties" in schema:
            return self._struct(value, schema, place)
        if "additionalProperties" in schema:
            return self._map(value, schema["additionalProperties"], place)
        if schema.get("type") == "array":
            return self._array(value, schema["items"], place)
        return self._scalar(value, schema.get("type"), place)

    def _struct(self, value: Any, schema: Obj, place: _Place) -> Iterator[str]:
        if not isinstance(value, dict):
            yield place.wrong_type(value, "map")
            return
        for name in sorted(name for name in value if value[name] is not None):
            if name in schema["properties"]:
                yield from self.check(value[name], schema["properties"][name], place.field(name))
            else:
                yield f'ValidationError({place.value}): unknown field "{name}" in {place.schema}'
        for name in schema.get("required", ()):
            if value.get(name) is None:
                yield f'ValidationError({place.value}): missing required field "{name}" in {place.schema}'

    def _map(self, value: Any, schema: Any, place: _Place) -> Iterator[str]:
        if not isinstance(value, dict):
            yield place.wrong_type(value, "map")
            return
        for name in sorted(value):
            inner = place.of(f".{name}")
            if value[name] is None:
                yield f'unknown object type "nil" in {inner.value}'
            else:
                yield from self.check(value[name], schema, inner)

    def _array(self, value: Any, schema: Obj, place: _Place) -> Iterator[str]:
        if not isinstance(value, list):
            yield place.wrong_type(value, "array")
            return
        for index, each in enumerate(value):
            inner = place.of(f"[{index}]")
            if each is None:
                yield f'ValidationError({place.value}): unknown object type "nil" in {inner.value}'
            else:
                yield from self.check(each, schema, inner)

    def _scalar(self, value: Any, wanted: str | None, place: _Place) -> Iterator[str]:
        """A number passes for a string, as ever; what has no type, or is any object, is not looked at."""
        if wanted is None or wanted == "object":
            return
        actual = _type(value)
        passes = {actual, "string"} if actual not in ("map", "array") else set()
        if wanted not in (passes | {"integer", "number"} if actual in ("integer", "number") else passes):
            yield place.wrong_type(value, wanted)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "map", list: "array", str: "string", int: "integer", float: "number"}
    return names[type(value)]
