"""Small objects for tests of kinds, and what becomes of them when the API takes them in."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import registry
from k8s_magic.kinds.metadata import validate_metadata
from k8s_magic.kinds.schema import decode_errors, ref
from k8s_magic.objects.meta import Obj

BORN = "2026-01-05T09:00:00Z"
BORN_S = 1767603600.0
UID = "11111111-2222-4333-8444-555555555555"


def meta(name: str = "x", **more: Any) -> Obj:
    return {"name": name, "namespace": "default", "uid": UID, "creationTimestamp": BORN, **more}


def pod(spec: Obj | None = None, status: Obj | None = None, **container: Any) -> Obj:
    containers = [{"name": "c", "image": "nginx:1.25", **container}]
    obj: Obj = {"apiVersion": "v1", "kind": "Pod", "metadata": meta("p"), "spec": {"containers": containers, **(spec or {})}}
    return {**obj, "status": status} if status is not None else obj


def template(labels: Obj | None = None, **spec: Any) -> Obj:
    pod_spec = {"containers": [{"name": "c", "image": "nginx:1.25"}], **spec}
    return {"metadata": {"labels": labels or {"app": "x"}}, "spec": pod_spec}


def deployment(**spec: Any) -> Obj:
    whole = {"selector": {"matchLabels": {"app": "x"}}, "template": template(), **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("d"), "spec": whole}


def service(**spec: Any) -> Obj:
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta("s"), "spec": {"ports": [{"port": 80}], **spec}}


def taken(resource: str, obj: Obj) -> Obj:
    """The object as a create leaves it: decoded, defaulted, prepared."""
    kind = registry()[resource]
    draft = decode_errors(obj, ref(kind.group, kind.version, kind.kind)).object
    if "status" in kind.subresources:
        draft.pop("status", None)
    kind.default(draft)
    kind.prepare_create(draft)
    return draft  # type: ignore[no-any-return]


def complaints(resource: str, obj: Obj) -> list[str]:
    """What validation says of a new object, a line a field."""
    kind, draft = registry()[resource], taken(resource, obj)
    return [f"{error.path}: {error.message}" for error in [*validate_metadata(draft, kind), *kind.validate(draft)]]


def update_complaints(resource: str, old: Obj, new: Obj) -> list[str]:
    """What validation says of a change, given both as they are stored."""
    kind = registry()[resource]
    own, frozen = kind.validate(new), kind.validate_update(new, old)
    errors = [*frozen, *own] if kind.validate_update_first else [*own, *frozen]
    return [f"{error.path}: {error.message}" for error in errors]
