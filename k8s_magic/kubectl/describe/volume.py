"""The volumes of a pod, and the sources of a PersistentVolume: what each is, and its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8s_magic.kubectl.describe import claim
from k8s_magic.kubectl.describe.writer import UNSET, Writer, go_bool, go_list
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical

_HOST = "HostPath (bare host directory volume)"
_EMPTY = "EmptyDir (a temporary directory that shares a pod's lifetime)"
_PROJECTED = "Projected (a volume that contains injected data from multiple sources)"
_EPHEMERAL = "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)"
_CSI = "CSI (a Container Storage Interface (CSI) volume source)"
_ISCSI = "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)"
_DOWNWARD = "DownwardAPI (a volume populated by information about the pod)"

# field of the volume -> (Type, then a title for each field of the source). A `?` behind the field: a boolean.
_SIMPLE: dict[str, tuple[str, dict[str, str]]] = {
    "gcePersistentDisk": (
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        {"PDName": "pdName", "FSType": "fsType", "Partition": "partition#", "ReadOnly": "readOnly?"},
    ),
    "awsElasticBlockStore": (
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        {"VolumeID": "volumeID", "FSType": "fsType", "Partition": "partition#", "ReadOnly": "readOnly?"},
    ),
    "gitRepo": (
        "GitRepo (a volume that is pulled from git when the pod is created)",
        {"Repository": "repository", "Revision": "revision"},
    ),
    "secret": ("Secret (a volume populated by a Secret)", {"SecretName": "secretName", "Optional": "optional?"}),
    "configMap": ("ConfigMap (a volume populated by a ConfigMap)", {"Name": "name", "Optional": "optional?"}),
    "nfs": ("NFS (an NFS mount that lasts the lifetime of a pod)", {"Server": "server", "Path": "path", "ReadOnly": "readOnly?"}),
    "glusterfs": (
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        {"EndpointsName": "endpoints", "Path": "path", "ReadOnly": "readOnly?"},
    ),
    "persistentVolumeClaim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        {"ClaimName": "claimName", "ReadOnly": "readOnly?"},
    ),
    "azureDisk": (
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        {
            "DiskName": "diskName",
            "DiskURI": "diskURI",
            "Kind": "kind",
            "FSType": "fsType",
            "CachingMode": "cachingMode",
            "ReadOnly": "readOnly?",
        },
    ),
    "azureFile": (
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        {"SecretName": "secretName", "ShareName": "shareName", "ReadOnly": "readOnly?"},
    ),
    "vsphereVolume": (
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        {"VolumePath": "volumePath", "FSType": "fsType", "StoragePolicyName": "storagePolicyName"},
    ),
    "portworxVolume": ("PortworxVolume (a Portworx Volume resource)", {"VolumeID": "volumeID"}),
    "local": ("LocalVolume (a persistent volume backed by local storage on a node)", {"Path": "path"}),
    "image": ("Image (a container image or OCI artifact)", {"Reference": "reference", "PullPolicy": "pullPolicy"}),
}


def volumes(w: Writer, spec: Obj, space: str = "") -> None:
    """The volumes of a pod's spec. Models describeVolumes."""
    found = spec.get("volumes") or []
    if not found:
        w.write(f"{space}Volumes:\t<none>\n")
        return
    w.write(f"{space}Volumes:\n")
    for volume in found:
        w.write(f"{' ' if space else ''}{volume['name']}:\n", 1)
        source(w, volume)


def source(w: Writer, volume: Obj) -> None:
    """The one source among the fields of a volume, or of a PersistentVolume's spec."""
    for name, value in volume.items():
        if name in _SIMPLE:
            what, fields = _SIMPLE[name]
            _fields(w, what, {title: _value(value, path) for title, path in fields.items()})
            return
        if name in _SPECIAL:
            _SPECIAL[name](w, value)
            return
    w.write("<unknown>\n", 1)


def _value(source: Obj, path: str) -> Any:
    if path.endswith("?"):
        return go_bool(source.get(path[:-1]))
    return source.get(path[:-1], 0) if path.endswith("#") else source.get(path, "")


def _fields(w: Writer, what: str, values: dict[str, Any]) -> None:
    w.field("Type", what, 2)
    for title, value in values.items():
        w.field(title, value, 2)


