"""What may change of a pod once it is there: images, deadlines, more tolerations, and little else.

Models pkg/apis/core/validation/validation.go ValidatePodUpdate.
"""

from __future__ import annotations

from k8s_magic.kinds import internal, names
from k8s_magic.kinds.errors import forbidden, invalid
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Obj

MAX_INT32 = 2**31 - 1
UPDATABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    spec, stored = new["spec"], old["spec"]
    for field in ("containers", "initContainers"):
        if len(spec.get(field) or ()) != len(stored.get(field) or ()):
            return [forbidden(f"spec.{field}", "pod updates may not add or remove containers")]
    errors, stop = _deadline(spec.get("activeDeadlineSeconds"), stored.get("activeDeadlineSeconds"))
    if stop:
        return errors
    errors += _tolerations(spec.get("tolerations") or [], stored.get("tolerations") or [])
    errors += _gates(spec.get("schedulingGates") or [], stored.get("schedulingGates") or [])
    munged = _munged(spec, stored)
    if munged != stored:
        difference = internal.difference(internal.pod_spec(stored), internal.pod_spec(munged))
        errors.append(forbidden("spec", f"pod updates may not change fields other than {UPDATABLE}\n{difference}"))
    return errors


def _deadline(new: int | None, old: int | None) -> tuple[list[FieldError], bool]:
    path = "spec.activeDeadlineSeconds"
    if new is None:
        return ([invalid(path, None, "must not update from a positive integer to nil value")] if old is not None else []), False
    if not 0 <= new <= MAX_INT32:
        return [invalid(path, new, names.in_range(0, MAX_INT32))], True
    if old is not None and old < new:
        return [invalid(path, new, "must be less than or equal to previous value")], True
    return [], False


def _tolerations(new: list[Obj], old: list[Obj]) -> list[FieldError]:
    """Old ones must all still be there, but for how long they tolerate."""
    kept = [{k: v for k, v in toleration.items() if k != "tolerationSeconds"} for toleration in new]
    for toleration in old:
        if {k: v for k, v in toleration.items() if k != "tolerationSeconds"} not in kept:
            return [forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")]
    return []


def _gates(new: list[Obj], old: list[Obj]) -> list[FieldError]:
    added = [(index, gate["name"]) for index, gate in enumerate(new) if gate not in old]
    why = "only deletion is allowed, but found new scheduling gate"
    return [forbidden(f"spec.schedulingGates[{index}].name", f"{why} '{name}'") for index, name in added]


def _munged(spec: Obj, stored: Obj) -> Obj:
    """The new specification with all that may change set back to the old."""
    munged = dict(spec)
    for field in ("containers", "initContainers"):
        if spec.get(field):
            munged[field] = [{**new, "image": old.get("image")} for new, old in zip(spec[field], stored[field], strict=True)]
    for field in ("activeDeadlineSeconds", "schedulingGates", "tolerations"):
        munged.pop(field, None)
        if field in stored:
            munged[field] = stored[field]
    if stored.get("terminationGracePeriodSeconds", 0) < 0 and spec.get("terminationGracePeriodSeconds") == 1:
        munged["terminationGracePeriodSeconds"] = stored["terminationGracePeriodSeconds"]
    if stored.get("schedulingGates"):
        for field in ("nodeSelector", "affinity"):
            munged.pop(field, None)
            if field in stored:
                munged[field] = stored[field]
    return munged
