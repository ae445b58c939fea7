"""ResourceQuota: how much a Namespace may hold in all."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import IMMUTABLE, quantity_not_negative
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

COUNTED = frozenset(
    {"pods", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "resourcequotas"}
    | {"services.nodeports", "services.loadbalancers"}
)
STANDARD = (
    COUNTED
    | {f"{prefix}{name}" for prefix in ("", "requests.", "limits.") for name in ("cpu", "memory", "ephemeral-storage")}
    | {"requests.storage"}
)
SCOPES = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity")
CONFLICTS = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))


def default(draft: Obj) -> None:
    draft.setdefault("spec", {})


def prepare_create(draft: Obj) -> None:
    draft["status"] = {}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateResourceQuotaSpec."""
    spec, errors = obj["spec"], list[FieldError]()
    for name, amount in sorted((spec.get("hard") or {}).items()):
        here = f"spec.hard[{name}]"
        errors += _name(name, here)
        errors += quantity_not_negative(amount, here)
        if name in COUNTED and quantity.milli(amount) % 1000:
            errors.append(invalid(here, quantity.canonical(amount), "must be an integer"))
    scopes = spec.get("scopes") or []
    errors += [invalid("spec.scopes", scopes, "unsupported scope") for scope in scopes if scope not in SCOPES]
    errors += [invalid("spec.scopes", scopes, "conflicting scopes") for pair in CONFLICTS if set(pair) <= set(scopes)]
    return errors


def _name(name: str, path: str) -> list[FieldError]:
    errors = [invalid(path, name, text) for text in names.qualified(name)]
    if errors or "/" in name or name in STANDARD or name.startswith(("hugepages-", "requests.hugepages-")):
        return errors
    unknown = invalid(path, name, "must be a standard resource type or fully qualified")
    return [unknown, invalid(path, name, "must be a standard resource for quota")]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    scopes = new["spec"].get("scopes") or []
    return [invalid("spec.scopes", scopes, IMMUTABLE)] if set(scopes) != set(old["spec"].get("scopes") or ()) else []


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printResourceQuota."""
    status = obj.get("status") or {}
    hard, used = status.get("hard") or {}, status.get("used") or {}
    shown = [(name, f"{name}: {used.get(name, '0')}/{hard[name]}") for name in sorted(hard)]
    requests = ", ".join(text for name, text in shown if not name.startswith("limits."))
    limits = ", ".join(text for name, text in shown if name.startswith("limits."))
    return [obj["metadata"]["name"], requests, limits, age(obj, now)]


KIND = Kind(
    returns_deleted=True,
    kind="ResourceQuota",
    plural="resourcequotas",
    singular="resourcequota",
    short_names=("quota",),
    subresources=("status",),
    columns=(NAME, *texts("Request", "Limit"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
)
