"""VolumeAttachment: that a volume is to be attached to a node.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    unconditional_update=False,
    returns_deleted=True,
    kind="VolumeAttachment",
    plural="volumeattachments",
    group="storage.k8s.io",
    singular="volumeattachment",
    namespaced=False,
    subresources=("status",),
)
