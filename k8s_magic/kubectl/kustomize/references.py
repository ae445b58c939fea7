"""Who names whom: after a renaming, a Deployment must name its ConfigMap by the new name. Models builtinpluginconsts/namereference.go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8s_magic.kubectl.kustomize.resource import Resource, update

_POD = {
    "Pod": "spec",
    "PodTemplate": "template/spec",
    **dict.fromkeys(("Deployment", "ReplicaSet", "ReplicationController", "DaemonSet", "StatefulSet", "Job"), "spec/template/spec"),
    "CronJob": "spec/jobTemplate/spec/template/spec",
}
# Inside a pod's spec.
_IN_POD = {
    "ConfigMap": (
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ),
    "Secret": (
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ),
    "ServiceAccount": ("serviceAccountName",),
    "PersistentVolumeClaim": ("volumes/persistentVolumeClaim/claimName",),
    "PriorityClass": ("priorityClassName",),
}
_ELSEWHERE = {
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"), (("HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),)
    ),
    "ConfigMap": (("Role", "rules/resourceNames"), ("ClusterRole", "rules/resourceNames")),
    "Secret": (
        ("Ingress", "spec/tls/secretName"),
        ("ServiceAccount", "imagePullSecrets/name"),
        ("Role", "rules/resourceNames"),
        ("ClusterRole", "rules/resourceNames"),
    ),
    "Service": (
        ("StatefulSet", "spec/serviceName"),
        ("Ingress", "spec/rules/http/paths/backend/service/name"),
        ("Ingress", "spec/defaultBackend/service/name"),
        ("Ingress", "spec/rules/http/paths/backend/serviceName"),
        ("Ingress", "spec/backend/serviceName"),
    ),
    "Role": (("RoleBinding", "roleRef/name"),),
    "ClusterRole": (("RoleBinding", "roleRef/name"), ("ClusterRoleBinding", "roleRef/name")),
    "PersistentVolume": (("PersistentVolumeClaim", "spec/volumeName"),),
    "StorageClass": (
        ("PersistentVolume", "spec/storageClassName"),
        ("PersistentVolumeClaim", "spec/storageClassName"),
        ("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ),
    "IngressClass": (("Ingress", "spec/ingressClassName"),),
}
_TYPED = ("scaleTargetRef", "roleRef")
"""References that say the kind that they mean."""


def mend(resources: list[Resource]) -> None:
    """Let every resource name the others by the names that they have now."""
    renamed = [resource for resource in resources if resource.names]
    for referrer in resources:
        for kind, path in _paths(referrer.kind):
            candidates = [resource for resource in renamed if resource.kind == kind]
            if candidates and (path[-2:-1] == [] or path[-2] not in _TYPED or _says(referrer, path, kind)):
                referrer.obj = update(referrer.obj, path, _renamer(referrer, candidates))
        if referrer.kind in ("RoleBinding", "ClusterRoleBinding"):
            _mend_subjects(referrer, [resource for resource in renamed if resource.kind == "ServiceAccount"])


def _paths(referrer: str) -> Iterator[tuple[str, list[str]]]:
    for kind, inner in _IN_POD.items():
        if referrer in _POD:
            for path in inner:
                yield kind, f"{_POD[referrer]}/{path}".split("/")
    for kind, places in _ELSEWHERE.items():
        for owner, path in places:
            if owner == referrer:
                yield kind, path.split("/")


def _says(referrer: Resource, path: list[str], kind: str) -> bool:
    found: Any = referrer.obj
    for step in path[:-1]:
        found = found.get(step) or {} if isinstance(found, dict) else {}
    return isinstance(found, dict) and found.get("kind") == kind


def _renamer(referrer: Resource, candidates: list[Resource]) -> Any:
    def change(name: Any) -> Any:
        found = _meant(referrer, name, referrer.namespace, candidates)
        return found.name if found else name

    return change


def _meant(referrer: Resource, name: Any, namespace: str, candidates: list[Resource]) -> Resource | None:
    """The one candidate that had the name; among several the one that came through the same layers."""
    found = [c for c in candidates if any(old == name for old, _ in c.names)]
    if len(found) > 1:
        found = [c for c in found if c.namespace == namespace] or found
    if len(found) > 1:
        depth = max(_shared(referrer, c) for c in found)
        found = [c for c in found if _shared(referrer, c) == depth]
    return found[0] if len(found) == 1 else None


def _shared(one: Resource, other: Resource) -> int:
    return len(set(one.layers) & set(other.layers))


def _mend_subjects(referrer: Resource, accounts: list[Resource]) -> None:
    def change(subject: Any) -> Any:
        if not isinstance(subject, dict):
            return subject  # kustomize does not look at the kind: a User of the same name is renamed along.
        named = [a for a in accounts if any(old == subject.get("name") for old, _ in a.names)]
        wanted = subject.get("namespace") or ""
        exact = [a for a in named if not wanted or wanted in (a.namespace or "default", *(space or "default" for _, space in a.names))]
        found = _meant(referrer, subject.get("name"), wanted, exact)
        if found is None:
            return subject
        return {**subject, "name": found.name, **({"namespace": found.namespace} if found.namespace else {})}

    referrer.obj = update(referrer.obj, ["subjects"], change)
