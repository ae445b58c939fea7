"""StorageClass: a way to make volumes when claims ask for them."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

DEFAULT_ANNOTATIONS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def default(draft: Obj) -> None:
    """Models pkg/apis/storage/v1/defaults.go SetDefaults_StorageClass."""
    default_fields(draft, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/storage/validation/validation.go ValidateStorageClass."""
    provisioner, errors = obj.get("provisioner"), list[FieldError]()
    if not provisioner:
        errors.append(required("provisioner"))
    else:
        errors += [invalid("provisioner", provisioner.lower(), text) for text in names.qualified(provisioner.lower())]
    if obj["reclaimPolicy"] not in ("Delete", "Retain"):
        errors.append(not_supported("reclaimPolicy", obj["reclaimPolicy"], ["Delete", "Retain"]))
    if obj["volumeBindingMode"] not in ("Immediate", "WaitForFirstConsumer"):
        errors.append(not_supported("volumeBindingMode", obj["volumeBindingMode"], ["Immediate", "WaitForFirstConsumer"]))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateStorageClassUpdate."""
    fields = ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")
    return [error for field in fields for error in unchanged(new.get(field), old.get(field), field)]


def is_default(obj: Obj) -> bool:
    annotations = obj["metadata"].get("annotations") or {}
    return any(annotations.get(key) == "true" for key in DEFAULT_ANNOTATIONS)


def row(obj: Obj, now: float) -> list[Any]:
    name = obj["metadata"]["name"] + (" (default)" if is_default(obj) else "")
    policy, mode = obj.get("reclaimPolicy", "Delete"), obj.get("volumeBindingMode", "Immediate")
    return [name, obj.get("provisioner", ""), policy, mode, bool(obj.get("allowVolumeExpansion")), age(obj, now)]


KIND = Kind(
    returns_deleted=True,
    kind="StorageClass",
    plural="storageclasses",
    group="storage.k8s.io",
    singular="storageclass",
    short_names=("sc",),
    namespaced=False,
    columns=(NAME, *texts("Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion"), AGE),
    row=row,
    default=default,
    validate=validate,
    validate_update=validate_update,
)
