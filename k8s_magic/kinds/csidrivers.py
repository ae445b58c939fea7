"""CSIDriver: a driver of storage that is installed in the cluster.

Not modelled: its rules and defaults; it can be made and read.
"""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    kind="CSIDriver",
    plural="csidrivers",
    group="storage.k8s.io",
    singular="csidriver",
    namespaced=False,
    returns_deleted=True,
    unconditional_update=False,
)
