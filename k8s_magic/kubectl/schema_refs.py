"""Which OpenAPI definition describes a kind, and whether strategic merge patches know it."""

from __future__ import annotations

from k8s_magic.kubectl.resources import Mapping
from k8s_magic.objects.meta import Obj

_BUILT_IN = ("io.k8s.api.", "io.k8s.apiextensions-apiserver.", "io.k8s.kube-aggregator.")


def ref(definitions: dict[str, Obj], mapping: Mapping) -> str | None:
    """The name of the definition of a built-in kind; None for custom resources, which have merge patches only."""
    wanted = {"group": mapping.group, "version": mapping.version, "kind": mapping.kind}
    for name, definition in definitions.items():
        if name.startswith(_BUILT_IN) and name.endswith("." + mapping.kind):
            if wanted in (definition.get("x-kubernetes-group-version-kind") or ()):
                return name
    return None
