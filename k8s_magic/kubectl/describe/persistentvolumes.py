"""kubectl describe persistentvolume."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.claim import access_modes, storage_class
from k8s_magic.kubectl.describe.volume import source
from k8s_magic.kubectl.describe.writer import Describer, Writer, go_list
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical

RESOURCE = "persistentvolumes"
_NOT_SOURCES = ("capacity", "accessModes", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy")


def describe(obj: Obj, d: Describer) -> str:
    """Models describePersistentVolume."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj, namespaced=False)
    parts.both(w, obj)
    w.field("Finalizers", go_list(obj["metadata"].get("finalizers")))
    w.field("StorageClass", storage_class(obj))
    parts.phase(w, d, obj)
    claim = spec.get("claimRef")
    w.field("Claim", f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "")
    w.field("Reclaim Policy", spec.get("persistentVolumeReclaimPolicy", ""))
    w.field("Access Modes", access_modes(spec.get("accessModes")))
    if "volumeMode" in spec:
        w.field("VolumeMode", spec["volumeMode"])
    w.field("Capacity", canonical((spec.get("capacity") or {}).get("storage", "0")))
    _node_affinity(w, meta.get_in(spec, "nodeAffinity", "required"))
    w.field("Message", obj.get("status", {}).get("message", ""))
    w.line("Source:")
    source(w, {key: value for key, value in spec.items() if key not in _NOT_SOURCES})
    parts.events(w, d, obj)
    return w.text()


def _node_affinity(w: Writer, required: Obj | None) -> None:
    if required is None:
        w.field("Node Affinity", "<none>")
        return
    w.field("Node Affinity", "")
    terms = required.get("nodeSelectorTerms") or []
    w.field("Required Terms", "" if terms else "<none>", 1)
    for i, term in enumerate(terms):
        lines = [_expression(each) for each in term.get("matchExpressions") or ()]
        w.field(f"Term {i}", lines[0] if lines else "<none>", 2)
        for line in lines[1:]:
            w.write(f"\t{line}\n", 2)


def _expression(requirement: Obj) -> str:
    values = requirement.get("values")
    return f"{requirement['key']} {requirement['operator'].lower()}" + (f" [{', '.join(values)}]" if values else "")
