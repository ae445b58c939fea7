"""A PersistentVolumeClaim, or the template of one inside a pod's ephemeral volume."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, go_list
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical

_SHORT = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def describe_spec(w: Writer, pvc: Obj, d: Describer | None = None) -> None:
    """The claim's fields; with a describer those of a claim that exists as well. Models printPersistentVolumeClaim."""
    spec, status = pvc.get("spec", {}), pvc.get("status", {})
    w.field("StorageClass", storage_class(pvc))
    if d:
        parts.phase(w, d, pvc)
    w.field("Volume", spec.get("volumeName", ""))
    parts.labels(w, meta.labels(pvc))
    parts.notes(w, meta.annotations(pvc))
    if d:
        w.field("Finalizers", go_list(pvc["metadata"].get("finalizers")))
    has_volume = bool(spec.get("volumeName"))
    capacity = (status.get("capacity") or {}).get("storage", "0")
    w.field("Capacity", canonical(capacity) if has_volume else "")
    w.field("Access Modes", access_modes(status.get("accessModes")) if has_volume else "")
    if "volumeMode" in spec:
        w.field("VolumeMode", spec["volumeMode"])
    _data_source(w, spec.get("dataSource"))


def _data_source(w: Writer, source: Obj | None) -> None:
    if source:
        w.line("DataSource:")
        if "apiGroup" in source:
            w.field("APIGroup", source["apiGroup"], 1)
        w.field("Kind", source.get("kind", ""), 1)
        w.field("Name", source.get("name", ""), 1)


def storage_class(obj: Obj) -> str:
    """The class by annotation, as it was once said, or by spec."""
    old = meta.annotations(obj).get("volume.beta.kubernetes.io/storage-class")
    return str(old if old is not None else obj.get("spec", {}).get("storageClassName") or "")


def access_modes(modes: list[str] | None) -> str:
    """`RWO,ROX`, each once and in that order. Models storage util GetAccessModesAsString."""
    return ",".join(short for mode, short in _SHORT.items() if mode in (modes or ()))
