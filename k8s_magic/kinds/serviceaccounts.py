"""ServiceAccount: the identity under which the programs of a pod speak to the API."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], age(obj, now)]


KIND = Kind(
    returns_deleted=True,
    kind="ServiceAccount",
    plural="serviceaccounts",
    singular="serviceaccount",
    short_names=("sa",),
    subresources=("token",),
    columns=(NAME, AGE),
    row=row,
)
