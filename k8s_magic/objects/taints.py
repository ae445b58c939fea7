"""Taints keep pods off a node; a pod's tolerations let it stay.

Not modelled: the operators Lt and Gt of the gate TaintTolerationComparisonOperators, which is off in v1.36: they match nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from k8s_magic.objects.meta import Obj

NO_SCHEDULE: Final = "NoSchedule"
PREFER_NO_SCHEDULE: Final = "PreferNoSchedule"
NO_EXECUTE: Final = "NoExecute"


def tolerates(toleration: Obj, taint: Obj) -> bool:
    """Whether one toleration tolerates one taint. Models k8s.io/api/core/v1 ToleratesTaint."""
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    if toleration.get("key") and toleration["key"] != taint.get("key"):
        return False
    operator = toleration.get("operator") or "Equal"
    return operator == "Exists" or (operator == "Equal" and (toleration.get("value") or "") == (taint.get("value") or ""))


def tolerated(taint: Obj, tolerations: Iterable[Obj] | None) -> bool:
    """Whether any of the tolerations tolerates the taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations or ())


def find_untolerated(
    taints: Sequence[Obj] | None, tolerations: Sequence[Obj] | None, effects: Collection[str] = (NO_SCHEDULE, NO_EXECUTE)
) -> Obj | None:
    """The first taint with one of `effects` that no toleration tolerates. Models component-helpers FindMatchingUntoleratedTaint."""
    for taint in taints or ():
        if taint.get("effect") in effects and not tolerated(taint, tolerations):
            return taint
    return None
