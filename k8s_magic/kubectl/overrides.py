"""--overrides: a patch on the object that a command makes. Models cmdutil.OverrideOptions."""

from __future__ import annotations

import json

from k8s_magic.kubectl import schema_refs
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import patches, strategic
from k8s_magic.objects.meta import Obj


def apply(call: Call, obj: Obj, resource: str) -> Obj:
    """The object patched as --overrides and --override-type say."""
    text = call.flags["overrides"]
    if not text:
        return obj
    kind = call.flags["override-type"] or "merge"
    try:
        patch = json.loads(text)
    except ValueError:
        raise UsageError("Invalid JSON Patch") from None
    try:
        if kind == "json":
            return patches.json_patch(obj, patch)  # type: ignore[no-any-return]  # A dict patched is a dict.
        if kind == "strategic":
            definitions = call.client.schema()
            mapping = call.mapper.by_type(resource)
            return strategic.strategic_patch(obj, patch, schema_refs.ref(definitions, mapping), definitions)
        if kind == "merge":
            return patches.merge_patch(obj, patch)  # type: ignore[no-any-return]  # A dict patched is a dict.
    except patches.PatchError as error:
        raise UsageError(str(error)) from None
    raise UsageError(f"invalid override type: {kind}")
