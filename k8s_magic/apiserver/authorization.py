"""Role-based access control: whether a user may do what a request asks for, by the roles that bindings give.

Models plugin/pkg/auth/authorizer/rbac and the message of apiserver's responsewriters. Not modelled: the node authorizer
(kubelets are trusted here), webhooks, attribute-based access control, selectors in access reviews.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from k8s_magic.apiserver.caller import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, Caller, account_groups
from k8s_magic.apiserver.client import Impersonation
from k8s_magic.apiserver.errors import ApiError, bad_request
from k8s_magic.objects.meta import Key, Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.store import Store

GROUP = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Access:
    """What somebody wants to do: `verb` on a resource, or on a `path` that is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def combined(self) -> str:
        """ "pods/log": as rules name a subresource."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True)
class Decision:
    """`reason` says by which binding, or which role a binding names that does not exist."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True)
class Granted:
    """A rule that a user has, and through what."""

    rule: Obj
    source: Callable[[], str]


def decide(store: Store, caller: Caller, access: Access) -> Decision:
    """Whether the caller may. Models RBACAuthorizer.Authorize."""
    if caller.may_all:
        return Decision(True)
    missing: list[str] = []
    for granted in rules_for(store, caller, access.namespace, missing):
        if allows(granted.rule, access):
            return Decision(True, f"RBAC: allowed by {granted.source()}")
    if not missing:
        return Decision(False)
    listed = list(dict.fromkeys(missing))
    return Decision(False, f"RBAC: {listed[0] if len(listed) == 1 else '[' + ', '.join(listed) + ']'}")


def authorize(store: Store, caller: Caller, access: Access) -> None:
    """Let pass what is allowed; `ApiError` Forbidden for all else."""
    if caller.may_all:
        return
    decision = decide(store, caller, access)
    if not decision.allowed:
        raise _forbidden(caller, access, decision.reason)


def _forbidden(caller: Caller, access: Access, reason: str) -> ApiError:
    """Models responsewriters.Forbidden."""
    why = _refusal(caller, access) + (f": {reason}" if reason else "")
    if access.path:
        return ApiError(403, "Forbidden", f"forbidden: {why}", {})
    qualified = f"{access.resource}.{access.group}" if access.group else access.resource
    named = f'{qualified} "{access.name}"' if access.name else qualified
    details = {"name": access.name, "group": access.group, "kind": access.resource}
    return ApiError(403, "Forbidden", f"{named} is forbidden: {why}", {k: v for k, v in details.items() if v})


def _refusal(caller: Caller, access: Access) -> str:
    if access.path:
        return f'User "{caller.user}" cannot {access.verb} path "{access.path}"'
    where = f'in the namespace "{access.namespace}"' if access.namespace else "at the cluster scope"
    return f'User "{caller.user}" cannot {access.verb} resource "{access.combined}" in API group "{access.group}" {where}'


# --- Rules ---


def allows(rule: Obj, access: Access) -> bool:
    """Whether one rule covers the access. Models RuleAllows."""
    if not _holds(rule.get("verbs"), access.verb):
        return False
    if access.path:
        return any(_matches_path(url, access.path) for url in rule.get("nonResourceURLs") or ())
    names = rule.get("resourceNames")
    return (
        _holds(rule.get("apiGroups"), access.group)
        and _matches_resource(rule.get("resources") or (), access)
        and (not names or access.name in names)
    )


def _holds(allowed: Sequence[str] | None, wanted: str) -> bool:
    return allowed is not None and ("*" in allowed or wanted in allowed)


def _matches_resource(resources: Sequence[str], access: Access) -> bool:
    wanted = ["*", access.combined, *([f"*/{access.subresource}"] if access.subresource else ())]
    return any(resource in wanted for resource in resources)


def _matches_path(url: str, path: str) -> bool:
    return url in ("*", path) or (url.endswith("*") and path.startswith(url.rstrip("*")))


