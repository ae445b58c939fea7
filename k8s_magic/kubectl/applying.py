"""kubectl apply, one object: what the file says now, what it said last time, what the server holds; the patch between them.

Models kubectl/pkg/cmd/apply (apply.go, patcher.go).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from k8s_magic.apiserver.client import DeleteOptions, PatchType, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, migrating, schema_refs, waiting, yamls
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import LAST_APPLIED, DryRun
from k8s_magic.kubectl.deletion import Cascade
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, not_found, source_error
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import gojson, patches, strategic
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

_CONFLICT_HELP = """
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"""

_NOT_APPLIED = (
    f"is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources "
    "created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n"
)


@dataclass(frozen=True)
class Applying:
    """How to apply; `one` does it for one object and says what happened to it."""

    call: Call
    dry: DryRun
    options: WriteOptions
    server_side: bool = False
    force: bool = False
    """Delete and create anew what cannot be patched."""
    cascade: Cascade = "Background"
    grace_seconds: int = -1

    async def one(self, info: Info) -> str:
        """Apply; gives "created", "configured", "unchanged" or "serverside-applied"."""
        generated = info.obj["metadata"].get("generateName") if info.obj.get("metadata") else None
        if not info.name and generated:
            raise UsageError(f"from {generated}: cannot use generate name with apply")
        return self._on_server(info) if self.server_side else await self._on_client(info)

    def _on_server(self, info: Info) -> str:
        try:
            patched = self._patch(info, "apply", info.obj, self.call.flags.get("subresource") or "")
        except ApiError as error:
            if error.reason == "Conflict":
                raise UsageError(f"{error}{_CONFLICT_HELP}") from None
            raise
        applied = info.obj
        info.refresh(patched)
        migrating.migrate(self.call, info, applied, self.options)
        self._warn_if_deleting(info)
        return "serverside-applied"

    async def _on_client(self, info: Info) -> str:
        modified = common.with_last_applied(info.obj)
        current = self._current(info)
        if current is None:
            return self._create(info, modified)
        if LAST_APPLIED not in (current["metadata"].get("annotations") or {}):
            self.call.err(f"Warning: resource {info.mapping.plural}/{info.name} {_NOT_APPLIED}")
        patch = await self._merge(info, current, modified)
        self._warn_if_deleting(info)
        return "configured" if patch else "unchanged"

    def _current(self, info: Info) -> Obj | None:
        try:
            if not info.name:
                raise UsageError("resource name may not be empty")
            found = Info(info.mapping, info.name, info.namespace)
            try:
                builder.fetch(self.call, found)
            except ApiError as error:
                if not_found(error):
                    return None
                raise
            return found.obj
        except UserError as error:
            raise source_error(f"retrieving current configuration of:\n{described(info)}\nfrom server for:", info.source, error) from None

    def _create(self, info: Info, modified: Obj) -> str:
        info.obj = patches.without_nulls(modified)
        if self.dry != "client":
            try:
                new = common.creatable(info.obj)
                info.refresh(self.call.client.create(info.mapping.resource, new, info.namespace, options=self.options))
            except ApiError as error:
                raise source_error("creating", info.source, error) from None
        return "created"

    async def _merge(self, info: Info, current: Obj, modified: Obj) -> Obj:
        """Patch the object on the server, or here in a client's dry run; gives the patch."""
        patch: Obj = {}
        try:
            patch_type, patch = three_way(self.call, info.mapping, current, modified)
            if not patch:
                info.refresh(current)
            elif self.dry == "client":
                info.refresh(patched_here(self.call, info.mapping, current, patch_type, patch))
            else:
                info.refresh(await self._patch_or_replace(info, patch_type, patch, modified))
        except UserError as error:
            action = f"applying patch:\n{compact(patch)}\nto:\n{described(info)}\nfor:"
            raise source_error(action, info.source, error) from None
        return patch

    async def _patch_or_replace(self, info: Info, patch_type: PatchType, patch: Obj, modified: Obj) -> Obj:
        try:
            return self._patch(info, patch_type, patch)
        except ApiError as error:
            if self.force and error.reason in ("Conflict", "Invalid"):
                return await self._recreate(info, modified)
            raise source_error("patching", info.source, error) from None

    def _patch(self, info: Info, patch_type: PatchType, patch: Any, subresource: str = "") -> Obj:
        client, options = self.call.client, self.options
        return client.patch(info.mapping.resource, info.name, info.namespace, patch_type, patch, subresource=subresource, options=options)

    async def _recreate(self, info: Info, modified: Obj) -> Obj:
        client = self.call.client
        grace = self.grace_seconds if self.grace_seconds >= 0 else None
        client.delete(
            info.mapping.resource, info.name, info.namespace, options=DeleteOptions(grace_seconds=grace, propagation=self.cascade)
        )
        while self._exists(info):
            waiting.check_may_wait(self.call.environment)
            await client.sleep(1)
        return client.create(info.mapping.resource, common.creatable(patches.without_nulls(modified)), info.namespace, options=self.options)

    def _exists(self, info: Info) -> bool:
        try:
            self.call.client.get(info.mapping.resource, info.name, info.namespace)
        except ApiError as error:
            if not_found(error):
                return False
            raise
        return True

    def _warn_if_deleting(self, info: Info) -> None:
        if info.obj["metadata"].get("deletionTimestamp"):
            self.call.err(f"Warning: Detected changes to resource {info.name} which is currently being deleted.\n")


