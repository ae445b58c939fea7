"""Rules for a pod's volumes. Models pkg/apis/core/validation/validation.go ValidateVolumes.

Not modelled: what the sources of particular storage systems demand.
"""

from __future__ import annotations

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.pod.containers import Volumes, local_path
from k8s_magic.kinds.pod.environment import VOLUME_FIELDS, field_reference, resource_reference
from k8s_magic.objects.meta import Obj

MODE = "must be a number between 0 and 0777 (octal), both inclusive"
HOST_PATH_TYPES = ("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
# In the order in which upstream looks at them: the first is taken, the others are too many.
SOURCES = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs"),
    *("flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc", "flexVolume", "configMap"),
    *("azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO"),
    *("csi", "ephemeral", "image"),
)


def validate_volumes(volumes: list[Obj], path: str) -> tuple[Volumes, list[FieldError]]:
    """The volumes that are well made, by name, and what is wrong with the others."""
    good: dict[str, Obj] = {}
    errors: list[FieldError] = []
    for index, volume in enumerate(volumes):
        here, name = f"{path}[{index}]", volume.get("name", "")
        wrong = _source(volume, here)
        if not name:
            wrong.append(required(f"{here}.name"))
        else:
            wrong += [invalid(f"{here}.name", name, text) for text in names.label(name)]
        if name in good:
            wrong.append(duplicate(f"{here}.name", name))
        if not wrong:
            good[name] = volume
        errors += wrong
    return good, errors


def _source(volume: Obj, path: str) -> list[FieldError]:
    given = [source for source in SOURCES if volume.get(source) is not None]
    if not given:
        return [required(path, "must specify a volume type")]
    errors = validate_source(given[0], volume[given[0]], f"{path}.{given[0]}")
    return errors + [forbidden(f"{path}.{source}", "may not specify more than 1 volume type") for source in given[1:]]


def validate_source(kind: str, source: Obj, path: str) -> list[FieldError]:
    """What is wrong with the one source that a volume, or a PersistentVolume, has."""
    if kind == "persistentVolumeClaim":
        return [] if source.get("claimName") else [required(f"{path}.claimName")]
    if kind == "hostPath":
        return host_path(source, path)
    if kind == "nfs":
        return nfs(source, path)
    if kind == "secret":
        errors = [] if source.get("secretName") else [required(f"{path}.secretName")]
        return errors + _files(source, path)
    if kind == "configMap":
        errors = [] if source.get("name") else [required(f"{path}.name")]
        return errors + _files(source, path)
    if kind == "downwardAPI":
        return [*_mode(source.get("defaultMode"), f"{path}.defaultMode"), *_downward(source.get("items") or [], path)]
    return _projected(source, path) if kind == "projected" else []


def host_path(source: Obj, path: str) -> list[FieldError]:
    where = source.get("path", "")
    if not where:
        return [required(f"{path}.path")]
    errors = [invalid(f"{path}.path", where, "must not contain '..'")] if ".." in where.split("/") else []
    if source.get("type", "") not in HOST_PATH_TYPES:
        errors.append(not_supported(f"{path}.type", source["type"], HOST_PATH_TYPES))
    return errors


def nfs(source: Obj, path: str) -> list[FieldError]:
    errors = [required(f"{path}.{field}") for field in ("server", "path") if not source.get(field)]
    if not source.get("path", "").startswith("/"):
        errors.append(invalid(f"{path}.path", source.get("path", ""), "must be an absolute path"))
    return errors


def _mode(mode: int | None, path: str) -> list[FieldError]:
    return [invalid(path, mode, MODE)] if mode is not None and not 0 <= mode <= 0o777 else []


def _files(source: Obj, path: str) -> list[FieldError]:
    errors = _mode(source.get("defaultMode"), f"{path}.defaultMode")
    for index, item in enumerate(source.get("items") or ()):
        here = f"{path}.items[{index}]"
        errors += [] if item.get("key") else [required(f"{here}.key")]
        errors += _target(item, here)
    return errors


def _target(item: Obj, path: str) -> list[FieldError]:
    where = item.get("path", "")
    errors = local_path(where, f"{path}.path") if where else [required(f"{path}.path")]
    if where.startswith("..") and not errors:
        errors.append(invalid(f"{path}.path", where, "must not start with '..'"))
    return errors + _mode(item.get("mode"), f"{path}.mode")


def _downward(items: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for item in items:
        # Upstream gives these paths without the item's index.
        errors += _target(item, path)
        if item.get("fieldRef") is not None:
            errors += field_reference(item["fieldRef"], VOLUME_FIELDS, f"{path}.fieldRef")
        elif item.get("resourceFieldRef") is not None:
            errors += resource_reference(item["resourceFieldRef"], f"{path}.resourceFieldRef", in_volume=True)
        else:
            errors.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    return errors


def _projected(source: Obj, path: str) -> list[FieldError]:
    errors = _mode(source.get("defaultMode"), f"{path}.defaultMode")
    for index, part in enumerate(source.get("sources") or ()):
        here = f"{path}.sources[{index}]"
        for kind in ("secret", "configMap"):
            if part.get(kind) is not None:
                errors += [] if part[kind].get("name") else [required(f"{here}.{kind}.name")]
                errors += _files(part[kind], f"{here}.{kind}")
        if part.get("downwardAPI") is not None:
            errors += _downward(part["downwardAPI"].get("items") or [], f"{here}.downwardAPI")
    return errors
