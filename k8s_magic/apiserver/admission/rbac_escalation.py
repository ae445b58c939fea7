"""Nobody grants what they do not have: roles and bindings are held against the rights of who writes them.

Models pkg/registry/rbac/{role,rolebinding,...}/policybased and pkg/registry/rbac/validation ConfirmNoEscalation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.authorization import GROUP, Access, decide, rules_for
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects.meta import Key, Obj

ORDER = 250
RESOURCES = tuple(f"{plural}.{GROUP}" for plural in ("roles", "clusterroles", "rolebindings", "clusterrolebindings"))
FIELDS = (
    ("APIGroups", "apiGroups"),
    ("Resources", "resources"),
    ("ResourceNames", "resourceNames"),
    ("NonResourceURLs", "nonResourceURLs"),
    ("Verbs", "verbs"),
)


def admit(attributes: Attributes) -> None:
    """Refuse who would rise above themselves."""
    if attributes.caller.may_all or attributes.operation == "DELETE":
        return
    draft, old = attributes.draft, attributes.old
    is_role = attributes.kind.plural in ("roles", "clusterroles")
    if is_role and (old is None or old.get("rules") != draft.get("rules")):
        _check(
            attributes, draft.get("rules") or (), Access("escalate", GROUP, attributes.kind.plural, "", _place(attributes), attributes.name)
        )
    elif not is_role and (old is None or (old.get("subjects"), old["roleRef"]) != (draft.get("subjects"), draft.get("roleRef"))):
        _check_binding(attributes, draft.get("roleRef") or {})


def _place(attributes: Attributes) -> str:
    return attributes.namespace if attributes.kind.namespaced else ""


def _check_binding(attributes: Attributes, reference: Obj) -> None:
    plural = "clusterroles" if reference.get("kind") == "ClusterRole" else "roles"
    name, place = reference.get("name", ""), _place(attributes)
    role = attributes.store.get(f"{plural}.{GROUP}", Key(place if plural == "roles" else "", name))
    access = Access("bind", GROUP, plural, "", place, name)
    if role is None and not decide(attributes.store, attributes.caller, access).allowed:
        raise forbidden(attributes.kind, attributes.name, f'{plural.removesuffix("s")}.{GROUP} "{name}" not found')
    _check(attributes, (role or {}).get("rules") or (), access)


def _check(attributes: Attributes, rules: Sequence[Obj], instead: Access) -> None:
    """Let pass who has all of the rules, or the right to grant what they have not."""
    store, caller = attributes.store, attributes.caller
    if decide(store, caller, instead).allowed:
        return
    held = [granted.rule for granted in rules_for(store, caller, _place(attributes), [])]
    missing = [simple for rule in rules for simple in _simple(rule) if not any(_covers(own, simple) for own in held)]
    if missing:
        shown = "\n".join(sorted({_text(rule) for rule in _compact(missing)}))
        groups = "[" + " ".join(json.dumps(group) for group in caller.groups) + "]"
        who = f"user {json.dumps(caller.user)} (groups={groups})"
        why = f"{who} is attempting to grant RBAC permissions not currently held:\n{shown}"
        raise forbidden(attributes.kind, attributes.name, why)


def _simple(rule: Obj) -> Iterator[Obj]:
    """Rules of one verb, one resource, one name each. Models validation.BreakdownRule."""
    for group, resource, verb in product(rule.get("apiGroups") or (), rule.get("resources") or (), rule.get("verbs") or ()):
        for name in rule.get("resourceNames") or (None,):
            names = {} if name is None else {"resourceNames": [name]}
            yield {"apiGroups": [group], "resources": [resource], **names, "verbs": [verb]}
    for url, verb in product(rule.get("nonResourceURLs") or (), rule.get("verbs") or ()):
        yield {"nonResourceURLs": [url], "verbs": [verb]}


def _covers(own: Obj, wanted: Obj) -> bool:
    """Models validation.ruleCovers."""
    if not _has(own, "verbs", wanted["verbs"][0]):
        return False
    if "nonResourceURLs" in wanted:
        url = wanted["nonResourceURLs"][0]
        return any(have in ("*", url) or (have.endswith("*") and url.startswith(have[:-1])) for have in own.get("nonResourceURLs") or ())
    resource = wanted["resources"][0]
    below = f"*/{resource.partition('/')[2]}" if "/" in resource else resource
    names = own.get("resourceNames") or ()
    named = not names or wanted.get("resourceNames", [None])[0] in names
    return (
        named and _has(own, "apiGroups", wanted["apiGroups"][0]) and (_has(own, "resources", resource) or below in own.get("resources", ()))
    )


def _has(rule: Obj, field: str, value: str) -> bool:
    values = rule.get(field) or ()
    return "*" in values or value in values


def _compact(rules: Sequence[Obj]) -> list[Obj]:
    """Rules that differ in their verbs alone, as one. Models CompactRules."""
    found: dict[str, Obj] = {}
    for rule in rules:
        rest = {k: v for k, v in rule.items() if k != "verbs"}
        whole = found.setdefault(json.dumps(rest, sort_keys=True), {**rest, "verbs": []})
        whole["verbs"] += [verb for verb in rule["verbs"] if verb not in whole["verbs"]]
    return list(found.values())


def _text(rule: Obj) -> str:
    """Models rbacv1helpers.CompactString."""
    parts = [f"{word}:[{' '.join(json.dumps(v) for v in rule[field])}]" for word, field in FIELDS if rule.get(field)]
    return "{" + ", ".join(parts) + "}"
