"""What a kustomization does to every object: namespace, names, labels, annotations, replicas, images."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from k8s_magic.kubectl.kustomize.resource import Resource, update
from k8s_magic.objects.meta import Obj

_TEMPLATED = ("ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job")
_AFFINITY = "spec/template/spec/affinity/"
_TERMS = (
    "podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
)
_SPREAD = (
    *(f"{_AFFINITY}{term}/labelSelector/matchLabels" for term in _TERMS),
    "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
)
# Where labels select: (kind, path, whether it is made where it is missing).
_SELECTORS = (
    ("Service", "spec/selector", True),
    ("ReplicationController", "spec/selector", True),
    *((kind, "spec/selector/matchLabels", True) for kind in ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")),
    *((kind, path, False) for kind in ("Deployment", "StatefulSet") for path in _SPREAD),
    ("Job", "spec/selector/matchLabels", False),
    ("CronJob", "spec/jobTemplate/spec/selector/matchLabels", False),
    ("PodDisruptionBudget", "spec/selector/matchLabels", False),
    ("NetworkPolicy", "spec/podSelector/matchLabels", False),
    ("NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", False),
    ("NetworkPolicy", "spec/egress/to/podSelector/matchLabels", False),
)
_CLAIM_LABELS = (("StatefulSet", "spec/volumeClaimTemplates/metadata/labels", True),)


def _templates(field: str) -> tuple[tuple[str, str, bool], ...]:
    return (
        *((kind, f"spec/template/metadata/{field}", True) for kind in _TEMPLATED),
        ("CronJob", f"spec/jobTemplate/metadata/{field}", True),
        ("CronJob", f"spec/jobTemplate/spec/template/metadata/{field}", True),
    )


def set_namespace(resource: Resource, namespace: str, namespaced: bool) -> None:
    """Put a resource into a Namespace; a Namespace itself takes its name. Models filters/namespace."""
    if resource.kind == "Namespace" and not resource.group:
        resource.renamed("name", namespace)
    elif namespaced:
        resource.renamed("namespace", namespace)
    if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
        resource.obj = update(resource.obj, ["subjects"], lambda subject: _in_namespace(subject, namespace))


def _in_namespace(subject: Any, namespace: str) -> Any:
    default = isinstance(subject, dict) and subject.get("kind") == "ServiceAccount" and subject.get("name") == "default"
    return {**subject, "namespace": namespace} if default else subject


def set_name(resource: Resource, prefix: str, suffix: str) -> None:
    """Put text around the name; a Namespace and a definition keep theirs, because others name them by it."""
    if (prefix or suffix) and resource.kind not in ("Namespace", "CustomResourceDefinition", "APIService"):
        resource.renamed("name", f"{prefix}{resource.name}{suffix}")


def add_labels(resource: Resource, pairs: Obj, *, selectors: bool, templates: bool) -> None:
    """Add labels to the object, to its template and to what it selects."""
    specs: tuple[tuple[str, str, bool], ...] = (("", "metadata/labels", True),)
    if selectors or templates:
        specs += (*_templates("labels"), *(_CLAIM_LABELS if _has_claims(resource) else ()))
    if selectors:
        specs += _SELECTORS
    _add(resource, pairs, specs)


def _has_claims(resource: Resource) -> bool:
    return bool((resource.obj.get("spec") or {}).get("volumeClaimTemplates")) if resource.kind == "StatefulSet" else False


def add_annotations(resource: Resource, pairs: Obj) -> None:
    """Add annotations to the object and its template."""
    _add(resource, pairs, (("", "metadata/annotations", True), *_templates("annotations")))


def _add(resource: Resource, pairs: Obj, specs: tuple[tuple[str, str, bool], ...]) -> None:
    for kind, path, create in specs:
        if kind in ("", resource.kind) and not (kind == "Service" and resource.group):
            resource.obj = update(resource.obj, path.split("/"), lambda old: {**(old or {}), **pairs}, create=create)


def set_replicas(resource: Resource, name: str, count: int) -> bool:
    """Set spec.replicas of the workload that has or had the name; whether this is it."""
    if resource.kind not in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet") or not resource.was_named(name):
        return False
    resource.obj = update(resource.obj, ["spec", "replicas"], lambda _: count, create=True)
    return True


def set_image(resource: Resource, entry: Obj) -> None:
    """Rename, tag or pin an image wherever the object names it."""
    pattern = re.compile("^" + entry["name"] + r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$")
    resource.obj = _images(resource.obj, lambda image: _changed(image, entry) if pattern.match(image) else image)


def _images(value: Any, change: Callable[[str], str]) -> Any:
    """The value with `change` applied to the image of each container in it, however deep. Models imagetag.LegacyFilter."""
    if isinstance(value, list):
        return [_images(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: [_container(item, change) for item in inner]
        if key in ("containers", "initContainers") and isinstance(inner, list)
        else _images(inner, change)
        for key, inner in value.items()
    }


def _container(container: Any, change: Callable[[str], str]) -> Any:
    named = isinstance(container, dict) and isinstance(container.get("image"), str)
    return {**container, "image": change(container["image"])} if named else container


def _changed(image: str, entry: Obj) -> str:
    """Models imagetag.imageTagUpdater."""
    name, tag, digest = _split(image)
    name = entry.get("newName") or name
    new_tag, new_digest = str(entry.get("newTag") or ""), entry.get("digest") or ""
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    elif entry.get("tagSuffix"):
        tag, digest = f"{tag}{entry['tagSuffix']}", ""
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split(image: str) -> tuple[str, str, str]:
    """(name, tag, digest)."""
    rest, _, digest = image.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{folder}{slash}{name}", tag, digest
