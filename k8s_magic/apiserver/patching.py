"""PATCH: the four content types, applied to what is stored."""

from __future__ import annotations

import json
from typing import Any

from k8s_magic.apiserver.client import PatchType
from k8s_magic.apiserver.errors import ApiError, bad_request, unsupported_media_type
from k8s_magic.kinds import schema
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import patches, strategic
from k8s_magic.objects.meta import Obj


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
