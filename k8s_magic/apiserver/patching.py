"""PATCH: the four content types, applied to what is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver import writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import PatchType, WriteOptions
from k8s_magic.apiserver.errors import ApiError, bad_request, unsupported_media_type
from k8s_magic.apiserver.managed_fields import Manager
from k8s_magic.kinds import schema
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import patches, strategic
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer


def apply_patch(kind: Kind, obj: Obj, patch_type: PatchType, patch: Any) -> Obj:
    """`obj` with `patch` applied, sharing what the patch leaves alone. Models apiserver handlers/patch.go."""
    if isinstance(patch, (str, bytes)):
        patch = _decoded(patch)
    try:
        new = _patched(kind, obj, patch_type, patch)
    except patches.PatchError as error:
        if patch_type == "json":
            raise ApiError(422, "Invalid", f"the server rejected our request due to an error in our request: {error}") from error
        raise bad_request(str(error)) from error
    if not isinstance(new, dict):
        raise bad_request(f"cannot unmarshal the patch's result into a {kind.kind}")
    return new


def _decoded(patch: str | bytes) -> Any:
    try:
        return json.loads(patch)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from error


def _patched(kind: Kind, obj: Obj, patch_type: PatchType, patch: Any) -> Any:
    if patch_type == "json":
        return patches.json_patch(obj, patch)
    if patch_type == "merge":
        return patches.merge_patch(obj, patch)
    if patch_type == "strategic":
        if not isinstance(patch, dict):
            raise bad_request("json: cannot unmarshal array into Go value of type map[string]interface {}")
        return strategic.strategic_patch(obj, patch, schema.ref(kind.group, kind.version, kind.kind), schema.definitions())
    accepted = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json"
    raise unsupported_media_type(f"the body of the request was in an unknown format - accepted media types include: {accepted}")


def server_side_apply(
    api: ApiServer, kind: Kind, name: str, namespace: str, applied: Any, subresource: str, options: WriteOptions, caller: Caller
) -> Obj:
    """Create or merge what the manager applies. Models apiserver handlers/patch.go applyPatcher."""
    if not options.field_manager:
        cause = {"reason": "FieldValueRequired", "message": "Required value: is required for apply patch", "field": "fieldManager"}
        message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
        raise ApiError(422, "Invalid", message, {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause]})
    writes.decode(api, kind, applied, options, caller)
    if (applied.get("metadata") or {}).get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    old = api.store.get(kind.resource, Key(namespace if kind.namespaced else "", name))
    manager = Manager(options.field_manager, "Apply", applied["apiVersion"], subresource)
    applied = _appliable(kind, applied, subresource)
    new, managers = api.ledger.apply(kind, old, applied, manager, rfc3339(api.loop.now), options.force)
    if old is None:
        stored = writes.create(api, kind, new, namespace, options, caller)
    else:
        stored = writes.update(api, kind, old, new, subresource, options, caller)
    if not options.dry_run:
        api.ledger.commit_apply(stored["metadata"]["uid"], managers)
    return stored


def _appliable(kind: Kind, applied: Obj, subresource: str) -> Obj:
    """Without what this path resets: status on the object, everything else on status. Models each strategy's GetResetFields."""
    if subresource == "status":
        return {k: v for k, v in applied.items() if k in ("apiVersion", "kind", "metadata", "status")}
    if "status" in kind.subresources:
        return {k: v for k, v in applied.items() if k != "status"}
    return applied
