"""kubectl describe statefulset."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.claim import storage_class
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Describer, Writer, date, go_list
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical

RESOURCE = "statefulsets.apps"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeStatefulSet."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    w.field("CreationTimestamp", date(obj["metadata"].get("creationTimestamp")))
    w.field("Selector", parts.selector(spec.get("selector")))
    parts.both(w, obj)
    w.field("Replicas", f"{spec.get('replicas', 1)} desired | {obj.get('status', {}).get('replicas', 0)} total")
    strategy = spec.get("updateStrategy", {})
    w.field("Update Strategy", strategy.get("type", ""))
    rolling = strategy.get("rollingUpdate") or {}
    if rolling.get("partition") is not None:
        w.field("Partition", rolling["partition"], 1)
        if rolling.get("maxUnavailable") is not None:
            w.field("MaxUnavailable", rolling["maxUnavailable"], 1)
    w.field("Pods Status", parts.pods_status(d, obj))
    pod_template(w, spec.get("template"))
    _claims(w, spec.get("volumeClaimTemplates") or ())
    parts.events(w, d, obj)
    return w.text()


def _claims(w: Writer, templates: Sequence[Obj]) -> None:
    if not templates:
        w.field("Volume Claims", "<none>")
        return
    w.line("Volume Claims:")
    for claim in templates:
        spec = claim.get("spec", {})
        w.field("Name", meta.name(claim), 1)
        w.field("StorageClass", storage_class(claim), 1)
        parts.labels(w, meta.labels(claim), indent="  ")
        parts.labels(w, meta.annotations(claim), "Annotations", "  ")
        capacity = meta.get_in(spec, "resources", "requests", "storage")
        w.field("Capacity", "<default>" if capacity is None else canonical(capacity), 1)
        w.field("Access Modes", go_list(spec.get("accessModes")), 1)
