"""Strategic merge patches as kustomize applies them: new elements of a list come first, and no directive but $patch is known.

Models kyaml/yaml/merge2. kubectl's own strategic merge (objects.strategic) puts new elements behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8s_magic.objects.meta import Obj

Definitions = Mapping[str, Mapping[str, Any]]


class Merge:
    """Merges with the schema's merge keys."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def patched(self, obj: Obj, patch: Obj, ref: str | None) -> Obj | None:
        """The object with the patch in it; None where the patch deletes it."""
        found: Obj | None = self._map(obj, patch, {"$ref": ref} if ref else {})
        return found

    def _map(self, old: Obj, patch: Obj, schema: Mapping[str, Any]) -> Any:
        directive = patch.get("$patch")
        if directive == "delete":
            return None
        if directive == "replace":
            return {key: value for key, value in patch.items() if key != "$patch"}
        result = dict(old)
        for key, value in patch.items():
            if key == "$patch":
                continue
            new = None if value is None else self._value(old.get(key), value, self._field(schema, key))
            if new is None:
                result.pop(key, None)
            else:
                result[key] = new
        return result

    def _value(self, old: Any, new: Any, schema: Mapping[str, Any]) -> Any:
        if isinstance(new, dict):
            return self._map(old if isinstance(old, dict) else {}, new, schema)
        if isinstance(new, list) and (keys := self._keys(schema)) and all(isinstance(item, dict) for item in new):
            return self._list(old if isinstance(old, list) else [], new, keys, schema.get("items", {}))
        return new

    def _list(self, old: list[Any], patch: list[Any], keys: tuple[str, ...], schema: Mapping[str, Any]) -> list[Any]:
        if any(item.get("$patch") == "replace" and not any(key in item for key in keys) for item in patch):
            return [item for item in patch if "$patch" not in item]
        keys = tuple(key for key in keys if any(key in item for item in patch)) or keys
        first: list[Any] = []
        result = list(old)
        for item in patch:
            at = next((i for i, other in enumerate(result) if _same(other, item, keys)), None)
            if at is not None:
                result[at] = self._map(result[at], item, schema)
            elif item.get("$patch") != "delete":
                first.append(self._map({}, item, schema))
        return first + [item for item in result if item is not None]

    def _field(self, schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        resolved = self._resolved(schema)
        found = (resolved.get("properties") or {}).get(name) or resolved.get("additionalProperties") or {}
        return found if isinstance(found, Mapping) else {}

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        ref = schema.get("$ref")
        return self.definitions.get(ref.rpartition("/")[2], {}) if ref else schema

    @staticmethod
    def _keys(schema: Mapping[str, Any]) -> tuple[str, ...]:
        """The keys by which elements are the same; none where the list is replaced whole."""
        if "merge" not in schema.get("x-kubernetes-patch-strategy", "").split(","):
            return ()
        listed = schema.get("x-kubernetes-list-map-keys")
        return tuple(listed) if listed else tuple(filter(None, (schema.get("x-kubernetes-patch-merge-key"),)))


def _same(one: Any, other: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(one, dict) and all(one.get(key) == other.get(key) for key in keys)
