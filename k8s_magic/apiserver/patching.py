"""PATCH: the four content types, applied to what is stored."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver import writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import PatchType, WriteOptions
from k8s_magic.apiserver.errors import ApiError, bad_request, invalid, unsupported_media_type
from k8s_magic.apiserver.managed_fields import Manager, checking
from k8s_magic.apiserver.managed_fields.ledger import LAST_APPLIED
from k8s_magic.kinds import schema
from k8s_magic.kinds.errors import invalid as invalid_field
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
        patch = _decoded(patch, "" if patch_type == "strategic" else "error decoding patch: ")
    try:
        new = _patched(kind, obj, patch_type, patch)
    except patches.PatchError as error:
        if patch_type == "json":
            raise ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {}) from error
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


def _decoded(patch: str | bytes, said_first: str) -> Any:
    try:
        return gojson.loads(patch)
    except gojson.JSONSyntaxError as error:
        raise bad_request(f"{said_first}{error}") from error


def _check_operations(patch: Any) -> None:
    """A JSON patch is a list of objects. Models apiserver handlers/patch.go's decoding of jsonPatchOp."""
    if not isinstance(patch, list):
        given = gojson.type_name(patch)
        raise bad_request(f"error decoding patch: json: cannot unmarshal {given} into Go value of type []handlers.jsonPatchOp")
    for operation in patch:
        if not isinstance(operation, dict):
            given = gojson.type_name(operation)
            raise bad_request(f"error decoding patch: json: cannot unmarshal {given} into Go value of type handlers.jsonPatchOp")
        for field in ("from", "path"):
            if not isinstance(operation.get(field, ""), str):
                what = f"cannot unmarshal {gojson.type_name(operation[field])} into Go struct field jsonPatchOp.{field} of type string"
                raise bad_request(f"error decoding patch: json: {what}")


def _patched(kind: Kind, obj: Obj, patch_type: PatchType, patch: Any) -> Any:
    if patch_type == "json":
        _check_operations(patch)
        return patches.json_patch(obj, patch)
    if patch_type == "merge":
        if not isinstance(patch, dict):
            given = gojson.type_name(patch)
            raise bad_request(f"error decoding patch: json: cannot unmarshal {given} into Go value of type map[string]interface {{}}")
        return patches.merge_patch(obj, patch)
    if patch_type == "strategic" and kind.schema is None:
        if not isinstance(patch, dict):
            raise bad_request(f"json: cannot unmarshal {gojson.type_name(patch)} into Go value of type map[string]interface {{}}")
        new = strategic.strategic_patch(obj, patch, schema.ref(kind.group, kind.version, kind.kind), schema.definitions())
        return {**new, "apiVersion": obj["apiVersion"], "kind": obj["kind"]}  # It is patched as what it is.
    accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    raise unsupported_media_type(f"the body of the request was in an unknown format - accepted media types include: {accepted}")


"""kubectl's own record of what it applied; where it is, server-side apply by kubectl keeps it up to date."""
TYPE_ERROR = re.compile(r"json: cannot unmarshal (\w+).* of type (.+)$")


def check_patched(kind: Kind, new: Obj, patch_type: PatchType, patch: Any, options: WriteOptions) -> None:
    """Refuse the patch whose result is no object of its kind. Models handlers/patch.go's jsonPatcher and smpPatcher."""
    if kind.schema is not None:
        return
    result = schema.decode_errors(new, schema.ref(kind.group, kind.version, kind.kind))
    problem = _restored(result.fatal) if result.fatal and patch_type == "strategic" else result.fatal
    if not problem and result.unknown and options.field_validation == "Strict":
        problem = f"strict decoding error: {', '.join(result.unknown)}"
    if not problem:
        return
    shown = plain(_decoded(patch, "") if isinstance(patch, (str, bytes)) else patch) if patch_type == "strategic" else marshal(new)
    message = f'Invalid value: "{shown}": {problem}' if patch_type == "strategic" else invalid_field("patch", shown, problem).message
    cause = {"reason": "FieldValueInvalid", "message": message, "field": "patch"}
    raise ApiError(422, "Invalid", f' "" is invalid: patch: {message}', {"causes": [cause]})


