"""The order in which Go writes the fields of what `kubectl get --raw` shows.

Not modelled: the order within `spec` and `status`, which stay sorted.
"""

from __future__ import annotations

from typing import Any

META = (
    *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp"),
    *("deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields"),
    *("continue", "remainingItemCount"),
)
ENTRY = ("manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource")
DETAILS = ("name", "group", "kind", "uid", "causes", "retryAfterSeconds")
# An object, a list, a Status, and what discovery answers.
TOP = (
    *("kind", "apiVersion", "metadata", "name", "versions", "preferredVersion", "serverAddressByClientCIDRs", "groupVersion", "resources"),
    *("immutable", "data", "binaryData", "stringData", "type", "spec", "status", "message", "reason", "details", "code", "items"),
)
RESOURCE = ("name", "singularName", "namespaced", "group", "version", "kind", "verbs", "shortNames", "categories", "storageVersionHash")
BELOW: dict[str, Any] = {"metadata": META, "details": DETAILS}


def in_go_order(obj: Any) -> Any:
    """An answer of the API with its fields in the order of Go's structs."""
    if not isinstance(obj, dict):
        return obj
    found = {key: _ordered(value, BELOW[key]) if key in BELOW else value for key, value in _ordered(obj, TOP).items()}
    metadata = found.get("metadata")
    if isinstance(metadata, dict) and "managedFields" in metadata:
        metadata["managedFields"] = [_ordered(entry, ENTRY) for entry in metadata["managedFields"]]
    if found.get("kind") == "APIResourceList" and isinstance(found.get("resources"), list):
        found["resources"] = [_ordered(resource, RESOURCE) for resource in found["resources"]]
    if isinstance(found.get("items"), list):
        found["items"] = [in_go_order(item) for item in found["items"]]
    return found


def _ordered(value: Any, order: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: value[key] for key in (*(k for k in order if k in value), *(k for k in value if k not in order))}
