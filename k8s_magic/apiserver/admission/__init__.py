"""Admission: plugins that complete or refuse a write, a file a plugin; the folder is the registry.

A file exports `ORDER` (upstream's place in the chain), and one of these or both: `admit(attributes)`, which edits
`attributes.draft` in place or raises `ApiError` before the object is validated; `validate(attributes)`, which may refuse
what is valid. Models apiserver admission.MutationInterface and ValidationInterface.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.store import Store
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

Operation = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(slots=True)
class Attributes:
    """One write on its way in. `draft` may be changed; `old` is what is stored, if anything is."""

    api: ApiServer
    operation: Operation
    kind: Kind
    draft: Obj
    old: Obj | None
    caller: Caller
    subresource: str = ""
    dry_run: bool = False
    is_unnamed: bool = False
    """Its name is yet to be generated, as upstream has it while plugins still change the object."""

    @property
    def namespace(self) -> str:
        return meta.namespace(self.draft)

    @property
    def name(self) -> str:
        """Models extractResourceName."""
        return str(self.draft["metadata"]["generateName"]) if self.is_unnamed else meta.name(self.draft)

    @property
    def store(self) -> Store:
        return self.api.store


Plugin = Callable[[Attributes], None]


@cache
def registry() -> tuple[ModuleType, ...]:
    """Every plugin of this folder, in upstream's order."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted(modules, key=lambda module: (module.ORDER, module.__name__)))


@cache
def chain(phase: Literal["admit", "validate"] = "admit", resource: str = "") -> tuple[Plugin, ...]:
    """What every plugin of this folder that cares for `resource` does then, in its order; a file may name its RESOURCES."""
    caring = [module for module in registry() if resource in getattr(module, "RESOURCES", (resource,))]
    return tuple(getattr(module, phase) for module in caring if hasattr(module, phase))


def admit(attributes: Attributes) -> None:
    """Complete a write."""
    for plugin in chain("admit", attributes.kind.resource):
        plugin(attributes)


def validate(attributes: Attributes) -> None:
    """Refuse a write that is valid in itself."""
    for plugin in chain("validate", attributes.kind.resource):
        plugin(attributes)
