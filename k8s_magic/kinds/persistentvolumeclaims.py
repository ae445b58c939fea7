"""PersistentVolumeClaim: a wish for storage, which a volume will be bound to."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import internal, names
from k8s_magic.kinds.columns import AGE, NAME, age, texts, wide
from k8s_magic.kinds.errors import forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import validate_selector
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
SHORT_MODES = (("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"))
VOLUME_MODES = ("Block", "Filesystem")
OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
OLD_ANNOTATIONS = {
    OLD_CLASS: 'deprecated since v1.8; use "storageClassName" attribute instead',
    "volume.beta.kubernetes.io/mount-options": 'deprecated since v1.31; use "mountOptions" attribute instead',
}
FROZEN = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"


def default_claim_spec(spec: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolumeClaimSpec."""
    if spec.get("volumeMode") is None:
        spec["volumeMode"] = "Filesystem"
    if spec.get("resources") is None:
        spec["resources"] = {}


def default(draft: Obj) -> None:
    default_claim_spec(draft.setdefault("spec", {}))
    if not (draft.get("status") or {}).get("phase"):
        draft["status"] = {**(draft.get("status") or {}), "phase": "Pending"}


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"phase": "Pending"}
    _join_data_source(draft["spec"])


def _join_data_source(spec: Obj) -> None:
    """`dataSource` and its newer form are kept alike. Models NormalizeDataSources."""
    if spec.get("dataSource") and not spec.get("dataSourceRef"):
        spec["dataSourceRef"] = dict(spec["dataSource"])
    elif spec.get("dataSourceRef") and not spec.get("dataSource") and not spec["dataSourceRef"].get("namespace"):
        spec["dataSource"] = dict(spec["dataSourceRef"])


def validate_claim_spec(spec: Obj, path: str) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimSpec."""
    modes = spec.get("accessModes") or []
    errors = [] if modes else [required(f"{path}.accessModes", "at least 1 access mode is required")]
    errors += validate_selector(spec.get("selector"), f"{path}.selector")
    errors += validate_access_modes(modes, f"{path}.accessModes")
    errors += _storage(((spec.get("resources") or {}).get("requests") or {}).get("storage"), f"{path}.resources[storage]")
    class_name = spec.get("storageClassName")
    errors += [invalid(f"{path}.storageClassName", class_name, text) for text in names.subdomain(class_name)] if class_name else []
    if spec["volumeMode"] not in VOLUME_MODES:
        errors.append(not_supported(f"{path}.volumeMode", spec["volumeMode"], VOLUME_MODES))
    return errors


def validate_access_modes(modes: list[str], path: str) -> list[FieldError]:
    """Each mode known, and the mode for one pod alone. Volumes have them too."""
    errors = [not_supported(path, mode, ACCESS_MODES) for mode in modes if mode not in ACCESS_MODES]
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        errors.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    return errors


def _storage(amount: str | None, path: str) -> list[FieldError]:
    if amount is None:
        return [required(path)]
    return [] if quantity.parse(amount).nanos > 0 else [invalid(path, quantity.canonical(amount), "must be greater than zero")]


def validate(obj: Obj) -> list[FieldError]:
    return validate_claim_spec(obj["spec"], "spec")


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidatePersistentVolumeClaimUpdate."""
    spec, stored, status = new["spec"], old["spec"], old.get("status") or {}
    is_bound = status.get("phase") == "Bound"
    errors: list[FieldError] = []
    munged, before = _munged(spec, stored, is_bound), _opened(spec, stored)
    if munged != before:
        difference = internal.difference(internal.claim_spec(before), internal.claim_spec(munged))
        errors.append(forbidden("spec", f"{FROZEN}\n{difference}"))
    asked, had = _asked(spec), _asked(stored)
    if (
        asked
        and had
        and quantity.compare(asked, had) < 0
        and quantity.compare(asked, (status.get("capacity") or {}).get("storage", "0")) <= 0
    ):
        errors.append(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"))
    return errors + unchanged(spec.get("volumeMode"), stored.get("volumeMode"), "volumeMode")


def _asked(spec: Obj) -> str | None:
    return ((spec.get("resources") or {}).get("requests") or {}).get("storage")


def _opened(spec: Obj, stored: Obj) -> Obj:
    """What was, with a volume or class that was still open taken as it is now."""
    open_fields = [field for field in ("volumeName", "storageClassName") if not stored.get(field) and field in spec]
    return {**stored, **{field: spec[field] for field in open_fields}}


def _munged(spec: Obj, stored: Obj, is_bound: bool) -> Obj:
    """What is wanted, with what may change of a bound claim set back."""
    if not is_bound:
        return spec
    munged = {k: v for k, v in spec.items() if k != "volumeAttributesClassName"}
    if "volumeAttributesClassName" in stored:
        munged["volumeAttributesClassName"] = stored["volumeAttributesClassName"]
    asked, resources = _asked(stored), spec.get("resources") or {}
    if asked and resources.get("requests"):
        munged["resources"] = {**resources, "requests": {**resources["requests"], "storage": asked}}
    return munged


def warn(new: Obj, old: Obj | None) -> list[str]:
    """Models pkg/api/persistentvolumeclaim/util.go GetWarningsForPersistentVolumeClaim."""
    warnings = annotation_warnings(new, (OLD_CLASS,))
    for side in ("requests", "limits"):
        amount = ((new["spec"].get("resources") or {}).get(side) or {}).get("storage")
        if amount is not None and quantity.milli(amount) % 1000:
            text = f'fractional byte value "{quantity.canonical(amount)}" is invalid, must be an integer'
            warnings.append(f"spec.resources.{side}[storage]: {text}")
    return warnings


def annotation_warnings(obj: Obj, known: tuple[str, ...]) -> list[str]:
    """Warnings of annotations that have become fields; volumes have them too."""
    given = obj["metadata"].get("annotations") or {}
    return [f"metadata.annotations[{key}]: {OLD_ANNOTATIONS[key]}" for key in known if key in given]


def modes_text(modes: list[str] | None) -> str:
    """Access modes in short. Models helper.GetAccessModesAsString."""
    return ",".join(short for mode, short in SHORT_MODES if mode in (modes or ()))


def class_of(obj: Obj) -> str:
    """The storage class of a claim or volume, by the old annotation or by the field."""
    annotation = (obj["metadata"].get("annotations") or {}).get(OLD_CLASS)
    return annotation if annotation is not None else (obj.get("spec") or {}).get("storageClassName") or ""


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printPersistentVolumeClaim."""
    spec, status = obj["spec"], obj.get("status") or {}
    bound = bool(spec.get("volumeName"))
    return [
        obj["metadata"]["name"],
        "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", ""),
        spec.get("volumeName", ""),
        (status.get("capacity") or {}).get("storage", "0") if bound else "",
        modes_text(status.get("accessModes")) if bound else "",
        class_of(obj),
        spec.get("volumeAttributesClassName") or "<unset>",
        age(obj, now),
        spec.get("volumeMode") or "<unset>",
    ]


KIND = Kind(
    returns_deleted=True,
    kind="PersistentVolumeClaim",
    plural="persistentvolumeclaims",
    singular="persistentvolumeclaim",
    short_names=("pvc",),
    subresources=("status",),
    columns=(
        NAME,
        *texts("Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass"),
        AGE,
        *wide("VolumeMode"),
    ),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
)
