"""One object on its way through the layers, and the names it has had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from k8s_magic.objects.meta import Obj


@dataclass
class Resource:
    """An object, with what kustomize must remember of it until the end."""

    obj: Obj
    names: list[tuple[str, str]] = field(default_factory=list)
    """(name, namespace) that it has had before, oldest first."""
    layers: tuple[str, ...] = ()
    """The folders that it has come through, outermost last."""
    hashed: bool = False
    """Its name gets the hash of its content: a generator made it."""

    @property
    def name(self) -> str:
        return str((self.obj.get("metadata") or {}).get("name") or "")

    @property
    def namespace(self) -> str:
        return str((self.obj.get("metadata") or {}).get("namespace") or "")

    @property
    def kind(self) -> str:
        return str(self.obj.get("kind") or "")

    @property
    def group(self) -> str:
        return str(self.obj.get("apiVersion") or "").rpartition("/")[0]

    @property
    def version(self) -> str:
        return str(self.obj.get("apiVersion") or "").rpartition("/")[2]

    @property
    def id(self) -> str:
        """As messages name it: "Deployment.v1.apps/web.[noNs]"."""
        return f"{'.'.join(filter(None, (self.kind, self.version, self.group or '[noGrp]')))}/{self.name}.{self.namespace or '[noNs]'}"

    def was_named(self, name: str) -> bool:
        """Whether it has or had this name."""
        return name == self.name or any(name == old for old, _ in self.names)

    def renamed(self, path: str, value: str) -> None:
        """Set metadata.name or metadata.namespace, and remember what it was."""
        self.names.append((self.name, self.namespace))
        self.obj = update(self.obj, ["metadata", path], lambda old: value, create=True)


def update(obj: Any, path: Sequence[str], change: Callable[[Any], Any], *, create: bool = False) -> Any:
    """A copy with `change` applied to every value at `path`; lists on the way are gone through. A missing one is None to `change`."""
    if isinstance(obj, list):
        return [update(item, path, change, create=create) for item in obj]
    if not path:
        return change(obj)
    if obj is None and create:
        obj = {}
    if not isinstance(obj, dict) or (path[0] not in obj and not create):
        return obj
    if len(path) == 1:
        return {**obj, path[0]: _changed(obj.get(path[0]), change)}
    return {**obj, path[0]: update(obj.get(path[0]), path[1:], change, create=create)}


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, list):
        return [change(item) for item in value]
    return change(value)
