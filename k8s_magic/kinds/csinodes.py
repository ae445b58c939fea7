"""CSINode: which drivers of storage a node has.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="CSINode",
    plural="csinodes",
    group="storage.k8s.io",
    singular="csinode",
    namespaced=False,
    returns_deleted=True,
    unconditional_update=False,
)
