"""From client-side to server-side apply: kubectl's older way of applying must not go on owning what the newer manages.

Models ApplyOptions.saveLastApplyAnnotationIfNecessary and migrateToSSAIfNecessary, and client-go's util/csaupgrade.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import LAST_APPLIED
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

SERVER_SIDE = "kubectl"
_KEEPER = "kubectl-last-applied"
_LATER = "This is non-fatal and will be retried next time you apply. Error:"


def migrate(call: Call, info: Info, applied: Obj, options: WriteOptions) -> None:
    """Hand the fields of client-side managers over to the server-side one; what goes wrong is only warned of."""
    try:
        _keep_annotation(call, info, options)
    except ApiError as error:
        call.err(f"Warning: failed to migrate {LAST_APPLIED} for Server-Side Apply. {_LATER} {error}\n")
        return
    try:
        migrated = _hand_over(call, info, options)
    except ApiError as error:
        call.err(f"Warning: server rejected managed fields migration to Server-Side Apply. {_LATER} {error}\n")
        return
    if migrated:
        _apply_again(call, info, applied, options)


def _keep_annotation(call: Call, info: Info, options: WriteOptions) -> None:
    """Let a manager of its own hold the annotation, so that it stays when its writer is gone."""
    held = (info.obj["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    if options.field_manager != SERVER_SIDE or held is None or _owners(info.obj, "Apply"):
        return
    metadata = {key: info.obj["metadata"][key] for key in ("name", "namespace") if key in info.obj["metadata"]}
    alone = {"apiVersion": info.obj["apiVersion"], "kind": info.obj["kind"], "metadata": {**metadata, "annotations": {LAST_APPLIED: held}}}
    mine = WriteOptions(dry_run=options.dry_run, field_manager=_KEEPER, field_validation=options.field_validation)
    info.refresh(call.client.patch(info.mapping.resource, info.name, info.namespace, "apply", alone, options=mine))


def _hand_over(call: Call, info: Info, options: WriteOptions) -> bool:
    """Merge what client-side managers own into the server-side manager's entry; whether there was anything to merge."""
    old = info.obj["metadata"].get("managedFields") or []
    names = {entry["manager"] for entry in _owners(info.obj, "Update")}
    if not names:
        return False
    new = _merged(old, names, options.field_manager)
    patch = [
        {"op": "replace", "path": "/metadata/managedFields", "value": new},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": info.obj["metadata"]["resourceVersion"]},
    ]
    mine = WriteOptions(dry_run=options.dry_run, field_manager=options.field_manager, field_validation=options.field_validation)
    info.refresh(call.client.patch(info.mapping.resource, info.name, info.namespace, "json", patch, options=mine))
    return True


def _apply_again(call: Call, info: Info, applied: Obj, options: WriteOptions) -> None:
    """Now the fields that the file no longer names can go."""
    try:
        info.refresh(call.client.patch(info.mapping.resource, info.name, info.namespace, "apply", applied, options=options))
    except ApiError as error:
        call.err(f"Warning: failed to re-apply configuration after performing Server-Side Apply migration. {_LATER} {error}\n")


def _owners(obj: Obj, operation: str) -> list[Obj]:
    """The entries of managers that own the annotation by this operation."""
    return [
        entry
        for entry in obj["metadata"].get("managedFields") or ()
        if entry.get("operation") == operation and not entry.get("subresource") and _owns(entry.get("fieldsV1") or {})
    ]


def _owns(fields: Obj) -> bool:
    return f"f:{LAST_APPLIED}" in ((fields.get("f:metadata") or {}).get("f:annotations") or {})


def _merged(entries: list[Obj], names: set[str], manager: str) -> list[Obj]:
    """The entries with those of `names` in the one of `manager`."""
    theirs = [e for e in entries if e["manager"] in names and e.get("operation") == "Update" and not e.get("subresource")]
    own = next((e for e in entries if _is_own(e, manager)), None)
    base = own or {**theirs[0], "manager": manager, "operation": "Apply"}
    fields: Any = base.get("fieldsV1") or {}
    for entry in theirs:
        fields = _union(fields, entry.get("fieldsV1") or {})
    whole = {**base, "fieldsV1": fields}
    place = own if own is not None else theirs[0]
    return [whole if entry is place else entry for entry in entries if entry is place or entry not in theirs]


def _is_own(entry: Obj, manager: str) -> bool:
    return entry["manager"] == manager and entry.get("operation") == "Apply" and not entry.get("subresource")


def _union(one: Obj, other: Obj) -> Obj:
    return {**one, **{key: _union(one.get(key) or {}, value) for key, value in other.items()}}
