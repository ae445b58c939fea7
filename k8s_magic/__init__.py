"""A simulated Kubernetes v1.36 in one Python process: `%load_ext k8s_magic` in a notebook, and `kubectl` works.

Importing this is quick: the cluster and the magics are loaded when they are first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from k8s_magic.cluster import Cluster as Cluster

__version__ = "0.1.0"
__all__ = ["Cluster", "__version__", "load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext k8s_magic`: the magics, bare `kubectl` lines, completion, and a cluster at the first command."""
    importlib.import_module("k8s_magic.magics").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext k8s_magic`: takes back all that loading did; the cluster is gone."""
    importlib.import_module("k8s_magic.magics").unload(shell)


def __getattr__(name: str) -> Any:
    if name == "Cluster":
        return importlib.import_module("k8s_magic.cluster").Cluster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
