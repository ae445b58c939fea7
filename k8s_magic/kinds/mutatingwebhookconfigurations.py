"""MutatingWebhookConfiguration: programs that are asked about writes and may change them.

Not modelled: its rules and defaults, and that anybody is asked; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], len(obj.get("webhooks") or ()), age(obj, now)]


KIND = Kind(
    kind="MutatingWebhookConfiguration",
    plural="mutatingwebhookconfigurations",
    group="admissionregistration.k8s.io",
    singular="mutatingwebhookconfiguration",
    categories=("api-extensions",),
    namespaced=False,
    columns=(NAME, *texts("Webhooks"), AGE),
    row=row,
    has_generation=True,
)
