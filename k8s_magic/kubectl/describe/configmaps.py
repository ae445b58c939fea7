"""kubectl describe configmap."""

from __future__ import annotations

import base64

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "configmaps"


def describe(obj: Obj, d: Describer) -> str:
    """Models ConfigMapDescriber."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    w.write("\nData\n====\n")
    for key, text in sorted((obj.get("data") or {}).items()):
        w.write(f"{key}:\n----\n{text}\n\n")
    w.write("\nBinaryData\n====\n")
    for key, text in sorted((obj.get("binaryData") or {}).items()):
        w.write(f"{key}: {len(base64.b64decode(text))} bytes\n")
    w.line("")
    parts.events(w, d, obj)
    return w.text()
