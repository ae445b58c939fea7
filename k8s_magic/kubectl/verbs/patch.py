"""kubectl patch: change fields by a strategic, merge or JSON patch. Models kubectl/pkg/cmd/patch."""

from __future__ import annotations

import json
from typing import Any, cast

from k8s_magic.apiserver.client import PatchType
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, json_text, recording, schema_refs, yamls
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.printers import without_managed_fields
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import patches, strategic
from k8s_magic.objects.meta import Obj

_TYPES = ("json", "merge", "strategic")
_MEDIA = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


async def run(call: Call) -> int | None:
    """Patch each object that was named."""
    dry = common.dry_run(call)
    patch_type = _check(call, dry)
    patch = _read(call)
    patched: list[Info] = []

    def change(info: Info) -> None:
        patched.append(info)
        if call.flags["local"] or dry == "client":
            after = _patch_here(call, info, patch_type, patch)
        else:
            after = _patch_there(call, info, patch_type, patch, dry == "server")
        # Who manages a field is worked out on reading, and not part of what changed.
        differs = without_managed_fields(after) != without_managed_fields(info.obj)
        # The operation carries no "(server dry run)": upstream sets it anew after the suffix was added.
        common.object_printer(call, "patched" if differs else "patched (no change)")(after)

    builder.select(call, builder.query_of(call, subresource=call.flags["subresource"])).visit(change)
    if not patched:
        raise UsageError("no objects passed to patch")
    return None


def _check(call: Call, dry: str) -> PatchType:
    flags = call.flags
    if flags["patch"] and flags["patch-file"]:
        raise UsageError("cannot specify --patch and --patch-file together")
    if not flags["patch"] and not flags["patch-file"]:
        raise UsageError("must specify --patch or --patch-file containing the contents of the patch")
    if flags["local"] and call.args:
        raise UsageError("cannot specify --local and server resources")
    if flags["local"] and dry == "server":
        raise UsageError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
    if flags["type"].lower() not in _TYPES:
        raise UsageError(f"--type must be one of [{' '.join(_TYPES)}], not {quoted(flags['type'])}")
    return cast(PatchType, flags["type"].lower())


def _read(call: Call) -> Any:
    text = call.flags["patch"]
    if path := call.flags["patch-file"]:
        try:
            text = call.environment.files.read(path).decode()
        except OSError as error:
            raise UsageError(f"unable to read patch file: open {path}: {(error.strerror or str(error)).lower()}") from None
    if text.lstrip().startswith("{"):
        try:
            return json_text.loads(text)
        except json_text.JsonError as error:
            # The real kubectl sends such a text as it stands, and the server refuses it.
            raise ApiError(400, "BadRequest", str(error)) from None
    try:
        loaded = yamls.load(text)
        return json.dumps(loaded) if isinstance(loaded, str) else loaded  # A text is sent as the JSON that it is.
    except yamls.YamlError as error:
        raise UsageError(f"unable to parse {quoted(call.flags['patch'])}: {error}") from None


def _patch_there(call: Call, info: Info, patch_type: PatchType, patch: Any, dry_run: bool) -> Obj:
    options = common.write_options(call, "server" if dry_run else "none")
    where = (info.mapping.resource, info.name, info.namespace)
    try:
        after = call.client.patch(*where, patch_type, patch, subresource=info.subresource, options=options)
    except ApiError as error:
        if error.reason == "UnsupportedMediaType":
            raise UsageError(f"{_MEDIA[patch_type]} is not supported by {info.mapping.gvk}: {error}") from None
        raise
    if cause := recording.change_cause(call):
        after = call.client.patch(*where, "merge", {"metadata": {"annotations": {recording.CHANGE_CAUSE: cause}}}, options=options)
    return after


def _patch_here(call: Call, info: Info, patch_type: PatchType, patch: Any) -> Obj:
    try:
        if patch_type == "json":
            return patches.json_patch(info.obj, patch)  # type: ignore[no-any-return]  # A dict patched is a dict.
        if patch_type == "merge":
            return patches.merge_patch(info.obj, patch)  # type: ignore[no-any-return]  # A dict patched is a dict.
        definitions = call.client.schema()
        ref = schema_refs.ref(definitions, info.mapping)
        if ref is None:
            raise UsageError(f"strategic merge patch is not supported for {info.mapping.gvk} locally, try --type merge")
        return strategic.strategic_patch(info.obj, patch, ref, definitions)
    except patches.PatchError as error:
        _, missing, key = str(error).partition("doc is missing key: ")
        raise UsageError(f"Object to be patched is missing field ({key})" if missing else str(error)) from None


VERB = Verb(
    "patch",
    "Change fields of an object.",
    run,
    examples=("""kubectl patch deploy web -p '{"spec":{"replicas":2}}'""",),
)