def _host_path(w: Writer, source: Obj) -> None:
    kind = source.get("type")
    _fields(w, _HOST, {"Path": source.get("path", ""), "HostPathType": "<none>" if kind is None else kind})


def _empty_dir(w: Writer, source: Obj) -> None:
    limit = source.get("sizeLimit")
    shown = canonical(limit) if limit not in (None, "0") else UNSET
    _fields(w, _EMPTY, {"Medium": source.get("medium", ""), "SizeLimit": shown})


def _projected(w: Writer, source: Obj) -> None:
    w.field("Type", _PROJECTED, 2)
    for part in source.get("sources") or ():
        if "secret" in part:
            w.field("SecretName", part["secret"].get("name", ""), 2)
            w.field("Optional", go_bool(part["secret"].get("optional")), 2)
        elif "downwardAPI" in part:
            w.field("DownwardAPI", "true", 2)
        elif "configMap" in part:
            w.field("ConfigMapName", part["configMap"].get("name", ""), 2)
            w.field("Optional", go_bool(part["configMap"].get("optional")), 2)
        elif "serviceAccountToken" in part:
            w.field("TokenExpirationSeconds", part["serviceAccountToken"].get("expirationSeconds", 3600), 2)


def _downward_api(w: Writer, source: Obj) -> None:
    w.field("Type", _DOWNWARD, 2)
    w.write("Items:\n", 2)
    for item in source.get("items") or ():
        if "fieldRef" in item:
            w.write(f"{item['fieldRef'].get('fieldPath', '')} -> {item['path']}\n", 3)
        if "resourceFieldRef" in item:
            w.write(f"{item['resourceFieldRef'].get('resource', '')} -> {item['path']}\n", 3)


def _csi(w: Writer, source: Obj) -> None:
    values = {"Driver": source.get("driver", ""), "FSType": source.get("fsType", "")}
    if "volumeHandle" in source:
        values["VolumeHandle"] = source["volumeHandle"]
    _fields(w, _CSI, {**values, "ReadOnly": go_bool(source.get("readOnly"))})
    attributes = [f"{key}={value}" for key, value in sorted((source.get("volumeAttributes") or {}).items())]
    w.write(f"VolumeAttributes:\t{attributes[0] if attributes else '<none>'}\n", 2)
    for attribute in attributes[1:]:
        w.write(f"    \t{attribute}\n", 2)


def _iscsi(w: Writer, source: Obj) -> None:
    w.field("Type", _ISCSI, 2)
    w.field("TargetPortal", source.get("targetPortal", ""), 2)
    w.field("IQN", source.get("iqn", ""), 2)
    w.field("Lun", source.get("lun", 0), 2)
    w.line("ISCSIInterface", source.get("iscsiInterface", ""), level=2)
    w.field("FSType", source.get("fsType", ""), 2)
    w.field("ReadOnly", go_bool(source.get("readOnly")), 2)
    w.field("Portals", go_list(source.get("portals")), 2)
    w.field("DiscoveryCHAPAuth", go_bool(source.get("chapAuthDiscovery")), 2)
    w.field("SessionCHAPAuth", go_bool(source.get("chapAuthSession")), 2)
    reference = source.get("secretRef")
    w.field("SecretRef", f"&LocalObjectReference{{Name:{reference.get('name', '')},}}" if reference else "nil", 2)
    w.field("InitiatorName", source.get("initiatorName") or "<none>", 2)


def _fc(w: Writer, source: Obj) -> None:
    lun = source.get("lun")
    values = {"TargetWWNs": ", ".join(source.get("targetWWNs") or ()), "LUN": "<none>" if lun is None else lun}
    _fields(w, "FC (a Fibre Channel disk)", {**values, "FSType": source.get("fsType", ""), "ReadOnly": go_bool(source.get("readOnly"))})


def _ephemeral(w: Writer, source: Obj) -> None:
    w.field("Type", _EPHEMERAL, 2)
    template = source.get("volumeClaimTemplate")
    if template:
        claim.describe_spec(w.nested(2), {**template, "metadata": template.get("metadata") or {}})


_SPECIAL: dict[str, Callable[[Writer, Obj], None]] = {
    "hostPath": _host_path,
    "emptyDir": _empty_dir,
    "projected": _projected,
    "downwardAPI": _downward_api,
    "csi": _csi,
    "iscsi": _iscsi,
    "fc": _fc,
    "ephemeral": _ephemeral,
}
