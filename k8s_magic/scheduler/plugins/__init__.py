"""The plugins, a file a plugin; the folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from k8s_magic.scheduler.plugin import Plugin


@cache
def registry() -> tuple[Plugin, ...]:
    """Every filter and score plugin of this folder, in the order in which filters run."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    found = [plugin for module in modules if isinstance(plugin := getattr(module, "PLUGIN", None), Plugin)]
    return tuple(sorted(found, key=lambda plugin: plugin.position))
