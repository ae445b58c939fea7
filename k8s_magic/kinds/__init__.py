"""The resource kinds, a file (or a folder) a kind; the folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from k8s_magic.kinds.kind import Kind


@cache
def registry() -> dict[str, Kind]:
    """Every kind of this folder by its key ("pods", "deployments.apps"; see `Kind.key`); two of one key are an error."""
    found: dict[str, Kind] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        kind = getattr(module, "KIND", None)
        if isinstance(kind, Kind):
            assert kind.key not in found, f"two files define {kind.key}"
            found[kind.key] = kind
    return found
