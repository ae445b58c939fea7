"""kubectl auth reconcile: roles and bindings get what a file says, and keep what they have beyond.

Models kubectl/pkg/cmd/auth/reconcile.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import not_found
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_GROUP = "rbac.authorization.k8s.io"
_FIELDS = {"Role": "rules", "ClusterRole": "rules", "RoleBinding": "subjects", "ClusterRoleBinding": "subjects"}


async def run(call: Call) -> int | None:
    """Reconcile every role and binding of the files; other objects are passed over."""
    if not call.flags["filename"] and not call.flags["kustomize"]:
        raise UsageError("must specify one of -f and -k")
    if call.args:
        raise call.usage_error("no arguments may be specified")
    dry = common.dry_run(call)
    if dry == "server":
        raise UsageError("--dry-run=server for command reconcile is not supported yet")
    builder.select(call, builder.query_of(call, continue_on_error=False)).visit(lambda info: _reconcile(call, info, dry == "client"))
    return None


def _reconcile(call: Call, info: Info, dry: bool) -> None:
    if info.mapping.group != _GROUP or info.mapping.kind not in _FIELDS:
        return
    wanted, field = info.obj, _FIELDS[info.mapping.kind]
    show = common.object_printer(call, "reconciled", "client" if dry else "none")
    try:
        held = call.client.get(info.mapping.resource, info.name, info.namespace)
    except ApiError as error:
        if not not_found(error):
            raise
        made = wanted if dry else call.client.create(info.mapping.resource, common.creatable(wanted), info.namespace)
        show(made)
        return _report(call, "create", field, list(wanted.get(field) or ()), [])
    return _update(call, info, held, field, show, dry)


def _update(call: Call, info: Info, held: Obj, field: str, show: Any, dry: bool) -> None:
    wanted = info.obj
    beyond = _uncovered if field == "rules" else _others
    missing = beyond(held.get(field) or [], wanted.get(field) or [])
    extra = beyond(wanted.get(field) or [], held.get(field) or [])
    removes = call.flags["remove-extra-permissions" if field == "rules" else "remove-extra-subjects"]
    kept = (wanted.get(field) if removes else held.get(field)) or []
    items = kept if removes and extra else [*kept, *(item for item in missing if item not in kept)]
    new = {**held, field: items, "metadata": _metadata(held, wanted)}
    moved = "roleRef" in held and held["roleRef"] != wanted.get("roleRef")
    if moved:
        new = {**wanted, field: new[field]}
    operation = "recreate" if moved else "update" if new != held else ""
    if operation and not dry:
        new = _written(call, info, new, moved)
    show(new)
    _report(call, operation, field, missing, extra if removes else [])


def _others(held: list[Obj], wanted: list[Obj]) -> list[Obj]:
    return [item for item in wanted if item not in held]


def _uncovered(held: list[Obj], wanted: list[Obj]) -> list[Obj]:
    """What of `wanted` no rule of `held` allows, each verb on each resource by itself. Models component-helpers' rbac validation.Covers."""
    return [part for rule in wanted for part in _parts(rule) if not any(_covers(other, part) for other in held)]


def _parts(rule: Obj) -> Iterator[Obj]:
    names: list[Obj] = [{"resourceNames": [name]} for name in rule.get("resourceNames") or ()] or [{}]
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in rule.get("verbs") or ():
                yield from ({"apiGroups": [group], "resources": [resource], "verbs": [verb], **name} for name in names)
    for url in rule.get("nonResourceURLs") or ():
        yield from ({"nonResourceURLs": [url], "verbs": [verb]} for verb in rule.get("verbs") or ())


def _covers(rule: Obj, part: Obj) -> bool:
    def holds(field: str) -> bool:
        allowed, asked = rule.get(field) or [], part.get(field) or []
        return "*" in allowed or all(item in allowed for item in asked)

    if part.get("nonResourceURLs"):
        return holds("verbs") and holds("nonResourceURLs")
    named = not rule.get("resourceNames") or (bool(part.get("resourceNames")) and holds("resourceNames"))
    return holds("verbs") and holds("apiGroups") and holds("resources") and named


def _metadata(held: Obj, wanted: Obj) -> Obj:
    metadata = dict(held["metadata"])
    for key in ("labels", "annotations"):
        if merged := {**((wanted.get("metadata") or {}).get(key) or {}), **(metadata.get(key) or {})}:
            metadata[key] = merged
    return metadata


def _written(call: Call, info: Info, new: Obj, moved: bool) -> Obj:
    if not moved:
        return call.client.update(info.mapping.resource, new, info.namespace)
    call.client.delete(info.mapping.resource, info.name, info.namespace)
    return call.client.create(info.mapping.resource, common.creatable(new), info.namespace)


def _report(call: Call, operation: str, field: str, missing: list[Any], extra: list[Any]) -> None:
    if not operation:
        return
    call.err(f"\treconciliation required {operation}\n")
    for title, items in ((f"missing {field} added", missing), (f"extra {field} removed", extra)):
        if items:
            call.err(f"\t{title}:\n" + "".join(f"\t\t{_shown(item, field)}\n" for item in items))


def _shown(item: Obj, field: str) -> str:
    """As Go's %+v prints a rule or a subject."""
    if field == "subjects":
        names = ("Kind", "kind"), ("APIGroup", "apiGroup"), ("Name", "name"), ("Namespace", "namespace")
        return "{" + " ".join(f"{go}:{item.get(key, '')}" for go, key in names) + "}"
    lists = ("Verbs", "verbs"), ("APIGroups", "apiGroups"), ("Resources", "resources"), ("ResourceNames", "resourceNames")
    urls = (("NonResourceURLs", "nonResourceURLs"),)
    return "{" + " ".join(f"{go}:[{' '.join(item.get(key) or ())}]" for go, key in (*lists, *urls)) + "}"


VERB = Verb("reconcile", "Give roles and bindings what a file says.", run, examples=("kubectl auth reconcile -f roles.yaml",))