def rules_for(store: Store, caller: Caller, namespace: str, missing: list[str]) -> Iterator[Granted]:
    """Every rule that the user has in a namespace (or, with "", everywhere); roles that are not there go into `missing`.

    Models pkg/registry/rbac/validation DefaultRuleResolver.VisitRulesFor.
    """
    for binding in store.items(f"clusterrolebindings.{GROUP}"):
        yield from _bound(store, caller, binding, "", missing)
    for binding in store.items(f"rolebindings.{GROUP}", namespace) if namespace else ():
        yield from _bound(store, caller, binding, namespace, missing)


def _bound(store: Store, caller: Caller, binding: Obj, namespace: str, missing: list[str]) -> Iterator[Granted]:
    subject = next((s for s in binding.get("subjects") or () if _applies(caller, s, namespace)), None)
    if subject is None:
        return
    reference = binding["roleRef"]
    plural = "clusterroles" if reference["kind"] == "ClusterRole" else "roles"
    role = store.get(f"{plural}.{GROUP}", Key(namespace if plural == "roles" else "", reference["name"]))
    if role is None:
        missing.append(f'{plural.removesuffix("s")}.{GROUP} "{reference["name"]}" not found')
        return
    for rule in role.get("rules") or ():
        yield Granted(rule, lambda: _described(binding, subject, namespace))


def _applies(caller: Caller, subject: Obj, namespace: str) -> bool:
    kind, name = subject.get("kind"), subject.get("name", "")
    if kind == "User":
        return bool(caller.user == name)
    if kind == "Group":
        return name in caller.groups
    return bool(caller.user == f"system:serviceaccount:{subject.get('namespace') or namespace}:{name}")


def _described(binding: Obj, subject: Obj, namespace: str) -> str:
    name, kind = binding["metadata"]["name"], "RoleBinding" if namespace else "ClusterRoleBinding"
    shown = f"{name}/{namespace}" if namespace else name
    who = f"{subject['name']}/{subject.get('namespace') or namespace}" if subject["kind"] == "ServiceAccount" else subject["name"]
    return f'{kind} "{shown}" of {binding["roleRef"]["kind"]} "{binding["roleRef"]["name"]}" to {subject["kind"]} "{who}"'


# --- Impersonation ---


def impersonate(store: Store, caller: Caller, wanted: Impersonation) -> Caller:
    """The caller as somebody else; `ApiError` where it may not be. Models apiserver endpoints/filters/impersonation."""
    if not wanted.user:
        extra = "map[string][]string(nil)"
        if wanted.extra:
            extra = "map[string][]string{" + ", ".join(f"{json.dumps(name)}:{_go_strings(values)}" for name, values in wanted.extra) + "}"
        who = f'&user.DefaultInfo{{Name:"", UID:{json.dumps(wanted.uid)}, Groups:{_go_strings(wanted.groups)}, Extra:{extra}}}'
        raise bad_request(f"requested {who} without impersonating a user name")
    for access in _impersonating(wanted):
        authorize(store, caller, access)
    groups = wanted.groups or account_groups(wanted.user)
    everybody = UNAUTHENTICATED if wanted.user == ANONYMOUS else AUTHENTICATED
    if everybody not in groups:
        groups = (*groups, everybody)
    return replace(caller, user=wanted.user, groups=groups, uid=wanted.uid, extra=dict(wanted.extra), trusted=False)


def _go_strings(values: Sequence[str]) -> str:
    return "[]string{" + ", ".join(map(json.dumps, values)) + "}" if values else "[]string(nil)"


def _impersonating(wanted: Impersonation) -> Iterator[Access]:
    parts = wanted.user.split(":")
    if account_groups(wanted.user):
        yield Access("impersonate", resource="serviceaccounts", namespace=parts[2], name=parts[3])
    else:
        yield Access("impersonate", resource="users", name=wanted.user)
    for group in wanted.groups:
        yield Access("impersonate", resource="groups", name=group)
    if wanted.uid:
        yield Access("impersonate", "authentication.k8s.io", "uids", name=wanted.uid)
    for key, values in wanted.extra:
        for value in values:
            yield Access("impersonate", "authentication.k8s.io", "userextras", key, name=value)
