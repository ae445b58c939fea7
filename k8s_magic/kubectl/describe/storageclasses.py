"""kubectl describe storageclass."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, pairs, true_false
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "storageclasses.storage.k8s.io"
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def describe(obj: Obj, d: Describer) -> str:
    """Models describeStorageClass."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    notes = meta.annotations(obj)
    w.field("IsDefaultClass", "Yes" if any(notes.get(key) == "true" for key in _DEFAULT) else "No")
    w.field("Annotations", pairs(notes))
    w.field("Provisioner", obj.get("provisioner", ""))
    w.field("Parameters", pairs(obj.get("parameters")))
    w.field("AllowVolumeExpansion", true_false(obj.get("allowVolumeExpansion")))
    options = obj.get("mountOptions") or []
    w.write("MountOptions:" + ("\n" if options else "\t<none>\n"))
    for option in options:
        w.line(option, level=1)
    for title, key in (("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")):
        if key in obj:
            w.field(title, obj[key])
    if obj.get("allowedTopologies") is not None:
        _topologies(w, obj["allowedTopologies"])
    parts.events(w, d, obj)
    return w.text()


def _topologies(w: Writer, terms: Sequence[Obj]) -> None:
    w.field("AllowedTopologies", "" if terms else "<none>")
    for i, term in enumerate(terms):
        lines = [f"{each['key']} in [{', '.join(each['values'])}]" for each in term.get("matchLabelExpressions") or ()]
        w.field(f"Term {i}", lines[0] if lines else "<none>", 1)
        for line in lines[1:]:
            w.write(f"\t{line}\n", 1)