def _check_overwrites(patch: Obj, since: Obj) -> None:
    """With --overwrite=false, what others changed since is not to be changed back. Models strategicpatch.MergingMapsHaveConflicts."""
    if _conflict(patch, since):
        texts = f"patch:\n{yamls.dump(patch)}\nconflicts with changes made from original to current:\n{yamls.dump(since)}\n"
        raise UsageError(texts)


def _conflict(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return any(_conflict(value, other[key]) for key, value in one.items() if key in other and not key.startswith("$"))
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(item, dict) for item in (*one, *other)):
        return any(_conflict(a, b) for a in one for b in other if a.get("name") is not None and a.get("name") == b.get("name"))
    return bool(one != other)


def three_way(call: Call, mapping: Mapping, current: Obj, modified: Obj) -> tuple[PatchType, Obj]:
    """The patch of apply, of the kind that the resource takes."""
    original = last_applied(current)
    definitions = call.client.schema()
    ref = schema_refs.ref(definitions, mapping)
    if ref is None:
        return "merge", patches.create_three_way_merge_patch(original, modified, current)
    try:
        patch = strategic.create_three_way(original, modified, current, ref, definitions)
        if call.flags.get("overwrite") is False:
            _check_overwrites(patch, strategic.create_two_way(original or {}, current, ref, definitions))
        return "strategic", patch
    except patches.PatchError as error:
        shown = f"original:\n{compact(original)}\nmodified:\n{compact(modified)}\ncurrent:\n{compact(current)}"
        raise UsageError(f"creating patch with:\n{shown}\nfor: {error}") from None


def patched_here(call: Call, mapping: Mapping, current: Obj, patch_type: PatchType, patch: Any) -> Obj:
    """What `current` becomes by `patch`, without the server."""
    try:
        if patch_type == "strategic":
            definitions = call.client.schema()
            return strategic.strategic_patch(current, patch, schema_refs.ref(definitions, mapping), definitions)
        return patches.merge_patch(current, patch)  # type: ignore[no-any-return]  # A dict patched by a dict is a dict.
    except patches.PatchError as error:
        raise UsageError(str(error)) from None


def last_applied(obj: Obj) -> Obj | None:
    """The configuration that was applied last, from the annotation."""
    text = (obj["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    try:
        return gojson.loads(text) if text else None
    except gojson.JSONSyntaxError as error:
        raise UsageError(str(error)) from None


def with_annotation(obj: Obj, text: str) -> Obj:
    """The object with `text` as its last applied configuration."""
    return set_in(obj, ["metadata", "annotations", LAST_APPLIED], text)  # type: ignore[no-any-return]


def described(info: Info) -> str:
    """An object as errors of apply name it. Models resource.Info.String."""
    kinds = f'Resource: "{info.mapping.gvr}", GroupVersionKind: "{info.mapping.gvk}"'
    return f'{kinds}\nName: "{info.name}", Namespace: "{info.namespace}"'


def compact(value: Any) -> str:
    """One line of JSON with sorted keys."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
