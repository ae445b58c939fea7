"""A folder and those that it builds on, put together. Models kustomize's KustTarget."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.kustomize import generators, kustomization, references, replacements, transformers
from k8s_magic.kubectl.kustomize.patching import Patching
from k8s_magic.kubectl.kustomize.resource import Resource
from k8s_magic.kubectl.resources import NoKindMatch
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_FIRST = (
    "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding "
    "ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment "
    "StatefulSet CronJob PodDisruptionBudget"
).split()
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def build(call: Call, path: str) -> list[Obj]:
    """The objects that a folder describes, in the order in which they are best created. Errors: UsageError in kustomize's words."""
    folder = posixpath.normpath(path)
    if not _is_folder(call, folder):
        why = "no such file or directory" if not _exists(call, folder) else ""
        if why:
            raise UsageError(f"must build at directory: not a valid directory: evalsymlink failure on '{path}' : lstat {folder}: {why}")
        raise UsageError(f"must build at directory: '{path}': file is not directory")
    resources = Target(call, folder).accumulate().resources
    for resource in resources:
        if resource.hashed:
            resource.renamed("name", f"{resource.name}-{generators.content_hash(resource.obj)}")
    references.mend(resources)
    return [resource.obj for resource in sorted(resources, key=_order)]


def _order(resource: Resource) -> tuple[int, str, str]:
    """Models legacyOrder: Namespaces before what lives in them, what is named before who names it."""
    kind = resource.kind
    rank = _FIRST.index(kind) - len(_FIRST) if kind in _FIRST else _LAST.index(kind) + 1 if kind in _LAST else 0
    legacy = "_".join((resource.group or "~G", resource.version or "~V", kind or "~K"))
    return rank, legacy, f"{resource.namespace or '~X'}|{resource.name}"


@dataclass
class Target:
    """One kustomization at work on its own resources, or as a Component on those of whoever includes it."""

    call: Call
    folder: str
    resources: list[Resource] = field(default_factory=list)
    content: Obj = field(default_factory=dict)

    def accumulate(self) -> Target:
        """Load, generate, transform."""
        self.content = kustomization.read(self.call.environment, self.folder)
        mine = bool(self.resources)
        for path in [*(self.content.get("resources") or ()), *(self.content.get("bases") or ())]:
            self._load(path)
        self._generate()
        for path in self.content.get("components") or ():
            inner = Target(self.call, self._path(path), self.resources)
            self.resources = inner.accumulate().resources
        self._transform()
        if not mine:
            for resource in self.resources:
                resource.layers = (*resource.layers, self.folder)
        return self

    def _path(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def _load(self, path: str) -> None:
        where = self._path(path)
        if path.startswith(("http://", "https://", "git@", "github.com/")) and not path.endswith((".yaml", ".yml", ".json")):
            raise UsageError(f"accumulating resources: accumulating resources from '{path}': this cluster has no network")
        if path.startswith(("http://", "https://")):
            self._take(self.call.environment.files.fetch(path).decode(), path)
        elif _is_folder(self.call, where):
            for resource in Target(self.call, where).accumulate().resources:
                self._add(resource, path)
        elif _exists(self.call, where):
            self._take(self.call.environment.files.read(where).decode(), path)
        else:
            lost = f"evalsymlink failure on '{where}' : lstat {where}: no such file or directory"
            inner = f"accumulating resources from '{path}': {lost}"
            raise UsageError(f"accumulating resources: accumulation err='{inner}': must build at directory: not a valid directory: {lost}")

    def _take(self, text: str, path: str) -> None:
        for document in yamls.load_all(text, path, newer=True):
            for obj in document["items"] if isinstance(document, dict) and "items" in document else [document]:
                if obj is None:
                    continue
                if not isinstance(obj, dict) or not obj.get("kind") or not (obj.get("metadata") or {}).get("name"):
                    what = "kind" if isinstance(obj, dict) and not obj.get("kind") else "metadata.name"
                    raise UsageError(f"accumulating resources: accumulating resources from '{path}': missing {what} in object {obj}")
                self._add(Resource(obj), path)

    def _add(self, resource: Resource, path: str) -> None:
        if any(other.id == resource.id for other in self.resources):
            raise UsageError(
                f"accumulating resources: accumulation err='merging resources from '{path}': may not add resource with an already "
                f"registered id: {resource.id}': must build at directory: '{self._path(path)}': file is not directory"
            )
        self.resources.append(resource)

    def _generate(self) -> None:
        options = self.content.get("generatorOptions") or {}
        for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for entry in self.content.get(key) or ():
                new = generators.generate(self.call.environment, self.folder, entry, kind, options)
                self._absorb(new, entry.get("behavior") or "create")

    def _absorb(self, new: Resource, behavior: str) -> None:
        found = [i for i, r in enumerate(self.resources) if r.kind == new.kind and r.was_named(new.name)]
        if behavior == "create":
            if any(self.resources[i].id == new.id for i in found):
                raise UsageError(f"merging from generator {new.id}: id {new.id} exists; behavior must be merge or replace")
            self.resources.append(new)
        elif not found:
            raise UsageError(f"merging from generator {new.id}: id {new.id} does not exist; cannot merge or replace")
        else:
            self.resources[found[0]] = generators.merged(self.resources[found[0]], new, behavior)

    def _transform(self) -> None:
        content = self.content
        patching = Patching(self.call, self.folder, self.resources)
        for text in content.get("patchesStrategicMerge") or ():
            patching.strategic_merge(text)
        for entry in content.get("patches") or ():
            patching.patch(entry)
        self._names_and_labels()
        for entry in content.get("patchesJson6902") or ():
            patching.patch(entry)
        for entry in content.get("replicas") or ():
            if not [r for r in self.resources if transformers.set_replicas(r, entry["name"], entry.get("count", 0))]:
                raise UsageError(
                    f"resource with name {entry['name']} does not match a config with the following GVK [Deployment.[noVer].[noGrp] "
                    "ReplicationController.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] StatefulSet.[noVer].[noGrp]]"
                )
        for entry in [*(content.get("images") or ()), *(content.get("imageTags") or ())]:
            for resource in self.resources:
                transformers.set_image(resource, entry)
        replacements.replace(self.resources, content.get("replacements") or ())

    def _names_and_labels(self) -> None:
        content = self.content
        for resource in self.resources:
            if content.get("namespace"):
                transformers.set_namespace(resource, content["namespace"], self._namespaced(resource))
            transformers.set_name(resource, content.get("namePrefix") or "", content.get("nameSuffix") or "")
            if content.get("commonLabels"):
                transformers.add_labels(resource, content["commonLabels"], selectors=True, templates=True)
            for entry in content.get("labels") or ():
                selects, templates = bool(entry.get("includeSelectors")), bool(entry.get("includeTemplates"))
                transformers.add_labels(resource, entry.get("pairs") or {}, selectors=selects, templates=templates)
            if content.get("commonAnnotations"):
                transformers.add_annotations(resource, content["commonAnnotations"])

    def _namespaced(self, resource: Resource) -> bool:
        try:
            return self.call.mapper.by_kind(resource.obj.get("apiVersion") or "", resource.kind).namespaced
        except NoKindMatch:
            return True


def _is_folder(call: Call, path: str) -> bool:
    try:
        return call.environment.files.is_dir(path)
    except (OSError, KeyError):
        return False


def _exists(call: Call, path: str) -> bool:
    try:
        return call.environment.files.is_dir(path) or True
    except (OSError, KeyError):
        return False
