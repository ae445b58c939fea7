"""Editing objects as text: `edit`, `create --edit` and `apply edit-last-applied`. Models kubectl/pkg/cmd/util/editor.

The editor is handed in: a function from (suffix, text) to the edited text. Nothing is kept in a temporary file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from k8s_magic.apiserver.client import PatchType
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import applying, common, paths, recording, schema_refs, yamls
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit, UserError, quoted
from k8s_magic.kubectl.printers import list_of, without_managed_fields
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import patches, strategic

Mode = Literal["edit", "create", "last-applied"]
_HEADER = """# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""
_LAST_APPLIED_HEADER = """# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
"""


@dataclass
class Editing:
    """One session of an editor over some objects."""

    call: Call
    infos: list[Info]
    mode: Mode = "edit"
    reasons: list[tuple[str, list[str]]] = field(default_factory=list)
    """Why the last attempt failed: (head, details)."""
    retryable: int = 0
    missing: int = 0

    def run(self) -> None:
        """Open the editor, again while what comes back is wrong."""
        edit = self._editor()
        suffix = ".json" if self.call.flags.get("output") == "json" else ".yaml"
        original, edited = self._text(suffix), ""
        text = original
        while True:
            before, edited = edited, edit(suffix, self._header() + text)
            failed, self.reasons = bool(self.reasons), []
            if failed and _stripped(before) == _stripped(edited):
                raise UsageError("Edit cancelled, no valid changes were saved.")
            if _stripped(original) == _stripped(edited):
                return self.call.err("Edit cancelled, no changes made.\n")
            if not _stripped(edited).strip():
                return self.call.err("Edit cancelled, saved file was empty.\n")
            self._take(edited)
            if not self.reasons:
                return None
            text = _stripped(edited)

    def _editor(self) -> Callable[[str, str], str]:
        if self.call.environment.edit is None:
            raise UsageError('unable to launch the editor "vi"')
        return self.call.environment.edit

    def _text(self, suffix: str) -> str:
        objects = [without_managed_fields(info.obj) for info in self.infos]
        whole = objects[0] if len(objects) == 1 else {**list_of(objects), "metadata": {}}
        return json.dumps(whole, indent=4, sort_keys=True, ensure_ascii=False) + "\n" if suffix == ".json" else yamls.dump(whole)

    def _header(self) -> str:
        if self.call.flags.get("output") == "json":
            return ""
        head = _LAST_APPLIED_HEADER if self.mode == "last-applied" else _HEADER
        for reason, details in self.reasons:
            head += f"# {reason}{':' if details else ''}\n" + "".join(f"# * {detail}\n" for detail in details) + "#\n"
        return head

    def _take(self, edited: str) -> None:
        """Use what the editor gave; what is wrong with it becomes reasons."""
        try:
            changed = self._parse(edited)
        except UserError as error:
            self.reasons.append((f"The edited file had a syntax error: {error}", []))
            return
        for info in changed:
            if info.mapping.namespaced and info.namespace and info.namespace != self.call.namespace and not self.call.explicit_namespace:
                wanted = f'the namespace from the provided object "{info.namespace}" does not match the namespace "{self.call.namespace}".'
                raise UsageError(f"{wanted} You must pass '--namespace={info.namespace}' to perform this operation.")
            if self.call.flags.get("save-config"):
                info.obj = common.with_last_applied(info.obj)
            info.obj = recording.recorded(self.call, info.obj)
        for info in changed:
            {"edit": self._patch, "create": self._create, "last-applied": self._annotate}[self.mode](info)
        if self.retryable or self.missing:
            raise Exit(1)

    def _parse(self, edited: str) -> list[Info]:
        found: list[Info] = []
        for item in paths.Stream("edited-file", edited).documents(self.call, validate=False, local=False):
            if isinstance(item, Exception):
                raise item
            mapping, obj = item
            metadata = obj.get("metadata") or {}
            found.append(Info(mapping, metadata.get("name", ""), metadata.get("namespace", ""), obj, subresource=self.infos[0].subresource))
        return found

    def _original(self, info: Info) -> Info:
        uid = info.obj["metadata"].get("uid")
        for original in self.infos:
            if original.obj["metadata"].get("uid") == uid:
                return original
        raise UsageError(f"no original object found for {info.mapping.kind_shown} {quoted(info.name)}")

    def _patch(self, info: Info) -> None:
        before = self._original(info)
        old = without_managed_fields(before.obj)
        if old == info.obj:
            return common.object_printer(self.call, "skipped")(info.obj)
        if any(old.get(key) != info.obj.get(key) for key in ("apiVersion", "kind")) or before.name != info.name:
            raise UsageError("At least one of apiVersion, kind and name was changed")
        definitions = self.call.client.schema()
        ref = schema_refs.ref(definitions, info.mapping)
        patch = patches.create_merge_patch(old, info.obj) if ref is None else strategic.create_two_way(old, info.obj, ref, definitions)
        if self.call.flags.get("output-patch"):
            self.call.out(f"Patch: {applying.compact(patch)}\n")
        kind: PatchType = "merge" if ref is None else "strategic"
        options = common.write_options(self.call)
        where = (info.mapping.resource, info.name, info.namespace)
        try:
            after = self.call.client.patch(*where, kind, patch, subresource=info.subresource, options=options)
        except ApiError as error:
            return self.call.err(self._failure(error, info) + "\n")
        return common.object_printer(self.call, "edited")(after)

    def _failure(self, error: ApiError, info: Info) -> str:
        what = f"{info.mapping.group_resource} {quoted(info.name)}"
        if error.reason == "Invalid":
            causes = [f"{c.get('field', '')}: {c.get('message', '')}" for c in (error.details or {}).get("causes") or ()]
            self.reasons.append((f"{what} was not valid", causes))
            return f"error: {what} is invalid"
        if error.reason == "NotFound":
            self.missing += 1
            return f"error: {what} could not be found on the server"
        self.retryable += 1
        return f"error: {what} could not be patched: {error}"

    def _create(self, info: Info) -> None:
        namespace = info.namespace or (self.call.namespace if info.mapping.namespaced else "")
        options = common.write_options(self.call)
        made = self.call.client.create(info.mapping.resource, common.creatable(info.obj), namespace, options=options)
        common.object_printer(self.call, "created")(made)

    def _annotate(self, info: Info) -> None:
        if any(original.obj == info.obj for original in self.infos):
            return common.object_printer(self.call, "skipped")(info.obj)
        text = applying.compact(info.obj) + "\n"
        patch = {"metadata": {"annotations": {common.LAST_APPLIED: text}}}
        namespace = info.namespace or (self.call.namespace if info.mapping.namespaced else "")
        self.call.client.patch(info.mapping.resource, info.name, namespace, "merge", patch, options=common.write_options(self.call))
        return common.object_printer(self.call, "edited")(info.obj)


def _stripped(text: str) -> str:
    """The text without comment lines."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
