"""MutatingAdmissionPolicy: changes in CEL that are made to objects on their way in.

Not modelled: its rules, and that objects are changed; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    wanted = (obj.get("spec") or {}).get("paramKind")
    kind = f"{wanted.get('apiVersion', '')}/{wanted.get('kind', '')}" if wanted else "<unset>"
    return [obj["metadata"]["name"], len((obj.get("spec") or {}).get("mutations") or ()), kind, age(obj, now)]


KIND = Kind(
    kind="MutatingAdmissionPolicy",
    plural="mutatingadmissionpolicies",
    group="admissionregistration.k8s.io",
    singular="mutatingadmissionpolicy",
    categories=("api-extensions",),
    namespaced=False,
    columns=(NAME, *texts("Mutations", "ParamKind"), AGE),
    row=row,
    has_generation=True,
)
