"""kubectl describe daemonset."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Describer, Writer, pairs
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "daemonsets.apps"
_COUNTS = (
    ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    ("Number of Nodes Misscheduled", "numberMisscheduled"),
)


def describe(obj: Obj, d: Describer) -> str:
    """Models describeDaemonSet."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    w.field("Selector", parts.selector(spec.get("selector")))
    w.field("Node-Selector", pairs(meta.get_in(spec, "template", "spec", "nodeSelector")))
    parts.both(w, obj)
    for title, key in _COUNTS:
        w.line(f"{title}: {obj.get('status', {}).get(key, 0)}")
    w.field("Pods Status", parts.pods_status(d, obj))
    pod_template(w, spec.get("template"))
    parts.events(w, d, obj)
    return w.text()
