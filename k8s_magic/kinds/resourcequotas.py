"""ResourceQuota: how much a Namespace may hold in all."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import InOrder, invalid, required
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
SCOPES = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
POD_NAMES = {"pods"}
COMPUTE_NAMES = POD_NAMES | {f"{prefix}{name}" for prefix in ("", "requests.", "limits.") for name in ("cpu", "memory")}
CLAIM_NAMES = {"persistentvolumeclaims", "requests.storage"}
BARE_SCOPES = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity")
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
    for scope in scopes:
        errors += [] if scope in SCOPES else [invalid("spec.scopes", scopes, "unsupported scope")]
        strangers = [name for name in sorted(spec.get("hard") or {}) if name in STANDARD and not _has_scope(name, scope)]
        errors += [invalid("spec.scopes", scopes, "unsupported scope applied to resource") for _ in strangers]
    errors += [invalid("spec.scopes", scopes, "conflicting scopes") for pair in CONFLICTS if set(pair) <= set(scopes)]
    return errors + (_selector(spec) if spec.get("scopeSelector") else [])


def _has_scope(name: str, scope: str) -> bool:
    """Whether what is counted can be told by the scope. Models IsResourceQuotaScopeValidForResource."""
    if scope not in SCOPES:
        return True
    return name in {"BestEffort": POD_NAMES, "VolumeAttributesClass": CLAIM_NAMES}.get(scope, COMPUTE_NAMES)


def _selector(spec: Obj) -> list[FieldError]:
    """Models validateScopedResourceSelectorRequirement."""
    path, errors = "spec.scopeSelector.matchExpressions", list[FieldError]()
    expressions = spec["scopeSelector"].get("matchExpressions") or []
    for one in expressions:
        scope, operator, values = one.get("scopeName", ""), one.get("operator", ""), one.get("values") or []
        errors += [] if scope in SCOPES else [invalid(f"{path}.scopeName", scope, "unsupported scope")]
        strangers = [name for name in sorted(spec.get("hard") or {}) if name in STANDARD and not _has_scope(name, scope)]
        shown = InOrder(
            MatchExpressions=[
                InOrder(ScopeName=e.get("scopeName"), Operator=e.get("operator"), Values=e.get("values")) for e in expressions
            ]
        )
        errors += [invalid(path, shown, "unsupported scope applied to resource") for _ in strangers]
        if scope in BARE_SCOPES and operator != "Exists":
            scopes = [f"ResourceQuotaScope{name}" for name in ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort")]
            why = f"must be 'Exists' when scope is any of {', '.join(scopes)} or ResourceQuotaScopeCrossNamespacePodAffinity"
            errors.append(invalid(f"{path}.operator", operator, why))
        errors += _operator(operator, values, path)
    found = {one.get("scopeName") for one in expressions}
    return errors + [invalid(path, spec.get("scopes"), "conflicting scopes") for pair in CONFLICTS if set(pair) <= found]


def _operator(operator: str, values: list[str], path: str) -> list[FieldError]:
    if operator in ("In", "NotIn"):
        why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
        return [] if values else [required(f"{path}.values", why)]
    if operator in ("Exists", "DoesNotExist"):
        why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
        return [invalid(f"{path}.values", values, why)] if values else []
    return [invalid(f"{path}.operator", operator, "not a valid selector operator")]


def _name(name: str, path: str) -> list[FieldError]:
    errors = [invalid(path, name, text) for text in names.qualified(name)]
    if "/" in name or name in STANDARD or name.startswith(("hugepages-", "requests.hugepages-")):
        return errors
    errors = errors or [invalid(path, name, "must be a standard resource type or fully qualified")]
    return [*errors, invalid(path, name, "must be a standard resource for quota")]


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
