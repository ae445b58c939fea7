"""kubectl describe serviceaccount."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "serviceaccounts"
_TITLE = "Image pull secrets:"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeServiceAccount."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    names = [each.get("name", "") for each in obj.get("imagePullSecrets") or ()]
    w.line(_TITLE, names[0] if names else "<none>")
    for name in names[1:]:
        w.line(" " * len(_TITLE), name)
    parts.events(w, d, obj)
    return w.text()
