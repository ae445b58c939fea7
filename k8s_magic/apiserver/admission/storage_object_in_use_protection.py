"""StorageObjectInUseProtection: claims and volumes carry a finalizer, so that none goes while it is in use."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes

ORDER = 150
FINALIZERS = {"persistentvolumeclaims": "kubernetes.io/pvc-protection", "persistentvolumes": "kubernetes.io/pv-protection"}
RESOURCES = tuple(FINALIZERS)


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/storage/storageobjectinuseprotection."""
    if attributes.operation != "CREATE" or attributes.subresource:
        return
    finalizer, metadata = FINALIZERS[attributes.kind.resource], attributes.draft["metadata"]
    if finalizer not in (metadata.get("finalizers") or ()):
        metadata["finalizers"] = [*(metadata.get("finalizers") or ()), finalizer]
