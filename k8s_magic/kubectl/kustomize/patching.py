"""patches, patchesStrategicMerge, patchesJson6902: whom a patch means, and what it does to them."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from k8s_magic.kubectl import schema_refs, yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.kustomize.merging import Merge
from k8s_magic.kubectl.kustomize.resource import Resource, update
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import patches, selectors
from k8s_magic.objects.meta import Obj


class Patching:
    """Applies the patches of one kustomization."""

    def __init__(self, call: Call, folder: str, resources: list[Resource]) -> None:
        self.call, self.folder, self.resources = call, folder, resources

    def strategic_merge(self, entry: str) -> None:
        """An entry of patchesStrategicMerge: a path, or the patch itself."""
        for patch in yamls.load_all(entry if "\n" in entry else self._read(entry), entry, newer=True):
            self._merge(patch, None, {})

    def patch(self, entry: Obj) -> None:
        """An entry of patches or patchesJson6902."""
        if bool(entry.get("path")) == bool(entry.get("patch")):
            raise UsageError(
                "must specify one of patch and path in" if not entry.get("path") else "patch and path can't be set at the same time"
            )
        text = entry.get("patch") or self._read(entry["path"])
        documents = [document for document in yamls.load_all(text, "patch", newer=True) if document]
        target = entry.get("target")
        if len(documents) == 1 and isinstance(documents[0], list):
            if not target:
                raise UsageError("must specify a target for JSON patch " + text.strip())
            self._json(documents[0], target)
            return
        for document in documents:
            self._merge(document, target, entry.get("options") or {})

    def _json(self, operations: list[Any], target: Obj) -> None:
        for resource in self._targets(target):
            try:
                resource.obj = patches.json_patch(resource.obj, operations)
            except patches.PatchError as error:
                raise UsageError(str(error)) from None

    def _merge(self, patch: Obj, target: Obj | None, options: Obj) -> None:
        found = self._targets(target) if target else [self._meant(Resource(patch))]
        for resource in found:
            self._apply(resource, patch, options, keeps_name=bool(target) or True)

    def _apply(self, resource: Resource, patch: Obj, options: Obj, *, keeps_name: bool) -> None:
        definitions = self.call.client.schema()
        mapping = Mapping(resource.kind.lower(), resource.group, resource.version, resource.kind)
        changed = Merge(definitions).patched(resource.obj, patch, schema_refs.ref(definitions, mapping))
        if changed is None:
            self.resources.remove(resource)
            return
        if not options.get("allowKindChange"):
            changed = {**changed, "apiVersion": resource.obj["apiVersion"], "kind": resource.kind}
        if keeps_name and not options.get("allowNameChange"):
            changed = update(changed, ["metadata", "name"], lambda _: resource.name, create=True)
        resource.obj = changed

    def _meant(self, patch: Resource) -> Resource:
        """The resource that a patch names by kind and name."""
        found = [r for r in self.resources if r.kind == patch.kind and r.group == patch.group and r.was_named(patch.name)]
        if patch.namespace:
            found = [r for r in found if patch.namespace in (r.namespace, *(space for _, space in r.names))]
        if len(found) != 1:
            why = f"no resource matches strategic merge patch {quoted_id(patch)}: no matches for Id {patch.id}"
            raise UsageError(
                f"{why}; failed to find unique target for patch {patch.id}" if not found else f"multiple matches for Id {patch.id}"
            )
        return found[0]

    def _targets(self, target: Obj) -> list[Resource]:
        labels = selectors.parse(target.get("labelSelector") or "")
        annotations = selectors.parse(target.get("annotationSelector") or "")
        return [r for r in self.resources if _fits(r, target) and _selected(r, labels, annotations)]

    def _read(self, path: str) -> str:
        where = posixpath.normpath(posixpath.join(self.folder, path))
        try:
            return self.call.environment.files.read(where).decode()
        except (OSError, KeyError):
            missing = f"evalsymlink failure on '{where}' : lstat {where}: no such file or directory"
            raise UsageError(f"failed to get the patch file from path({path}): {missing}") from None


def quoted_id(resource: Resource) -> str:
    return f'"{resource.id}"'


def _fits(resource: Resource, target: Obj) -> bool:
    for key in ("group", "version", "kind"):
        if target.get(key) and target[key] != getattr(resource, key) and not re.fullmatch(target[key], getattr(resource, key)):
            return False
    names = [resource.name, *(old for old, _ in resource.names)]
    spaces = [resource.namespace, *(old for _, old in resource.names)]
    fits_name = not target.get("name") or any(re.fullmatch(target["name"], name) for name in names)
    return fits_name and (not target.get("namespace") or any(re.fullmatch(target["namespace"], space) for space in spaces))


def _selected(resource: Resource, labels: selectors.Selector, annotations: selectors.Selector) -> bool:
    metadata = resource.obj.get("metadata") or {}
    return labels.matches(metadata.get("labels") or {}) and annotations.matches(metadata.get("annotations") or {})
