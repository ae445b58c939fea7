"""kubectl describe secret: sizes, not values."""

from __future__ import annotations

import base64

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "secrets"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeSecret."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    w.write(f"\nType:\t{obj.get('type', '')}\n")
    w.write("\nData\n====\n")
    for key, text in sorted((obj.get("data") or {}).items()):
        value = base64.b64decode(text)
        is_token = key == "token" and obj.get("type") == "kubernetes.io/service-account-token"
        w.field(key, value.decode(errors="replace") if is_token else f"{len(value)} bytes")
    return w.text()
