"""VolumeAttributesClass: attributes of a volume that can change while it is used.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from k8s_magic.kinds.kind import Kind

KIND = Kind(
    returns_deleted=True,
    kind="VolumeAttributesClass",
    plural="volumeattributesclasses",
    group="storage.k8s.io",
    singular="volumeattributesclass",
    short_names=("vac",),
    namespaced=False,
)
