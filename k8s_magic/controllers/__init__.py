"""The control loops, a file a controller; the folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from k8s_magic.controllers.controller import Controller


@cache
def registry() -> tuple[type[Controller], ...]:
    """Every controller class of this folder, in the order of file names."""
    found: list[type[Controller]] = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found += [
            c
            for c in vars(module).values()
            if isinstance(c, type) and issubclass(c, Controller) and c.__module__ == module.__name__ and c is not Controller
        ]
    return tuple(found)
