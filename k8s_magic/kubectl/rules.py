"""Rules of roles from --verb, --resource and --resource-name. Models kubectl/pkg/cmd/create/create_role.go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import NoSuchResource
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_STANDARD = (
    *("*", "get", "delete", "list", "create", "update", "patch", "watch", "proxy", "deletecollection"),
    *("use", "bind", "escalate", "impersonate"),
)
_RBAC = "rbac.authorization.k8s.io"
_ROLES = (("roles", _RBAC), ("clusterroles", _RBAC))
_SPECIAL = {
    "use": (("podsecuritypolicies", "policy"), ("podsecuritypolicies", "extensions")),
    "bind": _ROLES,
    "escalate": _ROLES,
    "impersonate": (("users", ""), ("serviceaccounts", ""), ("groups", ""), ("userextras", "authentication.k8s.io")),
}


@dataclass(frozen=True)
class Target:
    """What a rule is about, as written: RESOURCE[.GROUP][/SUBRESOURCE]."""

    resource: str
    group: str = ""
    subresource: str = ""


def verbs_of(call: Call) -> list[str]:
    """--verb without repetitions; `*` alone where it is among them."""
    verbs = list(dict.fromkeys(call.flags["verb"]))
    return ["*"] if "*" in verbs else verbs


def targets_of(call: Call) -> list[Target]:
    """--resource taken apart; `*` alone where it is among them."""
    targets: list[Target] = []
    for text in call.flags["resource"]:
        whole, _, subresource = text.partition("/")
        resource, dot, group = whole.partition(".")
        target = Target(resource, group, subresource)
        if resource == "*" and not dot and "/" not in text:
            return [target]
        targets.append(target)
    return targets


def check(call: Call, verbs: list[str], targets: list[Target]) -> None:
    """Warn of verbs that are no standard ones; refuse resources that the API does not have."""
    for verb in verbs:
        if verb not in _STANDARD:
            call.err(f"Warning: '{verb}' is not a standard resource verb\n")
    for target in targets:
        if not target.resource:
            raise UsageError("resource must be specified if apiGroup/subresource specified")
        if target.resource == "*":
            return
        _check_target(call, verbs, target)


def _check_target(call: Call, verbs: list[str], target: Target) -> None:
    found, known = _resolved(call, target)
    for verb in verbs:
        special = _SPECIAL.get(verb)
        if special and (found.resource, found.group) not in special:
            raise UsageError(f"can not perform '{verb}' on '{found.resource}' in group '{found.group}'")
        known = known or special is not None
    if not known:
        where = f' in group "{target.group}"' if target.group else ""
        raise NoSuchResource(f'the server doesn\'t have a resource type "{target.resource}"{where}')


def _resolved(call: Call, target: Target) -> tuple[Target, bool]:
    """The target by its full name, and whether the API has it."""
    try:
        mapping = call.mapper.by_type(f"{target.resource}.{target.group}" if target.group else target.resource)
    except UsageError:
        return target, False
    return replace(target, resource=mapping.plural, group=mapping.group), True


def rules(call: Call, verbs: list[str], targets: list[Target], urls: list[str]) -> list[Obj]:
    """One rule a group of the API, then one for URLs."""
    groups: dict[str, list[str]] = {}
    for target in targets:
        found, _ = _resolved(call, target)
        name = found.resource + (f"/{found.subresource}" if found.subresource else "")
        members = groups.setdefault(found.group, [])
        if name not in members:
            members.append(name)
    names = list(dict.fromkeys(call.flags["resource-name"]))
    made: list[Obj] = [
        {"verbs": verbs, "apiGroups": [group], "resources": groups[group], **({"resourceNames": names} if names else {})}
        for group in sorted(groups)
    ]
    return made + ([{"verbs": verbs, "nonResourceURLs": urls}] if urls else [])
