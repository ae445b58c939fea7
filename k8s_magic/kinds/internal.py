"""Pods and claims as the API server holds them inside, which some of its messages show: every field, by its Go name.

Models how field.Error prints a struct (encoding/json of an internal type), and apimachinery's util/diff of two of them.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from typing import Any, NamedTuple

from k8s_magic.kinds.errors import InOrder
from k8s_magic.kinds.go_internal import STRUCTS
from k8s_magic.objects.meta import Obj

# What the specification of a pod holds, and the internal one keeps in its security context.
HOST_FIELDS = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers")
CONTEXT_LINES = 3


class InternalField(NamedTuple):
    """`struct` is what it holds, "" for plain values; `zero` stands where nothing is said."""

    name: str
    key: str
    struct: str
    zero: Any
    embedded: bool


def pod_spec(spec: Obj) -> Obj:
    """A v1 pod specification in the internal form."""
    hosts = {field: spec[field] for field in HOST_FIELDS if field in spec}
    if spec.get("securityContext") is not None or hosts:
        spec = {**spec, "securityContext": {**(spec.get("securityContext") or {}), **hosts}}
    return struct("PodSpec", spec)


def template(of: Obj) -> Obj:
    """A pod template: its metadata is written by the public names, the rest by the internal ones."""
    return InOrder({**(of.get("metadata") or {}), "Spec": pod_spec(of.get("spec") or {})})


def claim_spec(spec: Obj) -> Obj:
    return struct("PersistentVolumeClaimSpec", spec)


def volume_source(spec: Obj) -> Obj:
    """Where a persistent volume lies."""
    return struct("PersistentVolumeSource", spec)


def difference(old: Obj, new: Obj) -> str:
    """Both as indented JSON, compared line by line. Models apimachinery pkg/util/diff Diff."""
    before, after = (json.dumps(side, indent=1, ensure_ascii=False).splitlines() for side in (old, new))
    lines = list(difflib.unified_diff(before, after, n=CONTEXT_LINES, lineterm=""))
    return "".join(f"{line}\n" for line in lines[2:])


def struct(name: str, value: Obj) -> Obj:
    """A value of the API as the internal struct of that name."""
    result = InOrder()
    for field in _fields(name):
        if field.embedded:
            result.update((value.get("metadata") or {}) if field.struct == "META" else struct(field.struct, value))
        else:
            result[field.name] = _value(field, value.get(field.key))
    return result


def _value(field: InternalField, value: Any) -> Any:
    if not field.struct:
        return field.zero if value is None or value in ([], {}) else value
    if isinstance(value, list):
        return [struct(field.struct, item) for item in value] or None
    if value is None:
        return None if field.zero is None else struct(field.struct, {})
    return struct(field.struct, value)


@cache
def _fields(name: str) -> tuple[InternalField, ...]:
    return tuple(_field(text) for text in STRUCTS[name].split())


def _field(text: str) -> InternalField:
    name, colon, holds = text.partition(":")
    if not colon:
        return InternalField("", "", name, None, True)
    if holds.startswith("*"):
        return InternalField(name, _key(name), holds[1:], None, False)
    if holds in STRUCTS:
        return InternalField(name, _key(name), holds, {}, False)
    return InternalField(name, _key(name), "", json.loads(holds) if holds else None, False)


def _key(name: str) -> str:
    """The JSON name of a Go field: its leading capitals in lower case, but for the one that begins the next word."""
    capitals = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    if capitals == len(name):
        return name.lower()
    if name in SPECIAL_KEYS:
        return SPECIAL_KEYS[name]
    return name[: max(capitals - 1, 1)].lower() + name[max(capitals - 1, 1) :]


SPECIAL_KEYS = {
    "SELinuxOptions": "seLinuxOptions",
    "SELinuxChangePolicy": "seLinuxChangePolicy",
    "StorageOS": "storageos",
    "ScaleIO": "scaleIO",
    "CephFS": "cephfs",
    "WWIDs": "wwids",
    "TargetWWNs": "targetWWNs",
    "DataDiskURI": "diskURI",
    "DiscoveryCHAPAuth": "chapAuthDiscovery",
    "SessionCHAPAuth": "chapAuthSession",
    "CephMonitors": "monitors",
    "RBDImage": "image",
    "RBDPool": "pool",
    "RadosUser": "user",
}
