"""Lease: who holds something and until when; each node renews one as its heartbeat."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.times import rfc3339_micro


def default(draft: Obj) -> None:
    draft.setdefault("spec", {})


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/coordination/validation/validation.go ValidateLeaseSpec."""
    spec, errors = obj["spec"], list[FieldError]()
    if spec.get("leaseDurationSeconds", 1) <= 0:
        errors.append(invalid("spec.leaseDurationSeconds", spec["leaseDurationSeconds"], "must be greater than 0"))
    if (spec.get("leaseTransitions") or 0) < 0:
        errors.append(invalid("spec.leaseTransitions", spec["leaseTransitions"], "must be greater than or equal to 0"))
    return errors


def on_read(obj: Obj, heartbeat: float) -> Obj:
    """A node's lease as last renewed, in seconds since the epoch: written by nobody, computed when it is asked for."""
    if obj["metadata"].get("namespace") != "kube-node-lease":
        return obj
    renewed = rfc3339_micro(heartbeat)
    return obj if obj["spec"].get("renewTime") == renewed else set_in(obj, ("spec", "renewTime"), renewed)


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], get_in(obj, "spec", "holderIdentity", default=""), age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="Lease",
    plural="leases",
    group="coordination.k8s.io",
    singular="lease",
    columns=(NAME, *texts("Holder"), AGE),
    row=row,
    default=default,
    validate=validate,
    on_read=on_read,
)
