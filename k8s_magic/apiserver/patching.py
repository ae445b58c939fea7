"""PATCH: the four content types, applied to what is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver import writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import PatchType, WriteOptions
from k8s_magic.apiserver.errors import ApiError, bad_request, unsupported_media_type
from k8s_magic.apiserver.managed_fields import Manager
from k8s_magic.kinds import schema
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import gojson, meta, patches, strategic
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.gotext import marshal, plain
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
            raise ApiError(422, "Invalid", "the server rejected our request due to an error in our request") from error
        raise _strategic_error(str(error)) from error
    if not isinstance(new, dict):
        raise bad_request(f"cannot unmarshal the patch's result into a {kind.kind}")
    return new


MALFORMED = ("invalid JSON document", "invalid patch format of", "strategic merge patch format is not supported")


def _strategic_error(text: str) -> ApiError:
    """Models handlers/patch.go interpretStrategicMergePatchError: most of these get out as they are."""
    if text.startswith(MALFORMED):
        return bad_request(text)
    if text == "lists of lists are not supported":
        return ApiError(422, "Invalid", text)
    return ApiError(500, "", text)


def _decoded(patch: str | bytes) -> Any:
    try:
        return gojson.loads(patch)
    except gojson.JSONSyntaxError as error:
        raise bad_request(str(error)) from error


def _check_operations(patch: Any) -> None:
    """A JSON patch is a list of objects. Models apiserver handlers/patch.go's decoding of jsonPatchOp."""
    if not isinstance(patch, list):
        raise bad_request(f"error decoding patch: json: cannot unmarshal {_go_name(patch)} into Go value of type []handlers.jsonPatchOp")
    for operation in patch:
        if not isinstance(operation, dict):
            raise bad_request(
                f"error decoding patch: json: cannot unmarshal {_go_name(operation)} into Go value of type handlers.jsonPatchOp"
            )
        for field in ("from", "path"):
            if not isinstance(operation.get(field, ""), str):
                what = f"cannot unmarshal {_go_name(operation[field])} into Go struct field jsonPatchOp.{field} of type string"
                raise bad_request(f"error decoding patch: json: {what}")


def _go_name(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "bool"}
    return names.get(type(value), "number")


def _patched(kind: Kind, obj: Obj, patch_type: PatchType, patch: Any) -> Any:
    if patch_type == "json":
        _check_operations(patch)
        return patches.json_patch(obj, patch)
    if patch_type == "merge":
        return patches.merge_patch(obj, patch)
    if patch_type == "strategic" and kind.schema is None:
        if not isinstance(patch, dict):
            raise bad_request("json: cannot unmarshal array into Go value of type map[string]interface {}")
        new = strategic.strategic_patch(obj, patch, schema.ref(kind.group, kind.version, kind.kind), schema.definitions())
        _check_types(kind, new, patch)
        return new
    accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    raise unsupported_media_type(f"the body of the request was in an unknown format - accepted media types include: {accepted}")


LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""kubectl's own record of what it applied; where it is, server-side apply by kubectl keeps it up to date."""
TYPE_ERROR = re.compile(r"json: cannot unmarshal (\w+).* of type (.+)$")


def _check_types(kind: Kind, new: Obj, patch: Obj) -> None:
    """A strategic merge patch goes through another decoder than objects do, with words of its own.

    Models apimachinery runtime/converter.go FromUnstructured, as handlers/patch.go applyPatchToObject reports it.
    """
    fatal = schema.decode_errors(new, schema.ref(kind.group, kind.version, kind.kind)).fatal
    found = TYPE_ERROR.search(fatal or "")
    if found is None:
        return
    given, wanted = found.groups()
    given = {"object": "map", "array": "slice", "number": "int64"}.get(given, given)
    if wanted.startswith("[]") or wanted.startswith("map["):
        problem = f"cannot restore {'slice' if wanted.startswith('[]') else 'map'} from {given}"
    elif "." in wanted:
        problem = f"cannot restore struct from: {given}"
    else:
        problem = f"unrecognized type: {wanted}"
    message = f'Invalid value: "{plain(patch)}": {problem}'
    cause = {"reason": "FieldValueInvalid", "message": message, "field": "patch"}
    raise ApiError(422, "Invalid", f' "" is invalid: patch: {message}', {"causes": [cause]})


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
    if manager.name == "kubectl" and old is not None and LAST_APPLIED in meta.annotations(old):
        new = set_in(new, ("metadata", "annotations", LAST_APPLIED), marshal(applied) + "\n")
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