def _restored(fatal: str) -> str:
    """The complaint as the other decoder words it, which a strategic merge patch goes through.

    Models apimachinery runtime/converter.go FromUnstructured.
    """
    found = TYPE_ERROR.search(fatal)
    if found is None:
        return f"error decoding from json: {fatal}" if fatal.startswith("illegal base64") else fatal
    given, wanted = found.groups()
    given = {"object": "map", "array": "slice", "number": "int64"}.get(given, given)
    if (given, wanted) == ("int64", "string"):
        return "cannot convert int64 to string"
    if wanted.startswith("[]") or wanted.startswith("map["):
        return f"cannot restore {'slice' if wanted.startswith('[]') else 'map'} from {given}"
    return f"cannot restore struct from: {given}" if "." in wanted else f"unrecognized type: {wanted}"


def server_side_apply(
    api: ApiServer, kind: Kind, name: str, namespace: str, applied: Any, subresource: str, options: WriteOptions, caller: Caller
) -> Obj:
    """Create or merge what the manager applies. Models apiserver handlers/patch.go applyPatcher."""
    if not options.field_manager:
        cause = {"reason": "FieldValueRequired", "message": "Required value: is required for apply patch", "field": "fieldManager"}
        message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
        raise ApiError(422, "Invalid", message, {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause]})
    old = api.store.get(kind.resource, Key(namespace if kind.namespaced else "", name))
    _check_applied(kind, name, applied, old)
    manager = Manager(options.field_manager, "Apply", applied["apiVersion"], subresource)
    applied = _appliable(kind, applied, subresource)
    if found := api.ledger.check(kind, applied):
        place = f"{meta.get_in(applied, 'metadata', 'namespace', default='')}/{name}; {kind.group}/{kind.version}, Kind={kind.kind}"
        raise ApiError(500, "", f"failed to create typed patch object ({place}): {checking.told(found)}")
    writes.decode(api, kind, applied, replace(options, field_validation="Ignore"), caller)
    new, managers = api.ledger.apply(kind, old, applied, manager, rfc3339(api.loop.now), options.force)
    if manager.name == "kubectl" and old is not None and LAST_APPLIED in meta.annotations(old):
        new = set_in(new, ("metadata", "annotations", LAST_APPLIED), marshal(applied) + "\n")
    if old is None:
        new["metadata"].pop("resourceVersion", None)
        stored, _ = writes.create(api, kind, new, namespace, options, caller)
    else:
        stored = writes.update(api, kind, old, new, subresource, options, caller)
    if not options.dry_run:
        api.ledger.commit_apply(stored["metadata"]["uid"], managers)
    return stored


def _check_applied(kind: Kind, name: str, applied: Any, old: Obj | None) -> None:
    """What is applied has to be what the path says. Models handlers/patch.go applyPatchToCurrentObject."""
    if not isinstance(applied, dict):
        decoding = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
        given = gojson.type_name(applied)
        raise bad_request(f"error decoding YAML: {decoding} {given} into Go value of type map[string]interface {{}}")
    version, said = applied.get("apiVersion", ""), applied.get("kind", "")
    if (version, said) != (kind.api_version, kind.kind):
        group, _, version = str(version).rpartition("/")
        raise bad_request(f"invalid object type: {group}/{version}, Kind={said}")
    metadata = applied.get("metadata")
    if not isinstance(metadata, dict):
        return  # The decoder says what is wrong.
    if metadata.get("name", name) != name:
        raise bad_request(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
    if metadata.get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")
    if metadata.get("uid") and (old is None or metadata["uid"] != old["metadata"]["uid"]):
        raise invalid(kind, name, [invalid_field("metadata.uid", metadata["uid"], "field is immutable")])


def _appliable(kind: Kind, applied: Obj, subresource: str) -> Obj:
    """Without what this path resets: status on the object, everything else on status. Models each strategy's GetResetFields."""
    if subresource == "status":
        return {k: v for k, v in applied.items() if k in ("apiVersion", "kind", "metadata", "status")}
    if "status" in kind.subresources:
        return {k: v for k, v in applied.items() if k != "status"}
    return applied
