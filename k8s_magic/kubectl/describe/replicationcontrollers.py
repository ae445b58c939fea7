"""kubectl describe replicationcontroller."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Describer, Writer, pairs
from k8s_magic.objects.meta import Obj

RESOURCE = "replicationcontrollers"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeReplicationController."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    w.field("Selector", pairs(spec.get("selector")))
    parts.both(w, obj)
    w.field("Replicas", f"{obj.get('status', {}).get('replicas', 0)} current / {spec.get('replicas', 1)} desired")
    w.field("Pods Status", parts.pods_status(d, obj))
    pod_template(w, spec.get("template"))
    parts.workload_conditions(w, obj)
    parts.events(w, d, obj)
    return w.text()
