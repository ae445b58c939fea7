"""Pictures, a file (or a folder) a picture; the folder is the registry, and what begins with an underscore is shared by them.

A picture's module exports `open_view(client, inspector, arguments)`, which gives a `Picture` widget: scene -> plain data -> SVG.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any


def pictures() -> dict[str, Callable[..., Any]]:
    """How to open each picture, by its name; a picture's code is loaded when it is opened."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return {name: _opener(name) for name in names}


def _opener(name: str) -> Callable[..., Any]:
    def open_view(client: Any, inspector: Any, arguments: tuple[str, ...] = ()) -> Any:
        return importlib.import_module(f"{__name__}.{name}").open_view(client, inspector, arguments)

    return open_view
