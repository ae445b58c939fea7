"""DefaultStorageClass, and PersistentVolumeClaimResize: what a claim means that names no class, and which may grow."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects import meta, quantity
from k8s_magic.objects.meta import Key, Obj

ORDER = 140
RESOURCES = ("persistentvolumeclaims",)
IS_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
CLASSES = "storageclasses.storage.k8s.io"


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/storage/storageclass/setdefault."""
    if attributes.operation != "CREATE":
        return
    spec = attributes.draft["spec"]
    annotated = "volume.beta.kubernetes.io/storage-class" in meta.annotations(attributes.draft)
    if "storageClassName" in spec or annotated:
        return
    default = default_class(attributes.store.items(CLASSES), IS_DEFAULT)
    if default is not None:
        spec["storageClassName"] = meta.name(default)


def default_class(classes: list[Obj], annotations: tuple[str, ...]) -> Obj | None:
    """The class that one of these annotations marks as default; the youngest, then the first by name, of several."""
    marked = [c for c in classes if any(meta.annotations(c).get(a) == "true" for a in annotations)]
    marked.sort(key=meta.name)
    return max(marked, key=lambda c: str(c["metadata"].get("creationTimestamp", "")), default=None)


def validate(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/storage/persistentvolume/resize."""
    old = attributes.old
    if attributes.operation != "UPDATE" or attributes.subresource or old is None:
        return
    before = meta.get_in(old, "spec", "resources", "requests", "storage", default="0")
    after = meta.get_in(attributes.draft, "spec", "resources", "requests", "storage", default="0")
    try:
        grows = quantity.compare(after, before) > 0
    except quantity.QuantityError:
        return  # Validation has its own word on what is no quantity.
    if not grows:
        return
    if meta.get_in(old, "status", "phase") != "Bound":
        raise forbidden(attributes.kind, attributes.name, "Only bound persistent volume claims can be expanded")
    storage_class = attributes.store.get(CLASSES, Key("", meta.get_in(old, "spec", "storageClassName", default="")))
    if storage_class is None or not storage_class.get("allowVolumeExpansion"):
        why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
        raise forbidden(attributes.kind, attributes.name, why)
