"""Rules for a container's environment. Models pkg/apis/core/validation/validation.go ValidateEnv and ValidateEnvFrom."""

from __future__ import annotations

import re

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Obj

SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
ONE_SOURCE = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
ENV_FIELDS = frozenset(
    {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"}
    | {"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
)
VOLUME_FIELDS = frozenset({"metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"})
# What v1's downward API knows at all. Models pkg/apis/core/pods/helpers.go ConvertDownwardAPIFieldLabel.
KNOWN_FIELDS = ENV_FIELDS | VOLUME_FIELDS | {"spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host"}
CONTAINER_RESOURCES = frozenset(
    f"{side}.{resource}" for side in ("limits", "requests") for resource in ("cpu", "memory", "ephemeral-storage")
)
_SUBSCRIPT = re.compile(r"(.*)\['([^']*)'\]")


def validate_env(variables: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, variable in enumerate(variables):
        here, name = f"{path}[{index}]", variable.get("name")
        if not name:
            errors.append(required(f"{here}.name"))
        else:
            errors += [invalid(f"{here}.name", name, text) for text in names.environment_name(name)]
        if variable.get("valueFrom") is not None:
            errors += _value_from(variable, f"{here}.valueFrom")
    return errors


def _value_from(variable: Obj, path: str) -> list[FieldError]:
    source = variable["valueFrom"]
    given = [name for name in SOURCES if source.get(name) is not None]
    errors = [error for name in given for error in _source(name, source[name], f"{path}.{name}")]
    if not given:
        errors.append(invalid(path, "", ONE_SOURCE))
    elif variable.get("value"):
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif len(given) > 1:
        errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _source(name: str, source: Obj, path: str) -> list[FieldError]:
    if name == "fieldRef":
        return field_reference(source, ENV_FIELDS, path)
    if name == "resourceFieldRef":
        return resource_reference(source, path, in_volume=False)
    return _key(source, path) if name in ("configMapKeyRef", "secretKeyRef") else []


def _key(selector: Obj, path: str) -> list[FieldError]:
    name, key = selector.get("name", ""), selector.get("key")
    errors = [invalid(f"{path}.name", name, text) for text in names.subdomain(name)]
    if not key:
        return [*errors, required(f"{path}.key")]
    return errors + [invalid(f"{path}.key", key, text) for text in names.config_key(key)]


def field_reference(reference: Obj, fields: frozenset[str], path: str) -> list[FieldError]:
    """A field of the pod itself. Models validateObjectFieldSelector."""
    field = reference.get("fieldPath")
    if not field:
        return [required(f"{path}.fieldPath")]
    subscript = _SUBSCRIPT.fullmatch(field)
    if subscript:
        return _subscript(subscript[1], subscript[2], field, path)
    if field not in KNOWN_FIELDS:
        return [invalid(f"{path}.fieldPath", field, f"error converting fieldPath: field label not supported: {field}")]
    return [] if field in fields else [not_supported(f"{path}.fieldPath", field, fields)]


def _subscript(whole: str, key: str, field: str, path: str) -> list[FieldError]:
    if whole == "metadata.annotations":
        return [invalid(path, key.lower(), text) for text in names.qualified(key.lower())]
    if whole == "metadata.labels":
        return [invalid(path, key, text) for text in names.qualified(key)]
    if whole not in KNOWN_FIELDS:
        return [invalid(f"{path}.fieldPath", field, f"error converting fieldPath: field label not supported: {field}")]
    return [invalid(path, whole, "does not support subscript")]


def resource_reference(reference: Obj, path: str, *, in_volume: bool) -> list[FieldError]:
    """A container's request or limit. Models validateContainerResourceFieldSelector."""
    if in_volume and not reference.get("containerName"):
        return [required(f"{path}.containerName")]
    resource = reference.get("resource")
    if not resource:
        return [required(f"{path}.resource")]
    is_known = resource in CONTAINER_RESOURCES or resource.startswith(("limits.hugepages-", "requests.hugepages-"))
    return [] if is_known else [not_supported(f"{path}.resource", resource, CONTAINER_RESOURCES)]


def validate_env_from(sources: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, source in enumerate(sources):
        here = f"{path}[{index}]"
        if source.get("prefix"):
            errors += [invalid(f"{here}.prefix", source["prefix"], text) for text in names.environment_name(source["prefix"])]
        given = [name for name in ("configMapRef", "secretRef") if source.get(name) is not None]
        for name in given:
            of = source[name].get("name", "")
            errors += (
                [invalid(f"{here}.{name}.name", of, text) for text in names.subdomain(of)] if of else [required(f"{here}.{name}.name")]
            )
        if not given:
            errors.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif len(given) > 1:
            errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors
