"""kubectl describe clusterrolebinding."""

from __future__ import annotations

from k8s_magic.kubectl.describe import rules
from k8s_magic.kubectl.describe.writer import Describer
from k8s_magic.objects.meta import Obj

RESOURCE = "clusterrolebindings.rbac.authorization.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Events are not shown."""
    return rules.binding(obj)
