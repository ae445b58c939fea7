"""kubectl describe namespace: with its quotas and limits."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts, quotas
from k8s_magic.kubectl.describe.writer import Describer, Writer, date
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "namespaces"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeNamespace."""
    w = Writer()
    parts.heading(w, obj, namespaced=False)
    parts.both(w, obj)
    w.field("Status", obj.get("status", {}).get("phase", ""))
    conditions = obj.get("status", {}).get("conditions")
    if conditions:
        w.line("Conditions:")
        w.table(
            ("Type", "Status", "LastTransitionTime", "Reason", "Message"),
            ("----", "------", "------------------", "------", "-------"),
            *((c["type"], c["status"], date(c.get("lastTransitionTime")), c.get("reason", ""), c.get("message", "")) for c in conditions),
        )
    w.line("")
    quotas.quota_list(w, d.items("resourcequotas", meta.name(obj)))
    w.line("")
    quotas.limit_list(w, d.items("limitranges", meta.name(obj)))
    return w.text()
