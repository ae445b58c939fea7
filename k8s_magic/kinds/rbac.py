"""What the four kinds of role-based access control share. Models pkg/apis/rbac/validation/validation.go."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts, wide
from k8s_magic.kinds.errors import InOrder, invalid, not_supported, required
from k8s_magic.kinds.kind import Column, FieldError
from k8s_magic.objects.meta import Obj

GROUP = "rbac.authorization.k8s.io"
ROLE_COLUMNS = (NAME, Column("Created At", type="date"))
BINDING_COLUMNS = (NAME, *texts("Role"), AGE, *wide("Users", "Groups", "ServiceAccounts"))


def validate_rules(rules: list[Obj], *, namespaced: bool) -> list[FieldError]:
    return [error for i, rule in enumerate(rules) for error in _rule(rule, f"rules[{i}]", namespaced)]


def _rule(rule: Obj, path: str, namespaced: bool) -> list[FieldError]:
    """Models ValidatePolicyRule."""
    errors = [] if rule.get("verbs") else [required(f"{path}.verbs", "verbs must contain at least one value")]
    urls = rule.get("nonResourceURLs")
    if urls:
        if namespaced:
            errors.append(invalid(f"{path}.nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs"))
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            errors.append(invalid(f"{path}.nonResourceURLs", urls, "rules cannot apply to both regular resources and non-resource URLs"))
        return errors
    if not rule.get("apiGroups"):
        errors.append(required(f"{path}.apiGroups", "resource rules must supply at least one api group"))
    if not rule.get("resources"):
        errors.append(required(f"{path}.resources", "resource rules must supply at least one resource"))
    return errors


def default_binding(draft: Obj) -> None:
    """Models pkg/apis/rbac/v1/defaults.go."""
    reference = draft.setdefault("roleRef", {})
    reference["apiGroup"] = reference.get("apiGroup") or GROUP
    for subject in draft.get("subjects") or ():
        if not subject.get("apiGroup") and subject.get("kind") in ("User", "Group"):
            subject["apiGroup"] = GROUP


def validate_binding(obj: Obj, kinds: list[str]) -> list[FieldError]:
    """`kinds`: of what kind the role may be."""
    reference, errors = obj["roleRef"], list[FieldError]()
    if reference["apiGroup"] != GROUP:
        errors.append(not_supported("roleRef.apiGroup", reference["apiGroup"], [GROUP]))
    if reference.get("kind", "") not in kinds:
        errors.append(not_supported("roleRef.kind", reference.get("kind", ""), kinds))
    name = reference.get("name")
    errors += [invalid("roleRef.name", name, text) for text in names.path_segment(name)] if name else [required("roleRef.name")]
    for index, subject in enumerate(obj.get("subjects") or ()):
        errors += _subject(subject, f"subjects[{index}]", namespaced="Role" in kinds)
    return errors


def _subject(subject: Obj, path: str, *, namespaced: bool) -> list[FieldError]:
    kind, name, group = subject.get("kind", ""), subject.get("name", ""), subject.get("apiGroup", "")
    errors = [] if name else [required(f"{path}.name")]
    if kind == "ServiceAccount":
        errors += [invalid(f"{path}.name", name, text) for text in names.subdomain(name)] if name else []
        errors += [not_supported(f"{path}.apiGroup", group, [""])] if group else []
        errors += [required(f"{path}.namespace")] if not namespaced and not subject.get("namespace") else []
    elif kind in ("User", "Group"):
        errors += [not_supported(f"{path}.apiGroup", group, [GROUP])] if group != GROUP else []
    else:
        errors.append(not_supported(f"{path}.kind", kind, ["ServiceAccount", "User", "Group"]))
    return errors


def validate_binding_update(new: Obj, old: Obj) -> list[FieldError]:
    reference = new["roleRef"]
    if reference == old["roleRef"]:
        return []
    shown = InOrder({"APIGroup": reference["apiGroup"], "Kind": reference.get("kind", ""), "Name": reference.get("name", "")})
    return [invalid("roleRef", shown, "cannot change roleRef")]


def role_row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj["metadata"].get("creationTimestamp")]


def binding_row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printRoleBinding."""
    reference, subjects = obj["roleRef"], obj.get("subjects") or []
    users = [s.get("name", "") for s in subjects if s.get("kind") == "User"]
    groups = [s.get("name", "") for s in subjects if s.get("kind") == "Group"]
    accounts = [f"{s.get('namespace', '')}/{s.get('name', '')}" for s in subjects if s.get("kind") == "ServiceAccount"]
    role = f"{reference.get('kind', '')}/{reference.get('name', '')}"
    return [obj["metadata"]["name"], role, age(obj, now), ", ".join(users), ", ".join(groups), ", ".join(accounts)]
