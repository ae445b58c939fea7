"""What prints an object in a machine's format: an object and where text goes, in; text, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from k8s_magic.objects.meta import Obj

Out = Callable[[str], None]


class Printer(Protocol):
    """Prints objects one after the other; it may remember that it printed before (YAML's `---`, a table's header)."""

    def write(self, obj: Obj, out: Out) -> None:
        """Print one object or List. Errors: UsageError, after what could be printed."""
        ...


def is_list(obj: Obj) -> bool:
    return isinstance(obj.get("items"), list) and str(obj.get("kind", "")).endswith("List")


def list_of(objects: list[Obj], *, typed: bool = False) -> Obj:
    """Several objects as the one List that `get -o yaml` prints; `typed` is Go's own struct, as apply prints it."""
    if typed:
        return {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [in_order(obj) for obj in objects]}
    return {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}}


def in_order(value: Any) -> Any:
    """With the keys of all maps in their order."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def without_managed_fields(obj: Obj) -> Obj:
    """The object, or List of objects, without metadata.managedFields."""
    if is_list(obj):
        return {**obj, "items": [without_managed_fields(item) for item in obj["items"]]}
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return obj
    return {**obj, "metadata": {key: value for key, value in metadata.items() if key != "managedFields"}}
