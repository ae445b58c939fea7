"""kubectl apply --prune --applyset: a parent object remembers which kinds were applied, a label on each object to whom it belongs.

Models kubectl/pkg/cmd/apply/applyset.go and applyset_pruner.go. Alpha: there where KUBECTL_APPLYSET=true.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace

from k8s_magic.apiserver.client import DeleteOptions, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.deletion import Cascade
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.errors import not_found, quoted
from k8s_magic.kubectl.flags import Flag
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call, Path
from k8s_magic.objects import meta
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

TOOLING, VERSION = "kubectl", "v1.36.2"
_TOOLING = "applyset.kubernetes.io/tooling"
_NAMESPACES = "applyset.kubernetes.io/additional-namespaces"
_KINDS = "applyset.kubernetes.io/contains-group-kinds"
_ID = "applyset.kubernetes.io/id"
_PART_OF = "applyset.kubernetes.io/part-of"
_PARENT_TYPE = "applyset.kubernetes.io/is-parent-type"
_BUILT_IN = ("secrets", "configmaps")
Kinds = dict[str, Mapping]
"""By group-kind, as annotations write it: "Deployment.apps"."""


def flags(path: Path, environment: Environment) -> tuple[Flag, ...]:
    """--applyset, where it is enabled."""
    enabled = environment.env.get("KUBECTL_APPLYSET", "").lower() in ("true", "1", "t")
    return (Flag("applyset", "string", ""),) if enabled and path == ("apply",) else ()


def of_call(call: Call, dry: DryRun, options: WriteOptions) -> ApplySet | None:
    """The set that --applyset names, if it names one that may be."""
    text = call.flags.get("applyset") or ""
    if not text:
        return None
    resource, _, name = text.partition("/") if "/" in text else ("secrets", "", text)
    if not name:
        raise UsageError(f"invalid parent reference {quoted(text)}: name cannot be blank")
    try:
        mapping = call.mapper.by_type(resource)
    except UsageError:
        raise UsageError(f"invalid parent reference {quoted(text)}: no matches for /, Resource={resource}") from None
    return ApplySet(call, mapping, name, call.namespace if call.explicit_namespace and mapping.namespaced else "", dry, options)


@dataclass
class ApplySet:
    """A parent and what it holds: before this command (`held`), and by it (`applied`)."""

    call: Call
    mapping: Mapping
    name: str
    namespace: str
    dry: DryRun
    options: WriteOptions
    held: Kinds = field(default_factory=dict)
    held_namespaces: set[str] = field(default_factory=set)
    applied: Kinds = field(default_factory=dict)
    applied_namespaces: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        text = ".".join((self.name, self.namespace, self.mapping.kind, self.mapping.group))
        return f"applyset-{base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')}-v1"

    @property
    def shown(self) -> str:
        return quoted(f"{self.mapping.plural}.{self.mapping.group}/{self.name}")

    def check(self) -> None:
        """Refuse a parent that cannot be one, and flags of the other way to prune."""
        flags = self.call.flags
        if not flags["prune"]:
            raise UsageError("--applyset requires --prune")
        if self.mapping.namespaced and not self.namespace:
            raise UsageError("namespace is required to use namespace-scoped ApplySet")
        if self.mapping.resource not in _BUILT_IN and self.mapping.group_resource not in self._permitted():
            raise UsageError(f"resource {quoted(self.mapping.gvr)} is not permitted as an ApplySet parent")
        for name, value in (("all", flags["all"]), ("selector", flags["selector"]), ("prune-allowlist", flags["prune-allowlist"])):
            if value:
                raise UsageError(f"--{name} is incompatible with --applyset")

    def _permitted(self) -> list[str]:
        found = self.call.client.list("customresourcedefinitions.apiextensions.k8s.io", labels=_PARENT_TYPE)["items"]
        return [str(item["metadata"]["name"]) for item in found]

    def before(self, infos: list[Info]) -> None:
        """Label what is to be applied, and let the parent know of all kinds that are or will be in the set."""
        for info in infos:
            if _PART_OF in meta.labels(info.obj):
                raise UsageError(f"ApplySet label {quoted(_PART_OF)} already set in input data")
            info.obj = set_in(info.obj, ["metadata", "labels", _PART_OF], self.id)
        self._read_parent()
        for info in infos:
            self.applied[_group_kind(info.mapping)] = info.mapping
            if info.mapping.namespaced:
                self.applied_namespaces.add(info.namespace)
        self._write_parent({**self.held, **self.applied}, self.held_namespaces | self.applied_namespaces)

    def _read_parent(self) -> None:
        try:
            parent = self.call.client.get(self.mapping.resource, self.name, self.namespace)
        except ApiError as error:
            if not not_found(error):
                raise
            if self.mapping.resource not in _BUILT_IN:
                raise UsageError("custom resource ApplySet parents cannot be created automatically") from None
            return
        said, what = meta.annotations(parent), f"ApplySet parent object {self.shown}"
        if _TOOLING not in said:
            raise UsageError(f"{what} already exists and is missing required annotation {quoted(_TOOLING)}")
        tool = said[_TOOLING].rpartition("/")[0] or said[_TOOLING]
        if tool != TOOLING:
            raise UsageError(f"{what} already exists and is managed by tooling {quoted(tool)} instead of {quoted(TOOLING)}")
        if _ID not in meta.labels(parent):
            raise UsageError(f"{what} exists and does not have required label {_ID}")
        if meta.labels(parent)[_ID] != self.id:
            wrong = f"(got: {meta.labels(parent)[_ID]}, want: {self.id})"
            raise UsageError(f"{what} exists and has incorrect value for label {quoted(_ID)} {wrong}")
        if _KINDS not in said:
            needed = f"kubectl requires the {quoted(_KINDS)} annotation to be set on all ApplySet parent objects"
            raise UsageError(f"parsing ApplySet annotation on {self.shown}: {needed}")
        self.held = {text: self._kind(text) for text in said[_KINDS].split(",") if text}
        self.held_namespaces = {name for name in said.get(_NAMESPACES, "").split(",") if name} | ({self.namespace} - {""})

    def _kind(self, text: str) -> Mapping:
        kind, _, group = text.partition(".")
        for mapping in self.call.mapper.mappings:
            if (mapping.kind, mapping.group) == (kind, group):
                return mapping
        wrong = f"no matches for kind {quoted(kind)} in group {quoted(group)}"
        where = f"parsing ApplySet annotation on {self.shown}: could not find mapping for kind in {quoted(_KINDS)} annotation"
        raise UsageError(f"{where}: {wrong}")

    def _write_parent(self, kinds: Kinds, namespaces: set[str]) -> None:
        if self.dry == "client":
            return
        others = ",".join(sorted(namespaces - {self.namespace}))
        about = {_TOOLING: f"{TOOLING}/{VERSION}", _KINDS: ",".join(sorted(kinds)), _NAMESPACES: others}
        metadata: Obj = {"name": self.name, "namespace": self.namespace, "annotations": about, "labels": {_ID: self.id}}
        parent = {"apiVersion": self.mapping.api_version, "kind": self.mapping.kind, "metadata": {k: v for k, v in metadata.items() if v}}
        options = replace(self.options, field_manager=f"{TOOLING}-applyset", force=False)
        try:
            try:
                self.call.client.patch(self.mapping.resource, self.name, self.namespace, "apply", parent, options=options)
            except ApiError as error:
                if error.reason != "Conflict":
                    raise
                options = replace(options, force=True)
                self.call.client.patch(self.mapping.resource, self.name, self.namespace, "apply", parent, options=options)
        except ApiError as error:
            raise UsageError(f"failed to update ApplySet: {error}") from None

    def prune(self, uids: set[str], cascade: Cascade, grace_seconds: int) -> None:
        """Delete what belongs to the set and was not applied now; then the parent knows of what is left alone."""
        show = common.object_printer(self.call, "pruned", self.dry)
        grace = grace_seconds if grace_seconds >= 0 else None
        options = DeleteOptions(grace_seconds=grace, propagation=cascade, dry_run=self.dry == "server")
        for mapping, namespace in self._places():
            for item in self.call.client.list(mapping.resource, namespace, labels=f"{_PART_OF}={self.id}")["items"]:
                if item["metadata"]["uid"] in uids:
                    continue
                if self.dry != "client":
                    self.call.client.delete(mapping.resource, item["metadata"]["name"], namespace, options=options)
                show({"apiVersion": mapping.api_version, "kind": mapping.kind, **item})
        self._write_parent(self.applied, self.applied_namespaces)

    def _places(self) -> list[tuple[Mapping, str]]:
        kinds = [self.held[text] for text in sorted(self.held)]
        return [(m, namespace) for m in kinds for namespace in (sorted(self.held_namespaces) if m.namespaced else [""])]


def _group_kind(mapping: Mapping) -> str:
    return f"{mapping.kind}.{mapping.group}" if mapping.group else mapping.kind
