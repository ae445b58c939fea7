"""What the API tells of itself: groups, versions, resources; /version and the health paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8s_magic.kinds.custom import version_rank
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

VERSION = "v1.36.2"
# The order in which a v1.36 server lists its groups.
GROUPS = (
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
)


def groups(kinds: Iterable[Kind]) -> Obj:
    """What /apis answers: v1.36's groups, and those of custom resources."""
    found = {group: {"v1"} for group in GROUPS if group}
    for kind in kinds:
        if kind.group:
            found.setdefault(kind.group, set()).add(kind.version)
    listed = []
    for group in sorted(found, key=lambda group: (_rank(group), group)):
        versions = [{"groupVersion": f"{group}/{version}", "version": version} for version in sorted(found[group], key=version_rank)]
        listed.append({"name": group, "versions": versions, "preferredVersion": versions[0]})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def resources(kinds: Iterable[Kind]) -> list[Obj]:
    """An APIResource a kind and version, in the server's order of groups, the preferred version first, alphabetical within."""

    def place(kind: Kind) -> tuple[Any, ...]:
        return (_rank(kind.group), kind.group, version_rank(kind.version), kind.plural)

    return [_resource(kind) for kind in sorted(kinds, key=place)]


def _rank(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _resource(kind: Kind) -> Obj:
    resource: Obj = {
        "name": kind.plural,
        "singularName": kind.singular or kind.kind.lower(),
        "namespaced": kind.namespaced,
        "group": kind.group,
        "version": kind.version,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
        "subresources": list(kind.subresources),
    }
    if kind.short_names:
        resource["shortNames"] = list(kind.short_names)
    if kind.categories:
        resource["categories"] = list(kind.categories)
    return resource


def version() -> Obj:
    """What /version answers."""
    return {
        "major": "1",
        "minor": "36",
        "emulationMajor": "1",
        "emulationMinor": "36",
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35",
        "gitVersion": VERSION,
        "gitCommit": "c1f3b5f8cd2d1ab21be4c7d0ebc6a1e0ba8f1d4a",
        "gitTreeState": "clean",
        "buildDate": "2026-06-09T10:00:00Z",
        "goVersion": "go1.26.1",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
