"""kubectl describe ingressclass."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "ingressclasses.networking.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeIngressClassV1."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    parts.both(w, obj)
    w.field("Controller", obj["spec"].get("controller", ""))
    parameters = obj["spec"].get("parameters")
    if parameters:
        w.line("Parameters:")
        if "apiGroup" in parameters:
            w.field("APIGroup", parameters["apiGroup"], 1)
        w.field("Kind", parameters.get("kind", ""), 1)
        w.field("Name", parameters.get("name", ""), 1)
    parts.events(w, d, obj)
    return w.text()
