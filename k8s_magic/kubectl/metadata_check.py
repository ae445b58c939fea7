"""What kubectl itself checks in a manifest before sending it: kind, apiVersion, and the types of metadata's fields."""

from __future__ import annotations

import re
from typing import Any

from k8s_magic.kubectl import common, list_validation
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.resources import NoKindMatch
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_STRINGS = ("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion")
_MAPS = ("labels", "annotations")
_TIME = re.compile(r"\d{4}")
_NO_WARNINGS = "cannot perform warn validation if server-side field validation is unsupported, skipping validation"
_TURN_OFF = "if you choose to ignore these errors, turn validation off with --validate=false"


def check(call: Call, obj: Any, source: str) -> None:
    """The client's part of --validate. Models kubectl/pkg/validation.ParamVerifyingSchema."""
    fault = _kind_fault(obj) or _fault_by_schema(call, obj)
    if fault:
        raise UsageError(f'error validating "{source}": error validating data: {fault}; {_TURN_OFF}')


def _kind_fault(obj: Any) -> str:
    if not isinstance(obj, dict):
        return "invalid object to validate"
    if not obj.get("kind"):
        return "kind not set" if obj.get("apiVersion") else "[apiVersion not set, kind not set]"
    version = obj.get("apiVersion")
    if not version:
        return "apiVersion not set"
    if str(version).count("/") > 1:
        return f"unexpected GroupVersion string: {version}"
    if obj["kind"] != "List":
        return ""
    return next((fault for fault in map(_kind_fault, obj.get("items") or ()) if fault), "")


def _fault_by_schema(call: Call, obj: Obj) -> str:
    """What the server validates is left to it; a List is of no kind that it could validate, nor is a kind that it does not have."""
    is_list = (obj["apiVersion"], obj["kind"]) == ("v1", "List")
    if not is_list and _is_served(call, obj):
        return ""
    if common.validation(call) == "Warn":
        common.klog(call, "schema.go:145", _NO_WARNINGS)
        return ""
    found = list_validation.faults(obj.get("items") or [], call.client.schema()) if is_list else []
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]" if found else ""


def _is_served(call: Call, obj: Obj) -> bool:
    try:
        call.mapper.by_kind(obj["apiVersion"], obj["kind"])
    except NoKindMatch:
        return False
    return True


def decode_fault(obj: Any) -> str:
    """Why the decoder of unstructured objects refuses `obj`; empty where it does not."""
    if not isinstance(obj, dict):
        return f"json: cannot unmarshal {json_type(obj)} into Go value of type unstructured.detector"
    metadata = obj.get("metadata")
    if metadata is None:
        return ""
    if not isinstance(metadata, dict):
        return _fault(metadata, "metadataOnlyObject.metadata", "v1.ObjectMeta")
    return _string_faults(metadata) or _map_faults(metadata) or _time_fault(metadata.get("creationTimestamp"))


def _time_fault(value: Any) -> str:
    if not isinstance(value, str) or not value or _TIME.match(value):
        return ""
    return f'parsing time {quoted(value)} as "2006-01-02T15:04:05Z07:00": cannot parse {quoted(value)} as "2006"'


def _string_faults(metadata: Obj) -> str:
    for name, value in sorted(metadata.items()):
        if name in _STRINGS and value is not None and not isinstance(value, str):
            return _fault(value, f"ObjectMeta.metadata.{name}", "string")
    return ""


def _map_faults(metadata: Obj) -> str:
    for name in _MAPS:
        value = metadata.get(name)
        if value is not None and not isinstance(value, dict):
            return _fault(value, f"ObjectMeta.metadata.{name}", "map[string]string")
        for item in (value or {}).values():
            if item is not None and not isinstance(item, str):
                return _fault(item, f"ObjectMeta.metadata.{name}", "string")
    return ""


def _fault(value: Any, field: str, wanted: str) -> str:
    return f"json: cannot unmarshal {json_type(value)} into Go struct field {field} of type {wanted}"


def json_type(value: Any) -> str:
    """The kind of a JSON value as Go's decoder names it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "null"
