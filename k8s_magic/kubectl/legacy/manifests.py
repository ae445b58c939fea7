"""Objects in API versions that are gone, in those of today."""

from __future__ import annotations

from typing import Any, NamedTuple

from k8s_magic.kubectl.environment import Environment
from k8s_magic.objects.edit import remove_in, set_in
from k8s_magic.objects.meta import Obj, get_in

_APPS = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")
_TODAY: dict[str, dict[str, str]] = {
    "extensions/v1beta1": {
        **dict.fromkeys(_APPS[:3], "apps/v1"),
        **dict.fromkeys(("Ingress", "NetworkPolicy"), "networking.k8s.io/v1"),
        "Job": "batch/v1",
    },
    "apps/v1beta1": dict.fromkeys(_APPS, "apps/v1"),
    "apps/v1beta2": dict.fromkeys(_APPS, "apps/v1"),
    "batch/v1beta1": {"CronJob": "batch/v1"},
    "batch/v2alpha1": {"CronJob": "batch/v1"},
    "networking.k8s.io/v1beta1": dict.fromkeys(("Ingress", "IngressClass"), "networking.k8s.io/v1"),
    "policy/v1beta1": {"PodDisruptionBudget": "policy/v1"},
    "autoscaling/v2beta2": {"HorizontalPodAutoscaler": "autoscaling/v2"},
    "storage.k8s.io/v1beta1": {"StorageClass": "storage.k8s.io/v1"},
    "scheduling.k8s.io/v1beta1": {"PriorityClass": "scheduling.k8s.io/v1"},
    "rbac.authorization.k8s.io/v1beta1": dict.fromkeys(
        ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), "rbac.authorization.k8s.io/v1"
    ),
}
# Fields that were taken out of the kinds since.
_GONE = (("spec", "rollbackTo"), ("spec", "templateGeneration"), ("metadata", "clusterName"))


class Modern(NamedTuple):
    """An object of today, and what was changed beside its version."""

    obj: Obj
    changes: list[str]


def modern(obj: Obj, environment: Environment) -> Obj:
    """An object of a file in an API version of today, where v1.36 would refuse its own."""
    old, kind = obj.get("apiVersion") or "", obj.get("kind") or ""
    new = _TODAY.get(old, {}).get(kind)
    if new is None or environment.legacy == "reject":
        return obj
    changed = _rewritten({**obj, "apiVersion": new})
    more = f", {' and '.join(changed.changes)}" if changed.changes else ""
    environment.err(f"Warning: {old} {kind} is gone; taken as apiVersion: {new}{more}\n")
    return changed.obj


def _rewritten(obj: Obj) -> Modern:
    changes: list[str] = []
    for path in _GONE:
        if get_in(obj, *path) is not None:
            obj = remove_in(obj, path)
            changes.append(f"without {'.'.join(path)}")
    if obj["kind"] in _APPS and not get_in(obj, "spec", "selector"):
        labels = get_in(obj, "spec", "template", "metadata", "labels")
        if labels:
            obj = set_in(obj, ["spec", "selector"], {"matchLabels": labels})
            changes.append("with spec.selector from the template's labels")
    if obj["kind"] == "Ingress":
        return _ingress(obj, changes)
    return Modern(obj, changes)


def _ingress(obj: Obj, changes: list[str]) -> Modern:
    spec = dict(obj.get("spec") or {})
    if "backend" in spec:
        spec["defaultBackend"] = _backend(spec.pop("backend"))
    spec["rules"] = [_rule(rule) for rule in spec.get("rules") or ()]
    if not spec["rules"]:
        del spec["rules"]
    return Modern({**obj, "spec": spec}, [*changes, "with backends as service.name and service.port"])


def _rule(rule: Obj) -> Obj:
    paths = get_in(rule, "http", "paths")
    if not paths:
        return rule
    new = [{"pathType": "ImplementationSpecific", **path, "backend": _backend(path.get("backend") or {})} for path in paths]
    return {**rule, "http": {**rule["http"], "paths": new}}


def _backend(backend: Obj) -> Obj:
    if "serviceName" not in backend:
        return backend
    port: Any = backend.get("servicePort")
    return {"service": {"name": backend["serviceName"], "port": {"number" if isinstance(port, int) else "name": port}}}
