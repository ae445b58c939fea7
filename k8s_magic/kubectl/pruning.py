"""kubectl apply --prune: what was applied before and is in no file now goes. Models kubectl/pkg/cmd/apply/prune.go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.kubectl import common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import LAST_APPLIED, DryRun
from k8s_magic.kubectl.deletion import Cascade
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_NAMESPACED = (
    *(("v1", kind) for kind in ("ConfigMap", "Endpoints", "PersistentVolumeClaim", "Pod", "ReplicationController", "Secret", "Service")),
    *(("batch/v1", kind) for kind in ("Job", "CronJob")),
    ("networking.k8s.io/v1", "Ingress"),
    *(("apps/v1", kind) for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
)
_DEPRECATED = (
    "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future "
    "release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag."
)
_CLUSTER_WIDE = (("v1", "Namespace"), ("v1", "PersistentVolume"))


@dataclass
class Pruning:
    """What was applied by this command, so that the rest can be told from it."""

    call: Call
    dry: DryRun
    cascade: Cascade
    grace_seconds: int
    uids: set[str] = field(default_factory=set)
    namespaces: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The kinds to look through; what is wrong with --prune-allowlist is said before anything is applied."""
        wanted: list[str] = self.call.flags["prune-allowlist"]
        self._allowed = [self._mapping(text) for text in wanted] if self.call.flags["prune"] else []

    def visited(self, info: Info) -> None:
        """Remember an applied object."""
        self.uids.add(info.obj["metadata"].get("uid", ""))
        if info.mapping.namespaced:
            self.namespaces[info.namespace] = None

    def run(self) -> None:
        """Delete what bears the annotation of apply, fits the selector and was not applied now."""
        for mapping, obj in self.left_over(self.mappings()):
            if self.dry != "client":
                grace = self.grace_seconds if self.grace_seconds >= 0 else None
                options = DeleteOptions(grace_seconds=grace, propagation=self.cascade, dry_run=self.dry == "server")
                metadata = obj["metadata"]
                self.call.client.delete(mapping.resource, metadata["name"], metadata.get("namespace", ""), options=options)
            common.object_printer(self.call, "pruned", self.dry)(obj)

    def left_over(self, mappings: list[Mapping]) -> Iterator[tuple[Mapping, Obj]]:
        """What there is to prune, of those kinds."""
        for namespace in self.namespaces:
            for mapping in mappings:
                if mapping.namespaced:
                    yield from self._of(mapping, namespace)
        for mapping in mappings:
            if not mapping.namespaced:
                yield from self._of(mapping, "")

    def mappings(self) -> list[Mapping]:
        """The kinds to look through; klog says where they are not the caller's choice."""
        if self._allowed:
            return self._allowed
        common.klog(self.call, "prune.go:71", _DEPRECATED)
        mapper = self.call.mapper
        return [mapper.by_kind(version, kind) for version, kind in (*_NAMESPACED, *_CLUSTER_WIDE)]

    def _mapping(self, text: str) -> Mapping:
        parts = text.split("/")
        if len(parts) != 3:
            raise UsageError(f"invalid GroupVersionKind format: {text}, please follow <group/version/kind>")
        group = "" if parts[0] == "core" else parts[0]
        return self.call.mapper.by_kind(f"{group}/{parts[1]}" if group else parts[1], parts[2])

    def _of(self, mapping: Mapping, namespace: str) -> Iterator[tuple[Mapping, Obj]]:
        for item in self.call.client.list(mapping.resource, namespace, labels=self.call.flags["selector"])["items"]:
            metadata = item["metadata"]
            if LAST_APPLIED in (metadata.get("annotations") or {}) and metadata["uid"] not in self.uids:
                yield mapping, {"apiVersion": mapping.api_version, "kind": mapping.kind, **item}
