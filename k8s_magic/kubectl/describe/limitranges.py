"""kubectl describe limitrange."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts, quotas
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "limitranges"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeLimitRange."""
    w = Writer()
    parts.heading(w, obj)
    w.header(*quotas.LIMIT_TITLES, level=0)
    quotas.limits(w, obj)
    return w.text()
