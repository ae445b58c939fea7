"""PersistentVolume: a piece of storage, there for a claim to be bound to."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import internal, names
from k8s_magic.kinds.columns import AGE, NAME, age, texts, wide
from k8s_magic.kinds.errors import forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.persistentvolumeclaims import (
    OLD_ANNOTATIONS,
    VOLUME_MODES,
    annotation_warnings,
    class_of,
    modes_text,
    validate_access_modes,
)
from k8s_magic.kinds.pod.scheduling import validate_node_selector
from k8s_magic.kinds.pod.volumes import host_path, nfs
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
SOURCES = (
    *("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi"),
    *("cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO"),
    *("local", "storageos", "csi"),
)


def default(draft: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolume."""
    spec = draft.setdefault("spec", {})
    if not spec.get("persistentVolumeReclaimPolicy"):
        spec["persistentVolumeReclaimPolicy"] = "Retain"
    if spec.get("volumeMode") is None:
        spec["volumeMode"] = "Filesystem"
    if spec.get("hostPath") is not None:
        spec["hostPath"].setdefault("type", "")
    if not (draft.get("status") or {}).get("phase"):
        draft["status"] = {**(draft.get("status") or {}), "phase": "Pending"}


def prepare_create(draft: Obj) -> None:
    """Models pkg/registry/core/persistentvolume/strategy.go PrepareForCreate."""
    draft["status"] = {"phase": "Pending", "lastPhaseTransitionTime": draft["metadata"].get("creationTimestamp")}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidatePersistentVolumeSpec."""
    spec = obj["spec"]
    modes = spec.get("accessModes") or []
    errors = [] if modes else [required("spec.accessModes")]
    errors += validate_access_modes(modes, "spec.accessModes")
    errors += _capacity(spec.get("capacity") or {})
    policy = spec["persistentVolumeReclaimPolicy"]
    if policy not in RECLAIM_POLICIES:
        errors.append(not_supported("spec.persistentVolumeReclaimPolicy", policy, RECLAIM_POLICIES))
    node = (spec.get("nodeAffinity") or {}).get("required")
    errors += validate_node_selector(node, "spec.nodeAffinity.required") if node is not None else []
    errors += _source(spec, node is not None)
    of_class = spec.get("storageClassName") or ""
    errors += [invalid("spec.storageClassName", of_class, text) for text in names.subdomain(of_class)] if of_class else []
    if spec["volumeMode"] not in VOLUME_MODES:
        errors.append(not_supported("spec.volumeMode", spec["volumeMode"], VOLUME_MODES))
    return errors


def _capacity(capacity: Obj) -> list[FieldError]:
    path, errors = "spec.capacity", list[FieldError]()
    if not capacity:
        errors.append(required(path))
    if "storage" not in capacity or len(capacity) > 1:
        errors.append(not_supported(path, capacity or None, ["storage"]))
    for name in sorted(capacity):
        if quantity.value(capacity[name]) < 0:
            errors.append(invalid(f"{path}[{name}]", quantity.value(capacity[name]), "must be a valid resource quantity"))
        if quantity.parse(capacity[name]).nanos <= 0:
            errors.append(invalid(f"{path}[{name}]", quantity.canonical(capacity[name]), "must be greater than zero"))
    return errors


def _source(spec: Obj, has_affinity: bool) -> list[FieldError]:
    given = [source for source in SOURCES if spec.get(source) is not None]
    if not given:
        return [required("spec", "must specify a volume type")]
    kind = given[0]
    errors = _one_source(kind, spec[kind], f"spec.{kind}")
    if kind == "local" and not has_affinity:
        errors.append(required("spec.nodeAffinity", "Local volume requires node affinity"))
    errors += [forbidden(f"spec.{source}", "may not specify more than 1 volume type") for source in given[1:]]
    source = spec[kind]
    if kind == "hostPath" and source.get("path") == "/" and spec["persistentVolumeReclaimPolicy"] == "Recycle":
        errors.append(forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"))
    return errors


def _one_source(kind: str, source: Obj, path: str) -> list[FieldError]:
    if kind in ("hostPath", "local"):
        return host_path(source, path)
    if kind == "nfs":
        return nfs(source, path)
    if kind == "csi":
        return [required(f"{path}.{field}") for field in ("driver", "volumeHandle") if not source.get(field)]
    return []


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidatePersistentVolumeUpdate."""
    spec, stored = new["spec"], old["spec"]
    errors: list[FieldError] = []
    if {k: spec.get(k) for k in SOURCES} != {k: stored.get(k) for k in SOURCES}:
        change = internal.difference(internal.volume_source(stored), internal.volume_source(spec))
        errors.append(forbidden("spec.persistentvolumesource", f"spec.persistentvolumesource is immutable after creation\n{change}"))
    return errors + unchanged(spec.get("volumeMode"), stored.get("volumeMode"), "volumeMode")


def warn(new: Obj, old: Obj | None) -> list[str]:
    """Models pkg/api/persistentvolume/util.go GetWarningsForPersistentVolume."""
    warnings = annotation_warnings(new, tuple(OLD_ANNOTATIONS))
    if new["spec"]["persistentVolumeReclaimPolicy"] == "Recycle":
        text = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."
        warnings.append(f"spec.persistentVolumeReclaimPolicy: {text}")
    return warnings


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printPersistentVolume."""
    spec, status, claim = obj["spec"], obj.get("status") or {}, (obj["spec"].get("claimRef") or {})
    return [
        obj["metadata"]["name"],
        (spec.get("capacity") or {}).get("storage", "0"),
        modes_text(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", ""),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        class_of(obj),
        spec.get("volumeAttributesClassName") or "<unset>",
        status.get("reason", ""),
        age(obj, now),
        spec.get("volumeMode") or "<unset>",
    ]


KIND = Kind(
    returns_deleted=True,
    kind="PersistentVolume",
    plural="persistentvolumes",
    singular="persistentvolume",
    short_names=("pv",),
    namespaced=False,
    subresources=("status",),
    columns=(
        NAME,
        *texts("Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass", "VolumeAttributesClass", "Reason"),
        AGE,
        *wide("VolumeMode"),
    ),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
    fields={"name": lambda obj: obj["metadata"]["name"]},
)
