"""kubectl describe poddisruptionbudget."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import UNSET, Describer, Writer
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.selectors import format_label_selector

RESOURCE = "poddisruptionbudgets.policy"


def describe(obj: Obj, d: Describer) -> str:
    """Models describePodDisruptionBudgetV1."""
    w = Writer()
    spec, status = obj["spec"], obj.get("status", {})
    parts.heading(w, obj)
    if "minAvailable" in spec:
        w.field("Min available", spec["minAvailable"])
    elif "maxUnavailable" in spec:
        w.field("Max unavailable", spec["maxUnavailable"])
    w.field("Selector", format_label_selector(spec["selector"]) if "selector" in spec else UNSET)
    w.line("Status:")
    for title, key in (
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ):
        w.field(title, status.get(key, 0), 2)
    parts.events(w, d, obj)
    return w.text()
