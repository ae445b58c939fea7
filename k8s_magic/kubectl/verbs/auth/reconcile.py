"""kubectl auth reconcile: roles and bindings get what a file says, and keep what they have beyond.

Models kubectl/pkg/cmd/auth/reconcile.go.
"""

from __future__ import annotations

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
    missing = [item for item in wanted.get(field) or () if item not in (held.get(field) or ())]
    extra = [item for item in held.get(field) or () if item not in (wanted.get(field) or ())]
    removes = call.flags["remove-extra-permissions" if field == "rules" else "remove-extra-subjects"]
    kept = [item for item in held.get(field) or () if not (removes and item in extra)]
    new = {**held, field: [*kept, *missing], "metadata": _metadata(held, wanted)}
    moved = "roleRef" in held and held["roleRef"] != wanted.get("roleRef")
    if moved:
        new = {**wanted, field: new[field]}
    operation = "recreate" if moved else "update" if new != held else ""
    if operation and not dry:
        new = _written(call, info, new, moved)
    show(new)
    _report(call, operation, field, missing, extra if removes else [])


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
