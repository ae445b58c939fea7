"""kubectl describe: a file a kind, named by its plural; the folder is the registry."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache

from k8s_magic.kubectl.describe import generic
from k8s_magic.kubectl.describe.writer import Describer
from k8s_magic.objects.meta import Obj

__all__ = ["Describer", "describe_with"]


@cache
def describe_with(resource: str) -> Callable[[Obj, Describer], str]:
    """What describes a resource ("pods", "deployments.apps"); the generic one where no file is about it."""
    name = f"{__name__}.{resource.partition('.')[0]}"
    if importlib.util.find_spec(name) is not None:
        module = importlib.import_module(name)
        if getattr(module, "RESOURCE", "") == resource:
            return module.describe  # type: ignore[no-any-return]
    return generic.describe
