"""MutatingAdmissionPolicyBinding: where a MutatingAdmissionPolicy holds.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    given = (obj.get("spec") or {}).get("paramRef") or {}
    reference = f"{given.get('namespace') or '*'}/{given['name']}" if given.get("name") else "<unset>"
    return [obj["metadata"]["name"], (obj.get("spec") or {}).get("policyName", ""), reference, age(obj, now)]


KIND = Kind(
    kind="MutatingAdmissionPolicyBinding",
    plural="mutatingadmissionpolicybindings",
    group="admissionregistration.k8s.io",
    singular="mutatingadmissionpolicybinding",
    categories=("api-extensions",),
    namespaced=False,
    columns=(NAME, *texts("PolicyName", "ParamRef"), AGE),
    row=row,
    has_generation=True,
)
