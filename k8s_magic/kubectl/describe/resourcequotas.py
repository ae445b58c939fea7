"""kubectl describe resourcequota."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts, quotas
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "resourcequotas"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeQuota."""
    w = Writer()
    parts.heading(w, obj)
    quotas.scopes(w, obj, 0, " * ")
    w.header("Resource", "Used", "Hard", level=0)
    quotas.usage(w, obj, 0, alike=True)
    return w.text()
